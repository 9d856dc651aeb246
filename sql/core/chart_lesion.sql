-- What the chart says of a lesion, its stages summed, and the line that findings about it go on.
with first_lines as (
    select
        ties.lesion_key,
        min(ties.line_id) as line_id
    from core.chart_line as ties
    inner join core.mohs_line as lines on ties.line_id = lines.line_id
    where lines.is_first_stage
    group by ties.lesion_key
),

encounter_lines as (
    select
        lines.encounter_id,
        coalesce(
            min(lines.line_id) filter (where lines.is_first_stage), min(lines.line_id)
        ) as line_id
    from core.mohs_line as lines
    group by lines.encounter_id
),

stage_sums as (
    select
        stages.lesion_key,
        count(*) as stages,
        max(stages.stage) as last_stage,
        case
            when count(*) = count(stages.blocks) then cast(sum(stages.blocks) as bigint)
        end as blocks,
        case
            when count(*) = count(stages.blocks) then cast(sum(stages.extra_blocks) as bigint)
        end as extra_blocks,
        max(stages.margin) filter (where stages.is_last) as last_margin
    from core.chart_stage as stages
    group by stages.lesion_key
)

select
    lesions.lesion_key,
    lesions.patient_id,
    sites.encounter_id,
    coalesce(first_lines.line_id, encounter_lines.line_id) as line_id,
    first_lines.line_id is not null as is_line_of_lesion,
    lesions.date_of_service,
    lesions.lesion,
    lesions.site,
    sites.site_reading,
    sites.site_family,
    sites.code_family,
    sites.body_part,
    sites.is_sided_site,
    lesions.laterality,
    lesions.deep_structure,
    lesions.surgeon_npi,
    lesions.surgeon_type,
    lesions.diagnosis_code,
    lesions.histology,
    lesions.size_mm,
    lesions.is_recurrent,
    lesions.is_aggressive,
    lesions.is_immunosuppressed,
    lesions.is_irradiated,
    lesions.auc_area,
    lesions.auc_score,
    lesions.indication,
    lesions.is_score_only,
    lesions.biopsy_date,
    lesions.has_biopsy_report,
    lesions.has_same_physician_statement,
    lesions.is_signed,
    lesions.closure,
    lesions.closure_cm,
    lesions.defect_cm2,
    lesions.complex_element,
    lesions.is_separate_tissue,
    lesions.records_requested_date,
    lesions.records_sent_date,
    coalesce(stage_sums.stages, 0) as stages,
    stage_sums.last_stage,
    coalesce(stage_sums.stages <> stage_sums.last_stage, false) as has_stage_gap,
    stage_sums.blocks,
    stage_sums.extra_blocks,
    stage_sums.last_margin,
    lesions.absent_columns
from staged.chart_lesion as lesions
inner join core.chart_site as sites on lesions.lesion_key = sites.lesion_key
left join first_lines on lesions.lesion_key = first_lines.lesion_key
left join encounter_lines on sites.encounter_id = encounter_lines.encounter_id
left join stage_sums on lesions.lesion_key = stage_sums.lesion_key
