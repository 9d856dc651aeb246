-- What a rule found of providers of its population it can judge; of several hits the gravest.
select
    cast($rule_id as varchar) as rule_id,
    'provider' as subject,
    cast(null as varchar) as line_id,
    cast(null as varchar) as claim_id,
    cast(null as varchar) as patient_id,
    hits.rendering_npi,
    hits.severity,
    cast($basis as varchar) as basis,
    hits.reason,
    cast(null as varchar) as related_line_id,
    cast(null as varchar) as suggested_code,
    cast(null as decimal(9, 3)) as suggested_units,
    cast(null as decimal(12, 2)) as dollars,
    cast($rule_version as varchar) as rule_version,
    cast($run_id as varchar) as first_run_id,
    'new' as state
from (
    select
        weighed.rendering_npi,
        weighed.severity,
        weighed.reason,
        row_number() over (
            partition by weighed.rendering_npi
            order by
                case weighed.severity when 'error' then 1 when 'warning' then 2 else 3 end,
                weighed.reason
        ) as choice
    from (
        select
            found.rendering_npi,
            found.reason,
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
inner join rule_lines as providers on hits.rendering_npi = providers.rendering_npi
where hits.choice = 1 and providers.missing is null
