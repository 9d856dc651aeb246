/* ---
id: MOHS048
name: many-extra-blocks
summary: Six or more blocks beyond the fifth (17315) are billed in a day.
severity: warning
category: units
population: core.mohs_line where is_extra_block
needs: [claims]
requires: [rendering_npi]
parameters:
  fewest_blocks: blocks beyond the fifth of a day from which its lines are flagged
scope: patient
effective: {from: 2007-01-01}
carc: ["151"]
citation:
  - title: Medicare by provider and service 2021 (17315 units per billing day, 95th percentile 5.2,
      99th 6.5)
    grade: authority
    checked: 2026-11-23
why: >
  More than five blocks in a stage are rare, and 137 of 2,810 surgeons bill them often enough to be
  published. Six in a day are above the 95th percentile of those. Whether a chart has another
  number of blocks is MOHS046's.
exceptions:
  - No stage stands on the day; that is MOHS022's.
  - The blocks of the chart add up to the units.
remedy: >
  Count, stage by stage, the blocks beyond the fifth; blocks of different stages never pool. Send a
  corrected claim where the count is another.
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
    block.procedure_code || ' - '
    || cast(cast(floor(block.extra_blocks) as bigint) as varchar) || ' blocks beyond the fifth in '
    || cast(
        cast(
            floor(
                block.first_stages_h + block.first_stages_t
                + block.additional_stages_h + block.additional_stages_t
            ) as bigint
        ) as varchar
    )
    || ' stages of the day' as reason
from core.mohs_line as block
inner join core.threshold as cuts
    on
        cuts.rule_id = 'MOHS048'
        and cuts.parameter = 'fewest_blocks'
        and block.payer = cuts.payer
        and block.date_of_service between cuts.effective_from and cuts.effective_to
anti join counted_encounters
    on
        block.encounter_id = counted_encounters.encounter_id
        and block.extra_blocks = counted_encounters.extra_blocks
anti join counted_lines
    on block.line_id = counted_lines.line_id and block.units = counted_lines.extra_blocks
where
    block.is_extra_block
    and block.first_stages_h + block.first_stages_t
    + block.additional_stages_h + block.additional_stages_t > 0
    and block.extra_blocks >= cuts.number
