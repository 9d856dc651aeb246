/* ---
id: MOHS113
name: mohs-inside-an-open-global
summary: A Mohs line falls in the global period of an earlier operation of the practice and carries
  none of 58, 78 and 79.
severity: warning
category: modifier
population: core.mohs_line
needs: [claims]
requires: [rendering_npi]
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["97"]
citation:
  - title: Medicare Claims Processing Manual 100-04 ch. 12 s. 40.1 and 40.2
    grade: recalled
    checked: 2026-11-23
  - title: CMS physician fee schedule RVU files, global days
    grade: authority
    checked: 2026-11-23
why: >
  What the same group and specialty does in the 10 or 90 days after an operation counts as its
  aftercare unless a modifier says why not: 79 unrelated, 58 planned, 78 return to the operating
  room. Additional stages and blocks follow their first stage. Earlier surgery that the payer
  denied, or whose global days are not at hand, is not held against the line.
exceptions:
  - The earlier operation was Mohs surgery, a simple repair or a biopsy.
  - Another group or specialty did the earlier operation.
  - The line carries 58, 78 or 79.
  - Earlier surgery has unknown global days.
remedy: >
  Another tumour, or the same operated anew for another reason, wants 79; a planned follow-up of
  the same site wants 58. Send a corrected claim.
--- */
select
    lines.line_id,
    lines.procedure_code || ' falls in the global period of ' || globals.opening_procedure_code
    || ' (to ' || cast(globals.last_date as varchar) || ') without 58, 78 or 79' as reason,
    globals.opening_line_id as related_line_id
from core.mohs_line as lines
inner join core.open_global as globals on lines.line_id = globals.line_id
where
    globals.is_certain
    and not globals.is_opening_denied
    and not lines.has_58
    and not lines.has_78
    and not lines.has_79
