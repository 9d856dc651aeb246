/* ---
title: What is left to patients
meaning: >
  The patient's share of what was allowed, by payer and month of service, deductibles and
  coinsurance together. A share near 1 is a month of deductibles.
grain: one row per payer and month of service
columns:
  month: month of service, YYYY-MM
  lines: lines allowed
  allowed: allowed on them
  patient_responsibility: of it the patients'
  share: patients' over allowed
--- */
select
    lines.payer,
    lines.month,
    count(*) as lines,
    sum(lines.allowed) as allowed,
    coalesce(sum(lines.patient_responsibility), 0) as patient_responsibility,
    round(coalesce(sum(lines.patient_responsibility), 0) / sum(lines.allowed), 4) as share
from v_line as lines
where lines.allowed > 0
group by lines.payer, lines.month
order by lines.payer, lines.month
