/* ---
id: MOHS191
name: no-same-physician-statement
summary: The chart does not state that one physician cut and read.
severity: error
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [has_same_physician_statement]
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
  One physician acts as surgeon and as pathologist; that is what makes it Mohs surgery. Two
  equal NPIs in the file are not the statement a reviewer looks for. Two different ones are
  MOHS141's.
exceptions:
  - The chart does not say.
remedy: >
  Have the surgeon state it in the note of each operation; a later statement needs its own date.
--- */
select
    lesions.line_id,
    'the chart of lesion ' || lesions.lesion
    || ' does not state that one physician cut and read' as reason
from core.chart_lesion as lesions
where
    lesions.line_id is not null
    and not lesions.has_same_physician_statement
