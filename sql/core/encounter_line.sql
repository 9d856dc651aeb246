-- What an encounter adds to its lines. Diagnoses are read in the code table of the day.
with encounter_counts as (
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
    from core.patient_line as lines
    group by lines.encounter_id
    having bool_or(lines.is_mohs)
),

code_counts as (
    select
        lines.encounter_id,
        lines.procedure_code,
        sum(lines.units) as code_units,
        count(*) as code_lines
    from core.patient_line as lines
    semi join encounter_counts on lines.encounter_id = encounter_counts.encounter_id
    group by lines.encounter_id, lines.procedure_code
),

line_diagnoses as (
    select
        lines.line_id,
        lines.date_of_service,
        diagnoses.ordinal,
        diagnoses.code
    from core.patient_line as lines
    inner join encounter_counts on lines.encounter_id = encounter_counts.encounter_id
    inner join core.line_diagnosis as diagnoses on lines.line_id = diagnoses.line_id
),

codes as (
    select distinct
        line_diagnoses.code,
        line_diagnoses.date_of_service
    from line_diagnoses
),

malignant_codes as (
    select distinct
        codes.code,
        codes.date_of_service
    from codes
    inner join reference.icd10_class as classes
        on
            classes.class_name = 'malignant'
            and starts_with(codes.code, classes.diagnosis_prefix)
            and codes.date_of_service between classes.effective_from and classes.effective_to
),

code_meanings as (
    select
        codes.code,
        codes.date_of_service,
        coalesce(sites.site_family, 'OTHER') as site_family,
        malignant_codes.code is not null as is_malignant
    from codes
    left join reference.icd10_site_map as sites
        on
            codes.code = sites.diagnosis_code
            and codes.date_of_service between sites.effective_from and sites.effective_to
    left join malignant_codes
        on
            codes.code = malignant_codes.code
            and codes.date_of_service = malignant_codes.date_of_service
),

line_pointers as (
    select
        line_diagnoses.line_id,
        count(*) as pointers,
        count(*) filter (where meanings.site_family = 'HNHFG') as head_pointers,
        count(*) filter (where meanings.site_family = 'TAL') as trunk_pointers,
        count(*) filter (where meanings.site_family = 'LIMB') as limb_pointers,
        count(*) filter (where meanings.site_family = 'AMBIG') as ambiguous_pointers,
        count(*) filter (where meanings.is_malignant) as malignant_pointers,
        coalesce(max(line_diagnoses.code) filter (where line_diagnoses.ordinal = 1), '')
        || ' ' || coalesce(max(line_diagnoses.code) filter (where line_diagnoses.ordinal = 2), '')
        || ' ' || coalesce(max(line_diagnoses.code) filter (where line_diagnoses.ordinal = 3), '')
        || ' ' || coalesce(max(line_diagnoses.code) filter (where line_diagnoses.ordinal = 4), '')
            as diagnosis_key
    from line_diagnoses
    inner join code_meanings as meanings
        on
            line_diagnoses.code = meanings.code
            and line_diagnoses.date_of_service = meanings.date_of_service
    group by line_diagnoses.line_id
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
    lines.has_chart,
    lines.payer,
    lines.line_of_business,
    lines.locality,
    lines.source,
    lines.submitted_date,
    lines.is_mohs,
    lines.site_family,
    lines.is_first_stage,
    lines.is_additional_stage,
    lines.is_extra_block,
    lines.is_evaluation_management,
    lines.is_new_patient_visit,
    lines.is_biopsy,
    lines.is_biopsy_add_on,
    lines.is_pathology,
    lines.is_frozen_section,
    lines.is_immunostain,
    lines.is_excision,
    lines.is_destruction,
    lines.closure,
    lines.has_distinct_modifier,
    lines.has_ncci_modifier,
    lines.has_assistant_modifier,
    lines.side_modifier,
    lines.has_24,
    lines.has_25,
    lines.has_57,
    lines.has_58,
    lines.has_76,
    lines.has_78,
    lines.has_79,
    lines.global_days,
    lines.multiple_procedure,
    lines.bilateral,
    lines.assistant,
    lines.co_surgeon,
    lines.team,
    lines.pctc,
    lines.mue_units,
    lines.mue_mai,
    lines.has_mohs_day,
    lines.first_stage_line_id,
    lines.ptp_release,
    lines.ptp_date,
    lines.ptp_quarters,
    lines.mue_release,
    lines.mue_quarters,
    lines.add_on_release,
    lines.add_on_date,
    lines.add_on_quarters,
    lines.mpfs_release,
    lines.mpfs_quarters,
    lines.icd10_release,
    lines.icd10_quarters,
    cast(code_counts.code_units as decimal(9, 3)) as code_units,
    code_counts.code_lines,
    encounters.has_first_stage,
    cast(coalesce(encounters.first_stages_h, 0) as decimal(9, 3)) as first_stages_h,
    cast(coalesce(encounters.first_stages_t, 0) as decimal(9, 3)) as first_stages_t,
    cast(coalesce(encounters.additional_stages_h, 0) as decimal(9, 3)) as additional_stages_h,
    cast(coalesce(encounters.additional_stages_t, 0) as decimal(9, 3)) as additional_stages_t,
    cast(coalesce(encounters.extra_blocks, 0) as decimal(9, 3)) as extra_blocks,
    case
        when lines.diagnosis_codes is not null then coalesce(line_pointers.pointers, 0)
    end as pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(line_pointers.head_pointers, 0)
    end as head_pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(line_pointers.trunk_pointers, 0)
    end as trunk_pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(line_pointers.limb_pointers, 0)
    end as limb_pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(line_pointers.ambiguous_pointers, 0)
    end as ambiguous_pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(line_pointers.malignant_pointers, 0)
    end as malignant_pointers,
    case
        when lines.diagnosis_codes is not null then coalesce(line_pointers.diagnosis_key, '')
    end
        as diagnosis_key
from core.patient_line as lines
inner join encounter_counts as encounters on lines.encounter_id = encounters.encounter_id
inner join code_counts
    on
        lines.encounter_id = code_counts.encounter_id
        and lines.procedure_code = code_counts.procedure_code
left join line_pointers on lines.line_id = line_pointers.line_id
