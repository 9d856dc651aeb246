/* ---
id: MOHS275
name: lesions-per-day-high
summary: A surgeon begins several lesions a day in a patient far more often than others.
severity: info
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and measure = 'lesions_per_day' and
  site_family = 'H'
needs: [claims]
requires: [practice_rank, cohort_p95]
scope: provider
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Medicare by provider and service 2013 to 2021, computed into reference.peer_cohort
    grade: authority
    checked: 2026-11-23
why: >
  Two lesions in one patient on one day are the exception, and a second first stage on one
  lesion is a further stage. The cut is the 95th percentile of surgeons in the nearest year.
exceptions:
  - Fewer than 30 days of surgery.
remedy: >
  Check that the first stages of such days are lesions of their own. Look at records of such
  days before anything else; an outlier is a reason to look, not a verdict.
--- */
select
    providers.rendering_npi,
    cast(cast(round(providers.value, 2) as decimal(9, 2)) as varchar)
    || ' units of 17311 a day and patient on ' || providers.n || ' '
    || providers.n_of || ', above '
    || cast(cast(round(providers.cohort_p95, 2) as decimal(9, 2)) as varchar)
    || ', the 95th percentile of surgeons in ' || providers.cohort_year
    || case
        when providers.value > providers.cohort_p99 then ', and above their 99th'
        else ''
    end as reason
from audit.practice_mirror as providers
where
    providers.period = 'last_12_months'
    and providers.measure = 'lesions_per_day'
    and providers.site_family = 'H'
    and providers.value > providers.cohort_p95
