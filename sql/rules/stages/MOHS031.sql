/* ---
id: MOHS031
name: stage-numbers-with-a-gap
summary: The stages of a lesion in the chart are not numbered from one without a gap.
severity: warning
category: add-on
population: core.mohs_line
needs: [claims, chart]
requires: []
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Our reading of stage numbers in a chart
    grade: inference
    checked: 2026-11-23
why: >
  A stage 3 without a stage 2 is a slip of the number or a sheet that is missing; either way the
  count that was billed cannot be shown. A row that repeats a stage is set aside when the chart is
  read, and listed in the quarantine. A lesion without any stage is MOHS184's.
exceptions:
  - The stages are 1 to the last, in whatever order they were written down.
remedy: >
  Find the sheet of the missing stage, or correct the number, and count the stages again.
--- */
select
    lesions.line_id,
    'the chart has ' || cast(lesions.stages as varchar)
    || case when lesions.stages = 1 then ' stage of lesion ' else ' stages of lesion ' end
    || lesions.lesion || ', and the last is number ' || cast(lesions.last_stage as varchar)
        as reason
from core.chart_lesion as lesions
where lesions.line_id is not null and lesions.has_stage_gap
