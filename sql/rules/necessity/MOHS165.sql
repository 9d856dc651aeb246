/* ---
id: MOHS165
name: pointer-past-the-tumour
summary: A Mohs line points to no malignant diagnosis although its claim holds one.
severity: error
category: necessity
population: core.mohs_line
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["11", "16"]
citation:
  - title: Our reading of pointers that pass the malignant diagnosis of their own claim
    grade: inference
    checked: 2026-11-23
  - title: Published summary of LCD L34961 (skin cancer is what is covered)
    grade: secondary
    checked: 2026-11-23
why: >
  Payers judge a line by what it points to. Where the claim names the tumour and the stage points
  to a keratosis or a history instead, the pointer is wrong, not the surgery.
exceptions:
  - One of the pointers is malignant.
  - The claim holds no malignant diagnosis; that is MOHS160's.
remedy: >
  Point the line to the tumour and send a corrected claim.
supersedes: [MOHS160, MOHS167]
--- */
with tumours as (
    select
        stage.line_id,
        min(diagnoses.code) as code
    from core.mohs_line as stage
    inner join core.claim_diagnosis as diagnoses on stage.claim_id = diagnoses.claim_id
    inner join reference.icd10_class as classes
        on
            classes.class_name = 'malignant'
            and starts_with(diagnoses.code, classes.diagnosis_prefix)
            and stage.date_of_service between classes.effective_from and classes.effective_to
    where stage.pointers > 0 and stage.malignant_pointers = 0
    group by stage.line_id
)

select
    stage.line_id,
    stage.procedure_code || ' points to no tumour although its claim names ' || tumours.code
        as reason
from core.mohs_line as stage
inner join tumours on stage.line_id = tumours.line_id
