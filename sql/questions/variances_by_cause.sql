/* ---
title: Payments above and below what was expected, by cause
meaning: >
  Adjudicated lines beyond the tolerance, by payer and what would give the amount allowed. Potential
  variances, for review; `unexplained` gives no explanation.
grain: one row per payer, status and cause
columns:
  lines: lines with that cause
  procedures: codes among them
  variance: allowed less expected, summed
  first_date: first day of service among them
  last_date: last
--- */
select
    variances.payer,
    variances.status,
    variances.cause,
    count(*) as lines,
    count(distinct variances.procedure_code) as procedures,
    sum(variances.variance) as variance,
    min(variances.date_of_service) as first_date,
    max(variances.date_of_service) as last_date
from v_variance as variances
where variances.status in ('under', 'over')
group by variances.payer, variances.status, variances.cause
order by abs(sum(variances.variance)) desc, variances.payer asc, variances.cause asc
