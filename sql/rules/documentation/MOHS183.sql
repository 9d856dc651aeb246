/* ---
id: MOHS183
name: no-reason-for-mohs
summary: The chart does not say why Mohs surgery rather than another treatment.
severity: error
severity_when:
  warning: the reason given is an appropriate use score and no more
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [indication]
scope: patient
effective: {from: 2013-01-01}
carc: ["50", "112", "16"]
citation:
  - title: MLN Matters SE1318 (rev. 2020-10-27) on documenting Mohs surgery, as retold by AAD 2020
    grade: secondary
    checked: 2026-11-23
  - title: DermDigest on SE1318 (the score alone does not show that Mohs was the most appropriate
      choice)
    grade: secondary
    checked: 2026-11-23
why: >
  Excision and destruction treat most of these tumours at less cost. Coverage asks why Mohs was
  chosen: site, size, growth pattern, recurrence, what must be spared. An appropriate use score
  says that Mohs may be used, not why it was the best choice here.
exceptions:
  - The chart file has no column for it.
remedy: >
  Say in the note what of this tumour called for Mohs surgery. A note written after the request
  for records needs its date.
--- */
select
    lesions.line_id,
    case
        when lesions.indication = ''
            then 'the chart does not say why lesion ' || lesions.lesion || ' needed Mohs surgery'
        else 'the chart cites no more than the appropriate use score of lesion ' || lesions.lesion
    end as reason,
    case when lesions.indication <> '' then 'warning' end as severity
from core.chart_lesion as lesions
where
    lesions.line_id is not null
    and (lesions.indication = '' or lesions.is_score_only)
