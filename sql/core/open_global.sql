-- Days after the operation are 1 to 10 or 1 to 90 (010, 090 of the fee schedule); the day itself
-- belongs to the operation. A return to the operating room (78) starts no new period: Medicare
-- Claims Processing Manual 100-04 ch. 12 s. 40 (recalled).
with openings as (
    select
        lines.line_id,
        lines.patient_id,
        lines.practitioner_key,
        lines.procedure_code,
        lines.date_of_service,
        lines.is_denied,
        lines.date_of_service + case when lines.global_days = '010' then 10 else 90 end
            as last_date,
        coalesce(lines.global_days in ('010', '090'), false) as is_certain
    from core.patient_line as lines
    where
        lines.practitioner_key <> ''
        and not lines.has_78
        and not lines.has_assistant_modifier
        and (
            lines.global_days in ('010', '090', 'YYY')
            -- surgery by the numbering of CPT; 1036F and the like are measures
            or (
                lines.global_days is null
                and lines.procedure_code between '10000' and '69999'
                and not lines.procedure_code like '%F'
            )
        )
),

candidates as (
    select
        lines.line_id,
        lines.patient_id,
        openings.line_id as opening_line_id,
        openings.procedure_code as opening_procedure_code,
        openings.date_of_service as opened_date,
        openings.last_date,
        openings.is_certain,
        openings.is_denied as is_opening_denied,
        row_number() over (
            partition by lines.line_id
            order by
                case when openings.is_certain then 0 else 1 end,
                case when openings.is_denied then 1 else 0 end,
                date_diff('day', openings.date_of_service, lines.date_of_service),
                openings.line_id
        ) as candidate
    from core.patient_line as lines
    inner join openings
        on
            lines.patient_id = openings.patient_id
            and lines.practitioner_key = openings.practitioner_key
            and lines.date_of_service > openings.date_of_service
            and lines.date_of_service <= openings.last_date
)

select
    candidates.line_id,
    candidates.patient_id,
    candidates.opening_line_id,
    candidates.opening_procedure_code,
    candidates.opened_date,
    candidates.last_date,
    candidates.is_certain,
    candidates.is_opening_denied
from candidates
where candidates.candidate = 1
