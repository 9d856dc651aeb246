/* ---
id: MOHS180
name: no-preoperative-diagnosis
summary: The chart names no diagnosis, or no tumour type, of a lesion.
severity: error
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [diagnosis_code, histology]
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
  Mohs surgery is covered for named tumours. A reviewer looks first for the diagnosis it was
  done for and the tumour the biopsy showed; without either the whole operation is denied.
exceptions:
  - The chart file has no column for it.
remedy: >
  Take diagnosis and histology from the biopsy report into the chart. Where neither was known
  before the surgery, do not defend the claim.
--- */
select
    lesions.line_id,
    case
        when lesions.diagnosis_code = '' and lesions.histology = ''
            then
                'the chart of lesion ' || lesions.lesion
                || ' names neither diagnosis nor tumour type'
        when lesions.diagnosis_code = ''
            then 'the chart of lesion ' || lesions.lesion || ' names no diagnosis'
        else 'the chart of lesion ' || lesions.lesion || ' names no tumour type'
    end as reason
from core.chart_lesion as lesions
where
    lesions.line_id is not null
    and (lesions.diagnosis_code = '' or lesions.histology = '')
