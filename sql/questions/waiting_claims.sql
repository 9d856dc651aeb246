/* ---
title: Claims no payer has answered
meaning: >
  Claims submitted that have no line adjudicated, oldest first, counted from the last day the
  warehouse knows of a payment. A claim that waits long may never have arrived.
grain: one row per claim
parameters:
  days: {type: integer, default: 45, meaning: waiting at least this many days}
columns:
  as_of: last day of payment on file
  days_waiting: days from submission to as_of
  lines: billed lines
  date_of_service: first day of service
--- */
with known as (
    select max(remits.payment_date) as as_of
    from core.remit_claim as remits
)

select
    claims.claim_id,
    claims.payer,
    claims.date_of_service,
    claims.submitted_date,
    known.as_of,
    date_diff('day', claims.submitted_date, known.as_of) as days_waiting,
    claims.lines,
    claims.charge
from v_claim as claims
cross join known
where
    claims.paid is null
    and claims.payer_sequence not in ('S', 'T')
    and not exists (
        select 1
        from core.service_line as lines
        where lines.claim_id = claims.claim_id and lines.is_adjudicated
    )
    and date_diff('day', claims.submitted_date, known.as_of) >= coalesce(getvariable('days'), 45)
order by days_waiting desc, claims.claim_id asc
