/* ---
title: Billed lines with price, payment and findings
meaning: >
  What most questions start from: the live line of the primary payer, what it should have been
  allowed, what it was, and how many of our findings stand on it.
grain: one row per live primary line
columns:
  month: month of service, YYYY-MM
  modifiers: as billed, in order, parted by blanks
  diagnoses: diagnoses the line points to, in order, parted by blanks
  is_mohs: 17311 to 17315
  variance_status: as_expected, under, over, denied or not_comparable; null before adjudication
  findings: our findings that stand on the line and nobody dismissed
  gravest: gravest severity among them
--- */
with standing as (
    select
        findings.line_id,
        count(*) as findings,
        min(
            case findings.severity when 'error' then 1 when 'warning' then 2 else 3 end
        ) as gravest
    from audit.finding as findings
    anti join audit.dismissal as dismissals
        on
            findings.rule_id = dismissals.rule_id
            and findings.line_id = dismissals.line_id
            and dismissals.state = 'standing'
    where findings.state <> 'gone' and not findings.is_superseded and findings.line_id is not null
    group by findings.line_id
)

select
    lines.line_id,
    lines.claim_id,
    lines.encounter_id,
    lines.date_of_service,
    strftime(lines.date_of_service, '%Y-%m') as month,
    lines.payer,
    lines.line_of_business,
    lines.rendering_npi,
    lines.place_of_service,
    lines.procedure_code,
    array_to_string(lines.modifiers, ' ') as modifiers,
    lines.units,
    array_to_string(lines.diagnosis_codes, ' ') as diagnoses,
    mohs_lines.line_id is not null as is_mohs,
    lines.charge,
    prices.expected_allowed,
    prices.expected_basis,
    lines.allowed,
    lines.paid,
    lines.patient_responsibility,
    lines.is_adjudicated,
    lines.is_denied,
    lines.denial_category,
    lines.driver_carc,
    lines.driver_rarc,
    lines.submitted_date,
    lines.remitted_date,
    variances.variance,
    variances.status as variance_status,
    coalesce(standing.findings, 0) as findings,
    case standing.gravest when 1 then 'error' when 2 then 'warning' when 3 then 'info' end
        as gravest,
    lines.source
from core.service_line as lines
left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
left join audit.expected_payment as prices on lines.line_id = prices.line_id
left join audit.payment_variance as variances on lines.line_id = variances.line_id
left join standing on lines.line_id = standing.line_id
where lines.payer_sequence not in ('S', 'T')
