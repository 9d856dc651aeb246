-- Primary billed lines as the price calculator reads them. What a claim does not say takes the
-- calculator's defaults: participating, assigned, not an APM participant, deductible met, not QMB.
select
    lines.line_id,
    cast(row_number() over (
        partition by lines.patient_id, lines.date_of_service
        order by claims.submitted_date, lines.claim_id, lines.ordinal, lines.line_id
    ) as bigint) as claim_order,
    lines.patient_id,
    case
        when lines.group_id is not null and lines.specialty is not null
            then 'group ' || lines.group_id || ' ' || lines.specialty
        else 'npi ' || coalesce(lines.rendering_npi, '')
    end as pricing_group,
    lines.line_of_business,
    lines.date_of_service,
    lines.procedure_code,
    lines.modifiers,
    lines.units,
    lines.place_of_service,
    lines.locality,
    cast(null as varchar) as locality_note,
    lines.charge,
    coalesce(roster.participating, true) as participating,
    coalesce(claims.assignment, 'A') <> 'C' as assigned,
    coalesce(roster.apm_qualifying, false) as apm_qualifying,
    lines.rendering_type,
    cast(0 as decimal(12, 2)) as deductible_remaining,
    false as qmb
from core.service_line as lines
left join core.claim as claims on lines.claim_id = claims.claim_id
left join reference.provider as roster
    on
        lines.rendering_npi = roster.npi
        and lines.date_of_service between roster.effective_from and roster.effective_to
where lines.payer_sequence = 'P'
