/* ---
id: MOHS025
name: more-first-stages-than-tumours
summary: More first stages are billed in a day than the chart has lesions.
severity: error
category: add-on
population: core.mohs_line where is_first_stage
needs: [claims, chart]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["151"]
citation:
  - title: CPT guideline on Mohs surgery (one first stage per tumour), as retold by AAPC
    grade: secondary
    checked: 2026-11-23
  - title: SMRC project 01-095, medical review of Mohs stages
    grade: secondary
    checked: 2026-11-23
why: >
  A tumour has one first stage; what follows are additional stages, which pay less. Lines are
  counted in order, and those beyond the number of lesions are flagged.
exceptions:
  - Two lesions had a first stage each, on one line or two.
  - A lesion of the day cannot be told to be this surgeon's or another's.
remedy: >
  Count the lesions in the operative note. Bill later stages with 17312 or 17314, take doubles off,
  and refund the difference; or complete the chart.
evidence:
  - the lesions in the operative note and on the map, and the stages of each
--- */
with charted_encounters as (
    select
        lesions.encounter_id,
        count(*) as lesions
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
),

running as (
    select
        stage.line_id,
        stage.patient_id,
        stage.date_of_service,
        stage.procedure_code,
        stage.site_family,
        stage.units,
        stage.first_stages_h + stage.first_stages_t as first_stages,
        charted_encounters.lesions,
        sum(stage.units) over (
            partition by stage.encounter_id
            order by stage.claim_id, stage.line_id
        ) as so_far
    from core.mohs_line as stage
    inner join charted_encounters on stage.encounter_id = charted_encounters.encounter_id
    where stage.is_first_stage
)

select
    running.line_id,
    running.procedure_code || ': '
    || cast(cast(floor(running.first_stages) as bigint) as varchar)
    || ' first stages are billed that day and the chart has '
    || cast(running.lesions as varchar)
    || case when running.lesions = 1 then ' lesion' else ' lesions' end as reason,
    case
        when running.so_far - running.units < running.lesions then cast(null as varchar)
        when running.site_family = 'H' then '17312'
        else '17314'
    end as suggested_code,
    case
        when running.so_far - running.units < running.lesions
            then cast(running.lesions - (running.so_far - running.units) as decimal(9, 3))
    end as suggested_units
from running
anti join core.chart_lesion as loose
    on
        running.patient_id = loose.patient_id
        and running.date_of_service = loose.date_of_service
        and loose.encounter_id is null
where running.so_far > running.lesions
