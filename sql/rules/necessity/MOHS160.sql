/* ---
id: MOHS160
name: no-malignant-diagnosis
summary: No diagnosis of a Mohs line is a malignant or in-situ tumour.
severity: error
severity_when:
  warning: a growth of uncertain nature (D48.5) was biopsied and operated on the same day
category: necessity
population: core.mohs_line
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["50", "11", "167"]
citation:
  - title: Published summary of LCD L34961 (actinic keratosis is not covered)
    grade: secondary
    checked: 2026-11-23
  - title: ICD-10-CM codes read as malignant or in situ
    grade: inference
    checked: 2026-11-23
why: >
  Mohs surgery is covered for skin cancer. A line that points to a keratosis, a benign or an
  uncertain growth, or to nothing, is denied as not necessary. A growth that was biopsied,
  confirmed and operated on the same day ends with a malignant diagnosis; D48.5 on the stage was
  then left standing.
exceptions:
  - A malignant diagnosis stands beside the other one.
remedy: >
  Read the pathology report. If it names a malignant tumour, correct the diagnosis; if not, take the
  line off or refund it.
--- */
with confirmations as (
    select distinct stage.line_id
    from core.mohs_line as stage
    inner join core.line_diagnosis as diagnoses
        on stage.line_id = diagnoses.line_id and diagnoses.code = 'D485'
    inner join core.encounter_line as biopsy
        on stage.encounter_id = biopsy.encounter_id and biopsy.is_biopsy
)

select
    stage.line_id,
    case
        when stage.pointers = 0 then stage.procedure_code || ' points to no diagnosis'
        else stage.procedure_code || ' points to no malignant or in-situ diagnosis'
    end as reason,
    case when confirmations.line_id is not null then 'warning' end as severity
from core.mohs_line as stage
left join confirmations on stage.line_id = confirmations.line_id
where stage.malignant_pointers = 0
