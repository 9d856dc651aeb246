-- What runs have seen, after this one: $run with files to $as_of. What is back after it was gone is
-- new again.
with runs as (
    select
        cast($run as bigint) as run_number,
        cast($as_of as date) as as_of_date
)

select
    coalesce(present.kind, seen.kind) as kind,
    coalesce(present.item_id, seen.item_id) as item_id,
    case when present.kind is null then seen.line_id else present.line_id end as line_id,
    case when present.kind is null then seen.rendering_npi else present.rendering_npi end
        as rendering_npi,
    case when present.kind is null then seen.payer else present.payer end as payer,
    case when present.kind is null then seen.date_of_service else present.date_of_service end
        as date_of_service,
    coalesce(present.label, seen.label) as label,
    case when present.kind is null then seen.severity else present.severity end as severity,
    case when present.kind is null then seen.dollars else present.dollars end as dollars,
    case
        when seen.kind is null or seen.gone_run is not null and present.kind is not null
            then runs.run_number
        else seen.first_run
    end as first_run,
    case
        when seen.kind is null or seen.gone_run is not null and present.kind is not null
            then runs.as_of_date
        else seen.first_seen
    end as first_seen,
    case when present.kind is null then coalesce(seen.gone_run, runs.run_number) end as gone_run,
    case
        when present.kind is not null then cast(null as date)
        when seen.gone_run is not null then seen.gone_seen
        else runs.as_of_date
    end as gone_seen
from temp.present_item as present
full join landing.item as seen on present.kind = seen.kind and present.item_id = seen.item_id
cross join runs
