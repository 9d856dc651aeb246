/* ---
title: Charges at or below what the payer would allow
meaning: >
  Codes whose charge does not exceed the expected amount: the payer allows the lesser of both, so
  that a charge below it gives money away.
grain: one row per procedure and payer
columns:
  lines: lines priced, one unit or more
  at_or_below: lines whose charge is at or below the fee before the charge caps it
  lowest_charge: lowest charge a unit
  highest_fee: highest fee a unit
  lost: fee less charge on those lines, before other reductions
--- */
with fees as (
    select
        lines.procedure_code,
        lines.payer,
        lines.units,
        lines.charge,
        prices.full_fee
    from core.service_line as lines
    inner join audit.expected_payment as prices on lines.line_id = prices.line_id
    where prices.status = 'priced' and prices.full_fee > 0 and lines.charge > 0
)

select
    fees.procedure_code,
    fees.payer,
    count(*) as lines,
    count(*) filter (where fees.charge <= fees.full_fee) as at_or_below,
    round(min(fees.charge / fees.units), 2) as lowest_charge,
    round(max(fees.full_fee / fees.units), 2) as highest_fee,
    coalesce(sum(fees.full_fee - fees.charge) filter (where fees.charge <= fees.full_fee), 0)
        as lost
from fees
group by fees.procedure_code, fees.payer
having count(*) filter (where fees.charge <= fees.full_fee) > 0
order by lost desc, fees.procedure_code asc, fees.payer asc
