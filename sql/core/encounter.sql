select
    lines.encounter_id,
    min(lines.patient_id) as patient_id,
    min(lines.rendering_npi) as rendering_npi,
    min(lines.date_of_service) as date_of_service,
    bool_or(classes.procedure_code is not null) as has_mohs,
    cast(coalesce(
        sum(lines.units) filter (where classes.class_name = 'mohs_first_stage'), 0
    ) as decimal(9, 3)) as first_stages,
    cast(coalesce(
        sum(lines.units) filter (where classes.class_name = 'mohs_additional_stage'), 0
    ) as decimal(9, 3)) as additional_stages,
    cast(coalesce(
        sum(lines.units) filter (where classes.class_name = 'mohs_extra_block'), 0
    ) as decimal(9, 3)) as extra_blocks,
    count(*) as lines,
    case
        when count(*) = count(lines.charge) then cast(sum(lines.charge) as decimal(12, 2))
    end as charge
from core.service_line as lines
left join reference.code_class as classes
    on
        lines.procedure_code = classes.procedure_code
        and classes.class_name in ('mohs_first_stage', 'mohs_additional_stage', 'mohs_extra_block')
        and lines.date_of_service between classes.effective_from and classes.effective_to
where lines.encounter_id is not null
group by lines.encounter_id
