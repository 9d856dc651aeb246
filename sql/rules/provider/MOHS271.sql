/* ---
id: MOHS271
name: stages-per-case-low
summary: A surgeon's stages per case are below those of nearly all others.
severity: info
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and measure = 'stages_per_case'
needs: [claims]
requires: [practice_rank, cohort_p5]
scope: provider
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Medicare by provider and service 2013 to 2021, computed into reference.peer_cohort
    grade: authority
    checked: 2026-11-23
  - title: Krishnan et al., JAMA Dermatology 2017, abstract (stages per case, Medicare 2012 to 2014)
    grade: secondary
    checked: 2026-11-23
why: >
  Hardly ever a second stage may mean that debulking or a biopsy is billed as a first stage,
  that further stages are not billed, or that tumours are treated that needed no Mohs surgery.
  The cut is the 5th percentile of surgeons in the nearest year; surgeons without ten patients
  with a second stage are not among them.
exceptions:
  - Fewer than 30 first stages.
remedy: >
  Compare maps and operative notes with the stages billed. Look at records of such days before
  anything else; an outlier is a reason to look, not a verdict.
--- */
select
    providers.rendering_npi,
    cast(cast(round(providers.value, 2) as decimal(9, 2)) as varchar)
    || ' stages per case on ' || providers.n || ' first stages of '
    || case providers.site_family when 'H' then '17311' else '17313' end
    || ' (95 % interval '
    || cast(cast(round(providers.lower, 2) as decimal(9, 2)) as varchar)
    || ' to '
    || cast(cast(round(providers.upper, 2) as decimal(9, 2)) as varchar)
    || '), below '
    || cast(cast(round(providers.cohort_p5, 2) as decimal(9, 2)) as varchar)
    || ', the 5th percentile of surgeons in ' || providers.cohort_year as reason
from audit.practice_mirror as providers
where
    providers.period = 'last_12_months'
    and providers.measure = 'stages_per_case'
    and providers.practice_rank is not null
    and providers.value < providers.cohort_p5
