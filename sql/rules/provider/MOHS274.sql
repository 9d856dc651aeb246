/* ---
id: MOHS274
name: extra-block-rate-high
summary: A surgeon bills 17315 far more often than others who bill it.
severity: info
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and measure =
  'extra_blocks_per_first_stage'
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
  Few first stages need more than five blocks: 0.0125 units per first stage nationally in 2021.
  CMS publishes 17315 of one surgeon in twenty; the cut is the 95th percentile of those in the
  nearest year.
exceptions:
  - Fewer than 30 first stages.
remedy: >
  Compare the blocks in maps and laboratory logs with the units billed. Look at records of such
  days before anything else; an outlier is a reason to look, not a verdict.
--- */
select
    providers.rendering_npi,
    cast(cast(round(providers.value, 2) as decimal(9, 2)) as varchar)
    || ' units of 17315 per first stage on ' || providers.n || ' '
    || providers.n_of || ', above '
    || cast(cast(round(providers.cohort_p95, 2) as decimal(9, 2)) as varchar)
    || ', the 95th percentile of surgeons in ' || providers.cohort_year as reason
from audit.practice_mirror as providers
where
    providers.period = 'last_12_months'
    and providers.measure = 'extra_blocks_per_first_stage'
    and providers.value > providers.cohort_p95
