-- What rules keep asking of a line: its kind, its modifiers, the policy indicators and edits of its
-- day, what its encounter bills. Diagnoses are read in the code table of the day.
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

-- what the questions below are asked of; the lines themselves are read once, at the end
patient_lines as (
    select
        lines.line_id,
        lines.encounter_id,
        lines.patient_id,
        coalesce(
            nullif(lines.group_id, '') || '/' || nullif(lines.specialty, ''), lines.rendering_npi
        ) as practitioner_key,
        lines.date_of_service,
        lines.procedure_code,
        lines.modifier_key,
        lines.units,
        lines.diagnosis_key
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

code_facts as (
    select
        code_days.procedure_code,
        code_days.date_of_service,
        coalesce(kinds.is_mohs, false) as is_mohs,
        coalesce(kinds.is_first_stage, false) as is_first_stage,
        coalesce(kinds.is_additional_stage, false) as is_additional_stage,
        coalesce(kinds.is_extra_block, false) as is_extra_block,
        case when kinds.is_head then 'H' when kinds.is_trunk then 'T' end as site_family,
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
        fees.global_days,
        fees.multiple_procedure,
        fees.bilateral,
        fees.assistant,
        fees.co_surgeon,
        fees.team,
        fees.pctc,
        edits.units as mue_units,
        edits.mai as mue_mai,
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
    from code_days
    inner join judged_days on code_days.date_of_service = judged_days.date_of_service
    left join code_kinds as kinds
        on
            code_days.procedure_code = kinds.procedure_code
            and code_days.date_of_service = kinds.date_of_service
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

-- few combinations of modifiers or diagnoses stand on many lines: one line of each is looked at
modified_samples as (
    select min(lines.line_id) as line_id
    from patient_lines as lines
    where lines.modifier_key <> ''
    group by lines.modifier_key, lines.date_of_service
),

modified_lines as (
    select
        lines.modifier_key,
        lines.date_of_service,
        lines.modifiers
    from core.service_line as lines
    semi join modified_samples on lines.line_id = modified_samples.line_id
),

billed_modifiers as (
    select
        lines.modifier_key,
        lines.date_of_service,
        u.modifier
    from modified_lines as lines
    cross join unnest(lines.modifiers) as u (modifier)
),

modifier_days as (
    select distinct
        billed_modifiers.modifier_key,
        billed_modifiers.date_of_service,
        billed_modifiers.modifier
    from billed_modifiers
),

modifier_facts as (
    select
        modifier_days.modifier_key,
        modifier_days.date_of_service,
        bool_or(meanings.is_distinct) as has_distinct_modifier,
        bool_or(meanings.is_ncci) as has_ncci_modifier,
        bool_or(meanings.price_effect = 'assistant') as has_assistant_modifier,
        max(modifier_days.modifier) filter (where meanings.side <> '' or meanings.part <> '')
            as side_modifier,
        bool_or(modifier_days.modifier = '24') as has_24,
        bool_or(modifier_days.modifier = '25') as has_25,
        bool_or(modifier_days.modifier = '57') as has_57,
        bool_or(modifier_days.modifier = '58') as has_58,
        bool_or(modifier_days.modifier = '76') as has_76,
        bool_or(modifier_days.modifier = '78') as has_78,
        bool_or(modifier_days.modifier = '79') as has_79
    from modifier_days
    left join reference.modifier as meanings
        on
            modifier_days.modifier = meanings.modifier
            and modifier_days.date_of_service
            between meanings.effective_from and meanings.effective_to
    group by modifier_days.modifier_key, modifier_days.date_of_service
),

mohs_lines as (
    select
        lines.line_id,
        lines.encounter_id,
        lines.patient_id,
        lines.date_of_service,
        lines.practitioner_key,
        lines.units,
        code_facts.site_family,
        code_facts.is_first_stage,
        code_facts.is_additional_stage,
        code_facts.is_extra_block
    from patient_lines as lines
    inner join code_facts
        on
            lines.procedure_code = code_facts.procedure_code
            and lines.date_of_service = code_facts.date_of_service
    where code_facts.is_mohs
),

mohs_days as (
    select distinct
        mohs_lines.patient_id,
        mohs_lines.date_of_service
    from mohs_lines
),

first_stages as (
    select
        mohs_lines.patient_id,
        mohs_lines.date_of_service,
        mohs_lines.practitioner_key,
        min(mohs_lines.line_id) as line_id
    from mohs_lines
    where mohs_lines.is_first_stage
    group by mohs_lines.patient_id, mohs_lines.date_of_service, mohs_lines.practitioner_key
),

mohs_encounters as (
    select
        lines.encounter_id,
        bool_or(lines.is_first_stage) as has_first_stage,
        sum(lines.units) filter (where lines.is_first_stage and lines.site_family = 'H')
            as first_stages_h,
        sum(lines.units) filter (where lines.is_first_stage and lines.site_family = 'T')
            as first_stages_t,
        sum(lines.units) filter (where lines.is_additional_stage and lines.site_family = 'H')
            as additional_stages_h,
        sum(lines.units) filter (where lines.is_additional_stage and lines.site_family = 'T')
            as additional_stages_t,
        sum(lines.units) filter (where lines.is_extra_block) as extra_blocks
    from mohs_lines as lines
    group by lines.encounter_id
),

-- a code that stands once in an encounter, as most do, needs no counting
repeated_codes as (
    select
        lines.encounter_id,
        lines.procedure_code,
        sum(lines.units) as code_units,
        count(*) as code_lines
    from patient_lines as lines
    group by lines.encounter_id, lines.procedure_code
    having count(*) > 1
),

diagnosed_samples as (
    select
        lines.diagnosis_key,
        lines.date_of_service,
        min(lines.line_id) as line_id
    from patient_lines as lines
    where lines.diagnosis_key is not null
    group by lines.diagnosis_key, lines.date_of_service
),

pointer_counts as (
    select
        samples.diagnosis_key,
        samples.date_of_service,
        count(*) as pointers,
        count(*) filter (where diagnoses.site_family = 'HNHFG') as head_pointers,
        count(*) filter (where diagnoses.site_family = 'TAL') as trunk_pointers,
        count(*) filter (where diagnoses.site_family = 'LIMB') as limb_pointers,
        count(*) filter (where diagnoses.site_family = 'AMBIG') as ambiguous_pointers,
        count(*) filter (where diagnoses.is_malignant) as malignant_pointers
    from core.line_diagnosis as diagnoses
    inner join diagnosed_samples as samples on diagnoses.line_id = samples.line_id
    group by samples.diagnosis_key, samples.date_of_service
),

charted_encounters as (
    select
        charts.encounter_id,
        max(charts.absent_columns) as absent_columns
    from core.chart_site as charts
    where charts.encounter_id is not null
    group by charts.encounter_id
)

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
    lines.diagnosis_key,
    lines.clia_number,
    lines.charge,
    lines.allowed,
    lines.paid,
    lines.is_adjudicated,
    lines.is_denied,
    charted_encounters.encounter_id is not null as has_chart,
    charted_encounters.absent_columns as absent_chart_columns,
    lines.payer,
    lines.line_of_business,
    lines.locality,
    lines.source,
    lines.submitted_date,
    code_facts.is_mohs,
    code_facts.site_family,
    code_facts.is_first_stage,
    code_facts.is_additional_stage,
    code_facts.is_extra_block,
    code_facts.is_evaluation_management,
    code_facts.is_new_patient_visit,
    code_facts.is_biopsy,
    code_facts.is_biopsy_add_on,
    code_facts.is_pathology,
    code_facts.is_frozen_section,
    code_facts.is_immunostain,
    code_facts.is_excision,
    code_facts.is_destruction,
    code_facts.closure,
    coalesce(modifier_facts.has_distinct_modifier, false) as has_distinct_modifier,
    coalesce(modifier_facts.has_ncci_modifier, false) as has_ncci_modifier,
    coalesce(modifier_facts.has_assistant_modifier, false) as has_assistant_modifier,
    modifier_facts.side_modifier,
    coalesce(modifier_facts.has_24, false) as has_24,
    coalesce(modifier_facts.has_25, false) as has_25,
    coalesce(modifier_facts.has_57, false) as has_57,
    coalesce(modifier_facts.has_58, false) as has_58,
    coalesce(modifier_facts.has_76, false) as has_76,
    coalesce(modifier_facts.has_78, false) as has_78,
    coalesce(modifier_facts.has_79, false) as has_79,
    code_facts.global_days,
    code_facts.multiple_procedure,
    code_facts.bilateral,
    code_facts.assistant,
    code_facts.co_surgeon,
    code_facts.team,
    code_facts.pctc,
    code_facts.mue_units,
    code_facts.mue_mai,
    mohs_days.patient_id is not null as has_mohs_day,
    first_stages.line_id as first_stage_line_id,
    code_facts.ptp_release,
    code_facts.ptp_date,
    code_facts.ptp_quarters,
    code_facts.mue_release,
    code_facts.mue_quarters,
    code_facts.add_on_release,
    code_facts.add_on_date,
    code_facts.add_on_quarters,
    code_facts.mpfs_release,
    code_facts.mpfs_quarters,
    code_facts.icd10_release,
    code_facts.icd10_quarters,
    encounters.encounter_id is not null as has_mohs,
    cast(coalesce(repeated_codes.code_units, lines.units) as decimal(9, 3)) as code_units,
    coalesce(repeated_codes.code_lines, 1) as code_lines,
    coalesce(encounters.has_first_stage, false) as has_first_stage,
    cast(coalesce(encounters.first_stages_h, 0) as decimal(9, 3)) as first_stages_h,
    cast(coalesce(encounters.first_stages_t, 0) as decimal(9, 3)) as first_stages_t,
    cast(coalesce(encounters.additional_stages_h, 0) as decimal(9, 3)) as additional_stages_h,
    cast(coalesce(encounters.additional_stages_t, 0) as decimal(9, 3)) as additional_stages_t,
    cast(coalesce(encounters.extra_blocks, 0) as decimal(9, 3)) as extra_blocks,
    case
        when lines.diagnosis_codes is not null then coalesce(pointer_counts.pointers, 0)
    end as pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(pointer_counts.head_pointers, 0)
    end as head_pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(pointer_counts.trunk_pointers, 0)
    end as trunk_pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(pointer_counts.limb_pointers, 0)
    end as limb_pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(pointer_counts.ambiguous_pointers, 0)
    end as ambiguous_pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(pointer_counts.malignant_pointers, 0)
    end as malignant_pointers
from core.service_line as lines
semi join mohs_patients on lines.patient_id = mohs_patients.patient_id
inner join code_facts
    on
        lines.procedure_code = code_facts.procedure_code
        and lines.date_of_service = code_facts.date_of_service
left join modifier_facts
    on
        lines.modifier_key = modifier_facts.modifier_key
        and lines.date_of_service = modifier_facts.date_of_service
left join mohs_days
    on
        lines.patient_id = mohs_days.patient_id
        and lines.date_of_service = mohs_days.date_of_service
left join first_stages
    on
        lines.patient_id = first_stages.patient_id
        and lines.date_of_service = first_stages.date_of_service
        and coalesce(
            nullif(lines.group_id, '') || '/' || nullif(lines.specialty, ''), lines.rendering_npi
        ) = first_stages.practitioner_key
left join mohs_encounters as encounters on lines.encounter_id = encounters.encounter_id
left join repeated_codes
    on
        lines.encounter_id = repeated_codes.encounter_id
        and lines.procedure_code = repeated_codes.procedure_code
left join pointer_counts
    on
        lines.diagnosis_key = pointer_counts.diagnosis_key
        and lines.date_of_service = pointer_counts.date_of_service
left join charted_encounters on lines.encounter_id = charted_encounters.encounter_id
where lines.encounter_id is not null and lines.charge > 0
