-- Findings a reader of the claim could have made at its submission: rules that ask for nothing
-- later, and no other line that was submitted later. One row per line and rule.
select
    findings.line_id,
    findings.rule_id,
    min(
        case findings.severity when 'error' then 1 when 'warning' then 2 else 3 end
    ) as severity_rank
from audit.finding as findings
inner join temp.early_rule as early on findings.rule_id = early.rule_id
inner join core.service_line as flagged on findings.line_id = flagged.line_id
left join core.service_line as related on findings.related_line_id = related.line_id
where
    findings.state <> 'gone'
    and not findings.is_superseded
    and coalesce(related.submitted_date <= flagged.submitted_date, true)
group by findings.line_id, findings.rule_id
