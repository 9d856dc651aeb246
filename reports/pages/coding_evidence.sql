/* ---
page: Evidence index
pack: compliance
order: 90
shareable: no
intro: >
  Each finding with where its line stands in the files, what the rule saw and what the record must show.
  Working copy only: it names claims.
--- */

/* ---
chart: sentence
text: >
  {findings:finding} of severity error or warning on {lines:line}; the index lists the gravest
  {listed}. Ask mohs explain LINE for everything on file about a line.
columns: {findings: count, lines: count, listed: number}
--- */
select
    count(*) as findings,
    count(distinct findings.line_id) as lines,
    least(count(*), 2000) as listed
from audit.coding_finding as findings
where
    findings.is_counted and findings.severity in ('error', 'warning') and findings.line_id is not null
    and in_period(findings.date_of_service)

/* ---
title: Finding, line, evidence
reading: Errors before warnings, new before known, then by dollars.
rows: 100
columns: {line_id: line, rule: code, severity: {label: "Severity, since last month", format: text},
  decision: text,
  saw: {label: What the rule saw, format: text}, evidence: {label: What settles it, format: text},
  dollars: {label: Expected allowed, format: exposure}, service: text, rendering_npi: surgeon,
  path: {label: "File, byte", format: file}}
empty: There is no finding of severity error or warning in this period.
unknown: none
note: >
  Standing, undismissed findings of severity error and warning that no other stands in for. File and
  byte name where the raw segment begins, and a line's name leads with its claim's (core.service_line.byte_offset). Decision: the latest about
  the finding in dispositions.csv. Reviewers, second reviewers and their agreement (kappa) are those of a
  sample: Reviewed audit sample (mohs estimate --report) has them line by line. The authority of each rule
  stands on Findings by rule. The 2,000 gravest; audit.finding has all.
--- */
with listed as (
    select
        findings.rule_id,
        findings.severity,
        findings.since_month,
        findings.line_id,
        findings.dollars
    from audit.coding_finding as findings
    where
        findings.is_counted and findings.severity in ('error', 'warning') and findings.line_id is not null
        and in_period(findings.date_of_service)
    order by
        findings.severity, findings.since_month = 'new' desc, findings.dollars desc nulls last,
        findings.item_id
    limit 2000
),

decisions as (
    select
        dispositions.line_id,
        dispositions.rule_id,
        dispositions.disposition as decision,
        dispositions.decided_date
    from reference.disposition as dispositions
    where dispositions.rule_id <> ''
    qualify row_number() over (
        partition by dispositions.line_id, dispositions.rule_id
        order by dispositions.decided_date desc, dispositions.disposition
    ) = 1
)

select
    listed.line_id,
    listed.rule_id as rule,
    listed.severity || ', ' || listed.since_month as severity,
    any_value(replace(decisions.decision, '_', ' ') || ' ' || decisions.decided_date) as decision,
    any_value(findings.reason) as saw,
    any_value(coalesce(nullif(array_to_string(rules.evidence, '; '), ''), rules.remedy)) as evidence,
    listed.dollars,
    lines.procedure_code || ' on ' || lines.date_of_service as service,
    lines.rendering_npi,
    any_value(files.path) || ', ' || lines.byte_offset as path
from listed
inner join core.service_line as lines on listed.line_id = lines.line_id
left join audit.finding as findings
    on
        listed.line_id = findings.line_id and listed.rule_id = findings.rule_id
        and findings.state <> 'gone' and not findings.is_superseded
left join decisions
    on listed.line_id = decisions.line_id and listed.rule_id = decisions.rule_id
left join audit.rule as rules on listed.rule_id = rules.rule_id
left join audit.intake as files on lines.file_id = files.file_id
group by
    listed.rule_id, listed.severity, listed.since_month, listed.line_id,
    lines.rendering_npi, lines.date_of_service, lines.procedure_code, listed.dollars, lines.byte_offset
order by
    listed.severity, listed.since_month = 'new' desc, listed.dollars desc nulls last, rule,
    listed.line_id
