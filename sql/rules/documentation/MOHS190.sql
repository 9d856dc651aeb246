/* ---
id: MOHS190
name: margin-not-told
summary: The chart does not tell the margin of a stage, or its last stage is still positive.
severity: error
severity_when:
  warning: every margin is told and that of the last stage is positive
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [margin]
scope: patient
effective: {from: 2013-01-01}
carc: ["50", "112", "16"]
citation:
  - title: MLN Matters SE1318 (rev. 2020-10-27) on documenting Mohs surgery, as retold by AAD 2020
    grade: secondary
    checked: 2026-11-23
why: >
  Mohs surgery goes on until the margin is clear, so every stage has to say whether it was. A
  last stage that is still positive may be right where surgery had to stop, but then the chart
  has to say what follows. The chart file has no place for that plan.
exceptions:
  - The chart file has no column for it.
remedy: >
  Take the margin from the map. Where tumour was left, look in the note for the plan, and add it
  where there is none.
--- */
with untold_stages as (
    select
        stages.lesion_key,
        min(stages.stage) as stage
    from core.chart_stage as stages
    where stages.margin = ''
    group by stages.lesion_key
)

select
    lesions.line_id,
    case
        when stages.stage is not null
            then
                'the chart does not tell the margin of stage ' || cast(stages.stage as varchar)
                || ' of lesion ' || lesions.lesion
        else 'the last stage of lesion ' || lesions.lesion || ' is still positive'
    end as reason,
    case when stages.stage is null then 'warning' end as severity
from core.chart_lesion as lesions
left join untold_stages as stages on lesions.lesion_key = stages.lesion_key
where
    lesions.line_id is not null
    and (stages.stage is not null or lesions.last_margin = 'positive')
