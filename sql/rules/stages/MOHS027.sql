/* ---
id: MOHS027
name: additional-stage-of-no-one-tumour
summary: Several tumours of one site family had a first stage, and an additional-stage line points
  to none or to all of them.
severity: info
category: add-on
population: core.mohs_line where is_additional_stage
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Our reading of add-on codes beside several first stages
    grade: inference
    checked: 2026-11-23
why: >
  Nothing on a claim but the diagnosis says which tumour a later stage belongs to. Where the line
  points to all of them, or to none, neither payer nor auditor can count the stages of a tumour.
exceptions:
  - There was one tumour.
  - The line points to one of the tumours and not to the others.
  - The chart counts the stages of each tumour, and they add up to the units.
  - The chart has one lesion the line can be of.
remedy: >
  Nothing has to be corrected. Next time bill one add-on line per tumour with that tumour's
  diagnosis.
--- */
with tumours as (
    select distinct
        stage.encounter_id,
        stage.site_family,
        diagnoses.code
    from core.mohs_line as stage
    inner join core.line_diagnosis as diagnoses on stage.line_id = diagnoses.line_id
    where stage.is_first_stage
),

tumour_counts as (
    select
        tumours.encounter_id,
        tumours.site_family,
        count(*) as tumours
    from tumours
    group by tumours.encounter_id, tumours.site_family
),

tied_tumours as (
    select
        stage.line_id,
        count(distinct tumours.code) as tumours
    from core.mohs_line as stage
    inner join core.line_diagnosis as diagnoses on stage.line_id = diagnoses.line_id
    inner join tumours
        on
            stage.encounter_id = tumours.encounter_id
            and stage.site_family = tumours.site_family
            and diagnoses.code = tumours.code
    where stage.is_additional_stage
    group by stage.line_id
),

charted_stages as (
    select
        lesions.encounter_id,
        coalesce(sum(lesions.last_stage - 1) filter (where lesions.code_family = 'H'), 0)
            as additional_stages_h,
        coalesce(sum(lesions.last_stage - 1) filter (where lesions.code_family = 'T'), 0)
            as additional_stages_t
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
    having
        count(*) > 1
        and count(*) = count(lesions.last_stage)
        and count(*) = count(lesions.code_family)
),

charted_lines as (
    select ties.line_id
    from core.chart_line as ties
    group by ties.line_id
    having count(*) = 1
)

select
    stage.line_id,
    stage.procedure_code || ' points to '
    || case when tied_tumours.tumours is null then 'none' else 'all' end
    || ' of the tumours that had a first stage' as reason
from core.mohs_line as stage
left join tumour_counts
    on
        stage.encounter_id = tumour_counts.encounter_id
        and stage.site_family = tumour_counts.site_family
left join tied_tumours on stage.line_id = tied_tumours.line_id
anti join charted_lines on stage.line_id = charted_lines.line_id
anti join charted_stages
    on
        stage.encounter_id = charted_stages.encounter_id
        and case
            when stage.site_family = 'H'
                then stage.additional_stages_h = charted_stages.additional_stages_h
            else stage.additional_stages_t = charted_stages.additional_stages_t
        end
where
    stage.is_additional_stage
    and case
        when stage.site_family = 'H' then stage.first_stages_h
        else stage.first_stages_t
    end >= 2
    and (tied_tumours.tumours is null or tied_tumours.tumours = tumour_counts.tumours)
