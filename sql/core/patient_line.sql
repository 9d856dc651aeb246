-- What a line says by itself: its kind, its modifiers, the policy indicators and edits of its day.
-- A published series judges the days of its releases; a day outside them is judged by the nearest.
with mohs_patients as (
    select distinct lines.patient_id
    from core.service_line as lines
    inner join reference.code_class as classes
        on
            lines.procedure_code = classes.procedure_code
            and classes.class_name = 'mohs'
            and lines.date_of_service between classes.effective_from and classes.effective_to
    where lines.encounter_id is not null and lines.charge > 0
),

patient_lines as (
    select
        lines.line_id,
        lines.claim_id,
        lines.encounter_id,
        lines.patient_id,
        lines.rendering_npi,
        lines.group_id,
        lines.specialty,
        -- group and specialty from the roster, the rendering provider where those are unknown
        coalesce(
            nullif(lines.group_id, '') || '/' || nullif(lines.specialty, ''), lines.rendering_npi
        ) as practitioner_key,
        lines.rendering_type,
        lines.date_of_service,
        lines.place_of_service,
        lines.procedure_code,
        lines.modifiers,
        lines.modifier_key,
        lines.units,
        lines.diagnosis_codes,
        lines.clia_number,
        lines.charge,
        lines.allowed,
        lines.paid,
        lines.is_adjudicated,
        lines.is_denied,
        lines.payer,
        lines.line_of_business,
        lines.locality,
        lines.source
    from core.service_line as lines
    semi join mohs_patients on lines.patient_id = mohs_patients.patient_id
    where lines.encounter_id is not null and lines.charge > 0
),

days as (
    select distinct lines.date_of_service
    from patient_lines as lines
),

release_candidates as (
    select
        days.date_of_service,
        releases.series,
        releases.release,
        releases.effective_from,
        releases.effective_to,
        row_number() over (
            partition by days.date_of_service, releases.series
            order by
                case
                    when days.date_of_service < releases.effective_from
                        then date_diff('day', days.date_of_service, releases.effective_from)
                    when days.date_of_service > releases.effective_to
                        then date_diff('day', releases.effective_to, days.date_of_service)
                    else 0
                end,
                releases.effective_from,
                releases.release
        ) as nearness
    from days
    cross join reference.release as releases
),

release_days as (
    select
        nearest.date_of_service,
        nearest.series,
        nearest.release,
        case
            when nearest.date_of_service < nearest.effective_from then nearest.effective_from
            when nearest.date_of_service > nearest.effective_to then nearest.effective_to
            else nearest.date_of_service
        end as release_date
    from release_candidates as nearest
    where nearest.nearness = 1
),

release_distances as (
    select
        release_days.date_of_service,
        release_days.series,
        release_days.release,
        release_days.release_date,
        abs(
            year(release_days.date_of_service) * 4
            + cast(floor((month(release_days.date_of_service) - 1) / 3) as bigint)
            - year(release_days.release_date) * 4
            - cast(floor((month(release_days.release_date) - 1) / 3) as bigint)
        ) as quarters
    from release_days
),

judged_days as (
    select
        distances.date_of_service,
        max(distances.release) filter (where distances.series = 'ptp') as ptp_release,
        max(distances.release_date) filter (where distances.series = 'ptp')
            as ptp_date,
        max(distances.quarters) filter (where distances.series = 'ptp') as ptp_quarters,
        max(distances.release) filter (where distances.series = 'mue') as mue_release,
        max(distances.release_date) filter (where distances.series = 'mue')
            as mue_date,
        max(distances.quarters) filter (where distances.series = 'mue') as mue_quarters,
        max(distances.release) filter (where distances.series = 'add_on') as add_on_release,
        max(distances.release_date) filter (where distances.series = 'add_on')
            as add_on_date,
        max(distances.quarters) filter (where distances.series = 'add_on') as add_on_quarters,
        max(distances.release) filter (where distances.series = 'mpfs') as mpfs_release,
        max(distances.release_date) filter (where distances.series = 'mpfs')
            as mpfs_date,
        max(distances.quarters) filter (where distances.series = 'mpfs') as mpfs_quarters,
        max(distances.release) filter (where distances.series = 'icd10') as icd10_release,
        max(distances.quarters) filter (where distances.series = 'icd10') as icd10_quarters
    from release_distances as distances
    group by distances.date_of_service
),

code_days as (
    select distinct
        lines.procedure_code,
        lines.date_of_service
    from patient_lines as lines
),

code_kinds as (
    select
        code_days.procedure_code,
        code_days.date_of_service,
        bool_or(classes.class_name = 'mohs') as is_mohs,
        bool_or(classes.class_name = 'mohs_first_stage') as is_first_stage,
        bool_or(classes.class_name = 'mohs_additional_stage') as is_additional_stage,
        bool_or(classes.class_name = 'mohs_extra_block') as is_extra_block,
        bool_or(classes.class_name = 'mohs_head') as is_head,
        bool_or(classes.class_name = 'mohs_trunk') as is_trunk,
        bool_or(classes.class_name = 'evaluation_management') as is_evaluation_management,
        bool_or(classes.class_name = 'new_patient_visit') as is_new_patient_visit,
        bool_or(classes.class_name = 'biopsy_primary') as is_biopsy,
        bool_or(classes.class_name = 'biopsy_add_on') as is_biopsy_add_on,
        bool_or(classes.class_name = 'mohs_pathology') as is_pathology,
        bool_or(classes.class_name = 'frozen_section') as is_frozen_section,
        bool_or(classes.class_name = 'immunostain') as is_immunostain,
        bool_or(classes.class_name in ('benign_excision', 'malignant_excision')) as is_excision,
        bool_or(classes.class_name = 'malignant_destruction') as is_destruction,
        max(case
            when classes.class_name = 'simple_repair' then 'simple'
            when classes.class_name = 'intermediate_repair' then 'intermediate'
            when classes.class_name in ('complex_repair', 'complex_repair_add_on') then 'complex'
            when classes.class_name in ('flap', 'flap_add_on') then 'flap'
            when classes.class_name in ('graft', 'graft_add_on') then 'graft'
        end) as closure
    from code_days
    inner join reference.code_class as classes
        on
            code_days.procedure_code = classes.procedure_code
            and code_days.date_of_service between classes.effective_from and classes.effective_to
    group by code_days.procedure_code, code_days.date_of_service
),

code_values as (
    select
        code_days.procedure_code,
        code_days.date_of_service,
        fees.global_days,
        fees.multiple_procedure,
        fees.bilateral,
        fees.assistant,
        fees.co_surgeon,
        fees.team,
        fees.pctc,
        edits.units as mue_units,
        edits.mai as mue_mai
    from code_days
    inner join judged_days on code_days.date_of_service = judged_days.date_of_service
    left join reference.mpfs_rvu as fees
        on
            code_days.procedure_code = fees.procedure_code
            and fees.modifier = ''
            and judged_days.mpfs_date between fees.effective_from and fees.effective_to
    left join reference.ncci_mue as edits
        on
            code_days.procedure_code = edits.procedure_code
            and judged_days.mue_date between edits.effective_from and edits.effective_to
),

billed_modifiers as (
    select
        lines.line_id,
        lines.date_of_service,
        u.modifier
    from patient_lines as lines
    cross join unnest(lines.modifiers) as u (modifier)
),

line_modifiers as (
    select
        billed_modifiers.line_id,
        bool_or(meanings.is_distinct) as has_distinct_modifier,
        bool_or(meanings.is_ncci) as has_ncci_modifier,
        bool_or(meanings.price_effect = 'assistant') as has_assistant_modifier,
        max(billed_modifiers.modifier) filter (where meanings.side <> '' or meanings.part <> '')
            as side_modifier,
        bool_or(billed_modifiers.modifier = '24') as has_24,
        bool_or(billed_modifiers.modifier = '25') as has_25,
        bool_or(billed_modifiers.modifier = '57') as has_57,
        bool_or(billed_modifiers.modifier = '58') as has_58,
        bool_or(billed_modifiers.modifier = '76') as has_76,
        bool_or(billed_modifiers.modifier = '78') as has_78,
        bool_or(billed_modifiers.modifier = '79') as has_79
    from billed_modifiers
    left join reference.modifier as meanings
        on
            billed_modifiers.modifier = meanings.modifier
            and billed_modifiers.date_of_service
            between meanings.effective_from and meanings.effective_to
    group by billed_modifiers.line_id
),

mohs_days as (
    select distinct
        lines.patient_id,
        lines.date_of_service
    from patient_lines as lines
    inner join code_kinds
        on
            lines.procedure_code = code_kinds.procedure_code
            and lines.date_of_service = code_kinds.date_of_service
    where code_kinds.is_mohs
),

first_stages as (
    select
        lines.patient_id,
        lines.date_of_service,
        lines.practitioner_key,
        min(lines.line_id) as line_id
    from patient_lines as lines
    inner join code_kinds
        on
            lines.procedure_code = code_kinds.procedure_code
            and lines.date_of_service = code_kinds.date_of_service
    where code_kinds.is_first_stage
    group by lines.patient_id, lines.date_of_service, lines.practitioner_key
),

patient_charts as (
    select distinct
        charts.patient_id,
        charts.date_of_service
    from staged.chart_lesion as charts
    where charts.patient_id is not null
),

claim_charts as (
    select distinct
        charts.claim_number as claim_id,
        charts.date_of_service
    from staged.chart_lesion as charts
    where charts.claim_number is not null
)

select
    lines.line_id,
    lines.claim_id,
    lines.encounter_id,
    lines.patient_id,
    lines.rendering_npi,
    lines.group_id,
    lines.specialty,
    lines.practitioner_key,
    lines.rendering_type,
    lines.date_of_service,
    lines.place_of_service,
    lines.procedure_code,
    lines.modifiers,
    lines.modifier_key,
    lines.units,
    lines.diagnosis_codes,
    lines.clia_number,
    lines.charge,
    lines.allowed,
    lines.paid,
    lines.is_adjudicated,
    lines.is_denied,
    patient_charts.patient_id is not null or claim_charts.claim_id is not null as has_chart,
    lines.payer,
    lines.line_of_business,
    lines.locality,
    lines.source,
    claims.submitted_date,
    coalesce(kinds.is_mohs, false) as is_mohs,
    case when kinds.is_head then 'H' when kinds.is_trunk then 'T' end as site_family,
    coalesce(kinds.is_first_stage, false) as is_first_stage,
    coalesce(kinds.is_additional_stage, false) as is_additional_stage,
    coalesce(kinds.is_extra_block, false) as is_extra_block,
    coalesce(kinds.is_evaluation_management, false) as is_evaluation_management,
    coalesce(kinds.is_new_patient_visit, false) as is_new_patient_visit,
    coalesce(kinds.is_biopsy, false) as is_biopsy,
    coalesce(kinds.is_biopsy_add_on, false) as is_biopsy_add_on,
    coalesce(kinds.is_pathology, false) as is_pathology,
    coalesce(kinds.is_frozen_section, false) as is_frozen_section,
    coalesce(kinds.is_immunostain, false) as is_immunostain,
    coalesce(kinds.is_excision, false) as is_excision,
    coalesce(kinds.is_destruction, false) as is_destruction,
    kinds.closure,
    coalesce(line_modifiers.has_distinct_modifier, false) as has_distinct_modifier,
    coalesce(line_modifiers.has_ncci_modifier, false) as has_ncci_modifier,
    coalesce(line_modifiers.has_assistant_modifier, false) as has_assistant_modifier,
    line_modifiers.side_modifier,
    coalesce(line_modifiers.has_24, false) as has_24,
    coalesce(line_modifiers.has_25, false) as has_25,
    coalesce(line_modifiers.has_57, false) as has_57,
    coalesce(line_modifiers.has_58, false) as has_58,
    coalesce(line_modifiers.has_76, false) as has_76,
    coalesce(line_modifiers.has_78, false) as has_78,
    coalesce(line_modifiers.has_79, false) as has_79,
    code_values.global_days,
    code_values.multiple_procedure,
    code_values.bilateral,
    code_values.assistant,
    code_values.co_surgeon,
    code_values.team,
    code_values.pctc,
    code_values.mue_units,
    code_values.mue_mai,
    mohs_days.patient_id is not null as has_mohs_day,
    first_stages.line_id as first_stage_line_id,
    judged_days.ptp_release,
    judged_days.ptp_date,
    judged_days.ptp_quarters,
    judged_days.mue_release,
    judged_days.mue_quarters,
    judged_days.add_on_release,
    judged_days.add_on_date,
    judged_days.add_on_quarters,
    judged_days.mpfs_release,
    judged_days.mpfs_quarters,
    judged_days.icd10_release,
    judged_days.icd10_quarters
from patient_lines as lines
inner join judged_days on lines.date_of_service = judged_days.date_of_service
inner join code_values
    on
        lines.procedure_code = code_values.procedure_code
        and lines.date_of_service = code_values.date_of_service
left join code_kinds as kinds
    on
        lines.procedure_code = kinds.procedure_code
        and lines.date_of_service = kinds.date_of_service
left join core.claim as claims on lines.claim_id = claims.claim_id
left join line_modifiers on lines.line_id = line_modifiers.line_id
left join mohs_days
    on
        lines.patient_id = mohs_days.patient_id
        and lines.date_of_service = mohs_days.date_of_service
left join first_stages
    on
        lines.patient_id = first_stages.patient_id
        and lines.date_of_service = first_stages.date_of_service
        and lines.practitioner_key = first_stages.practitioner_key
left join patient_charts
    on
        lines.patient_id = patient_charts.patient_id
        and lines.date_of_service = patient_charts.date_of_service
left join claim_charts
    on
        lines.claim_id = claim_charts.claim_id
        and lines.date_of_service = claim_charts.date_of_service
