/* ---
id: MOHS026
name: fewer-first-stages-than-tumours
summary: The chart has more lesions with a first stage than first stages were billed that day.
severity: info
category: add-on
population: core.mohs_line
needs: [claims, chart]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Our reading of the first-stage codes (once per tumour), against the chart
    grade: inference
    checked: 2026-11-23
why: >
  Each tumour has a first stage of its own, which pays most. A lesion whose first stage was not
  billed is money left behind until the payer's time limit. A day without any first stage is
  MOHS020's to 022's too.
exceptions:
  - The chart describes no first stage of the lesion.
remedy: >
  Read whether the lesion was operated on that day and by whom. If so, bill its first stage in a
  corrected claim.
--- */
with charted_encounters as (
    select
        stages.encounter_id,
        count(*) as lesions
    from core.chart_stage as stages
    where stages.stage = 1 and stages.encounter_id is not null
    group by stages.encounter_id
),

leading_lines as (
    select
        stage.line_id,
        stage.first_stages_h + stage.first_stages_t as first_stages,
        charted_encounters.lesions,
        row_number() over (
            partition by stage.encounter_id
            order by
                case
                    when stage.is_first_stage then 1
                    when stage.is_additional_stage then 2
                    else 3
                end,
                stage.claim_id,
                stage.line_id
        ) as choice
    from core.mohs_line as stage
    inner join charted_encounters on stage.encounter_id = charted_encounters.encounter_id
)

select
    leading_lines.line_id,
    'the chart has a first stage of ' || cast(leading_lines.lesions as varchar)
    || case when leading_lines.lesions = 1 then ' lesion' else ' lesions' end
    || '; first stages billed that day: '
    || cast(cast(floor(leading_lines.first_stages) as bigint) as varchar) as reason
from leading_lines
where leading_lines.choice = 1 and leading_lines.first_stages < leading_lines.lesions
