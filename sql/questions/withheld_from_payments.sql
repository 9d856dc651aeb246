/* ---
title: What was withheld from whole payments
meaning: >
  Provider-level adjustments of the remittances by reason: interest, recoupments, withholds. They
  belong to no claim and are in no line's total. Above zero reduces the payment.
grain: one row per reason and year
columns:
  year: fiscal year of the adjustment
  adjustments: adjustments
  amount: dollars, above zero where they reduce the payment
  first_date: first fiscal date
  last_date: last
--- */
select
    adjustments.reason,
    year(adjustments.fiscal_date) as year,
    count(*) as adjustments,
    sum(adjustments.amount) as amount,
    min(adjustments.fiscal_date) as first_date,
    max(adjustments.fiscal_date) as last_date
from core.provider_adjustment as adjustments
group by adjustments.reason, year(adjustments.fiscal_date)
order by amount desc, adjustments.reason asc
