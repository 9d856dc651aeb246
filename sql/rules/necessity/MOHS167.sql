/* ---
id: MOHS167
name: history-as-the-only-diagnosis
summary: A Mohs line points only to a history of skin cancer.
severity: error
category: necessity
population: core.mohs_line
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["50", "11"]
citation:
  - title: Our reading of the ICD-10-CM history codes (Z85.82)
    grade: inference
    checked: 2026-11-23
why: >
  A history code says that the tumour is gone. What was operated on is a tumour of today, a
  recurrence included, and has a code of its own.
exceptions:
  - The tumour stands beside its history.
remedy: >
  Code the tumour from the pathology report, the history behind it, and send a corrected claim.
supersedes: [MOHS160]
--- */
with history_pointers as (
    select
        stage.line_id,
        count(*) as pointers
    from core.mohs_line as stage
    inner join core.line_diagnosis as diagnoses on stage.line_id = diagnoses.line_id
    inner join reference.icd10_class as classes
        on
            classes.class_name = 'history'
            and starts_with(diagnoses.code, classes.diagnosis_prefix)
            and stage.date_of_service between classes.effective_from and classes.effective_to
    where stage.pointers > 0 and stage.malignant_pointers = 0
    group by stage.line_id
)

select
    stage.line_id,
    stage.procedure_code || ' points only to a history of skin cancer' as reason
from core.mohs_line as stage
inner join history_pointers on stage.line_id = history_pointers.line_id
where stage.pointers = history_pointers.pointers
