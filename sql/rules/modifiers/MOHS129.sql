/* ---
id: MOHS129
name: facility-modifier-on-a-professional-claim
summary: 73 or 74, by which a facility says that an operation was stopped, stands on a professional
  line.
severity: warning
category: modifier
population: core.encounter_line
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["4"]
citation:
  - title: CPT appendix A (73 and 74 are for hospitals and surgery centres)
    grade: recalled
    checked: 2026-11-23
why: >
  73 and 74 belong to the facility's bill. A physician who stopped an operation uses 53.
exceptions:
  - The physician uses 53.
remedy: >
  Take the modifier off; where a first stage was begun and stopped, use 53 and send the note.
--- */
select
    lines.line_id,
    lines.procedure_code || ' carries 73 or 74, which only a facility uses' as reason
from core.encounter_line as lines
where
    coalesce(list_contains(lines.modifiers, '73'), false)
    or coalesce(list_contains(lines.modifiers, '74'), false)
