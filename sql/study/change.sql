-- What changed by the run $run, whose files end in the month of $as_of.
with runs as (
    select
        cast($run as bigint) as run_number,
        cast($as_of as date) as as_of_date
)

select
    items.kind,
    items.item_id,
    items.line_id,
    items.rendering_npi,
    items.payer,
    items.date_of_service,
    items.label,
    items.severity,
    items.dollars,
    case
        when items.gone_run = runs.run_number then 'gone'
        when items.gone_run is not null then cast(null as varchar)
        when items.first_run = runs.run_number then 'new'
        else 'known'
    end as since_run,
    case
        when
            items.gone_run is not null
            and date_trunc('month', items.first_seen) < date_trunc('month', runs.as_of_date)
            then 'gone'
        when items.gone_run is not null then cast(null as varchar)
        when date_trunc('month', items.first_seen) = date_trunc('month', runs.as_of_date) then 'new'
        else 'known'
    end as since_month,
    items.first_seen,
    dismissals.rule_id is not null as is_dismissed
from landing.item as items
cross join runs
left join audit.dismissal as dismissals
    on
        items.kind = 'finding'
        and items.label = dismissals.rule_id
        and items.line_id = dismissals.line_id
        and dismissals.state = 'standing'
where
    items.gone_run is null
    or items.gone_run = runs.run_number
    or date_trunc('month', items.gone_seen) = date_trunc('month', runs.as_of_date)
    and date_trunc('month', items.first_seen) < date_trunc('month', runs.as_of_date)
