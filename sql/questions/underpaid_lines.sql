/* ---
title: Lines paid below the fee schedule
meaning: >
  Potential underpayments, to be reviewed: adjudicated, not denied, allowed by more than the
  tolerance below what Medicare's schedule, or the payer's contract, gives. `explanation` is the sum
  step by step. What a person marked as our own error (a pattern that is invalid) is
  shown and not counted.
grain: one row per line
--- */
select
    lines.line_id,
    lines.payer,
    lines.date_of_service,
    lines.procedure_code,
    lines.modifier_key as modifiers,
    variances.expected_allowed,
    variances.allowed,
    variances.variance,
    prices.explanation,
    variances.pattern_id,
    variances.is_counted
from audit.payment_variance as variances
inner join core.service_line as lines on variances.line_id = lines.line_id
inner join audit.expected_payment as prices on variances.line_id = prices.line_id
where variances.status = 'under'
order by variances.variance, lines.line_id
