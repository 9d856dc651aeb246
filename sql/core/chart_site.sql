-- Lesions that stand, whose encounter they are of, and what the words of their site say.
with dated_lesions as (
    select
        lesions.lesion_key,
        lesions.file_id,
        lesions.patient_id,
        lesions.date_of_service,
        lesions.lesion,
        lesions.claim_number,
        lesions.surgeon_npi,
        lesions.site_words,
        lesions.deep_structure,
        lesions.diagnosis_code,
        lesions.absent_columns,
        files.received_at
    from staged.chart_lesion as lesions
    left join landing.file as files on lesions.file_id = files.file_id
    where lesions.patient_id is not null
),

ranked_lesions as (
    select
        dated_lesions.lesion_key,
        dated_lesions.patient_id,
        dated_lesions.date_of_service,
        dated_lesions.claim_number,
        dated_lesions.surgeon_npi,
        dated_lesions.site_words,
        dated_lesions.deep_structure,
        dated_lesions.diagnosis_code,
        dated_lesions.absent_columns,
        dense_rank() over (
            partition by
                dated_lesions.patient_id, dated_lesions.date_of_service, dated_lesions.lesion
            order by dated_lesions.received_at desc, dated_lesions.file_id asc
        ) as recency
    from dated_lesions
),

lesions as (
    select
        ranked_lesions.lesion_key,
        ranked_lesions.patient_id,
        ranked_lesions.date_of_service,
        ranked_lesions.claim_number,
        ranked_lesions.surgeon_npi,
        ranked_lesions.site_words,
        ranked_lesions.deep_structure,
        ranked_lesions.diagnosis_code,
        ranked_lesions.absent_columns
    from ranked_lesions
    where ranked_lesions.recency = 1
),

charted_days as (
    select distinct
        lesions.patient_id,
        lesions.date_of_service
    from lesions
),

mohs_lines as (
    select
        lines.encounter_id,
        lines.claim_id,
        lines.patient_id,
        lines.date_of_service,
        lines.rendering_npi
    from core.service_line as lines
    inner join reference.code_class as classes
        on
            lines.procedure_code = classes.procedure_code
            and classes.class_name = 'mohs'
            and lines.date_of_service between classes.effective_from and classes.effective_to
    semi join charted_days
        on
            lines.patient_id = charted_days.patient_id
            and lines.date_of_service = charted_days.date_of_service
    where lines.encounter_id is not null and lines.charge > 0
),

by_claim as (
    select
        mohs_lines.claim_id,
        mohs_lines.date_of_service,
        min(mohs_lines.encounter_id) as encounter_id
    from mohs_lines
    group by mohs_lines.claim_id, mohs_lines.date_of_service
    having count(distinct mohs_lines.encounter_id) = 1
),

by_surgeon as (
    select
        mohs_lines.patient_id,
        mohs_lines.date_of_service,
        mohs_lines.rendering_npi,
        min(mohs_lines.encounter_id) as encounter_id
    from mohs_lines
    where mohs_lines.rendering_npi <> ''
    group by mohs_lines.patient_id, mohs_lines.date_of_service, mohs_lines.rendering_npi
),

by_day as (
    select
        mohs_lines.patient_id,
        mohs_lines.date_of_service,
        min(mohs_lines.encounter_id) as encounter_id
    from mohs_lines
    group by mohs_lines.patient_id, mohs_lines.date_of_service
    having count(distinct mohs_lines.encounter_id) = 1
),

sites as (
    select distinct
        lesions.site_words,
        lesions.date_of_service
    from lesions
    where lesions.site_words <> ''
),

site_matches as (
    select
        sites.site_words,
        sites.date_of_service,
        words.site_word,
        words.site_family,
        words.body_part,
        words.is_sided
    from sites
    inner join reference.site_word as words
        on
            instr(sites.site_words, ' ' || words.site_word || ' ') > 0
            and sites.date_of_service between words.effective_from and words.effective_to
),

-- the words of `back of hand` count, those within them do not
site_meanings as (
    select
        matches.site_words,
        matches.date_of_service,
        matches.site_family,
        matches.body_part,
        matches.is_sided
    from site_matches as matches
    anti join site_matches as longer_matches
        on
            matches.site_words = longer_matches.site_words
            and matches.date_of_service = longer_matches.date_of_service
            and matches.site_word <> longer_matches.site_word
            and instr(' ' || longer_matches.site_word || ' ', ' ' || matches.site_word || ' ') > 0
),

site_readings as (
    select
        site_meanings.site_words,
        site_meanings.date_of_service,
        case
            when min(site_meanings.site_family) = max(site_meanings.site_family)
                then nullif(min(site_meanings.site_family), 'ask')
        end as site_family,
        case
            when min(site_meanings.body_part) = max(site_meanings.body_part)
                then min(site_meanings.body_part)
        end as body_part,
        bool_and(site_meanings.is_sided) as is_sided
    from site_meanings
    group by site_meanings.site_words, site_meanings.date_of_service
)

select
    lesions.lesion_key,
    lesions.patient_id,
    lesions.date_of_service,
    coalesce(by_claim.encounter_id, by_surgeon.encounter_id, by_day.encounter_id)
        as encounter_id,
    case
        when by_claim.encounter_id is not null then 'claim'
        when by_surgeon.encounter_id is not null then 'surgeon'
        when by_day.encounter_id is not null then 'day'
    end as tied_by,
    case
        when lesions.site_words is null then cast(null as varchar)
        when lesions.site_words = '' then 'blank'
        when readings.site_words is null then 'unknown'
        when readings.site_family is null then 'ask'
        else 'word'
    end as site_reading,
    readings.site_family,
    case
        when readings.site_family = 'H' then 'H'
        when coalesce(lesions.deep_structure, '') not in ('', 'none') then 'H'
        when lesions.deep_structure = 'none' then readings.site_family
    end as code_family,
    readings.body_part,
    coalesce(readings.is_sided, false) as is_sided_site,
    lesions.diagnosis_code,
    lesions.absent_columns
from lesions
left join by_claim
    on
        lesions.claim_number = by_claim.claim_id
        and lesions.date_of_service = by_claim.date_of_service
left join by_surgeon
    on
        lesions.patient_id = by_surgeon.patient_id
        and lesions.date_of_service = by_surgeon.date_of_service
        and lesions.surgeon_npi = by_surgeon.rendering_npi
left join by_day
    on
        lesions.patient_id = by_day.patient_id
        and lesions.date_of_service = by_day.date_of_service
left join site_readings as readings
    on
        lesions.site_words = readings.site_words
        and lesions.date_of_service = readings.date_of_service
