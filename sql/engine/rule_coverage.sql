-- Every live primary line with a charge has one outcome of a rule.
with judged as (
    select
        count(*) as lines,
        count(lines.missing) as not_evaluable,
        coalesce(
            list_sort(list(distinct lines.missing) filter (where lines.missing is not null)), []
        ) as missing
    from temp.rule_line as lines
),

flagged as (
    select count(*) as lines
    from temp.rule_finding as findings
    where findings.rule_id = $rule_id
),

outcomes as (
    select
        'flagged' as outcome,
        flagged.lines,
        cast([] as varchar[]) as missing
    from flagged
    union all
    select
        'passed' as outcome,
        judged.lines - judged.not_evaluable - flagged.lines as lines,
        cast([] as varchar[]) as missing
    from judged
    cross join flagged
    union all
    select
        'not_evaluable' as outcome,
        judged.not_evaluable as lines,
        judged.missing
    from judged
    union all
    select
        'not_applicable' as outcome,
        cast($live_lines as bigint) - judged.lines as lines,
        cast([] as varchar[]) as missing
    from judged
)

select
    cast($rule_id as varchar) as rule_id,
    outcomes.outcome,
    outcomes.lines,
    outcomes.missing
from outcomes
