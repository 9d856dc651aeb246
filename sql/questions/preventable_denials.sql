/* ---
title: Denials a rule would have caught
meaning: >
  Rules that stand on lines as they were denied, with the dollars not recovered. A line stands under
  each rule that caught it; what no rule caught is left out.
grain: one row per rule and payer
columns:
  rule: readable name of the rule
  denials: denied lines the rule stands on
  expected_allowed: what they should have been allowed
  unrecovered: of it not recovered
--- */
select
    findings.rule_id,
    findings.rule,
    episodes.payer,
    count(distinct episodes.line_id) as denials,
    sum(episodes.expected_allowed) as expected_allowed,
    sum(episodes.unrecovered) as unrecovered
from v_episode as episodes
inner join v_finding as findings on episodes.line_id = findings.line_id
where
    episodes.is_preventable
    and not findings.is_superseded
    and findings.severity in ('error', 'warning')
group by findings.rule_id, findings.rule, episodes.payer
order by unrecovered desc nulls last, findings.rule_id asc, episodes.payer asc
