/* ---
id: MOHS189
name: no-histology-description
summary: The first stage has no description of what its slides show.
severity: error
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [has_histology_description]
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
  The surgeon is the pathologist too, and the fee pays for both. The first stage has to say
  depth, growth pattern, cell form, perineural invasion and scar where there is one; a later
  stage only what changed.
exceptions:
  - Only a later stage has none.
  - The chart does not say whether there is one.
remedy: >
  Describe the slides of the first stage from the slides themselves, with the day of the
  description.
--- */
with undocumented_stages as (
    select
        stages.lesion_key,
        min(stages.stage) as stage
    from core.chart_stage as stages
    where not stages.has_histology_description and stages.stage = 1
    group by stages.lesion_key
)

select
    lesions.line_id,
    'stage ' || cast(stages.stage as varchar) || ' of lesion ' || lesions.lesion
    || ' has no description of its slides' as reason
from core.chart_lesion as lesions
inner join undocumented_stages as stages on lesions.lesion_key = stages.lesion_key
where lesions.line_id is not null
