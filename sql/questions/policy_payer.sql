/* ---
title: Policy against payers
meaning: >
  Adjudicated lines by what the rules say of the claim and what its payer did. Clean and denied may
  be appealed; broken and denied is what to teach; broken by an error and paid is potential
  exposure that needs review. Dollars are the expected allowed amount, else the charge.
grain: one row per payer, quadrant and severity
columns:
  lines: lines in that quadrant
  first_day: first day of service among them
  last_day: last
--- */
select
    lines.payer,
    lines.quadrant,
    coalesce(lines.severity, '') as severity,
    count(*) as lines,
    sum(lines.dollars) as dollars,
    sum(lines.paid) as paid,
    min(lines.date_of_service) as first_day,
    max(lines.date_of_service) as last_day
from audit.policy_payer as lines
group by lines.payer, lines.quadrant, lines.severity
order by lines.payer, lines.quadrant, severity
