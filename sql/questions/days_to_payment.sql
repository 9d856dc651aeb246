/* ---
title: How long payers take
meaning: >
  Days from submission to the first remittance of a claim, by payer and month of submission: half of
  the claims are answered within the median, nine in ten within the 90th percentile.
grain: one row per payer and month of submission
columns:
  month: month of submission, YYYY-MM
  claims: claims submitted
  answered: of them answered
  median_days: median days to the first answer
  p90_days: nine in ten are answered within these days
  longest_days: longest of all
--- */
with answers as (
    select
        remits.claim_id,
        min(remits.payment_date) as first_answer
    from core.remit_claim as remits
    where remits.is_matched
    group by remits.claim_id
)

select
    claims.payer,
    strftime(claims.submitted_date, '%Y-%m') as month,
    count(*) as claims,
    count(answers.claim_id) as answered,
    median(date_diff('day', claims.submitted_date, answers.first_answer)) as median_days,
    quantile_cont(date_diff('day', claims.submitted_date, answers.first_answer), 0.9) as p90_days,
    max(date_diff('day', claims.submitted_date, answers.first_answer)) as longest_days
from core.claim as claims
left join answers on claims.claim_id = answers.claim_id
where claims.submitted_date is not null and claims.submission = 1
group by claims.payer, strftime(claims.submitted_date, '%Y-%m')
order by claims.payer, month
