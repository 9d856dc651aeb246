-- Rows of a file whose payment another file says again are accepted and not counted.
with superseded as (
    select
        lines.file_id,
        count(*) as rows_superseded,
        cast(sum(lines.paid) as decimal(12, 2)) as paid_superseded
    from staged.remit_line as lines
    where lines.superseded_by is not null
    group by lines.file_id
)

select
    files.name as path,
    files.kind,
    files.status,
    files.rows_in,
    files.rows_accepted,
    files.rows_quarantined,
    files.charge_in,
    files.charge_accepted,
    files.charge_quarantined,
    coalesce(superseded.rows_superseded, 0) as rows_superseded,
    coalesce(superseded.paid_superseded, 0) as paid_superseded,
    files.claims_quarantined,
    files.reasons,
    files.file_id,
    files.received_at,
    files.is_simulated
from landing.file as files
left join superseded on files.file_id = superseded.file_id
