-- What the coding audit counts: findings of rules about coding, not about payments.
select
    changes.item_id,
    changes.label as rule_id,
    coalesce(rules.category, 'other') as category,
    changes.severity,
    changes.line_id,
    changes.rendering_npi,
    changes.payer,
    changes.date_of_service,
    changes.dollars,
    changes.since_run,
    changes.since_month,
    changes.is_dismissed,
    coalesce(changes.since_month <> 'gone', false) and not changes.is_dismissed as is_counted
from audit.change as changes
left join audit.rule as rules on changes.label = rules.rule_id
where changes.kind = 'finding' and coalesce(rules.basis, 'claim') <> 'payment'
