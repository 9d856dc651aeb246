/* ---
id: MOHS111
name: return-to-the-operating-room-without-an-open-global
summary: A Mohs line carries 78 (return to the operating room) although no global period is
  open or the place is an office.
severity: warning
severity_when:
  error: the place of service is an office (11)
category: modifier
population: core.mohs_line where has_78
needs: [claims]
requires: [rendering_npi, place_of_service]
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["4", "182"]
citation:
  - title: Medicare Claims Processing Manual 100-04 ch. 12 s. 40.1 and 40.2 (78, and what an
      operating room is)
    grade: recalled
    checked: 2026-11-23
  - title: CMS physician fee schedule RVU files, global days (000 and ZZZ open no period)
    grade: authority
    checked: 2026-11-23
  - title: Regence payment policy on modifier 78 (an office is no operating room)
    grade: secondary
    checked: 2026-11-23
why: >
  78 speaks of a return to the operating room for a complication in the 10 or 90 days after an
  operation of the same group and specialty. Mohs stages, simple repairs and biopsies open no such
  period, and an office (place of service 11) is no operating room. An operation that is not in the
  claims at hand is not seen.
exceptions:
  - Within ten days of a complex repair.
  - Within ninety days of a flap or graft.
  - Earlier surgery has unknown global days.
remedy: >
  Look for an operation billed before the claims at hand begin, and at where it was done. Care of
  a complication in the office belongs to the operation; an unrelated tumour wants 79.
--- */
select
    lines.line_id,
    lines.procedure_code || case
        when globals.line_id is null and lines.practitioner_key <> ''
            then ' carries 78, but no 10- or 90-day global period is open'
        else ' carries 78 in an office, which is no operating room'
    end as reason,
    globals.opening_line_id as related_line_id,
    case when lines.place_of_service = '11' then 'error' end as severity
from core.mohs_line as lines
left join core.open_global as globals on lines.line_id = globals.line_id
where
    lines.has_78
    and (
        (globals.line_id is null and lines.practitioner_key <> '')
        or lines.place_of_service = '11'
    )
