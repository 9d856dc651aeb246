/* ---
title: Lines without a price, and why
meaning: >
  Lines the fee schedule or a contract gives no amount for, by payer and reason. Every total of
  variances leaves them out.
grain: one row per payer, status and reason
columns:
  status: manual or not_priced; priced by Medicare only where another payer has no terms
  reason: why there is no price
  payer_lines: lines of the payer
  lines: lines without a price for that reason
  share: lines over payer_lines
  charge: billed on them
--- */
with payers as (
    select
        prices.payer,
        count(*) as payer_lines
    from v_expected as prices
    group by prices.payer
)

select
    prices.payer,
    prices.line_of_business,
    prices.status,
    coalesce(prices.reason, 'no terms of this payer are loaded') as reason,
    count(*) as lines,
    payers.payer_lines,
    round(count(*) / payers.payer_lines, 4) as share,
    sum(lines.charge) as charge
from v_expected as prices
inner join payers on prices.payer = payers.payer
inner join core.service_line as lines on prices.line_id = lines.line_id
where prices.expected_allowed is null
group by prices.payer, prices.line_of_business, prices.status, prices.reason, payers.payer_lines
order by lines desc, prices.payer asc, reason asc
