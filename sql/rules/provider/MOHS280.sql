/* ---
id: MOHS280
name: second-intention-rate
summary: A surgeon's wounds have no closure on file far more often than colleagues'.
severity: info
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and measure = 'second_intention'
needs: [claims]
requires: [practice_rank, funnel_upper]
scope: provider
effective: {from: 2007-01-01}
parameters:
  window_days: days within which a closure counts; the mirror counts by it
carc: []
citation:
  - title: Our reading, compared with colleagues of the practice
    grade: inference
    checked: 2026-11-23
why: >
  A wound may be left to heal, be closed elsewhere, or its closure may never have been billed.
  Days of surgery with no closure by anybody and no further surgery within 14 days are counted,
  once 14 days of claims have followed.
exceptions:
  - Fewer than 30 days of surgery.
  - There are no colleagues with 30 to compare with.
remedy: >
  See in the records how those wounds were closed, and whether by whom it was billed. Look at
  records of such days before anything else; an outlier is a reason to look, not a verdict.
--- */
select
    providers.rendering_npi,
    'no closure within '
    || cast(cast(floor(thresholds.number) as bigint) as varchar) || ' days: '
    || cast(cast(round(100 * providers.value, 1) as decimal(9, 1)) as varchar)
    || ' % of ' || providers.n || ' ' || providers.n_of
    || ', of colleagues'' '
    || cast(cast(round(100 * providers.others_value, 1) as decimal(9, 1)) as varchar)
    || ' %: more than chance once in 1,000 ('
    || cast(cast(round(100 * providers.funnel_upper, 1) as decimal(9, 1)) as varchar)
    || ' %)' as reason
from audit.practice_mirror as providers
inner join reference.threshold as thresholds
    on
        thresholds.rule_id = 'MOHS280'
        and thresholds.parameter = 'window_days'
        and thresholds.payer = ''
        and providers.period_to between thresholds.effective_from and thresholds.effective_to
where
    providers.period = 'last_12_months'
    and providers.measure = 'second_intention'
    and providers.value > providers.funnel_upper
