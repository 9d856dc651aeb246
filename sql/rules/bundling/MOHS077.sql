/* ---
id: MOHS077
name: complex-repair-without-its-element
summary: A complex repair is billed, and the chart names nothing that makes it one.
severity: warning
category: bundling
population: core.encounter_line where closure = 'complex'
needs: [claims, chart]
requires: [rendering_npi]
chart: [complex_element]
scope: patient
effective: {from: 2020-01-01}
carc: ["150"]
citation:
  - title: CPT repair guidelines from 2020 (what a complex repair takes beside layers)
    grade: recalled
    checked: 2026-11-23
why: >
  Since 2020 a complex repair takes more than layers - exposed bone, cartilage, tendon or a named
  vessel; trimmed edges; undermining at least as wide as the defect; a free margin; or retention
  sutures. Without one of them named a reviewer pays the repair as intermediate. A wound that was
  not sutured is MOHS076's.
exceptions:
  - One element is named.
  - Another lesion of the day has one, and the line may be of that one.
  - Another lesion was excised that day, and the line does not say of which it is.
  - The chart file has no column for it.
remedy: >
  Look for the element and its measure in the operative note and add it to the chart; where there is
  none, bill the intermediate repair and refund the difference.
--- */
with excision_days as (
    select distinct lines.encounter_id
    from core.encounter_line as lines
    where lines.is_excision or lines.is_destruction
),

plain_encounters as (
    select lesions.encounter_id
    from core.chart_lesion as lesions
    where
        lesions.encounter_id is not null
        and coalesce(lesions.closure, '') not in ('none', 'second_intent', 'adhesive')
    group by lesions.encounter_id
    having bool_and(coalesce(lesions.complex_element = '', false))
),

plain_lines as (
    select repair.line_id
    from core.encounter_line as repair
    semi join plain_encounters on repair.encounter_id = plain_encounters.encounter_id
    anti join excision_days on repair.encounter_id = excision_days.encounter_id
    where repair.closure = 'complex'
    union all
    select ties.line_id
    from core.chart_line as ties
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    where
        ties.tied_by = 'diagnosis'
        and lesions.complex_element = ''
        and coalesce(lesions.closure, '') not in ('none', 'second_intent', 'adhesive')
)

select
    repair.line_id,
    repair.procedure_code || ' is a complex repair, and the chart names nothing that makes it one'
        as reason
from core.encounter_line as repair
semi join plain_lines on repair.line_id = plain_lines.line_id
where repair.closure = 'complex'
