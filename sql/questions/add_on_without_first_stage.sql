/* ---
title: Additional stages without their first stage that day
meaning: >
  Days on which one physician bills 17312 or 17314 for a patient and neither 17311 nor 17313.
  MOHS005, 020 and 021 judge the same by site family; this is the plain count.
grain: one row per encounter
--- */
select
    encounters.encounter_id,
    encounters.rendering_npi,
    encounters.date_of_service,
    encounters.first_stages,
    encounters.additional_stages,
    encounters.extra_blocks,
    encounters.charge
from core.encounter as encounters
where encounters.additional_stages > 0 and encounters.first_stages = 0
order by encounters.date_of_service, encounters.encounter_id
