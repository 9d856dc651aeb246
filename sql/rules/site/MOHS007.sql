/* ---
id: MOHS007
name: modifier-of-the-other-side
summary: A modifier names one side and the diagnosis the other.
severity: error
category: site
population: core.encounter_line where side_modifier is not null
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
  deny the line. What the chart says is not read yet.
exceptions:
  - The site lies in the middle and its code has no side (nose, lip).
  - The diagnoses of the line are of both sides.
remedy: >
  Read the side in the operative note, correct the modifier or the diagnosis and send a corrected
  claim.
--- */
with sides as (
    select distinct
        lines.line_id,
        lines.date_of_service,
        meanings.side
    from core.encounter_line as lines
    inner join core.line_modifier as billed on lines.line_id = billed.line_id
    inner join reference.modifier as meanings
        on
            billed.modifier = meanings.modifier
            and meanings.side in ('L', 'R')
            and lines.date_of_service between meanings.effective_from and meanings.effective_to
),

diagnosed_sides as (
    select distinct
        sides.line_id,
        sites.laterality as side
    from sides
    inner join core.line_diagnosis as diagnoses on sides.line_id = diagnoses.line_id
    inner join reference.icd10_site_map as sites
        on
            diagnoses.code = sites.diagnosis_code
            and sites.laterality in ('L', 'R')
            and sides.date_of_service between sites.effective_from and sites.effective_to
),

agreeing_sides as (
    select sides.line_id
    from sides
    inner join diagnosed_sides
        on sides.line_id = diagnosed_sides.line_id and sides.side = diagnosed_sides.side
)

select
    lines.line_id,
    lines.procedure_code || ': the modifier is of the '
    || case when diagnosed_sides.side = 'L' then 'right' else 'left' end
    || ', the diagnosis of the '
    || case when diagnosed_sides.side = 'L' then 'left' else 'right' end as reason
from core.encounter_line as lines
inner join diagnosed_sides on lines.line_id = diagnosed_sides.line_id
anti join agreeing_sides on lines.line_id = agreeing_sides.line_id
