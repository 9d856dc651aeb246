/* ---
title: Payment patterns worth a project
meaning: >
  Variances of one kind taken together: payer, code, cause and the month it started, with dollars
  still in time, past the deadline, or of unknown deadline. Decisions come from patterns.csv.
grain: one row per pattern
parameters:
  payer: {type: text, meaning: only this payer}
--- */
select
    patterns.pattern_id,
    patterns.payer,
    patterns.procedure_code,
    patterns.modifier_key,
    patterns.cause,
    patterns.direction,
    patterns.statement,
    patterns.lines,
    patterns.dollars,
    patterns.ratio,
    patterns.start_date,
    patterns.recoverable,
    patterns.past_deadline,
    patterns.unknown_deadline,
    patterns.last_deadline,
    patterns.status
from audit.variance_pattern as patterns
where getvariable('payer') is null or patterns.payer = getvariable('payer')
order by patterns.recoverable desc, abs(patterns.dollars) desc, patterns.pattern_id asc
