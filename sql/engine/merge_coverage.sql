-- Coverage of the warehouse from that of its parts; what was taken back counts negative.
with totals as (
    select
        parts.rule_id,
        parts.outcome,
        cast(sum(parts.lines) as bigint) as lines
    from temp.fresh_coverage as parts
    group by parts.rule_id, parts.outcome
),

part_wants as (
    select
        parts.rule_id,
        parts.outcome,
        unnest(parts.missing) as missing,
        unnest(parts.missing_lines) as lines
    from temp.fresh_coverage as parts
),

wants as (
    select
        part_wants.rule_id,
        part_wants.outcome,
        part_wants.missing,
        cast(sum(part_wants.lines) as bigint) as lines
    from part_wants
    group by part_wants.rule_id, part_wants.outcome, part_wants.missing
    having sum(part_wants.lines) > 0
),

all_wants as (
    select
        wants.rule_id,
        wants.outcome,
        list(wants.missing order by wants.missing) as missing,
        list(wants.lines order by wants.missing) as missing_lines
    from wants
    group by wants.rule_id, wants.outcome
)

select
    totals.rule_id,
    totals.outcome,
    totals.lines,
    coalesce(all_wants.missing, []) as missing,
    coalesce(all_wants.missing_lines, []) as missing_lines
from totals
left join all_wants on totals.rule_id = all_wants.rule_id and totals.outcome = all_wants.outcome
order by totals.rule_id, totals.outcome
