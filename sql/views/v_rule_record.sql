/* ---
title: How rules did against the payers
meaning: >
  Of the answered lines a rule flagged and of those it judged and passed, how many were denied.
  Rows of all payers have a blank payer, of all quarters a blank quarter.
grain: one row per rule, payer, quarter and period
columns:
  rule: readable name of the rule
--- */
select
    records.rule_id,
    rules.name as rule,
    rules.severity,
    rules.category,
    records.payer,
    records.quarter,
    records.period,
    records.fires,
    records.fired,
    records.fired_denied,
    records.denial_rate_fired,
    records.denial_rate_fired_lower,
    records.denial_rate_fired_upper,
    records.silent,
    records.silent_denied,
    records.denial_rate_silent,
    records.lift,
    records.precision,
    records.recall,
    records.dollars,
    records.shown_as,
    records.shown_because
from audit.rule_record as records
left join audit.rule as rules on records.rule_id = rules.rule_id
