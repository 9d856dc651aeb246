-- Every live primary line with a charge has one outcome of a rule.
with wants as (
    select
        lines.missing,
        count(*) as lines
    from rule_lines as lines
    group by lines.missing
),

judged as (
    select
        cast(coalesce(sum(wants.lines), 0) as bigint) as lines,
        cast(coalesce(sum(wants.lines) filter (where wants.missing is not null), 0) as bigint)
            as not_evaluable,
        coalesce(
            list(wants.missing order by wants.missing) filter (where wants.missing is not null), []
        ) as missing,
        coalesce(
            list(wants.lines order by wants.missing) filter (where wants.missing is not null), []
        ) as missing_lines
    from wants
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
        cast([] as varchar[]) as missing,
        cast([] as bigint[]) as missing_lines
    from flagged
    union all
    select
        'passed' as outcome,
        judged.lines - judged.not_evaluable - flagged.lines as lines,
        cast([] as varchar[]) as missing,
        cast([] as bigint[]) as missing_lines
    from judged
    cross join flagged
    union all
    select
        'not_evaluable' as outcome,
        judged.not_evaluable as lines,
        judged.missing,
        judged.missing_lines
    from judged
    union all
    select
        'not_applicable' as outcome,
        cast($live_lines as bigint) - judged.lines as lines,
        cast([] as varchar[]) as missing,
        cast([] as bigint[]) as missing_lines
    from judged
)

select
    cast($rule_id as varchar) as rule_id,
    outcomes.outcome,
    outcomes.lines,
    outcomes.missing,
    outcomes.missing_lines
from outcomes
