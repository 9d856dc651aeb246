/* ---
id: MOHS182
name: no-biopsy-report
summary: The chart has no pathology report that proves the tumour.
severity: warning
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [has_biopsy_report]
scope: patient
effective: {from: 2013-01-01}
carc: ["50", "112", "16"]
citation:
  - title: MLN Matters SE1318 (rev. 2020-10-27) on documenting Mohs surgery, as retold by AAD 2020
    grade: secondary
    checked: 2026-11-23
why: >
  A biopsy proves the tumour before it is operated on. Where none is on file a frozen section of
  the same day may do; without both the reviewer sees surgery on an unproven tumour.
exceptions:
  - A frozen section stands on the day.
  - The chart does not say whether there is a report.
remedy: >
  Get the report from whoever did the biopsy and file it with the chart.
--- */
with frozen_days as (
    select distinct lines.encounter_id
    from core.encounter_line as lines
    where lines.is_frozen_section
)

select
    lesions.line_id,
    'the chart has no biopsy report of lesion ' || lesions.lesion as reason
from core.chart_lesion as lesions
anti join frozen_days on lesions.encounter_id = frozen_days.encounter_id
where lesions.line_id is not null and not lesions.has_biopsy_report
