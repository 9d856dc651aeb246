/* ---
id: MOHS020
name: additional-stage-without-first-stage
summary: 17312 is billed with no 17311 for the same patient, surgeon and day.
severity: error
category: add-on
population: core.mohs_line where is_additional_stage and site_family = 'H'
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["107", B15]
citation:
  - title: NCCI add-on code edits 2024, type 1 (17312 with 17311)
    grade: authority
    checked: 2026-11-23
  - title: NCCI policy manual, chapter I section R (add-on codes)
    grade: recalled
    checked: 2026-11-23
why: >
  An add-on code is paid only when its primary code is paid for the same patient, practitioner
  and day, whatever claim the primary code stands on.
exceptions:
  - The first stage stands on another live claim of the same surgeon and day.
remedy: >
  Look for the first stage. If it was left out or billed under another number, send a corrected
  claim; if the stages ran into a second day, ask the payer how it wants multi-day surgery
  billed.
--- */
select
    stage.line_id,
    stage.procedure_code || ' has no first stage for this patient, surgeon and day' as reason
from core.mohs_line as stage
anti join core.mohs_line as first_stage
    on
        stage.encounter_id = first_stage.encounter_id
        and stage.site_family = first_stage.site_family
        and first_stage.is_first_stage
where stage.is_additional_stage and stage.site_family = 'H'
