/* ---
id: MOHS124
name: component-of-a-service-without-components
summary: 26 or TC stands on a code that has no professional and technical component.
severity: error
category: modifier
population: core.encounter_line where pctc = '0'
needs: [claims]
requires: []
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["4", "182"]
citation:
  - title: CMS physician fee schedule RVU files, professional and technical component indicator 0
    grade: authority
    checked: 2026-11-23
why: >
  Indicator 0 is a physician's service that cannot be split. Mohs surgery holds its pathology; there
  is no reading part to bill alone.
exceptions:
  - The code has a professional component (88305, 88331).
remedy: >
  Take the modifier off. If another physician read the slides, the case is excision and pathology,
  not Mohs surgery.
--- */
select
    lines.line_id,
    lines.procedure_code || ' has no professional and technical component: 26 and TC do not apply'
        as reason
from core.encounter_line as lines
where
    lines.pctc = '0'
    and (
        coalesce(list_contains(lines.modifiers, '26'), false)
        or coalesce(list_contains(lines.modifiers, 'TC'), false)
    )
