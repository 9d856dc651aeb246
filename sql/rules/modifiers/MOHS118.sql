/* ---
id: MOHS118
name: two-surgeons-at-mohs
summary: Two surgeons (62) are billed for a code for which the fee schedule does not allow it.
severity: error
category: modifier
population: core.encounter_line where co_surgeon is not null
needs: [claims]
requires: []
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["54", "4"]
citation:
  - title: CMS physician fee schedule RVU files, co-surgeon indicator 0 (not permitted)
    grade: authority
    checked: 2026-11-23
why: >
  Indicator 0 means that two surgeons are not paid for the code. All five Mohs codes have it, and
  Mohs surgery is one physician's work by definition.
exceptions:
  - The code allows two surgeons (15730, 15733).
remedy: >
  Take the modifier off. Each physician bills what he or she did: the surgeon of a Mohs case all
  stages, a second surgeon the closure.
--- */
select
    lines.line_id,
    lines.procedure_code || ' with 62: the fee schedule does not allow co-surgeons' as reason
from core.encounter_line as lines
where lines.co_surgeon = '0' and coalesce(list_contains(lines.modifiers, '62'), false)
