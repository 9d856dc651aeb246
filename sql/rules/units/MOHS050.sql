/* ---
id: MOHS050
name: blocks-taken-for-stages
summary: One to three units of 17315 stand beside five or six additional stages.
severity: info
category: units
population: core.mohs_line where is_extra_block
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Coding pages that print 17315 as stages beyond the fifth, against AAPC's block rule
    grade: secondary
    checked: 2026-11-23
why: >
  Several guides misprint 17315 as the code for stages beyond the fifth. It is for blocks beyond the
  fifth of one stage, and every later stage is 17312 or 17314. Both together are possible; a chart
  with more than five blocks in a stage clears the line and is not read yet.
exceptions:
  - More than three extra blocks are no leftover stages.
remedy: >
  Count the stages and the blocks of each in the record. If the 17315 units were stages, send a
  corrected claim with more units of 17312 or 17314.
--- */
select
    block.line_id,
    block.procedure_code || ' beside five or six additional stages may stand for further stages; '
    || 'it is for blocks beyond the fifth of one stage' as reason
from core.mohs_line as block
where
    block.is_extra_block
    and block.extra_blocks between 1 and 3
    and (
        block.additional_stages_h between 5 and 6
        or block.additional_stages_t between 5 and 6
    )
