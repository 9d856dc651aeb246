/* ---
id: MOHS112
name: unrelated-procedure-without-an-open-global
summary: A Mohs line carries 79 (unrelated procedure) although no global
  period of the practice is open.
severity: warning
category: modifier
population: core.mohs_line where has_79
needs: [claims]
requires: [rendering_npi]
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["4", "182"]
citation:
  - title: Medicare Claims Processing Manual 100-04 ch. 12 s. 40.2 (79 is for unrelated procedures
      inside a postoperative period)
    grade: recalled
    checked: 2026-11-23
  - title: CMS physician fee schedule RVU files, global days (000 and ZZZ open no period)
    grade: authority
    checked: 2026-11-23
why: >
  79 speaks of a procedure unrelated to an operation of the same group and specialty in the 10
  or 90 days before. Mohs stages, simple repairs and biopsies open no such period. An operation
  that is not in the claims at hand is not seen.
exceptions:
  - Within ten days of a complex repair.
  - Within ninety days of a flap or graft.
  - Earlier surgery has unknown global days.
remedy: >
  Look for an operation billed before the claims at hand begin. Without one, take 79 off; a
  second tumour of the same day wants XS.
--- */
select
    lines.line_id,
    lines.procedure_code || ' carries 79, but no 10- or 90-day global period is open' as reason
from core.mohs_line as lines
anti join core.open_global as globals on lines.line_id = globals.line_id
where lines.has_79 and lines.practitioner_key <> ''
