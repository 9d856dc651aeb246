/* ---
title: Payments against what was expected
meaning: >
  Allowed against expected of every adjudicated line, with the cause where it is known. Potential
  variances, for review.
grain: one row per adjudicated line
columns:
  month: month of service, YYYY-MM
  ratio: allowed over expected; null without an expected amount
--- */
select
    variances.line_id,
    lines.payer,
    lines.line_of_business,
    lines.date_of_service,
    strftime(lines.date_of_service, '%Y-%m') as month,
    lines.remitted_date,
    lines.rendering_npi,
    lines.procedure_code,
    lines.modifier_key,
    lines.units,
    variances.status,
    variances.expected_allowed,
    variances.allowed,
    variances.variance,
    round(variances.allowed / nullif(variances.expected_allowed, 0), 4) as ratio,
    variances.cause,
    variances.pattern_id,
    variances.explanation
from audit.payment_variance as variances
inner join core.service_line as lines on variances.line_id = lines.line_id
