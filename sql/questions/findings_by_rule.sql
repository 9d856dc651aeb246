/* ---
title: What each rule found
meaning: >
  Findings that stand, with the lines each rule could judge as the denominator. A finding
  another rule stands in for on the same line, or that a person dismissed, is not counted.
grain: one row per rule
columns:
  lines_judged: lines the rule flagged or passed
  not_evaluable: lines it could not judge
  findings: findings that stand
  new_findings: of them new since the run before
  dollars: of the findings, expected allowed, else charge
--- */
with standing as (
    select
        findings.rule_id,
        count(*) as findings,
        count(*) filter (where findings.state = 'new') as new_findings,
        sum(findings.dollars) as dollars
    from audit.finding as findings
    anti join audit.dismissal as dismissals
        on
            findings.rule_id = dismissals.rule_id
            and findings.line_id = dismissals.line_id
            and dismissals.state = 'standing'
    where findings.state <> 'gone' and not findings.is_superseded
    group by findings.rule_id
),

judged as (
    select
        coverage.rule_id,
        sum(coverage.lines) filter (where coverage.outcome in ('flagged', 'passed'))
            as lines_judged,
        sum(coverage.lines) filter (where coverage.outcome = 'not_evaluable') as not_evaluable
    from audit.rule_coverage as coverage
    group by coverage.rule_id
)

select
    rules.rule_id,
    rules.severity,
    rules.name,
    cast(judged.lines_judged as bigint) as lines_judged,
    cast(judged.not_evaluable as bigint) as not_evaluable,
    coalesce(standing.findings, 0) as findings,
    coalesce(standing.new_findings, 0) as new_findings,
    coalesce(standing.dollars, 0) as dollars
from audit.rule as rules
left join judged on rules.rule_id = judged.rule_id
left join standing on rules.rule_id = standing.rule_id
order by rules.rule_id
