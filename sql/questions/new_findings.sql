/* ---
title: What is new since the last run
meaning: >
  Findings the run before did not have, and those that are gone. Known ones, and those a person
  dismissed, are left out. A rule whose lines payers hardly ever denied is shown as info, with the
  reason; its severity stands.
grain: one row per finding
--- */
select
    findings.state,
    findings.rule_id,
    findings.severity,
    findings.line_id,
    findings.reason,
    findings.dollars,
    case when records.shown_because is null then findings.severity else 'info' end as shown_as,
    records.shown_because
from audit.finding as findings
left join core.service_line as lines on findings.line_id = lines.line_id
anti join audit.dismissal as dismissals
    on
        findings.rule_id = dismissals.rule_id
        and findings.line_id = dismissals.line_id
        and dismissals.state = 'standing'
left join audit.rule_record as records
    on
        findings.rule_id = records.rule_id
        and lines.payer = records.payer
        and records.quarter = ''
        and records.period = ''
where findings.state in ('new', 'gone') and not findings.is_superseded
order by
    findings.state desc,
    case
        when records.shown_because is not null then 3
        when findings.severity = 'error' then 1
        when findings.severity = 'warning' then 2
        else 3
    end asc,
    findings.rule_id asc, findings.line_id asc
