/* ---
id: MOHS101
name: visit-modifier-on-a-procedure
summary: A modifier for visits (24, 25 or 57) stands on a procedure.
severity: warning
category: modifier
population: core.encounter_line where not is_evaluation_management
needs: [claims]
requires: []
scope: patient
effective: {from: 2007-01-01}
carc: ["4", "16"]
citation:
  - title: CPT appendix A; Medicare Claims Processing Manual 100-04 ch. 12 s. 40.2 (24, 25 and 57
      belong to evaluation and management)
    grade: recalled
    checked: 2026-11-23
  - title: CMS physician fee schedule RVU files, global days (what is a procedure)
    grade: authority
    checked: 2026-11-23
why: >
  24, 25 and 57 say something about a visit. On a Mohs stage, a closure or pathology they mean
  nothing, and a payer may return the line as inconsistent. Injections, drugs and codes the fee
  schedule at hand does not list are left alone.
exceptions:
  - The modifier stands on the visit.
  - An injection or other code without a global period carries 25.
remedy: >
  Take the modifier off. If it was meant for the visit of the day, move it there; if it was meant
  to say that the lesion is another, use XS or 59.
--- */
select
    lines.line_id,
    lines.procedure_code || ' is not a visit, yet carries modifier '
    || case
        when lines.has_25 then '25'
        when lines.has_24 then '24'
        else '57'
    end as reason
from core.encounter_line as lines
where
    not lines.is_evaluation_management
    and (lines.has_24 or lines.has_25 or lines.has_57)
    and (lines.global_days in ('000', '010', '090', 'ZZZ') or lines.is_pathology)
