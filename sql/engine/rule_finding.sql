-- What a rule found, on lines of its population it can judge; of several hits on a line the first.
select
    cast($rule_id as varchar) as rule_id,
    'line' as subject,
    lines.line_id,
    lines.claim_id,
    lines.patient_id,
    lines.rendering_npi,
    lines.severity,
    hits.reason || coalesce(' (judged by the ' || lines.judged_by || ' release)', '') as reason,
    hits.related_line_id,
    hits.suggested_code,
    hits.suggested_units,
    coalesce(prices.expected_allowed, lines.charge) as dollars,
    cast($rule_version as varchar) as rule_version,
    cast($run_id as varchar) as first_run_id,
    'new' as state
from (
    select
        found.line_id,
        found.reason,
        found.related_line_id,
        found.suggested_code,
        found.suggested_units,
        row_number() over (
            partition by found.line_id
            order by
                found.related_line_id, found.reason, found.suggested_code, found.suggested_units
        ) as choice
    from found
) as hits
inner join rule_lines as lines on hits.line_id = lines.line_id
left join audit.expected_payment as prices on hits.line_id = prices.line_id
where hits.choice = 1 and lines.missing is null
