-- Lines of bills as first filed, and the lines that stand in their place: by the provider's number
-- of the line, else by line number and code. One row per first line that has one.
with first_lines as (
    select
        claims.claim_id,
        lines.line_number,
        coalesce(lines.control_number, '') as control_number,
        lines.procedure_code
    from staged.claim as claims
    semi join temp.former_bill as bills on claims.claim_id = bills.claim_id
    inner join staged.service_line as lines on claims.claim_key = lines.claim_key
    where claims.submission = 1
),

standing_lines as (
    select
        claims.claim_id,
        lines.line_number,
        coalesce(lines.control_number, '') as control_number,
        lines.procedure_code
    from staged.claim as claims
    semi join temp.former_bill as bills on claims.claim_id = bills.claim_id
    inner join staged.service_line as lines on claims.claim_key = lines.claim_key
    where claims.is_standing
),

ties as (
    select
        first_lines.claim_id || '-' || first_lines.line_number as line_id,
        standing_lines.claim_id || '-' || standing_lines.line_number as standing_line_id
    from first_lines
    inner join standing_lines on first_lines.claim_id = standing_lines.claim_id
    where
        first_lines.control_number <> ''
        and first_lines.control_number = standing_lines.control_number
        or '' in (first_lines.control_number, standing_lines.control_number)
        and first_lines.line_number = standing_lines.line_number
        and first_lines.procedure_code = standing_lines.procedure_code
)

select
    ties.line_id,
    min(ties.standing_line_id) as standing_line_id
from ties
group by ties.line_id
qualify
    row_number() over (partition by min(ties.standing_line_id) order by ties.line_id) = 1
