/* ---
title: Encounters with the most dollars under findings
meaning: >
  Where to look first: encounters by the dollars of the lines that findings stand on, each line
  once; findings a person dismissed are left out. Dollars are what the line should be allowed, else
  its charge; they are not a loss.
grain: one row per encounter
parameters:
  top: {type: integer, least: 1, default: 25, meaning: so many encounters}
  severity: {type: text, choices: [error, warning, info], meaning: only this severity}
columns:
  lines: lines with a finding
  rules: rules that found something, each once
  dollars: expected allowed, else charge, of those lines
  denied_lines: of them denied
--- */
with flagged as (
    select
        findings.line_id,
        max(findings.dollars) as dollars,
        list(distinct findings.rule_id order by findings.rule_id) as rules
    from audit.finding as findings
    anti join audit.dismissal as dismissals
        on
            findings.rule_id = dismissals.rule_id
            and findings.line_id = dismissals.line_id
            and dismissals.state = 'standing'
    where
        findings.state <> 'gone'
        and not findings.is_superseded
        and findings.line_id is not null
        and (getvariable('severity') is null or findings.severity = getvariable('severity'))
    group by findings.line_id
)

select
    lines.encounter_id,
    min(lines.payer) as payer,
    min(lines.rendering_npi) as rendering_npi,
    min(lines.date_of_service) as date_of_service,
    count(*) as lines,
    list_sort(list_distinct(flatten(list(flagged.rules)))) as rules,
    sum(flagged.dollars) as dollars,
    count(*) filter (where lines.is_denied) as denied_lines
from flagged
inner join core.service_line as lines on flagged.line_id = lines.line_id
where lines.encounter_id is not null
group by lines.encounter_id
order by sum(flagged.dollars) desc, lines.encounter_id asc
limit coalesce(getvariable('top'), 25)
