/* ---
id: MOHS022
name: extra-block-without-stage
summary: 17315 is billed with none of 17311 to 17314 for the same patient, surgeon and day.
severity: error
category: add-on
population: core.mohs_line where is_extra_block
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["107", B15]
citation:
  - title: NCCI add-on code edits 2024, type 1 (17315 with any of 17311 to 17314)
    grade: authority
    checked: 2026-11-23
why: >
  17315 counts tissue blocks beyond the fifth of a stage. Without a stage that day there is
  nothing it can belong to, and an add-on code is paid only beside a primary one.
exceptions:
  - The stage stands on another live claim of the same surgeon and day.
remedy: >
  Look for the stage the blocks belong to and send a corrected claim with both.
--- */
select
    block.line_id,
    block.procedure_code || ' has no Mohs stage for this patient, surgeon and day' as reason
from core.mohs_line as block
anti join core.mohs_line as stage
    on
        block.encounter_id = stage.encounter_id
        and (stage.is_first_stage or stage.is_additional_stage)
where block.is_extra_block
