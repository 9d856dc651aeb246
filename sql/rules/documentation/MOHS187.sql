/* ---
id: MOHS187
name: no-operative-note
summary: A stage has no operative note.
severity: error
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [has_operative_note]
scope: patient
effective: {from: 2013-01-01}
carc: ["50", "112", "16"]
citation:
  - title: MLN Matters SE1318 (rev. 2020-10-27) on documenting Mohs surgery, as retold by AAD 2020
    grade: secondary
    checked: 2026-11-23
  - title: LCD L35494 on Mohs surgery, documentation requirements
    grade: secondary
    checked: 2026-11-23
why: >
  Each stage is an operation of its own: what was cut, how it was oriented, what was found. A
  stage that no note describes was not documented and is taken back.
exceptions:
  - The chart does not say whether there is one.
remedy: >
  Find the note. One written later needs its own date and does not replace what was to be
  written that day.
--- */
with undocumented_stages as (
    select
        stages.lesion_key,
        min(stages.stage) as stage
    from core.chart_stage as stages
    where not stages.has_operative_note
    group by stages.lesion_key
)

select
    lesions.line_id,
    'stage ' || cast(stages.stage as varchar) || ' of lesion ' || lesions.lesion
    || ' has no operative note' as reason
from core.chart_lesion as lesions
inner join undocumented_stages as stages on lesions.lesion_key = stages.lesion_key
where lesions.line_id is not null
