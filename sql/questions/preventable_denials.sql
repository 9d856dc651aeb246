/* ---
title: Denials a rule would have caught
meaning: >
  Rules that fire on lines as they were denied, also where the claim was changed since, with the
  dollars not recovered. A line stands under each rule that caught it; what no rule caught is left
  out.
grain: one row per rule and payer
columns:
  rule: readable name of the rule
  denials: denied lines the rule fires on
  expected_allowed: what they should have been allowed
  unrecovered: of it not recovered
--- */
with caught as (
    select
        episodes.line_id,
        findings.rule_id
    from audit.denial_episode as episodes
    inner join audit.finding as findings on episodes.line_id = findings.line_id
    anti join audit.submission_line as formers
        on
            episodes.line_id = formers.line_id
            and episodes.denied_submission = formers.submission
    where
        episodes.is_preventable
        and findings.state <> 'gone'
        and findings.basis <> 'payment'
        and not findings.is_superseded
        and findings.severity in ('error', 'warning')
    union
    select
        episodes.line_id,
        findings.rule_id
    from audit.denial_episode as episodes
    inner join audit.submission_finding as findings
        on
            episodes.line_id = findings.line_id
            and episodes.denied_submission = findings.submission
    where not findings.is_superseded and findings.severity in ('error', 'warning')
)

select
    caught.rule_id,
    rules.name as rule,
    episodes.payer,
    count(*) as denials,
    sum(episodes.expected_allowed) as expected_allowed,
    sum(episodes.unrecovered) as unrecovered
from caught
inner join audit.denial_episode as episodes on caught.line_id = episodes.line_id
left join audit.rule as rules on caught.rule_id = rules.rule_id
group by caught.rule_id, rules.name, episodes.payer
order by unrecovered desc nulls last, caught.rule_id asc, episodes.payer asc
