/* ---
title: Denials to work on, by deadline
meaning: >
  Open denials something may still be done about: what, until when, and the dollars not recovered.
  A deadline that is unknown stands last; it is not "no deadline".
grain: one row per denied line
parameters:
  days: {type: integer, meaning: only deadlines within so many days of the data cut}
  payer: {type: text, meaning: only this payer}
--- */
select
    episodes.line_id,
    episodes.payer,
    episodes.rendering_npi,
    episodes.date_of_service,
    episodes.procedure_code,
    episodes.first_denied_date,
    episodes.cause,
    episodes.driver_carc,
    episodes.current_state,
    episodes.action,
    episodes.action_deadline,
    episodes.days_left,
    episodes.appeal_level,
    episodes.unrecovered,
    episodes.is_preventable
from v_episode as episodes
where
    not episodes.is_closed
    and episodes.action is not null
    and (getvariable('days') is null or episodes.days_left between 0 and getvariable('days'))
    and (getvariable('payer') is null or episodes.payer = getvariable('payer'))
order by
    episodes.action_deadline asc nulls last, episodes.unrecovered desc, episodes.line_id asc
