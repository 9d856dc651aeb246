-- What the practice mirror counts, encounter by encounter, without the lines of assistants.
with surgeon_lines as (
    select
        lines.line_id,
        lines.encounter_id,
        lines.patient_id,
        lines.rendering_npi,
        lines.date_of_service,
        lines.units,
        lines.site_family,
        lines.is_first_stage,
        lines.is_additional_stage,
        lines.is_extra_block,
        lines.closure,
        lines.is_evaluation_management,
        lines.is_pathology,
        lines.is_biopsy,
        lines.is_frozen_section,
        lines.has_25,
        lines.has_distinct_modifier
    from core.patient_line as lines
    where not lines.has_assistant_modifier and nullif(lines.rendering_npi, '') is not null
),

unusual_lines as (
    select distinct modifiers.line_id
    from core.line_modifier as modifiers
    where modifiers.modifier = '22'
),

encounters as (
    select
        lines.encounter_id,
        min(lines.patient_id) as patient_id,
        min(lines.rendering_npi) as rendering_npi,
        min(lines.date_of_service) as date_of_service,
        coalesce(
            sum(lines.units) filter (where lines.is_first_stage and lines.site_family = 'H'), 0
        ) as first_stages_h,
        coalesce(
            sum(lines.units) filter (where lines.is_additional_stage and lines.site_family = 'H'), 0
        ) as additional_stages_h,
        coalesce(
            sum(lines.units) filter (where lines.is_first_stage and lines.site_family = 'T'), 0
        ) as first_stages_t,
        coalesce(
            sum(lines.units) filter (where lines.is_additional_stage and lines.site_family = 'T'), 0
        ) as additional_stages_t,
        coalesce(sum(lines.units) filter (where lines.is_extra_block), 0) as extra_blocks,
        coalesce(bool_or(lines.closure = 'simple'), false) as has_simple,
        coalesce(bool_or(lines.closure = 'intermediate'), false) as has_intermediate,
        coalesce(bool_or(lines.closure = 'complex'), false) as has_complex,
        coalesce(bool_or(lines.closure = 'flap'), false) as has_flap,
        coalesce(bool_or(lines.closure = 'graft'), false) as has_graft,
        bool_or(lines.is_evaluation_management and lines.has_25) as has_25,
        bool_or(lines.has_distinct_modifier) as has_distinct_modifier,
        bool_or(unusual_lines.line_id is not null) as has_22,
        bool_or(lines.is_pathology) as has_pathology,
        bool_or(lines.is_biopsy) as has_biopsy,
        bool_or(lines.is_frozen_section) as has_frozen_section
    from surgeon_lines as lines
    left join unusual_lines on lines.line_id = unusual_lines.line_id
    group by lines.encounter_id
    having bool_or(lines.is_first_stage)
),

closure_days as (
    select distinct
        lines.patient_id,
        lines.date_of_service
    from core.patient_line as lines
    where lines.closure is not null
),

next_closures as (
    select
        encounters.encounter_id,
        min(closure_days.date_of_service) as closure_date
    from encounters
    inner join closure_days
        on
            encounters.patient_id = closure_days.patient_id
            and encounters.date_of_service <= closure_days.date_of_service
    group by encounters.encounter_id
),

own_days as (
    select distinct
        lines.patient_id,
        lines.rendering_npi,
        lines.date_of_service
    from surgeon_lines as lines
    where lines.is_first_stage or lines.closure is not null
),

next_days as (
    select
        encounters.encounter_id,
        min(own_days.date_of_service) as next_date
    from encounters
    inner join own_days
        on
            encounters.patient_id = own_days.patient_id
            and encounters.rendering_npi = own_days.rendering_npi
            and encounters.date_of_service < own_days.date_of_service
    group by encounters.encounter_id
)

select
    encounters.encounter_id,
    encounters.patient_id,
    encounters.rendering_npi,
    encounters.date_of_service,
    cast(encounters.first_stages_h as decimal(9, 3)) as first_stages_h,
    cast(encounters.additional_stages_h as decimal(9, 3)) as additional_stages_h,
    cast(encounters.first_stages_t as decimal(9, 3)) as first_stages_t,
    cast(encounters.additional_stages_t as decimal(9, 3)) as additional_stages_t,
    cast(encounters.extra_blocks as decimal(9, 3)) as extra_blocks,
    case
        when encounters.first_stages_h + encounters.first_stages_t = 1
            then
                cast(floor(
                    1 + encounters.additional_stages_h + encounters.additional_stages_t
                ) as bigint)
    end as lone_stages,
    encounters.has_simple,
    encounters.has_intermediate,
    encounters.has_complex,
    encounters.has_flap,
    encounters.has_graft,
    encounters.has_25,
    encounters.has_distinct_modifier,
    encounters.has_22,
    encounters.has_pathology,
    encounters.has_biopsy,
    encounters.has_frozen_section,
    date_diff('day', encounters.date_of_service, next_closures.closure_date) as days_to_closure,
    date_diff('day', encounters.date_of_service, next_days.next_date) as days_to_next
from encounters
left join next_closures on encounters.encounter_id = next_closures.encounter_id
left join next_days on encounters.encounter_id = next_days.encounter_id
