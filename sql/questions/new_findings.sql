/* ---
title: What is new since the last run
meaning: >
  Findings the run before did not have, and those that are gone. Known ones are left out.
grain: one row per finding
--- */
select
    findings.state,
    findings.rule_id,
    findings.severity,
    findings.line_id,
    findings.reason,
    findings.dollars
from audit.finding as findings
where findings.state in ('new', 'gone') and not findings.is_superseded
order by
    findings.state desc, findings.severity asc, findings.rule_id asc, findings.line_id asc
