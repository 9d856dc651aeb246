/* ---
title: What a correction would change
meaning: >
  Findings that say what the line should be, with the day priced anew as corrected. Below zero the
  claim as billed was too high. Each row is a question to the record, not a correction.
grain: one row per finding with a determinate correction
--- */
select
    corrections.rule_id,
    corrections.line_id,
    corrections.payer,
    corrections.date_of_service,
    corrections.procedure_code,
    corrections.units,
    corrections.question,
    corrections.evidence,
    corrections.line_billed,
    corrections.line_allowed,
    corrections.line_corrected,
    corrections.difference,
    corrections.payment_gap,
    corrections.other_lines,
    corrections.status,
    corrections.reason
from audit.counterfactual as corrections
order by
    abs(corrections.difference) desc nulls last, corrections.line_id asc, corrections.rule_id asc
