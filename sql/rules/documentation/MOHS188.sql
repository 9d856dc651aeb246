/* ---
id: MOHS188
name: no-map
summary: A stage has no map or diagram.
severity: error
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [has_map]
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
  The map is how residual tumour on a slide is found again on the patient. Mohs surgery without
  one is an excision with frozen sections, at another price.
exceptions:
  - The chart does not say whether there is one.
remedy: >
  File the map with the stage; where there is none, the stage cannot be defended.
--- */
with undocumented_stages as (
    select
        stages.lesion_key,
        min(stages.stage) as stage
    from core.chart_stage as stages
    where not stages.has_map
    group by stages.lesion_key
)

select
    lesions.line_id,
    'stage ' || cast(stages.stage as varchar) || ' of lesion ' || lesions.lesion
    || ' has no map or diagram' as reason
from core.chart_lesion as lesions
inner join undocumented_stages as stages on lesions.lesion_key = stages.lesion_key
where lesions.line_id is not null
