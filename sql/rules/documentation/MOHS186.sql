/* ---
id: MOHS186
name: no-lesion-size
summary: The chart does not give the size of a lesion.
severity: warning
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [size_mm]
scope: patient
effective: {from: 2013-01-01}
carc: ["50", "112", "16"]
citation:
  - title: MLN Matters SE1318 (rev. 2020-10-27) on documenting Mohs surgery, as retold by AAD 2020
    grade: secondary
    checked: 2026-11-23
why: >
  Size is part of the reason for Mohs surgery on trunk and limbs, and of how many lesions and
  specimens there were. The file has no place for the position of each specimen; the map is
  MOHS188's.
exceptions:
  - The chart file has no column for it.
remedy: >
  Take the size from the visit or the photograph before surgery.
--- */
select
    lesions.line_id,
    'the chart gives no size of lesion ' || lesions.lesion as reason
from core.chart_lesion as lesions
where
    lesions.line_id is not null
    and lesions.size_mm is null
    and not coalesce(list_contains(lesions.absent_columns, 'size_mm'), false)
