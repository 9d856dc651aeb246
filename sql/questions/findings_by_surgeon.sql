/* ---
title: Findings by surgeon and category
meaning: >
  Findings that stand and nobody dismissed, each line once per category, over the surgeon's lines
  on days of Mohs surgery. Below 30 encounters no comparison is fair, and a rate is no verdict.
grain: one row per surgeon and category
parameters:
  severity: {type: text, choices: [error, warning, info], meaning: only this severity}
columns:
  category: family of rules
  lines: lines with a finding of that category
  all_lines: the surgeon's lines on days of Mohs surgery
  rate: lines over all_lines
  encounters: the surgeon's days of Mohs surgery
  dollars: of the findings, a line counted once
--- */
with surgeons as (
    select
        lines.rendering_npi,
        count(*) as all_lines,
        count(distinct lines.encounter_id) as encounters
    from core.encounter_line as lines
    group by lines.rendering_npi
),

flagged as (
    select
        findings.rendering_npi,
        findings.category,
        findings.line_id,
        max(findings.dollars) as dollars
    from v_finding as findings
    where
        not findings.is_superseded
        and not findings.is_dismissed
        and findings.line_id is not null
        and (
            getvariable('severity') is null or findings.severity = getvariable('severity')
        )
    group by findings.rendering_npi, findings.category, findings.line_id
)

select
    flagged.rendering_npi,
    flagged.category,
    count(*) as lines,
    surgeons.all_lines,
    round(count(*) / surgeons.all_lines, 4) as rate,
    surgeons.encounters,
    sum(flagged.dollars) as dollars
from flagged
inner join surgeons on flagged.rendering_npi = surgeons.rendering_npi
group by flagged.rendering_npi, flagged.category, surgeons.all_lines, surgeons.encounters
order by flagged.rendering_npi asc, lines desc, flagged.category asc
