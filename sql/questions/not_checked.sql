/* ---
title: What was not checked, and why
meaning: >
  Rules that could not judge some lines, and the column or file they lack. A batch is not clean
  where a rule of weight stands here with many lines.
grain: one row per rule and what was missing
columns:
  missing: column, file or release that was missing
  lines: lines not judged for want of it
  not_evaluable: lines the rule could not judge, for any want
  share: not_evaluable over the lines the rule is about
--- */
with sums as (
    select
        coverage.rule_id,
        sum(coverage.lines) filter (where coverage.outcome = 'not_evaluable') as not_evaluable,
        sum(coverage.lines) filter (where coverage.outcome <> 'not_applicable') as about
    from audit.rule_coverage as coverage
    group by coverage.rule_id
),

wants as (
    select
        coverage.rule_id,
        unnest(coverage.missing) as missing,
        unnest(coverage.missing_lines) as lines
    from audit.rule_coverage as coverage
    where coverage.outcome = 'not_evaluable'
)

select
    rules.rule_id,
    rules.name,
    rules.severity,
    wants.missing,
    wants.lines,
    cast(sums.not_evaluable as bigint) as not_evaluable,
    round(sums.not_evaluable / sums.about, 4) as share
from wants
inner join audit.rule as rules on wants.rule_id = rules.rule_id
inner join sums on wants.rule_id = sums.rule_id
where wants.lines > 0
order by wants.lines desc, rules.rule_id asc, wants.missing asc
