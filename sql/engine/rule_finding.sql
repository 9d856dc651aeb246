-- What a rule found, on lines of its population it can judge; of several hits on a line the
-- gravest. The payer's severity wins over all, a distant release takes one off the row's own.
select
    cast($rule_id as varchar) as rule_id,
    'line' as subject,
    lines.line_id,
    lines.claim_id,
    lines.patient_id,
    lines.rendering_npi,
    case
        when lines.payer_severity is not null then lines.payer_severity
        when not lines.is_demoted then hits.severity
        when hits.severity = 'error' then 'warning'
        else 'info'
    end as severity,
    cast($basis as varchar) as basis,
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
        weighed.line_id,
        weighed.severity,
        weighed.reason,
        weighed.related_line_id,
        weighed.suggested_code,
        weighed.suggested_units,
        row_number() over (
            partition by weighed.line_id
            order by
                case weighed.severity when 'error' then 1 when 'warning' then 2 else 3 end,
                weighed.related_line_id,
                weighed.reason,
                weighed.suggested_code,
                weighed.suggested_units
        ) as choice
    from (
        select
            found.line_id,
            found.reason,
            found.related_line_id,
            found.suggested_code,
            found.suggested_units,
            case
                when found.severity is null then cast($severity as varchar)
                when list_contains($severities, found.severity) then found.severity
                else
                    error(
                        'the query returns the severity ' || found.severity
                        || ', which severity_when does not name'
                    )
            end as severity
        from temp.found
    ) as weighed
) as hits
inner join rule_lines as lines on hits.line_id = lines.line_id
left join audit.expected_payment as prices on hits.line_id = prices.line_id
where hits.choice = 1 and lines.missing is null
