/* ---
title: Stages and blocks in the chart against the claim
meaning: >
  Encounters with a chart whose stages or extra blocks do not add up to the units billed. What the
  chart does not say is left out of the comparison.
grain: one row per encounter that differs
columns:
  charted_stages: stages in the chart, all lesions
  billed_stages: units of first and additional stages
  charted_extra_blocks: blocks beyond five a stage in the chart; null where not recorded
  billed_extra_blocks: units of 17315
  allowed: allowed on all lines of the encounter
--- */
with charted as (
    select
        lesions.encounter_id,
        sum(lesions.stages) as stages,
        case when count(*) = count(lesions.extra_blocks) then sum(lesions.extra_blocks) end
            as extra_blocks
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
)

select
    encounters.encounter_id,
    encounters.rendering_npi,
    encounters.date_of_service,
    charted.stages as charted_stages,
    encounters.first_stages + encounters.additional_stages as billed_stages,
    charted.extra_blocks as charted_extra_blocks,
    encounters.extra_blocks as billed_extra_blocks,
    days.allowed
from charted
inner join core.encounter as encounters on charted.encounter_id = encounters.encounter_id
inner join v_mohs_day as days on charted.encounter_id = days.encounter_id
where
    charted.stages <> encounters.first_stages + encounters.additional_stages
    or charted.extra_blocks <> encounters.extra_blocks
order by encounters.date_of_service, encounters.encounter_id
