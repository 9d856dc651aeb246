/* ---
id: MOHS185
name: no-block-count
summary: The chart does not say how many blocks a stage was cut into.
severity: warning
severity_when:
  error: 17315 is billed that day
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [blocks]
scope: patient
effective: {from: 2013-01-01}
carc: ["50", "112", "16"]
citation:
  - title: MLN Matters SE1318 (rev. 2020-10-27) on documenting Mohs surgery, as retold by AAD 2020
    grade: secondary
    checked: 2026-11-23
why: >
  A stage of up to five blocks is one code; 17315 is paid for each block beyond the fifth of one
  stage. Where 17315 is billed the count is what it is paid for.
exceptions:
  - The chart file has no column for it.
remedy: >
  Take the count from the map. Where it cannot be told, take 17315 off.
--- */
with uncounted_stages as (
    select
        stages.lesion_key,
        min(stages.stage) as stage
    from core.chart_stage as stages
    where stages.blocks is null
    group by stages.lesion_key
)

select
    lesions.line_id,
    'the chart does not count the blocks of stage ' || cast(stages.stage as varchar)
    || ' of lesion ' || lesions.lesion as reason,
    case when lines.extra_blocks > 0 then 'error' end as severity
from core.chart_lesion as lesions
inner join uncounted_stages as stages on lesions.lesion_key = stages.lesion_key
inner join core.mohs_line as lines on lesions.line_id = lines.line_id
where not coalesce(list_contains(lesions.absent_columns, 'blocks'), false)
