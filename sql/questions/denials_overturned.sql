/* ---
title: What became of denials, by payer and cause
meaning: >
  Denied lines by payer and cause with where they stand, and the share of those closed that brought
  money, with Wilson's 95 % interval. Open ones will still move.
grain: one row per payer and cause
columns:
  denials: lines denied
  closed: of them closed
  overturned: of those closed, overturned or partly paid
  overturn_rate: overturned over closed
  low: lower end of Wilson's 95 % interval
  high: upper end
  expired: closed because a deadline passed
  recovered: dollars recovered
  unrecovered: dollars not recovered
--- */
with counted as (
    select
        episodes.payer,
        episodes.cause,
        count(*) as denials,
        count(*) filter (where episodes.is_closed) as closed,
        count(*) filter (
            where episodes.is_closed and episodes.current_state in ('overturned', 'partly_paid')
        ) as overturned,
        count(*) filter (where episodes.current_state = 'expired') as expired,
        sum(episodes.recovered) as recovered,
        coalesce(sum(episodes.unrecovered), 0) as unrecovered
    from v_episode as episodes
    group by episodes.payer, episodes.cause
)

select
    counted.payer,
    counted.cause,
    counted.denials,
    counted.closed,
    counted.overturned,
    round(counted.overturned / nullif(counted.closed, 0), 4) as overturn_rate,
    round(wilson(counted.overturned, counted.closed).low, 4) as low,
    round(wilson(counted.overturned, counted.closed).high, 4) as high,
    counted.expired,
    counted.recovered,
    counted.unrecovered
from counted
order by counted.unrecovered desc, counted.payer asc, counted.cause asc
