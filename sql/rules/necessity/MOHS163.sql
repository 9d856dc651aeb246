/* ---
id: MOHS163
name: invasive-melanoma
summary: A Mohs line points to invasive melanoma and to none in situ.
severity: warning
category: necessity
population: core.mohs_line
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["50"]
citation:
  - title: Aetna's policy on Mohs surgery (in situ and lentigo maligna of preserved areas listed)
    grade: secondary
    checked: 2026-11-23
  - title: Coverage of invasive melanoma by Medicare contractors
    grade: recalled
    checked: 2026-11-23
why: >
  Many payers cover Mohs surgery of melanoma in situ and not of invasive melanoma. One that covers
  it is told so in the practice's overlays.csv.
exceptions:
  - The melanoma is in situ (D03).
remedy: >
  Read the depth in the pathology report and the payer's policy. Correct the diagnosis if the tumour
  was in situ; otherwise get the payer's agreement beforehand.
--- */
with melanomas as (
    select
        stage.line_id,
        bool_or(diagnoses.code like 'C43%') as is_invasive,
        bool_or(diagnoses.code like 'D03%') as is_in_situ
    from core.mohs_line as stage
    inner join core.line_diagnosis as diagnoses on stage.line_id = diagnoses.line_id
    where diagnoses.code like 'C43%' or diagnoses.code like 'D03%'
    group by stage.line_id
)

select
    stage.line_id,
    stage.procedure_code || ' points to invasive melanoma, which many payers do not cover' as reason
from core.mohs_line as stage
inner join melanomas on stage.line_id = melanomas.line_id
where melanomas.is_invasive and not melanomas.is_in_situ
