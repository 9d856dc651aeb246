/* ---
id: MOHS140
name: mohs-by-a-non-physician
summary: Mohs surgery is billed as rendered by someone who is no physician.
severity: error
category: provider
population: core.mohs_line
needs: [claims]
requires: [rendering_type]
scope: patient
effective: {from: 2007-01-01}
carc: ["170", "8", "B7"]
citation:
  - title: CMS MLN SE1318, revised 2020-10-27 (the surgeon is also the pathologist)
    grade: authority
    checked: 2026-11-23
  - title: LCD L35494 (MD or DO)
    grade: authority
    checked: 2026-11-23
  - title: AAD on who may bill Mohs surgery
    grade: secondary
    checked: 2026-11-23
why: >
  Medicare pays Mohs surgery only where one physician is surgeon and pathologist. Nurse
  practitioners and physician assistants cannot be, and billing under a physician who did not cut
  does not help. An assistant's line (80, 81, 82, AS) is MOHS120's.
exceptions:
  - A nurse practitioner closed the wound.
  - The line is an assistant's.
remedy: >
  See who cut and read. If it was the physician, correct the rendering provider; otherwise take the
  lines off, or refund them.
--- */
select
    stage.line_id,
    stage.procedure_code || ' was rendered by ' || stage.rendering_type || ', not MD or DO'
        as reason
from core.mohs_line as stage
where
    stage.rendering_type not in ('MD', 'DO', '')
    and not stage.has_assistant_modifier
