/* ---
id: MOHS119
name: surgical-team-at-mohs
summary: A surgical team (66) is billed for a code for which the fee schedule does not allow it.
severity: error
category: modifier
population: core.encounter_line where team is not null
needs: [claims]
requires: []
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["54", "4"]
citation:
  - title: CMS physician fee schedule RVU files, surgical team indicator 0 (not permitted)
    grade: authority
    checked: 2026-11-23
why: >
  Indicator 0 means that a surgical team is not paid for the code. All five Mohs codes and the
  closures in the fee schedule at hand have it.
exceptions: []
remedy: >
  Take the modifier off. Each physician bills what he or she did: the surgeon of a Mohs case all
  stages, a second surgeon the closure.
--- */
select
    lines.line_id,
    lines.procedure_code || ' with 66: the fee schedule does not allow surgical teams' as reason
from core.encounter_line as lines
where lines.team = '0' and coalesce(list_contains(lines.modifiers, '66'), false)
