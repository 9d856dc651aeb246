/* ---
id: MOHS009
name: retired-mohs-code
summary: A Mohs code that was retired with 2006 is billed.
severity: error
category: code
population: core.service_line where procedure_code between '17304' and '17315'
needs: [claims]
requires: []
scope: patient
effective: {from: 2007-01-01}
carc: ["181", "96"]
citation:
  - title: AAPC on the CPT changes of 2007 (17304 to 17310 replaced by 17311 to 17315)
    grade: secondary
    checked: 2026-11-23
why: >
  17304 to 17307 and 17310 counted stages whatever the site. Since 2007-01-01 they are no codes, and
  no other rule sees such a line as Mohs surgery.
exceptions:
  - The day of service lies before 2007.
remedy: >
  Recode by site, stages and blocks to 17311 to 17315 and send a corrected claim. Look for the
  charge list the old code came from.
--- */
select
    lines.line_id,
    lines.procedure_code || ' was retired on 2007-01-01' as reason
from core.service_line as lines
where lines.procedure_code in ('17304', '17305', '17306', '17307', '17310')
