/* ---
title: Findings with rule and line
meaning: >
  Findings as of the last audit, those that are gone left out. A finding another rule stands in for
  on the same line, or that a person has dismissed, is marked; leave it out of sums.
grain: one row per finding that stands
columns:
  rule: readable name of the rule
  month: month of service, YYYY-MM
  modifiers: as billed, in order, parted by blanks
  is_denied: the line was denied in the end
  is_dismissed: a person has dismissed it and that holds; leave it out of counts
--- */
select
    findings.rule_id,
    rules.name as rule,
    findings.severity,
    rules.category,
    findings.subject,
    findings.line_id,
    findings.claim_id,
    coalesce(findings.rendering_npi, lines.rendering_npi) as rendering_npi,
    lines.payer,
    lines.date_of_service,
    strftime(lines.date_of_service, '%Y-%m') as month,
    lines.procedure_code,
    array_to_string(lines.modifiers, ' ') as modifiers,
    lines.units,
    findings.reason,
    findings.suggested_code,
    findings.suggested_units,
    findings.related_line_id,
    findings.dollars,
    findings.is_superseded,
    findings.state,
    dismissals.rule_id is not null as is_dismissed,
    lines.is_adjudicated,
    lines.is_denied,
    rules.remedy
from audit.finding as findings
left join audit.rule as rules on findings.rule_id = rules.rule_id
left join core.service_line as lines on findings.line_id = lines.line_id
left join audit.dismissal as dismissals
    on
        findings.rule_id = dismissals.rule_id
        and findings.line_id = dismissals.line_id
        and dismissals.state = 'standing'
where findings.state <> 'gone'
