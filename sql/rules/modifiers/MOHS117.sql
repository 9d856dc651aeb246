/* ---
id: MOHS117
name: split-care-of-a-code-without-aftercare
summary: 54, 55 or 56 splits the care of a code whose global period is its own day.
severity: error
category: modifier
population: core.encounter_line where global_days in ('000', 'ZZZ')
needs: [claims]
requires: []
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["4", "16"]
citation:
  - title: CMS physician fee schedule RVU files, global days 000 and ZZZ
    grade: authority
    checked: 2026-11-23
  - title: Independence Blue Cross payment policy on 54, 55 and 56 (10- and 90-day codes only)
    grade: secondary
    checked: 2026-11-23
why: >
  54, 55 and 56 divide the fee of an operation among those who operate and those who care before and
  after. A fee that holds no aftercare (000, as Mohs first stages) or follows its primary code
  (ZZZ, as all other Mohs codes) has nothing to divide.
exceptions:
  - The code has ten or ninety global days.
remedy: >
  Take the modifier off. If another practice follows the patient up, it bills visits.
--- */
select
    lines.line_id,
    lines.procedure_code || ' has ' || lines.global_days
    || ' global days: 54, 55 and 56 have nothing to split' as reason
from core.encounter_line as lines
where
    lines.global_days in ('000', 'ZZZ')
    and (
        coalesce(list_contains(lines.modifiers, '54'), false)
        or coalesce(list_contains(lines.modifiers, '55'), false)
        or coalesce(list_contains(lines.modifiers, '56'), false)
    )
