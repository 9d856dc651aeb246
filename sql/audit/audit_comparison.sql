-- Each kept audit beside the latest earlier one of the same unit and scope; the interval of their
-- difference is the macro difference_interval.
with audits as (
    select distinct
        results.audit_id,
        results.drawn_date,
        results.unit,
        results.scope
    from reference.audit_result as results
    where results.subject = 'audit'
),

pairs as (
    select
        later.audit_id,
        earlier.audit_id as candidate,
        earlier.drawn_date as earlier_drawn_date,
        case
            when earlier.unit <> later.unit
                then 'the audit before drew and reviewed another unit: ' || earlier.unit
            when earlier.scope <> later.scope
                then 'the audit before had another scope: ' || earlier.scope
        end as why_not
    from audits as later
    inner join audits as earlier
        on
            later.drawn_date > earlier.drawn_date
            or later.drawn_date = earlier.drawn_date and later.audit_id > earlier.audit_id
),

nearest as (
    select
        pairs.audit_id,
        pairs.candidate,
        pairs.earlier_drawn_date,
        pairs.why_not,
        row_number() over (
            partition by pairs.audit_id
            order by
                case when pairs.why_not is null then 0 else 1 end,
                pairs.earlier_drawn_date desc,
                pairs.candidate desc
        ) as place
    from pairs
),

held as (
    select
        results.audit_id,
        results.drawn_date,
        results.unit,
        results.scope,
        results.subject,
        results.who,
        results.measure,
        results.right,
        results.reviewed,
        cast(results.rate as double) as rate,
        cast(results.low as double) as low,
        cast(results.high as double) as high,
        results.top_error,
        nearest.earlier_drawn_date,
        coalesce(
            nearest.why_not,
            case when nearest.audit_id is null then 'no earlier audit is kept' end
        ) as why_not,
        case when nearest.why_not is null then nearest.candidate end as earlier_id
    from reference.audit_result as results
    left join nearest on results.audit_id = nearest.audit_id and nearest.place = 1
)

select
    held.audit_id,
    held.drawn_date,
    held.unit,
    held.scope,
    held.subject,
    held.who,
    held.measure,
    held.right,
    held.reviewed,
    held.rate,
    held.low,
    held.high,
    held.top_error,
    held.earlier_drawn_date,
    held.why_not,
    earlier.reviewed as earlier_reviewed,
    cast(earlier.rate as double) as earlier_rate,
    cast(earlier.low as double) as earlier_low,
    cast(earlier.high as double) as earlier_high,
    held.rate - cast(earlier.rate as double) as difference
from held
left join reference.audit_result as earlier
    on
        held.earlier_id = earlier.audit_id
        and held.subject = earlier.subject
        and coalesce(held.who, '') = coalesce(earlier.who, '')
        and held.measure = earlier.measure
