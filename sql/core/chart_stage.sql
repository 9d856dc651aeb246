with last_stages as (
    select
        stages.lesion_key,
        max(stages.stage) as stage
    from staged.chart_stage as stages
    group by stages.lesion_key
)

select
    stages.lesion_key,
    lesions.patient_id,
    lesions.encounter_id,
    lesions.date_of_service,
    stages.stage,
    stages.stage = last_stages.stage as is_last,
    stages.blocks,
    case
        when stages.blocks > 5 then stages.blocks - 5
        when stages.blocks is not null then 0
    end as extra_blocks,
    stages.margin,
    stages.surgeon_npi,
    stages.pathologist_npi,
    stages.has_map,
    stages.has_operative_note,
    stages.has_histology_description,
    stages.special_stain
from staged.chart_stage as stages
inner join core.chart_site as lesions on stages.lesion_key = lesions.lesion_key
inner join last_stages on stages.lesion_key = last_stages.lesion_key
