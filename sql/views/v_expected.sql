/* ---
title: Prices with the line they belong to
meaning: >
  What Medicare's schedule or the payer's contract gives for a line, step by step; also where there
  is no price and why.
grain: one row per primary billed line
columns:
  month: month of service, YYYY-MM
--- */
select
    prices.line_id,
    lines.payer,
    lines.line_of_business,
    lines.date_of_service,
    strftime(lines.date_of_service, '%Y-%m') as month,
    lines.rendering_npi,
    lines.procedure_code,
    lines.modifier_key,
    lines.units,
    lines.locality,
    prices.status,
    prices.reason,
    prices.expected_basis,
    prices.full_fee,
    prices.mppr_rank,
    prices.mppr_rate,
    prices.modifier_rate,
    prices.expected_allowed,
    prices.expected_paid,
    prices.medicare_fee,
    prices.medicare_allowed,
    prices.fee_schedule,
    prices.contract_source,
    prices.explanation
from audit.expected_payment as prices
inner join core.service_line as lines on prices.line_id = lines.line_id
