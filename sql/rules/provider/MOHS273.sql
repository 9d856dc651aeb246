/* ---
id: MOHS273
name: trunk-share-high
summary: A surgeon treats far more lesions of trunk and limbs than others do.
severity: info
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and measure = 'trunk_share'
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
  Trunk and limbs are where Mohs surgery is least often called for; necessity is asked about
  there first. The cut is the 95th percentile of surgeons with both codes in the nearest year.
exceptions:
  - Fewer than 30 first stages.
remedy: >
  Check indications of 17313 against the appropriate use criteria. Look at records of such days
  before anything else; an outlier is a reason to look, not a verdict.
--- */
select
    providers.rendering_npi,
    cast(cast(round(100 * providers.value, 1) as decimal(9, 1)) as varchar)
    || ' % of first stages are 17313 on ' || providers.n || ' '
    || providers.n_of || ', above '
    || cast(cast(round(100 * providers.cohort_p95, 1) as decimal(9, 1)) as varchar)
    || ' %, the 95th percentile of surgeons in ' || providers.cohort_year as reason
from audit.practice_mirror as providers
where
    providers.period = 'last_12_months'
    and providers.measure = 'trunk_share'
    and providers.value > providers.cohort_p95
