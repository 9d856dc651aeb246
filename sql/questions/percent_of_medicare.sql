/* ---
title: What payers allow as a percent of Medicare
meaning: >
  Allowed over what Medicare's schedule gives for the same line, day and place, by payer and code,
  denied lines left out. Code and payer with few lines say little.
grain: one row per payer and procedure
parameters:
  code: {type: text, meaning: only this procedure}
columns:
  lines: lines allowed, with a Medicare amount
  allowed: allowed on them
  medicare: Medicare's amount for them, before the charge
  percent: allowed over Medicare's amount, 1 for the same
  lowest: lowest of a line
  highest: highest of a line
--- */
with compared as (
    select
        lines.payer,
        lines.line_of_business,
        lines.procedure_code,
        lines.allowed,
        prices.medicare_allowed
    from core.service_line as lines
    inner join audit.expected_payment as prices on lines.line_id = prices.line_id
    where
        lines.allowed > 0
        and not lines.is_denied
        and prices.medicare_allowed > 0
        and (getvariable('code') is null or lines.procedure_code = getvariable('code'))
)

select
    compared.payer,
    compared.line_of_business,
    compared.procedure_code,
    count(*) as lines,
    sum(compared.allowed) as allowed,
    sum(compared.medicare_allowed) as medicare,
    round(sum(compared.allowed) / sum(compared.medicare_allowed), 4) as percent,
    round(min(compared.allowed / compared.medicare_allowed), 4) as lowest,
    round(max(compared.allowed / compared.medicare_allowed), 4) as highest
from compared
group by compared.payer, compared.line_of_business, compared.procedure_code
order by compared.payer, compared.procedure_code
