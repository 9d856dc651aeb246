/* ---
id: MOHS123
name: several-procedures-modifier-on-an-add-on
summary: 51 stands on an add-on code, which is exempt from the multiple procedure reduction.
severity: error
category: modifier
population: core.encounter_line where global_days = 'ZZZ'
needs: [claims]
requires: []
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["4", "59"]
citation:
  - title: CMS physician fee schedule RVU files, multiple procedure indicator 0 of 17312, 17314,
      17315 and other add-ons
    grade: authority
    checked: 2026-11-23
  - title: AAPC on needless 51 (it costs money)
    grade: secondary
    checked: 2026-11-23
why: >
  An add-on is priced as what comes on top and is never reduced. 51 invites the reduction, or a
  denial.
exceptions:
  - 51 stands on a code that is reduced.
remedy: >
  Take 51 off. If the line was paid at half, appeal.
--- */
select
    lines.line_id,
    lines.procedure_code || ' is an add-on: 51 does not apply' as reason
from core.encounter_line as lines
where
    lines.global_days = 'ZZZ'
    and lines.multiple_procedure = '0'
    and coalesce(list_contains(lines.modifiers, '51'), false)
