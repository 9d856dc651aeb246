/* ---
id: MOHS270
name: stages-per-case-high
summary: A surgeon's stages per case are far above the country's.
severity: warning
severity_when:
  info: the 95 % interval reaches down to the cut
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and measure = 'stages_per_case'
needs: [claims]
requires: [practice_rank, cohort_sd]
scope: provider
effective: {from: 2007-01-01}
parameters:
  deviations: standard deviations above the mean at which stages per case are high
carc: []
citation:
  - title: Medicare by provider and service 2013 to 2021, computed into reference.peer_cohort
    grade: authority
    checked: 2026-11-23
  - title: Krishnan et al., JAMA Dermatology 2017, abstract (stages per case, Medicare 2012 to 2014)
    grade: secondary
    checked: 2026-11-23
why: >
  Stages per case fall every year, so that a fixed cut is stale: the published 2.41 of 2012 to
  2014 misses 77 of the 110 surgeons above the cut of 2021. The cut is the mean and two standard
  deviations of surgeons in the nearest year there is a cohort of, which is Medicare's alone.
exceptions:
  - Fewer than 30 first stages.
remedy: >
  See what the lesions were: recurrent, aggressive or large tumours take more stages. Look at
  records of such days before anything else; an outlier is a reason to look, not a verdict.
--- */
with providers as (
    select
        mirror.rendering_npi,
        mirror.site_family,
        mirror.n,
        mirror.value,
        mirror.lower,
        mirror.upper,
        mirror.cohort_year,
        mirror.cohort_mean
        + cast(cast(round(
            cast(thresholds.number as double) * mirror.cohort_sd, 6
        ) as decimal(14, 6)) as double) as high_cut
    from audit.practice_mirror as mirror
    inner join reference.threshold as thresholds
        on
            thresholds.rule_id = 'MOHS270'
            and thresholds.parameter = 'deviations'
            and thresholds.payer = ''
            and mirror.period_to between thresholds.effective_from and thresholds.effective_to
    where
        mirror.period = 'last_12_months'
        and mirror.measure = 'stages_per_case'
        and mirror.practice_rank is not null
)

select
    providers.rendering_npi,
    case when providers.lower <= providers.high_cut then 'info' end as severity,
    cast(cast(round(providers.value, 2) as decimal(9, 2)) as varchar)
    || ' stages per case on ' || providers.n || ' first stages of '
    || case providers.site_family when 'H' then '17311' else '17313' end
    || ' (95 % interval '
    || cast(cast(round(providers.lower, 2) as decimal(9, 2)) as varchar)
    || ' to '
    || cast(cast(round(providers.upper, 2) as decimal(9, 2)) as varchar)
    || '), above '
    || cast(cast(round(providers.high_cut, 2) as decimal(9, 2)) as varchar)
    || ', the high cut of surgeons in ' || providers.cohort_year as reason
from providers
where providers.value > providers.high_cut
