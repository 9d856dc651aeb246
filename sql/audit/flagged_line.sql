-- Lines with a finding that stands, and what they are, in the words of a dismissal.
with flagged as (
    select
        findings.line_id,
        count(*) as findings,
        min(
            case findings.severity when 'error' then 1 when 'warning' then 2 else 3 end
        ) as gravity
    from audit.finding as findings
    where
        findings.state <> 'gone' and findings.line_id is not null
        and not findings.is_superseded
    group by findings.line_id
)

select
    lines.line_id,
    lines.patient_id,
    flagged.findings,
    case flagged.gravity when 1 then 'error' when 2 then 'warning' else 'info' end as severity,
    lines.procedure_code || ' [' || lines.modifier_key || '] x '
    || cast(lines.units as varchar) || ' on ' || cast(lines.date_of_service as varchar)
    || ' at ' || coalesce(lines.place_of_service, '?') || ' for '
    || coalesce(lines.diagnosis_key, '?') || ' at ' || coalesce(cast(lines.charge as varchar), '?')
        as line_as_is
from core.service_line as lines
inner join flagged on lines.line_id = flagged.line_id
