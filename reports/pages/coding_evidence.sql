/* ---
page: Evidence index
pack: compliance
order: 60
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
    count(distinct changes.line_id) as lines,
    least(count(*), 2000) as listed
from audit.change as changes
where
    changes.kind = 'finding'
    and changes.label not in (
        select ours.rule_id from audit.rule as ours where ours.basis = 'payment'
    )
    and changes.since_month <> 'gone' and not changes.is_dismissed
    and changes.severity in ('error', 'warning') and changes.line_id is not null
    and in_period(changes.date_of_service)

/* ---
title: Finding, line, evidence
reading: Errors before warnings, new before known, then by dollars.
rows: 100
columns: {line_id: line, rule: code, severity: text, since: {label: Since last month, format: text},
  saw: {label: What the rule saw, format: text}, evidence: {label: What settles it, format: text},
  dollars: {label: Expected allowed, format: exposure}, code: code, date_of_service: date,
  rendering_npi: surgeon, claim_id: claim,
  citation: {label: Authority, format: text}, path: file,
  at: {label: Byte of the file, format: number}}
empty: There is no finding of severity error or warning in this period.
unknown: none
note: >
  Standing, undismissed findings of severity error and warning that no other stands in for. File and
  byte name where the claim's raw segment begins (core.service_line.byte_offset). The decisions of
  reviewers, a second reviewer and their agreement stand in the worksheet of a sample and are told by
  mohs estimate. The 2,000 gravest; audit.finding has all.
--- */
with listed as (
    select
        changes.label as rule_id,
        changes.severity,
        changes.since_month,
        changes.line_id,
        changes.dollars
    from audit.change as changes
    where
        changes.kind = 'finding'
        and changes.label not in (
            select ours.rule_id from audit.rule as ours where ours.basis = 'payment'
        )
        and changes.since_month <> 'gone' and not changes.is_dismissed
        and changes.severity in ('error', 'warning') and changes.line_id is not null
        and in_period(changes.date_of_service)
    order by
        changes.severity, changes.since_month = 'new' desc, changes.dollars desc nulls last,
        changes.item_id
    limit 2000
)

select
    listed.line_id,
    listed.rule_id as rule,
    listed.severity,
    listed.since_month as since,
    any_value(findings.reason) as saw,
    any_value(coalesce(nullif(array_to_string(rules.evidence, '; '), ''), rules.remedy)) as evidence,
    listed.dollars,
    lines.procedure_code as code,
    lines.date_of_service,
    lines.rendering_npi,
    lines.claim_id,
    any_value(rules.citation) as citation,
    any_value(files.path) as path,
    lines.byte_offset as at
from listed
inner join core.service_line as lines on listed.line_id = lines.line_id
left join audit.finding as findings
    on
        listed.line_id = findings.line_id and listed.rule_id = findings.rule_id
        and findings.state <> 'gone' and not findings.is_superseded
left join audit.rule as rules on listed.rule_id = rules.rule_id
left join audit.intake as files on lines.file_id = files.file_id
group by
    listed.rule_id, listed.severity, listed.since_month, listed.line_id, lines.claim_id,
    lines.rendering_npi, lines.date_of_service, lines.procedure_code, listed.dollars, lines.byte_offset
order by
    listed.severity, listed.since_month = 'new' desc, listed.dollars desc nulls last, rule,
    listed.line_id
