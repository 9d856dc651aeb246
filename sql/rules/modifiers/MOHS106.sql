/* ---
id: MOHS106
name: distinct-modifier-on-a-lone-first-stage
summary: 59 or an X modifier stands on the only first stage of the day, which no edit bundles.
severity: info
category: modifier
population: core.mohs_line where is_first_stage
needs: [claims]
requires: [rendering_npi]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (17311 and 17313 are column 2
      in one active pair only, 11772 with 17313)
    grade: authority
    checked: 2026-11-23
why: >
  A first stage is never bundled into another Mohs service or a closure, so a distinct-service
  modifier on the only one of the day frees nothing and draws eyes. Modifiers on either line of a
  pair have counted since 2019 (recalled), so a stage that is in any pair that day is left alone.
exceptions:
  - The line is a second tumour.
  - Another surgeon billed a first stage that day.
  - A code of the day is paired with the stage.
remedy: >
  Leave the modifier off next time, unless the payer asks for it.
--- */
with patient_days as (
    select
        stages.patient_id,
        stages.date_of_service,
        sum(stages.units) as first_stages
    from core.mohs_line as stages
    where stages.is_first_stage
    group by stages.patient_id, stages.date_of_service
)

select
    lines.line_id,
    lines.procedure_code || ' is the only first stage of the day and no edit bundles it: '
    || 'the distinct-service modifier frees nothing' as reason
from core.mohs_line as lines
inner join patient_days
    on
        lines.patient_id = patient_days.patient_id
        and lines.date_of_service = patient_days.date_of_service
anti join core.encounter_pair as bundles on lines.line_id = bundles.line_id
anti join core.encounter_pair as pairs on lines.line_id = pairs.related_line_id
where lines.is_first_stage and lines.has_distinct_modifier and patient_days.first_stages = 1
