-- What the rules say of answered lines as they were billed: rules about claim and chart that read
-- no remittance, and of other lines only those already sent.
select
    findings.rule_id,
    lines.line_id,
    lines.submission,
    lines.billed_line_id,
    lines.claim_id,
    lines.patient_id,
    findings.severity,
    findings.basis,
    findings.reason,
    findings.is_superseded,
    findings.dollars,
    findings.rule_version
from audit.finding as findings
inner join audit.submission_line as lines on findings.line_id = lines.billed_line_id
inner join core.service_line as flagged on findings.line_id = flagged.line_id
left join core.service_line as related on findings.related_line_id = related.line_id
where
    findings.basis <> 'payment'
    and coalesce(related.submitted_date <= flagged.submitted_date, true)
