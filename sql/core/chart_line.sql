-- Lines tied to the lesions of their encounter: the same diagnosis, else the same family and only
-- one of it, else the only lesion, else not told.
with charted_encounters as (
    select
        lesions.encounter_id,
        count(*) as lesions,
        min(lesions.lesion_key) as lesion_key
    from core.chart_site as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
),

charted_families as (
    select
        lesions.encounter_id,
        lesions.code_family,
        min(lesions.lesion_key) as lesion_key
    from core.chart_site as lesions
    where lesions.encounter_id is not null and lesions.code_family is not null
    group by lesions.encounter_id, lesions.code_family
    having count(*) = 1
),

unread_encounters as (
    select distinct lesions.encounter_id
    from core.chart_site as lesions
    where lesions.code_family is null and lesions.encounter_id is not null
),

charted_lines as (
    select
        lines.line_id,
        lines.encounter_id,
        lines.patient_id,
        lines.is_mohs,
        lines.is_first_stage,
        lines.site_family,
        lines.closure,
        lines.units
    from core.encounter_line as lines
    semi join charted_encounters on lines.encounter_id = charted_encounters.encounter_id
),

pointed_lesions as (
    select distinct
        lines.line_id,
        lines.encounter_id,
        lines.patient_id,
        lines.is_first_stage,
        lines.units,
        lesions.lesion_key
    from core.line_diagnosis as diagnoses
    inner join charted_lines as lines on diagnoses.line_id = lines.line_id
    inner join core.chart_site as lesions
        on lines.encounter_id = lesions.encounter_id and diagnoses.code = lesions.diagnosis_code
),

pointed_counts as (
    select
        pointed_lesions.line_id,
        count(*) as lesions
    from pointed_lesions
    group by pointed_lesions.line_id
),

by_diagnosis as (
    select
        pointed_lesions.line_id,
        pointed_lesions.encounter_id,
        pointed_lesions.patient_id,
        pointed_lesions.lesion_key
    from pointed_lesions
    inner join pointed_counts on pointed_lesions.line_id = pointed_counts.line_id
    where
        pointed_counts.lesions = 1
        or pointed_lesions.is_first_stage and pointed_counts.lesions <= pointed_lesions.units
),

-- a line that points to several lesions is of one of them, and no family or count tells of which
unpointed_lines as (
    select
        lines.line_id,
        lines.encounter_id,
        lines.patient_id,
        lines.site_family
    from charted_lines as lines
    anti join pointed_counts on lines.line_id = pointed_counts.line_id
    where lines.is_mohs or lines.closure is not null
),

by_family as (
    select
        lines.line_id,
        lines.encounter_id,
        lines.patient_id,
        families.lesion_key
    from unpointed_lines as lines
    inner join charted_families as families
        on
            lines.encounter_id = families.encounter_id
            and lines.site_family = families.code_family
    anti join unread_encounters on lines.encounter_id = unread_encounters.encounter_id
),

alone as (
    select
        lines.line_id,
        lines.encounter_id,
        lines.patient_id,
        encounters.lesion_key
    from unpointed_lines as lines
    inner join charted_encounters as encounters
        on lines.encounter_id = encounters.encounter_id and encounters.lesions = 1
    anti join by_family on lines.line_id = by_family.line_id
)

select
    by_diagnosis.line_id,
    by_diagnosis.lesion_key,
    by_diagnosis.encounter_id,
    by_diagnosis.patient_id,
    'diagnosis' as tied_by
from by_diagnosis
union all
select
    by_family.line_id,
    by_family.lesion_key,
    by_family.encounter_id,
    by_family.patient_id,
    'family' as tied_by
from by_family
union all
select
    alone.line_id,
    alone.lesion_key,
    alone.encounter_id,
    alone.patient_id,
    'only' as tied_by
from alone
