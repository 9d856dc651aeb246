-- Findings of a run; one is superseded where a rule that stands in for it flags the same line.
with superseded as (
    select distinct
        stronger.line_id,
        supersessions.superseded_id as rule_id
    from temp.rule_finding as stronger
    inner join temp.supersession as supersessions on stronger.rule_id = supersessions.rule_id
)

select
    findings.rule_id,
    findings.subject,
    findings.line_id,
    findings.claim_id,
    findings.patient_id,
    findings.rendering_npi,
    findings.severity,
    findings.basis,
    findings.reason,
    findings.related_line_id,
    findings.suggested_code,
    findings.suggested_units,
    superseded.line_id is not null as is_superseded,
    findings.dollars,
    findings.rule_version,
    findings.first_run_id,
    findings.state
from temp.rule_finding as findings
left join superseded
    on findings.line_id = superseded.line_id and findings.rule_id = superseded.rule_id
