/* ---
id: MOHS121
name: both-sides-on-mohs
summary: A Mohs line carries 50, although its fee is not raised for a second side.
severity: error
category: modifier
population: core.mohs_line where bilateral is not null
needs: [claims]
requires: []
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["4"]
citation:
  - title: CMS physician fee schedule RVU files, bilateral indicator 0 (no adjustment; both sides
      are paid as one)
    grade: authority
    checked: 2026-11-23
why: >
  With indicator 0 a line that carries 50 is denied, or both sides are paid as one. Two tumours are
  two first stages, whichever sides they are on.
exceptions:
  - Two tumours are billed as units or on two lines.
remedy: >
  Bill a first stage for each tumour: two units, or a second line with XS and its own diagnosis.
--- */
select
    lines.line_id,
    lines.procedure_code || ' carries 50, but the fee schedule pays both sides as one' as reason
from core.mohs_line as lines
where lines.bilateral = '0' and coalesce(list_contains(lines.modifiers, '50'), false)
