/* ---
title: How the rules did against the payers
meaning: >
  Of the answered lines a rule flagged, and of those it judged and passed, how many were denied,
  with Wilson's 95 % interval; `held_out` are the last months of service, which had no part in
  whether a rule is shown as informational. Rules that follow the payer's answer are left out.
grain: one row per rule
columns:
  held_out_fired: answered lines flagged in the last months of service
  held_out_denial_rate: share of them denied
--- */
select
    rules.rule_id,
    rules.name,
    rules.severity,
    records.shown_as,
    records.fires,
    records.fired,
    records.fired_denied,
    records.denial_rate_fired,
    records.denial_rate_fired_lower,
    records.denial_rate_fired_upper,
    records.denial_rate_silent,
    records.lift,
    records.precision,
    records.recall,
    held_out.fired as held_out_fired,
    held_out.denial_rate_fired as held_out_denial_rate,
    records.dollars,
    records.shown_because
from audit.rule as rules
inner join audit.rule_record as records
    on
        rules.rule_id = records.rule_id
        and records.payer = ''
        and records.quarter = ''
        and records.period = ''
left join audit.rule_record as held_out
    on
        rules.rule_id = held_out.rule_id
        and held_out.payer = ''
        and held_out.quarter = ''
        and held_out.period = 'held_out'
where rules.basis <> 'payment' and records.fires > 0
order by records.fired desc, rules.rule_id asc
