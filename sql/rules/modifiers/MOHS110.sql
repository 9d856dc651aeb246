/* ---
id: MOHS110
name: staged-procedure-without-an-open-global
summary: A Mohs line carries 58 (planned follow-up) although no global
  period of the practice is open.
severity: warning
category: modifier
population: core.mohs_line where has_58
needs: [claims]
requires: [rendering_npi]
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["4", "182"]
citation:
  - title: Medicare Claims Processing Manual 100-04 ch. 12 s. 40.2 (58 is for staged procedures
      inside a postoperative period)
    grade: recalled
    checked: 2026-11-23
  - title: CMS physician fee schedule RVU files, global days (000 and ZZZ open no period)
    grade: authority
    checked: 2026-11-23
why: >
  58 speaks of a procedure planned, or more extensive, within the 10 or 90 days after an
  operation of the same group and specialty. Mohs stages, simple repairs and biopsies open no such
  period. An operation that is not in the claims at hand is not seen.
exceptions:
  - Within ten days of a complex repair.
  - Within ninety days of a flap or graft.
  - Earlier surgery has unknown global days.
remedy: >
  Look for an operation billed before the claims at hand begin. Without one, take 58 off.
--- */
select
    lines.line_id,
    lines.procedure_code || ' carries 58, but no 10- or 90-day global period is open' as reason
from core.mohs_line as lines
anti join core.open_global as globals on lines.line_id = globals.line_id
where lines.has_58 and lines.practitioner_key <> ''
