-- Findings after a run against those before it. A finding is known when the last run had it, new
-- when not, gone when only the last run had it; `$is_same` keeps states where nothing changed.
with fresh as (
    select
        found.rule_id,
        found.subject,
        coalesce(found.line_id, found.claim_id, found.rendering_npi) as subject_id
    from temp.fresh_finding as found
),

before as (
    select
        findings.rule_id,
        findings.subject,
        coalesce(findings.line_id, findings.claim_id, findings.rendering_npi) as subject_id,
        findings.first_run_id,
        findings.state,
        findings.patient_id is null
        or $is_everyone
        or findings.patient_id in (select touched.patient_id from temp.touched) as is_audited_again
    from audit.finding as findings
)

select
    found.rule_id,
    found.subject,
    found.line_id,
    found.claim_id,
    found.patient_id,
    found.rendering_npi,
    found.severity,
    found.basis,
    found.reason,
    found.related_line_id,
    found.suggested_code,
    found.suggested_units,
    found.is_superseded,
    found.dollars,
    found.rule_version,
    case
        when before.state <> 'gone' then before.first_run_id else found.first_run_id
    end as first_run_id,
    case
        when before.subject_id is null or before.state = 'gone' then 'new'
        when $is_same then before.state
        else 'known'
    end as state
from temp.fresh_finding as found
left join before
    on
        found.rule_id = before.rule_id
        and found.subject = before.subject
        and coalesce(found.line_id, found.claim_id, found.rendering_npi) = before.subject_id
union all
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
    findings.is_superseded,
    findings.dollars,
    findings.rule_version,
    findings.first_run_id,
    case
        when before.is_audited_again then 'gone'
        when $is_same then findings.state
        else 'known'
    end as state
from audit.finding as findings
inner join before
    on
        findings.rule_id = before.rule_id
        and findings.subject = before.subject
        and coalesce(findings.line_id, findings.claim_id, findings.rendering_npi)
        = before.subject_id
anti join fresh
    on
        findings.rule_id = fresh.rule_id
        and findings.subject = fresh.subject
        and coalesce(findings.line_id, findings.claim_id, findings.rendering_npi)
        = fresh.subject_id
where findings.state <> 'gone' or $is_same
