/* ---
id: MOHS071
name: needless-modifier-on-a-closure
summary: 59 or an X modifier stands on a closure whose only companion is Mohs surgery.
severity: info
category: bundling
population: core.encounter_line where closure is not null
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (no pair of Mohs and a
      closure)
    grade: authority
    checked: 2026-11-23
  - title: AAD coding column of February 2022
    grade: secondary
    checked: 2026-11-23
why: >
  Repairs, simple ones included, flaps and grafts after Mohs surgery are paid in their own right
  and are never flagged for being there. No pair needs freeing, so the modifier says nothing and
  invites review.
exceptions:
  - Another service that day may need the modifier.
remedy: >
  Leave the modifier off next time; nothing has to be corrected.
--- */
select
    repair.line_id,
    repair.procedure_code || ' needs no modifier ' || repair.modifier_key
    || ' beside Mohs: closures are paid in their own right' as reason
from core.encounter_line as repair
anti join core.encounter_line as companion
    on
        repair.encounter_id = companion.encounter_id
        and repair.line_id <> companion.line_id
        and not companion.is_mohs
where repair.closure is not null and repair.has_distinct_modifier
