/* ---
title: Mohs surgery of one patient on days close together
meaning: >
  The next day of Mohs surgery of the same patient and surgeon within so many days. Lesions spread
  over days are paid without the multiple procedure reduction; the record must say why.
grain: one row per encounter that follows another
parameters:
  days: {type: integer, default: 14, meaning: at most this many days after the day before}
columns:
  earlier_encounter_id: encounter before it
  days_apart: days between them
  first_stages: first stages of this day
  earlier_first_stages: first stages of the day before
  allowed: allowed on its Mohs lines
--- */
with days as (
    select
        encounters.encounter_id,
        encounters.patient_id,
        encounters.rendering_npi,
        encounters.date_of_service,
        encounters.first_stages,
        lag(encounters.encounter_id) over surgeon_days as earlier_encounter_id,
        lag(encounters.date_of_service) over surgeon_days as earlier_date,
        lag(encounters.first_stages) over surgeon_days as earlier_first_stages
    from core.encounter as encounters
    where encounters.has_mohs and encounters.first_stages > 0
    window
        surgeon_days as (
            partition by encounters.patient_id, encounters.rendering_npi
            order by encounters.date_of_service
        )
)

select
    days.encounter_id,
    days.earlier_encounter_id,
    days.rendering_npi,
    days.date_of_service,
    date_diff('day', days.earlier_date, days.date_of_service) as days_apart,
    days.first_stages,
    days.earlier_first_stages,
    (
        select sum(lines.allowed)
        from core.mohs_line as lines
        where lines.encounter_id = days.encounter_id
    ) as allowed
from days
where
    date_diff('day', days.earlier_date, days.date_of_service)
    <= coalesce(getvariable('days'), 14)
order by days_apart, days.encounter_id
