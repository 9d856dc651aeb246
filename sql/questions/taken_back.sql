/* ---
title: Payments taken back
meaning: >
  Reversals of claims that had been paid, with the days since the payment: a denial that comes late
  and quietly. With `days` only those taken back later than that.
grain: one row per line taken back
parameters:
  days: {type: integer, default: 0, meaning: taken back at least this many days after the payment}
columns:
  first_paid_date: day of the first payment
  reversed_date: day of the reversal
  days_later: days between
  reversed: dollars taken back
  paid_in_the_end: paid on the line, net of all
--- */
with payments as (
    select
        remits.line_id,
        min(remits.payment_date) as first_paid_date
    from core.remit_line as remits
    where remits.paid > 0 and not remits.is_reversal
    group by remits.line_id
)

select
    reversals.line_id,
    lines.payer,
    lines.date_of_service,
    lines.procedure_code,
    payments.first_paid_date,
    reversals.payment_date as reversed_date,
    date_diff('day', payments.first_paid_date, reversals.payment_date) as days_later,
    -reversals.paid as reversed,
    lines.paid as paid_in_the_end,
    lines.is_denied
from core.remit_line as reversals
inner join payments on reversals.line_id = payments.line_id
inner join core.service_line as lines on reversals.line_id = lines.line_id
where
    reversals.is_reversal
    and reversals.paid < 0
    and date_diff('day', payments.first_paid_date, reversals.payment_date)
    >= coalesce(getvariable('days'), 0)
order by reversed desc, reversals.line_id asc
