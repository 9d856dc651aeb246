-- What stands now: findings no other stands in for, denials not closed, variances that count.
select
    'finding' as kind,
    findings.rule_id || ' '
    || coalesce(findings.line_id, findings.claim_id, findings.rendering_npi) as item_id,
    findings.line_id,
    findings.rendering_npi,
    lines.payer,
    lines.date_of_service,
    findings.rule_id as label,
    findings.severity,
    findings.dollars
from audit.finding as findings
left join core.service_line as lines on findings.line_id = lines.line_id
where findings.state <> 'gone' and not findings.is_superseded
union all
select
    'denial' as kind,
    episodes.line_id as item_id,
    episodes.line_id,
    episodes.rendering_npi,
    episodes.payer,
    episodes.date_of_service,
    coalesce(episodes.cause, episodes.category, 'unmapped') as label,
    cast(null as varchar) as severity,
    episodes.expected_allowed as dollars
from audit.denial_episode as episodes
where not episodes.is_closed
union all
select
    'variance' as kind,
    variances.line_id as item_id,
    variances.line_id,
    lines.rendering_npi,
    lines.payer,
    lines.date_of_service,
    variances.cause as label,
    cast(null as varchar) as severity,
    variances.variance as dollars
from audit.payment_variance as variances
inner join core.service_line as lines on variances.line_id = lines.line_id
where variances.status in ('under', 'over') and variances.is_counted
