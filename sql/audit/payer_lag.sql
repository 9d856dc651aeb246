-- How long each payer takes from the service to its first answer, and how old a month must be to be
-- compared: the 90th percentile (nearest rank), 60 days at least.
with lags as (
    select
        claims.payer,
        date_diff('day', claims.date_of_service, claims.first_answer_date) as days
    from audit.claim_outcome as claims
    where claims.first_answer_date >= claims.date_of_service
),

payer_lags as (
    select
        lags.payer,
        lags.days
    from lags
    union all
    select
        'all payers' as payer,
        lags.days
    from lags
),

counts as (
    select
        payer_lags.payer,
        payer_lags.days,
        count(*) as claims
    from payer_lags
    group by payer_lags.payer, payer_lags.days
),

running as (
    select
        counts.payer,
        counts.days,
        sum(counts.claims) over (partition by counts.payer order by counts.days) as so_far,
        sum(counts.claims) over (partition by counts.payer) as claims
    from counts
)

select
    running.payer,
    cast(max(running.claims) as bigint) as claims,
    min(case when 2 * running.so_far >= running.claims then running.days end) as median_days,
    min(case when 10 * running.so_far >= 9 * running.claims then running.days end) as p90_days,
    greatest(
        min(case when 10 * running.so_far >= 9 * running.claims then running.days end),
        cast(60 as bigint)
    ) as mature_days
from running
group by running.payer
