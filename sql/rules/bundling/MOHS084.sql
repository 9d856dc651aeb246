/* ---
id: MOHS084
name: graft-bed-of-a-fresh-mohs-defect
summary: Preparation of a graft bed is billed the day of the first Mohs stage for the same
  diagnosis.
severity: warning
category: bundling
population: >
  core.encounter_line where has_first_stage and exists (
  select 1 from reference.code_class as classes
  where classes.class_name = 'graft_bed_preparation'
  and classes.procedure_code = encounter_line.procedure_code
  and encounter_line.date_of_service between classes.effective_from and classes.effective_to)
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
scope: patient
effective: {from: 2007-01-01}
carc: ["97"]
citation:
  - title: Our reading of what graft bed preparation is for; no edit pairs it with Mohs surgery
    grade: inference
    checked: 2026-11-23
why: >
  Preparing a bed is for wounds with scar or dead tissue. The defect of the same morning is fresh
  and clean, so a reviewer takes the preparation for part of the surgery. No edit says so, and a
  reason in the note clears it; the chart file has no place for one.
exceptions:
  - The defect was reconstructed on a later day.
  - Another wound was prepared, with its own diagnosis or a modifier (59 or an X modifier).
remedy: >
  Read in the operative note what was prepared and why. Without a reason take the line off.
--- */
with same_lesions as (
    select distinct
        preparation.line_id,
        stage.line_id as related_line_id
    from core.encounter_line as preparation
    inner join reference.code_class as classes
        on
            preparation.procedure_code = classes.procedure_code
            and classes.class_name = 'graft_bed_preparation'
            and preparation.date_of_service
            between classes.effective_from and classes.effective_to
    inner join core.mohs_line as stage
        on preparation.encounter_id = stage.encounter_id and stage.is_first_stage
    inner join core.line_diagnosis as diagnoses on preparation.line_id = diagnoses.line_id
    inner join core.line_diagnosis as stage_diagnoses
        on stage.line_id = stage_diagnoses.line_id and diagnoses.code = stage_diagnoses.code
)

select
    preparation.line_id,
    preparation.procedure_code || ' prepares the bed of a defect that Mohs surgery made the same '
    || 'day' as reason,
    same_lesions.related_line_id
from core.encounter_line as preparation
inner join same_lesions on preparation.line_id = same_lesions.line_id
where not preparation.has_distinct_modifier
