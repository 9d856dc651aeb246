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
    files.claims_quarantined,
    files.reasons,
    files.file_id,
    files.received_at,
    files.is_simulated
from landing.file as files
