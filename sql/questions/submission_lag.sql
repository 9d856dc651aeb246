/* ---
title: How long bills take to leave the practice
meaning: >
  Days from service to the first submission, by month of service: the median, nine in ten, and how
  many went out later than so many days. Late bills are lost to timely filing.
grain: one row per payer and month of service
parameters:
  days: {type: integer, default: 30, meaning: late after this many days}
columns:
  claims: claims, first submissions only
  median_days: median days to submission
  p90_days: nine in ten are out within these days
  late: claims submitted later than `days`
  late_charge: billed on them
--- */
select
    claims.payer,
    claims.month,
    count(*) as claims,
    median(claims.days_to_payer) as median_days,
    quantile_cont(claims.days_to_payer, 0.9) as p90_days,
    count(*) filter (where claims.days_to_payer > coalesce(getvariable('days'), 30)) as late,
    coalesce(
        sum(claims.charge) filter (where claims.days_to_payer > coalesce(getvariable('days'), 30)),
        0
    ) as late_charge
from v_claim as claims
where claims.submission = 1 and claims.days_to_payer is not null
group by claims.payer, claims.month
order by claims.payer, claims.month
