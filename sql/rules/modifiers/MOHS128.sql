/* ---
id: MOHS128
name: several-procedures-modifier-for-medicare
summary: 51 stands on a first stage or another procedure billed to Medicare, which ranks procedures
  itself.
severity: info
category: modifier
population: core.encounter_line where line_of_business = 'medicare' and multiple_procedure = '2'
needs: [claims]
requires: []
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: AAPC on needless 51 (it costs money)
    grade: secondary
    checked: 2026-11-23
  - title: CMS physician fee schedule RVU files, multiple procedure indicator 2
    grade: authority
    checked: 2026-11-23
why: >
  Medicare's contractors rank the procedures of a day by fee and reduce all but the first. 51 adds
  nothing, and on the wrong line it may reduce the wrong one. Add-ons with 51 are MOHS123.
exceptions:
  - The payer is not Medicare.
remedy: >
  Leave 51 off claims to Medicare.
--- */
select
    lines.line_id,
    lines.procedure_code || ' carries 51: Medicare ranks procedures itself' as reason
from core.encounter_line as lines
where
    lines.line_of_business = 'medicare'
    and lines.multiple_procedure = '2'
    and coalesce(list_contains(lines.modifiers, '51'), false)
