/* ---
title: Claims with what came of them
meaning: >
  The submission that stands, with its lines added up. Money of the payer billed only; secondary
  and tertiary claims stand for themselves.
grain: one row per claim that stands
columns:
  month: month of the first date of service, YYYY-MM
  lines: billed lines
  allowed: allowed on its lines; null where none is adjudicated
  paid: paid on its lines
  patient_responsibility: patient's share of its lines
  denied_lines: lines denied, net of all remittances
  is_final: every line is adjudicated
  days_to_payer: days from the first date of service to submission
--- */
with line_sums as (
    select
        lines.claim_id,
        min(lines.date_of_service) as date_of_service,
        count(*) as lines,
        sum(lines.allowed) as allowed,
        sum(lines.paid) as paid,
        sum(lines.patient_responsibility) as patient_responsibility,
        count(*) filter (where lines.is_denied) as denied_lines,
        bool_and(lines.is_adjudicated) as is_final
    from core.service_line as lines
    group by lines.claim_id
)

select
    claims.claim_id,
    claims.payer_sequence,
    claims.payer,
    claims.line_of_business,
    claims.billing_npi,
    line_sums.date_of_service,
    strftime(line_sums.date_of_service, '%Y-%m') as month,
    claims.submission,
    claims.frequency_code,
    claims.submitted_date,
    date_diff('day', line_sums.date_of_service, claims.submitted_date) as days_to_payer,
    claims.charge,
    line_sums.lines,
    line_sums.allowed,
    line_sums.paid,
    line_sums.patient_responsibility,
    line_sums.denied_lines,
    line_sums.is_final
from core.claim as claims
inner join line_sums on claims.claim_id = line_sums.claim_id
