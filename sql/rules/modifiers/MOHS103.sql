/* ---
id: MOHS103
name: decision-for-major-surgery-without-any
summary: A visit carries 57 although only minor surgery follows that day or the next.
severity: warning
category: modifier
population: core.patient_line where is_evaluation_management and has_57
needs: [claims]
requires: [rendering_npi]
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["4"]
citation:
  - title: Medicare Claims Processing Manual 100-04 ch. 12 s. 40.2 (57 goes with 090 global days)
    grade: recalled
    checked: 2026-11-23
  - title: CMS physician fee schedule RVU files, global days
    grade: authority
    checked: 2026-11-23
why: >
  57 is for the visit that decided on surgery with 90 global days, on its day or the day before.
  Mohs stages have none. Visits of Mohs patients far from any stage are left alone, as are those
  next to surgery whose global days are not at hand.
exceptions:
  - A flap or graft was done that day.
  - The major surgery was done the next day.
  - Surgery with unknown global days was done that day.
  - No Mohs stage was done that day or the next.
remedy: >
  For a visit that is separately identifiable use 25 instead of 57; otherwise write it off.
--- */
with visits as (
    select
        lines.line_id,
        lines.patient_id,
        lines.practitioner_key,
        lines.procedure_code,
        lines.date_of_service
    from core.patient_line as lines
    where lines.is_evaluation_management and lines.has_57
),

days as (
    select
        visits.line_id,
        bool_or(near.is_first_stage) as has_stage,
        bool_or(
            near.global_days in ('090', 'YYY')
            or (
                near.global_days is null
                and near.procedure_code between '10000' and '69999'
                and not near.procedure_code like '%F'
            )
        ) as has_major_surgery,
        min(case when near.is_first_stage then near.line_id end) as stage_line_id
    from visits
    inner join core.patient_line as near
        on
            visits.patient_id = near.patient_id
            and visits.practitioner_key = near.practitioner_key
            and (visits.practitioner_key <> '' or visits.date_of_service = near.date_of_service)
            and visits.date_of_service <= near.date_of_service
            and visits.date_of_service + 1 >= near.date_of_service
    group by visits.line_id
)

select
    visits.line_id,
    visits.procedure_code || ' carries 57, but no surgery with 90 global days follows' as reason,
    days.stage_line_id as related_line_id
from visits
inner join days on visits.line_id = days.line_id
where days.has_stage and not coalesce(days.has_major_surgery, false)
