/* ---
title: Lines a payer without loaded terms paid otherwise than it usually does
meaning: >
  Against the schedule inferred from the payer's own remittances, apart from contract variances:
  what a payer usually does is no contract. Half a percent, at least two cents, is tolerated.
grain: one row per line
columns:
  modifiers: modifiers sorted
--- */
select
    variances.line_id,
    variances.payer,
    variances.date_of_service,
    variances.procedure_code,
    variances.modifier_key as modifiers,
    variances.inferred_allowed,
    variances.allowed,
    variances.variance,
    variances.status,
    variances.explanation
from audit.inferred_variance as variances
where variances.status <> 'as_expected'
order by abs(variances.variance) desc, variances.line_id asc
