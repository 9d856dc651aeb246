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
)

select
    stage.line_id,
    stage.procedure_code || ' points to '
    || case when tied_tumours.tumours is null then 'none' else 'all' end
    || ' of the tumours that had a first stage' as reason
from core.mohs_line as stage
inner join tumour_counts
    on
        stage.encounter_id = tumour_counts.encounter_id
        and stage.site_family = tumour_counts.site_family
left join tied_tumours on stage.line_id = tied_tumours.line_id
where
    stage.is_additional_stage
    and case
        when stage.site_family = 'H' then stage.first_stages_h
        else stage.first_stages_t
    end >= 2
    and coalesce(tied_tumours.tumours, tumour_counts.tumours) = tumour_counts.tumours
