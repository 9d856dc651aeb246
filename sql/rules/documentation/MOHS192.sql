/* ---
id: MOHS192
name: not-signed
summary: The chart is not signed by the surgeon.
severity: error
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [is_signed]
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
  An unsigned note is no note to a reviewer. The chart file says only whether the surgeon
  signed, so a signature of somebody else counts as none.
exceptions:
  - The chart does not say.
remedy: >
  Get a signature, or a signature attestation where the day has passed.
--- */
select
    lesions.line_id,
    'the chart of lesion ' || lesions.lesion || ' is not signed by the surgeon' as reason
from core.chart_lesion as lesions
where
    lesions.line_id is not null
    and not lesions.is_signed
