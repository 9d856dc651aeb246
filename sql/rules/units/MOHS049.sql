/* ---
id: MOHS049
name: first-stages-counted-as-blocks
summary: A first-stage line has three units or more, but one diagnosis, and no other line of the day
  names a second tumour.
severity: warning
category: units
population: core.mohs_line where is_first_stage
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
parameters:
  fewest_units: units of a first-stage line from which it is flagged
scope: patient
effective: {from: 2007-01-01}
carc: ["151"]
citation:
  - title: Medicare by provider and service 2021 (first stages per day 1.07 on average, 1.29 at the
      99th percentile of surgeons)
    grade: authority
    checked: 2026-11-23
why: >
  Units of a first stage are tumours, not specimens or blocks. Three tumours with one diagnosis code
  between them happen, but a count of blocks is likelier. Where the chart has fewer lesions the
  line is MOHS025's too.
exceptions:
  - The line points to several tumours.
  - Another line of the day points to another tumour.
  - The chart has as many lesions.
remedy: >
  Count the tumours in the record. Correct the units, bill stages and blocks with their own codes,
  or give each tumour its own line and diagnosis.
--- */
with crowded_encounters as (
    select distinct stage.encounter_id
    from core.mohs_line as stage
    where stage.is_first_stage and stage.units > 1
),

crowded_lines as (
    select
        lines.line_id,
        lines.encounter_id
    from core.encounter_line as lines
    semi join crowded_encounters on lines.encounter_id = crowded_encounters.encounter_id
),

named_tumours as (
    select distinct
        crowded_lines.encounter_id,
        diagnoses.code
    from core.line_diagnosis as diagnoses
    inner join crowded_lines on diagnoses.line_id = crowded_lines.line_id
    where diagnoses.is_malignant
),

charted_encounters as (
    select
        lesions.encounter_id,
        count(*) as lesions
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
)

select
    stage.line_id,
    stage.procedure_code || ': '
    || cast(cast(floor(stage.units) as bigint) as varchar)
    || ' first stages under one diagnosis; units are tumours, not blocks' as reason
from core.mohs_line as stage
inner join core.threshold as cuts
    on
        cuts.rule_id = 'MOHS049'
        and cuts.parameter = 'fewest_units'
        and stage.payer = cuts.payer
        and stage.date_of_service between cuts.effective_from and cuts.effective_to
-- the line's only pointer is its key
anti join named_tumours as other
    on stage.encounter_id = other.encounter_id and stage.diagnosis_key <> other.code
anti join charted_encounters
    on
        stage.encounter_id = charted_encounters.encounter_id
        and stage.first_stages_h + stage.first_stages_t <= charted_encounters.lesions
where stage.is_first_stage and stage.units >= cuts.number and stage.pointers = 1
