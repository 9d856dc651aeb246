/* ---
id: MOHS277
name: modifier-habits
summary: A surgeon uses modifier 25, 59 or 22 far more often than colleagues or at all.
severity: info
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and measure in ('modifier_25',
  'modifier_59', 'modifier_22')
needs: [claims]
requires: [practice_rank]
scope: provider
effective: {from: 2007-01-01}
parameters:
  largest_share: share of days of surgery with modifier 22 above which it is a habit
carc: []
citation:
  - title: OIG report, November 2025 (61.5 % of dermatology visits had a minor procedure)
    grade: authority
    checked: 2026-11-23
  - title: Our reading, compared with colleagues of the practice
    grade: inference
    checked: 2026-11-23
why: >
  Modifier 25 says that a visit was more than the decision for surgery, 59 and the X modifiers
  that two services are apart, 22 that a case was out of the ordinary. Each is right on some
  days; as a habit it is what payers audit. For 25 and 59 colleagues are the measure, for 22 a
  fixed share.
exceptions:
  - Fewer than 30 days of surgery.
  - A share like that of colleagues.
remedy: >
  Read the visit notes and operative notes of some of those days. Look at records of such days
  before anything else; an outlier is a reason to look, not a verdict.
--- */
select
    providers.rendering_npi,
    case providers.measure
        when 'modifier_25' then 'a visit with modifier 25: '
        when 'modifier_59' then 'modifier 59 or X: '
        else 'modifier 22: '
    end
    || cast(cast(round(100 * providers.value, 1) as decimal(9, 1)) as varchar)
    || ' % of ' || providers.n || ' ' || providers.n_of
    || case
        when providers.measure = 'modifier_22' then ', more than '
        else
            ', of colleagues'' '
            || cast(cast(round(100 * providers.others_value, 1) as decimal(9, 1)) as varchar)
            || ' %: more than chance once in 1,000 ('
    end
    || case
        when providers.measure = 'modifier_22'
            then
                cast(
                    cast(
                        round(100 * cast(thresholds.number as double), 1) as decimal(9, 1)
                    ) as varchar
                )
                || ' %'
        else
            cast(cast(round(100 * providers.funnel_upper, 1) as decimal(9, 1)) as varchar)
            || ' %)'
    end as reason
from audit.practice_mirror as providers
inner join reference.threshold as thresholds
    on
        thresholds.rule_id = 'MOHS277'
        and thresholds.parameter = 'largest_share'
        and thresholds.payer = ''
        and providers.period_to between thresholds.effective_from and thresholds.effective_to
where
    providers.period = 'last_12_months'
    and providers.practice_rank is not null
    and (
        (
            providers.measure in ('modifier_25', 'modifier_59')
            and providers.value > providers.funnel_upper
        )
        or (
            providers.measure = 'modifier_22'
            and providers.value > cast(thresholds.number as double)
        )
    )
