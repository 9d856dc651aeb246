-- What is known of each primary billed line at its submission, one row per line. Every column read
-- here must be in reference.column_time as known at submission.
with day_lines as (
    select
        billed.encounter_id,
        count(*) as encounter_lines,
        sum(case when facts.multiple_procedure = '2' then billed.units else 0 end)
            as reduced_units,
        count(*) filter (where facts.closure is not null) as closures,
        count(*) filter (where facts.is_evaluation_management) as visits,
        count(*) filter (where facts.is_biopsy or facts.is_biopsy_add_on) as biopsies,
        count(*) filter (where facts.is_pathology) as pathologies,
        count(*) filter (where facts.is_first_stage) as first_stage_lines
    from core.service_line as billed
    left join core.patient_line as facts on billed.line_id = facts.line_id
    where billed.encounter_id is not null
    group by billed.encounter_id
)

select
    lines.line_id,
    lines.claim_id,
    lines.encounter_id,
    claims.submission,
    coalesce(claims.submitted_date, lines.date_of_service) as asked_date,
    lines.payer,
    lines.line_of_business,
    coalesce(lines.rendering_npi, '') as rendering_npi,
    coalesce(lines.rendering_type, '') as rendering_type,
    coalesce(lines.place_of_service, '') as place_of_service,
    lines.procedure_code,
    lines.modifier_key,
    coalesce(substr(lines.diagnosis_codes[1], 1, 3), '') as diagnosis_family,
    case
        when details.is_first_stage then 'first stage'
        when details.is_additional_stage then 'further stages'
        when details.is_extra_block then 'extra blocks'
        when details.is_evaluation_management then 'visit'
        when details.is_biopsy or details.is_biopsy_add_on then 'biopsy'
        when details.closure is not null then details.closure || ' closure'
        when details.is_pathology then 'pathology'
        when details.is_excision or details.is_destruction then 'other removal'
        when details.line_id is null then 'without Mohs surgery'
        else 'other'
    end as kind,
    coalesce(details.is_first_stage, false) as is_first_stage,
    coalesce(details.is_additional_stage or details.is_extra_block, false) as is_add_on,
    cast(lines.units as double) as units,
    row_number() over (
        partition by lines.encounter_id, lines.procedure_code order by lines.line_id
    ) as code_position,
    cast(coalesce(details.code_units, lines.units) as double) as code_units,
    cast(
        coalesce(details.additional_stages_h + details.additional_stages_t, 0) as double
    ) as further_stages,
    cast(coalesce(details.extra_blocks, 0) as double) as extra_blocks,
    date_diff('day', lines.date_of_service, coalesce(claims.submitted_date, lines.date_of_service))
        as days_to_submission,
    case when claims.submission > 1 or claims.frequency_code = '7' then 1 else 0 end
        as is_resubmission,
    case when claims.prior_authorization = 'given' then 1 else 0 end as is_authorized,
    coalesce(len(lines.modifiers), 0) as modifiers,
    cast(coalesce(details.has_25, false) as integer) as has_25,
    cast(coalesce(details.has_distinct_modifier, false) as integer) as has_distinct_modifier,
    cast(
        coalesce(
            details.has_24 or details.has_57 or details.has_58 or details.has_76
            or details.has_78 or details.has_79, false
        ) as integer
    ) as has_global_modifier,
    cast(coalesce(details.has_assistant_modifier, false) as integer) as has_assistant_modifier,
    cast(coalesce(details.has_chart, false) as integer) as has_chart,
    case
        when details.pointers is null or details.site_family is null then 0
        when
            details.site_family = 'H'
            and details.head_pointers + details.ambiguous_pointers > 0
            then 1
        when
            details.site_family = 'T'
            and details.trunk_pointers + details.limb_pointers + details.ambiguous_pointers > 0
            then 1
        else -1
    end as family_match,
    case
        when details.pointers is null then 0
        when details.malignant_pointers > 0 then 1
        else -1
    end as malignant_match,
    coalesce(details.pointers, 0) as pointers,
    day_lines.encounter_lines,
    cast(day_lines.reduced_units as double) as reduced_units,
    day_lines.closures,
    day_lines.visits,
    day_lines.biopsies,
    day_lines.pathologies,
    day_lines.first_stage_lines,
    prices.expected_allowed,
    coalesce(prices.expected_allowed, lines.charge) as dollars
from core.service_line as lines
inner join core.claim as claims on lines.claim_id = claims.claim_id
inner join day_lines on lines.encounter_id = day_lines.encounter_id
left join core.patient_line as details on lines.line_id = details.line_id
left join audit.expected_payment as prices on lines.line_id = prices.line_id
where lines.encounter_id is not null and lines.charge > 0 and lines.source <> '835'
