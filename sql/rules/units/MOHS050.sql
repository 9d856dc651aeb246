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
  fifth of one stage, and every later stage is 17312 or 17314. Both together are possible; the
  blocks of the chart show it.
exceptions:
  - More than three extra blocks are no leftover stages.
  - The blocks of the chart add up to the units.
remedy: >
  Count the stages and the blocks of each in the record. If the 17315 units were stages, send a
  corrected claim with more units of 17312 or 17314.
--- */
with counted_encounters as (
    select
        lesions.encounter_id,
        sum(lesions.extra_blocks) as extra_blocks
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
    having count(*) = count(lesions.extra_blocks)
),

counted_lines as (
    select
        ties.line_id,
        min(lesions.extra_blocks) as extra_blocks
    from core.chart_line as ties
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    group by ties.line_id
    having count(*) = 1
)

select
    block.line_id,
    block.procedure_code || ' beside five or six additional stages may stand for further stages; '
    || 'it is for blocks beyond the fifth of one stage' as reason
from core.mohs_line as block
anti join counted_encounters
    on
        block.encounter_id = counted_encounters.encounter_id
        and block.extra_blocks = counted_encounters.extra_blocks
anti join counted_lines
    on block.line_id = counted_lines.line_id and block.units = counted_lines.extra_blocks
where
    block.is_extra_block
    and block.extra_blocks between 1 and 3
    and (
        block.additional_stages_h between 5 and 6
        or block.additional_stages_t between 5 and 6
    )
