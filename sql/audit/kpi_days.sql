-- Medians and 90th percentiles (nearest rank) of days, by month and payer.
with appeal_or_close as (
    select
        'days_denial_to_appeal' as measure,
        episodes.month,
        episodes.payer,
        date_diff('day', episodes.first_denied_date, episodes.appealed_date) as days
    from audit.denial_episode as episodes
    where episodes.appealed_date >= episodes.first_denied_date
    union all
    select
        'days_denial_to_resolution' as measure,
        episodes.month,
        episodes.payer,
        date_diff('day', episodes.first_denied_date, episodes.final_date) as days
    from audit.denial_episode as episodes
    where episodes.is_closed and episodes.final_date >= episodes.first_denied_date
),

waits as (
    select
        appeal_or_close.measure,
        appeal_or_close.month,
        appeal_or_close.payer,
        appeal_or_close.days
    from appeal_or_close
    union all
    select
        'answer_lag' as measure,
        claims.answer_month as month,
        claims.payer,
        claims.answer_lag_days as days
    from audit.claim_outcome as claims
    where claims.answer_lag_days >= 0
    union all
    select
        'bill_lag' as measure,
        claims.service_month as month,
        claims.payer,
        claims.bill_lag_days as days
    from audit.claim_outcome as claims
    where claims.bill_lag_days >= 0
),

counts as (
    select
        waits.measure,
        waits.month,
        waits.payer,
        waits.days,
        count(*) as n
    from waits
    group by waits.measure, waits.month, waits.payer, waits.days
),

payer_counts as (
    select
        counts.measure,
        counts.month,
        counts.payer,
        counts.days,
        counts.n
    from counts
    union all
    select
        counts.measure,
        counts.month,
        'all payers' as payer,
        counts.days,
        sum(counts.n) as n
    from counts
    group by counts.measure, counts.month, counts.days
),

running as (
    select
        payer_counts.measure,
        payer_counts.month,
        payer_counts.payer,
        payer_counts.days,
        sum(payer_counts.n) over (
            partition by payer_counts.measure, payer_counts.month, payer_counts.payer
            order by payer_counts.days
        ) as so_far,
        sum(payer_counts.n) over (
            partition by payer_counts.measure, payer_counts.month, payer_counts.payer
        ) as n
    from payer_counts
),

percentiles as (
    select
        running.measure,
        running.month,
        running.payer,
        max(running.n) as n,
        min(case when 2 * running.so_far >= running.n then running.days end) as median_days,
        min(case when 10 * running.so_far >= 9 * running.n then running.days end) as p90_days
    from running
    group by running.measure, running.month, running.payer
)

select
    percentiles.measure || '_median' as kpi,
    percentiles.month,
    percentiles.payer,
    percentiles.median_days as days,
    cast(percentiles.n as bigint) as n
from percentiles
union all
select
    percentiles.measure || '_p90' as kpi,
    percentiles.month,
    percentiles.payer,
    percentiles.p90_days as days,
    cast(percentiles.n as bigint) as n
from percentiles
