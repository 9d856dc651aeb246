/* ---
id: MOHS046
name: extra-blocks-unlike-the-chart
summary: The units of 17315 are not the blocks beyond the fifth of each stage in the chart.
severity: error
category: units
population: core.mohs_line
needs: [claims, chart]
requires: [rendering_npi]
chart: [blocks]
scope: patient
effective: {from: 2007-01-01}
carc: ["151"]
citation:
  - title: CPT guideline on Mohs surgery (17315 for each block beyond the fifth of any one stage),
      as retold by AAPC
    grade: secondary
    checked: 2026-11-23
why: >
  17315 is paid for each block beyond the fifth of a stage. Blocks of different stages never pool,
  so 7 and 6 blocks are 3 units and 4 and 4 blocks none. The count is wrong in either direction
  where the chart says another.
exceptions:
  - Blocks of different stages never pool.
  - The blocks of a stage are not counted in the chart.
  - A lesion of the day cannot be told to be this surgeon's or another's.
remedy: >
  Count the blocks of every stage on the map and send a corrected claim; refund what was too much.
evidence:
  - the blocks of every stage on the map
--- */
with charted_encounters as (
    select
        lesions.encounter_id,
        sum(lesions.extra_blocks) as extra_blocks,
        min(lesions.line_id) filter (where lesions.extra_blocks > 0) as line_id
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
    having count(*) = count(lesions.extra_blocks)
)

select
    block.line_id,
    cast(cast(floor(block.extra_blocks) as bigint) as varchar)
    || ' blocks beyond the fifth are billed (17315) and the chart has '
    || cast(cast(charted.extra_blocks as bigint) as varchar) as reason,
    case
        when block.is_extra_block and block.code_lines = 1 and charted.extra_blocks > 0
            then cast(charted.extra_blocks as decimal(9, 3))
    end as suggested_units
from core.mohs_line as block
inner join charted_encounters as charted on block.encounter_id = charted.encounter_id
anti join core.chart_lesion as loose
    on
        block.patient_id = loose.patient_id
        and block.date_of_service = loose.date_of_service
        and loose.encounter_id is null
where
    block.extra_blocks <> charted.extra_blocks
    and (
        block.is_extra_block
        or (block.extra_blocks = 0 and block.line_id = charted.line_id)
    )
