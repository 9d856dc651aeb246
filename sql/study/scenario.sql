-- Every line of a day with corrections, after each of its steps, as the price calculator reads it.
-- Patients and lines are numbered by step, so that one step does not see another. The charge
-- follows the units.
with steps as (
    select
        corrections.day_id,
        corrections.step
    from temp.correction as corrections
    where corrections.step is not null
),

days as (
    select
        lines.line_id,
        lines.patient_id,
        lines.procedure_code,
        lines.units,
        lines.charge,
        lines.submitted_date,
        lines.ordinal,
        lines.pricing_group,
        lines.payer,
        lines.line_of_business,
        lines.date_of_service,
        lines.modifiers,
        lines.modifier_key,
        lines.place_of_service,
        lines.locality,
        lines.locality_note,
        lines.participating,
        lines.assigned,
        lines.apm_qualifying,
        lines.rendering_type,
        lines.mips_factor,
        lines.deductible,
        lines.deductible_remaining,
        lines.qmb,
        min(lines.line_id) over (
            partition by lines.patient_id, lines.date_of_service, lines.pricing_group
        ) as day_id
    from core.pricing_line as lines
),

changes as (
    select
        steps.day_id,
        steps.step,
        corrections.line_id,
        max(corrections.code) as code,
        max(corrections.units_to) as units_to,
        bool_or(corrections.is_removal) as is_removed
    from steps
    inner join temp.correction as corrections
        on steps.day_id = corrections.day_id and steps.step >= corrections.step
    group by steps.day_id, steps.step, corrections.line_id
)

select
    steps.day_id,
    steps.step,
    lines.line_id as billed_line_id,
    cast(steps.step as varchar) || '~' || lines.line_id as line_id,
    cast(steps.step as varchar) || '~' || lines.patient_id as patient_id,
    coalesce(changes.code, lines.procedure_code) as procedure_code,
    coalesce(changes.units_to, lines.units) as units,
    case
        when changes.units_to is null or lines.units = 0 then lines.charge
        else cast(round(lines.charge * changes.units_to / lines.units, 2) as decimal(12, 2))
    end as charge,
    coalesce(changes.is_removed, false) as is_removed,
    lines.submitted_date,
    lines.ordinal,
    lines.pricing_group,
    lines.payer,
    lines.line_of_business,
    lines.date_of_service,
    lines.modifiers,
    lines.modifier_key,
    lines.place_of_service,
    lines.locality,
    lines.locality_note,
    lines.participating,
    lines.assigned,
    lines.apm_qualifying,
    lines.rendering_type,
    lines.mips_factor,
    lines.deductible,
    lines.deductible_remaining,
    lines.qmb
from steps
inner join days as lines on steps.day_id = lines.day_id
left join changes
    on
        steps.day_id = changes.day_id
        and steps.step = changes.step
        and lines.line_id = changes.line_id
