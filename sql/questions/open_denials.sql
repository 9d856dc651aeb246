/* ---
title: Denials to work on, by deadline
meaning: >
  Open denials something may still be done about, in the order of the work list: what, until when,
  the dollars not recovered and what they may bring. A deadline that is unknown stands last; it is
  not "no deadline". `mohs worklist --out FILE` writes them to fill in.
grain: one row per denied line
parameters:
  days: {type: integer, meaning: only deadlines within so many days of the data cut}
  payer: {type: text, meaning: only this payer}
--- */
select
    items.line_id,
    items.payer,
    items.rendering_npi,
    items.date_of_service,
    items.procedure_code,
    items.first_denied_date,
    items.cause,
    items.driver_carc,
    items.action,
    items.action_deadline,
    items.days_left,
    items.appeal_level,
    items.unrecovered,
    items.value,
    items.value_basis,
    items.is_preventable,
    items.evidence_missing,
    items.decision
from audit.work_item as items
where
    (getvariable('days') is null or items.days_left between 0 and getvariable('days'))
    and (getvariable('payer') is null or items.payer = getvariable('payer'))
order by items.place
