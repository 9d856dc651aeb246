/* ---
id: MOHS076
name: closure-the-chart-does-not-show
summary: A repair, flap or graft is billed, and the chart says that the wound was not sutured.
severity: error
category: bundling
population: core.encounter_line where closure is not null
needs: [claims, chart]
requires: [rendering_npi]
chart: [closure]
scope: patient
effective: {from: 2007-01-01}
carc: ["112"]
citation:
  - title: AAD on closure after Mohs surgery (February 2022)
    grade: secondary
    checked: 2026-11-23
why: >
  A wound left to heal, taped or glued is no repair of its own beside Mohs surgery; a repair is paid
  for sutures, a flap or a graft. What was billed did not happen by the chart, or the chart is
  incomplete.
exceptions:
  - Another lesion of the day was sutured, and the line may be of that one.
  - Another lesion was excised that day, and the line does not say of which it is.
  - The chart does not say how the wound was closed.
remedy: >
  Read the operative note. Take the line off or refund it, or complete the chart.
--- */
with excision_days as (
    select distinct lines.encounter_id
    from core.encounter_line as lines
    where lines.is_excision or lines.is_destruction
),

open_encounters as (
    select lesions.encounter_id
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
    having
        bool_and(coalesce(lesions.closure in ('none', 'second_intent', 'adhesive'), false))
),

open_lines as (
    select repair.line_id
    from core.encounter_line as repair
    semi join open_encounters on repair.encounter_id = open_encounters.encounter_id
    anti join excision_days on repair.encounter_id = excision_days.encounter_id
    where repair.closure is not null
    union all
    select ties.line_id
    from core.chart_line as ties
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    where
        ties.tied_by = 'diagnosis'
        and lesions.closure in ('none', 'second_intent', 'adhesive')
)

select
    repair.line_id,
    repair.procedure_code
    || ' closes the wound, and by the chart it was left to heal, taped or glued' as reason
from core.encounter_line as repair
semi join open_lines on repair.line_id = open_lines.line_id
where repair.closure is not null
