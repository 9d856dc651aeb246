/* ---
id: MOHS184
name: no-stage-in-the-chart
summary: The chart describes a lesion and none of its stages.
severity: error
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
scope: patient
effective: {from: 2013-01-01}
carc: ["50", "112", "16"]
citation:
  - title: MLN Matters SE1318 (rev. 2020-10-27) on documenting Mohs surgery, as retold by AAD 2020
    grade: secondary
    checked: 2026-11-23
why: >
  Every stage is paid for what was cut and read in it. A chart without stages supports none of
  them. Stages that are there but of another number than billed are MOHS047's, numbers that
  leave a gap MOHS031's.
exceptions:
  - One stage is described, though another is missing.
remedy: >
  Take the stages from the map and the operative note; without them the claim cannot be
  defended.
--- */
select
    lesions.line_id,
    'the chart describes no stage of lesion ' || lesions.lesion as reason
from core.chart_lesion as lesions
where
    lesions.line_id is not null
    and lesions.stages = 0
