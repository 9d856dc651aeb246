/* ---
id: MOHS213
name: one-tumour-billed-by-two-physicians
summary: Two physicians bill a first stage for the same diagnosis of one patient and day.
severity: warning
category: duplicate
population: core.mohs_line where is_first_stage and not has_assistant_modifier
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
scope: patient
effective: {from: 2007-01-01}
carc: ["18"]
citation:
  - title: Our reading of two first stages for one diagnosis (MLN SE1318, one physician cuts and
      reads)
    grade: inference
    checked: 2026-11-23
why: >
  A tumour has one first stage, and one physician cuts and reads it. Two numbers under the same
  malignant diagnosis are mostly one surgery billed twice. Two tumours may share a diagnosis code;
  then a modifier or the side tells them apart.
exceptions:
  - The second line points to another diagnosis.
  - The lines name different sides or parts.
  - The second line carries 59 or an X modifier.
  - The second line is an assistant's.
remedy: >
  Compare the two operative notes. One tumour - void the line of the physician who did not operate.
  Two tumours - say so with XS, or with XP where the second physician did the other.
--- */
with shared_days as (
    select
        lines.patient_id,
        lines.date_of_service
    from core.mohs_line as lines
    where lines.rendering_npi <> ''
    group by lines.patient_id, lines.date_of_service
    having count(distinct lines.rendering_npi) > 1
),

shared_stages as (
    select
        lines.line_id,
        lines.patient_id,
        lines.date_of_service,
        lines.rendering_npi,
        lines.procedure_code,
        lines.side_modifier
    from core.mohs_line as lines
    semi join shared_days
        on
            lines.patient_id = shared_days.patient_id
            and lines.date_of_service = shared_days.date_of_service
    where
        lines.is_first_stage
        and lines.rendering_npi <> ''
        and not lines.has_assistant_modifier
        and not lines.has_distinct_modifier
),

shared as (
    select
        again.line_id,
        min(earlier.line_id) as related_line_id
    from shared_stages as again
    inner join shared_stages as earlier
        on
            again.patient_id = earlier.patient_id
            and again.date_of_service = earlier.date_of_service
            and again.rendering_npi <> earlier.rendering_npi
            and again.line_id > earlier.line_id
            and again.procedure_code = earlier.procedure_code
    inner join core.line_diagnosis as diagnoses on again.line_id = diagnoses.line_id
    inner join core.line_diagnosis as earlier_diagnoses
        on
            earlier.line_id = earlier_diagnoses.line_id
            and diagnoses.code = earlier_diagnoses.code
            and diagnoses.is_malignant
    where not coalesce(again.side_modifier <> earlier.side_modifier, false)
    group by again.line_id
)

select
    lines.line_id,
    lines.procedure_code || ' of this diagnosis and day stands under two physicians' as reason,
    shared.related_line_id
from core.mohs_line as lines
inner join shared on lines.line_id = shared.line_id
