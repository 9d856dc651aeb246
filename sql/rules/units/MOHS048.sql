/* ---
id: MOHS048
name: many-extra-blocks
summary: Six or more blocks beyond the fifth (17315) are billed in a day.
severity: warning
category: units
population: core.mohs_line where is_extra_block
needs: [claims]
requires: [rendering_npi]
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
  published. Six in a day are above the 95th percentile of those. A chart whose blocks add up to
  the units clears the line; it is not read yet.
exceptions:
  - No stage stands on the day; that is MOHS022's.
remedy: >
  Count, stage by stage, the blocks beyond the fifth; blocks of different stages never pool. Send a
  corrected claim where the count is another.
--- */
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
where
    block.is_extra_block
    and block.first_stages_h + block.first_stages_t
    + block.additional_stages_h + block.additional_stages_t > 0
    and block.extra_blocks >= 6
