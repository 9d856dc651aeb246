/* ---
title: Denied lines from first denial to the end
meaning: >
  One row per line a payer denied in whole or part, dollars once: why, where it stands, what may
  still be done and until when.
grain: one row per denied line
columns:
  month_denied: month of the first denial, YYYY-MM
  days_left: days from the data cut to the last day for the action; below 0 it is past
--- */
select
    episodes.line_id,
    episodes.claim_id,
    episodes.encounter_id,
    episodes.payer,
    episodes.line_of_business,
    episodes.rendering_npi,
    episodes.date_of_service,
    episodes.procedure_code,
    episodes.modifier_key,
    episodes.first_denied_date,
    strftime(episodes.month, '%Y-%m') as month_denied,
    episodes.kind,
    episodes.category,
    episodes.cause,
    episodes.driver_carc,
    episodes.driver_rarc,
    episodes.is_preventable,
    episodes.is_take_back,
    episodes.current_state,
    episodes.is_closed,
    episodes.final_date,
    episodes.charge,
    episodes.expected_allowed,
    episodes.denied,
    episodes.recovered,
    episodes.unrecovered,
    episodes.appeal_level,
    episodes.action,
    episodes.action_deadline,
    date_diff('day', cuts.as_of_date, episodes.action_deadline) as days_left
from audit.denial_episode as episodes
cross join audit.data_cut as cuts
