-- Findings of a run; one is superseded where a rule that stands in for it flags the same line.
select
    findings.rule_id,
    findings.subject,
    findings.line_id,
    findings.claim_id,
    findings.patient_id,
    findings.rendering_npi,
    findings.severity,
    findings.reason,
    findings.related_line_id,
    findings.suggested_code,
    findings.suggested_units,
    exists (
        select 1
        from temp.rule_finding as stronger
        inner join temp.supersession as supersessions
            on stronger.rule_id = supersessions.rule_id
        where
            stronger.line_id = findings.line_id
            and supersessions.superseded_id = findings.rule_id
    ) as is_superseded,
    findings.dollars,
    findings.rule_version,
    findings.first_run_id,
    findings.state
from temp.rule_finding as findings
