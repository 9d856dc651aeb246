/* ---
title: What came in, file by file
meaning: >
  Rows and dollars of each file: taken in, accepted and set aside. In equals accepted plus set
  aside; `open_rows` and `open_dollars` are 0 or something is wrong.
grain: one row per file
parameters:
  status:
    type: text
    choices: [accepted, partial, incomplete, quarantined, unsupported]
    meaning: only files of this status
columns:
  open_rows: rows in, less accepted and set aside
  open_dollars: dollars in, less accepted and set aside
  rows_superseded: rows accepted and not counted; a later export or an 835 says the payment again
  paid_superseded: payments in those rows
  reasons: why rows were set aside, each once
--- */
select
    files.path,
    files.kind,
    files.status,
    files.received_at,
    files.rows_in,
    files.rows_accepted,
    files.rows_quarantined,
    files.rows_in - files.rows_accepted - files.rows_quarantined as open_rows,
    files.charge_in,
    files.charge_accepted,
    files.charge_quarantined,
    files.charge_in - files.charge_accepted - files.charge_quarantined as open_dollars,
    files.rows_superseded,
    files.paid_superseded,
    files.claims_quarantined,
    files.reasons
from audit.intake as files
where getvariable('status') is null or files.status = getvariable('status')
order by files.rows_quarantined desc, files.path asc
