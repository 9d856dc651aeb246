/* ---
id: MOHS007
name: modifier-of-the-other-side
summary: Modifier, diagnosis and chart do not name the same side.
severity: error
category: site
population: core.encounter_line where side_modifier is not null or has_chart
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["4", "11", "16"]
citation:
  - title: ICD-10-CM April 2026 codes with their sides, against HCPCS Level II anatomic modifiers
    grade: inference
    checked: 2026-11-23
  - title: HCPCS Level II modifier list (E1 to E4, FA to F9, TA to T9, LT, RT)
    grade: recalled
    checked: 2026-11-23
why: >
  LT, E1, E2, FA to F4 and TA to T4 are of the left, RT, E3, E4, F5 to F9 and T5 to T9 of the right.
  Where the diagnosis is of the other side one of the two is wrong, and payers that compare them
  deny the line. The side the chart gives is compared with both.
exceptions:
  - The site lies in the middle and its code has no side (nose, lip).
  - The diagnoses of the line are of both sides.
  - The chart gives no side, or the middle.
remedy: >
  Read the side in the operative note, correct the modifier, the diagnosis or the chart, and send a
  corrected claim where one is needed.
--- */
with sides as (
    select distinct
        lines.line_id,
        billed.side
    from core.encounter_line as lines
    inner join core.line_modifier as billed
        on lines.line_id = billed.line_id and billed.side in ('L', 'R')
),

charted_sides as (
    select
        lines.line_id,
        case when min(lesions.laterality) = 'left' then 'L' else 'R' end as side
    from core.encounter_line as lines
    inner join core.chart_line as ties on lines.line_id = ties.line_id
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    where
        ties.tied_by = 'diagnosis'
        or (lines.is_mohs and lines.first_stages_h + lines.first_stages_t <= 1)
    group by lines.line_id
    having
        bool_and(coalesce(lesions.laterality in ('left', 'right'), false))
        and min(lesions.laterality) = max(lesions.laterality)
),

compared_lines as (
    select sides.line_id
    from sides
    union
    select charted_sides.line_id
    from charted_sides
),

diagnosed_sides as (
    select distinct
        lines.line_id,
        diagnoses.laterality as side
    from core.encounter_line as lines
    inner join core.line_diagnosis as diagnoses
        on lines.line_id = diagnoses.line_id and diagnoses.laterality in ('L', 'R')
    semi join compared_lines on lines.line_id = compared_lines.line_id
),

agreeing_sides as (
    select sides.line_id
    from sides
    inner join diagnosed_sides
        on sides.line_id = diagnosed_sides.line_id and sides.side = diagnosed_sides.side
),

billed_sides as (
    select
        sides.line_id,
        'modifier' as source,
        min(sides.side) as side
    from sides
    group by sides.line_id
    having min(sides.side) = max(sides.side)
    union all
    select
        diagnosed_sides.line_id,
        'diagnosis' as source,
        min(diagnosed_sides.side) as side
    from diagnosed_sides
    group by diagnosed_sides.line_id
    having min(diagnosed_sides.side) = max(diagnosed_sides.side)
)

select
    lines.line_id,
    lines.procedure_code || ': the modifier is of the '
    || case when diagnosed_sides.side = 'L' then 'right' else 'left' end
    || ', the diagnosis of the '
    || case when diagnosed_sides.side = 'L' then 'left' else 'right' end as reason
from core.encounter_line as lines
inner join diagnosed_sides on lines.line_id = diagnosed_sides.line_id
semi join sides on lines.line_id = sides.line_id
anti join agreeing_sides on lines.line_id = agreeing_sides.line_id
union all
select
    lines.line_id,
    lines.procedure_code || ': the ' || billed_sides.source || ' is of the '
    || case when billed_sides.side = 'L' then 'left' else 'right' end
    || ', the lesion of the chart of the '
    || case when billed_sides.side = 'L' then 'right' else 'left' end as reason
from core.encounter_line as lines
inner join billed_sides on lines.line_id = billed_sides.line_id
inner join charted_sides
    on lines.line_id = charted_sides.line_id and billed_sides.side <> charted_sides.side
