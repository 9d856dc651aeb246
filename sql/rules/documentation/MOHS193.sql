/* ---
id: MOHS193
name: closure-not-measured
summary: A closure is billed and the chart gives no kind, length or area of it.
severity: warning
category: documentation
population: core.encounter_line where closure is not null
needs: [claims, chart]
requires: []
chart: [closure]
scope: patient
effective: {from: 2013-01-01}
carc: ["50", "112", "16"]
citation:
  - title: MLN Matters SE1318 (rev. 2020-10-27) on documenting Mohs surgery, as retold by AAD 2020
    grade: secondary
    checked: 2026-11-23
  - title: CPT repair guidelines (kind, region, length; flaps and grafts by area), as retold by
      AAPC
    grade: secondary
    checked: 2026-11-23
why: >
  A repair is coded by kind, region and length, a flap or graft by area. What the chart does not
  measure cannot be coded, and is paid back as the smallest. A chart that shows no closure at
  all is MOHS076's. The file has no place for the reason of the closure.
exceptions:
  - The closure cannot be tied to a lesion of the chart.
  - The chart file has no column for it.
remedy: >
  Take kind and measure from the operative note; where they are not there, code the smallest
  closure that is.
--- */
with closed_lesions as (
    select
        lines.line_id,
        lines.procedure_code,
        lesions.lesion,
        case
            when lesions.closure = '' then 'kind'
            when
                lines.closure in ('simple', 'intermediate', 'complex')
                and lesions.closure_cm is null
                and not coalesce(list_contains(lesions.absent_columns, 'closure_cm'), false)
                then 'length'
            when
                lines.closure in ('flap', 'graft')
                and lesions.defect_cm2 is null
                and not coalesce(list_contains(lesions.absent_columns, 'defect_cm2'), false)
                then 'area'
        end as lacking
    from core.encounter_line as lines
    inner join core.chart_line as ties on lines.line_id = ties.line_id
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    where
        lines.closure is not null
        and coalesce(lesions.closure, '') not in ('none', 'second_intent', 'adhesive')
)

select
    closed.line_id,
    closed.procedure_code || ' closes lesion ' || closed.lesion || ', and the chart gives no '
    || closed.lacking || ' of it' as reason
from closed_lesions as closed
where closed.lacking is not null
