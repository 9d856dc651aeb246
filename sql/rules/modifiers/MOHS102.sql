/* ---
id: MOHS102
name: visit-with-25-for-the-lesion-operated
summary: A visit with 25 points to nothing but what Mohs surgery treated that day.
severity: warning
category: modifier
population: core.patient_line where is_evaluation_management and has_25
  and first_stage_line_id is not null
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
scope: patient
effective: {from: 2007-01-01}
carc: ["97"]
citation:
  - title: HHS OIG report of November 2025 on dermatology visits on the day of minor surgery (10 of
      100 sampled visits failed; being a new patient does not suffice)
    grade: authority
    checked: 2026-11-23
  - title: NCCI policy manual, chapter I section D
    grade: recalled
    checked: 2026-11-23
why: >
  The decision for a minor operation is part of the operation. A visit whose every diagnosis is
  one the stages of the day point to looks like that decision. A second diagnosis is not required
  for 25, so this is no proof - the note of the visit clears it, which no file brings.
exceptions:
  - The visit has a diagnosis of its own.
  - The visit also carries 57, the decision for major surgery.
remedy: >
  Read the note before the payer does. Where it holds nothing beyond the decision for and the
  preparation of the surgery, write the visit off.
--- */
with visits as (
    select
        lines.line_id,
        lines.patient_id,
        lines.date_of_service,
        lines.practitioner_key,
        lines.procedure_code,
        lines.first_stage_line_id
    from core.patient_line as lines
    where
        lines.is_evaluation_management
        and lines.has_25
        and not lines.has_57
        and lines.first_stage_line_id is not null
        and array_length(lines.diagnosis_codes) > 0
),

stage_diagnoses as (
    select distinct
        stages.patient_id,
        stages.date_of_service,
        stages.practitioner_key,
        diagnoses.code
    from core.mohs_line as stages
    inner join core.line_diagnosis as diagnoses on stages.line_id = diagnoses.line_id
    semi join visits
        on
            stages.patient_id = visits.patient_id
            and stages.date_of_service = visits.date_of_service
),

own_diagnoses as (
    select diagnoses.line_id
    from core.line_diagnosis as diagnoses
    inner join visits on diagnoses.line_id = visits.line_id
    anti join stage_diagnoses
        on
            visits.patient_id = stage_diagnoses.patient_id
            and visits.date_of_service = stage_diagnoses.date_of_service
            and visits.practitioner_key = stage_diagnoses.practitioner_key
            and diagnoses.code = stage_diagnoses.code
)

select
    visits.line_id,
    visits.procedure_code || '-25 points only to what the stages of the day point to' as reason,
    visits.first_stage_line_id as related_line_id
from visits
anti join own_diagnoses on visits.line_id = own_diagnoses.line_id
