/* ---
id: MOHS278
name: confirmatory-biopsy-rate
summary: A surgeon bills a biopsy and its frozen section that day far more often than colleagues.
severity: info
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and measure = 'confirmatory_biopsy'
needs: [claims]
requires: [practice_rank, funnel_upper]
scope: provider
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Our reading, compared with colleagues of the practice
    grade: inference
    checked: 2026-11-23
why: >
  A biopsy and its frozen section are paid beside Mohs surgery where no diagnosis was on file.
  As a habit they are asked about: most patients come with a biopsy.
exceptions:
  - Fewer than 30 days of surgery.
  - There are no colleagues with 30 to compare with.
remedy: >
  Check that no report of a biopsy of the last 60 days was on file. Look at records of such days
  before anything else; an outlier is a reason to look, not a verdict.
--- */
select
    providers.rendering_npi,
    'a biopsy and a frozen section on the day of surgery: '
    || cast(cast(round(100 * providers.value, 1) as decimal(9, 1)) as varchar)
    || ' % of ' || providers.n || ' ' || providers.n_of
    || ', of colleagues'' '
    || cast(cast(round(100 * providers.others_value, 1) as decimal(9, 1)) as varchar)
    || ' %: more than chance once in 1,000 ('
    || cast(cast(round(100 * providers.funnel_upper, 1) as decimal(9, 1)) as varchar)
    || ' %)' as reason
from audit.practice_mirror as providers
where
    providers.period = 'last_12_months'
    and providers.measure = 'confirmatory_biopsy'
    and providers.value > providers.funnel_upper
