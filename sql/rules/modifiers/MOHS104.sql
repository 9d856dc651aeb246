/* ---
id: MOHS104
name: unrelated-visit-without-an-open-global
summary: A visit carries 24 although no global period of the practice is open.
severity: warning
category: modifier
population: core.patient_line where is_evaluation_management and has_24
needs: [claims]
requires: [rendering_npi]
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["4"]
citation:
  - title: Medicare Claims Processing Manual 100-04 ch. 12 s. 40.2 (24 is for visits inside a
      postoperative period)
    grade: recalled
    checked: 2026-11-23
  - title: CMS physician fee schedule RVU files, global days
    grade: authority
    checked: 2026-11-23
why: >
  24 frees a visit that falls in the 10 or 90 days after an operation of the same group and
  specialty. Mohs stages, simple repairs and biopsies open no such period. An operation that is
  not in the claims at hand is not seen.
exceptions:
  - Within ten days of a complex repair.
  - Within ninety days of a flap or graft.
  - Earlier surgery has unknown global days.
remedy: >
  Look for an operation billed before the claims at hand begin. Without one, take 24 off; on the
  day of Mohs surgery a separate visit wants 25.
--- */
select
    visit.line_id,
    visit.procedure_code || ' carries 24, but no 10- or 90-day global period is open' as reason
from core.patient_line as visit
anti join core.open_global as globals on visit.line_id = globals.line_id
where visit.is_evaluation_management and visit.has_24 and visit.practitioner_key <> ''
