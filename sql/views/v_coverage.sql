/* ---
title: What each rule could judge
meaning: >
  Lines a rule flagged, passed, was not about, or could not judge for want of a column. Read it
  before a batch is called clean.
grain: one row per rule and outcome
columns:
  rule: readable name of the rule
  missing: what was missing where not evaluable, each once, parted by blanks
--- */
select
    coverage.rule_id,
    rules.name as rule,
    rules.severity,
    rules.category,
    coverage.outcome,
    coverage.lines,
    array_to_string(coverage.missing, ' ') as missing
from audit.rule_coverage as coverage
left join audit.rule as rules on coverage.rule_id = rules.rule_id
