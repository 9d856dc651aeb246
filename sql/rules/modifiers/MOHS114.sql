/* ---
id: MOHS114
name: more-work-than-usual-on-an-add-on
summary: 22 stands on an additional stage or block.
severity: error
category: modifier
population: core.mohs_line where is_additional_stage or is_extra_block
needs: [claims]
requires: []
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: CPT appendix A; Medicare Claims Processing Manual 100-04 ch. 12 s. 20.4.6 (22 needs an
      operative report)
    grade: recalled
    checked: 2026-11-23
  - title: AAPC and codingintel on the Mohs codes (later stages and blocks are coded by number)
    grade: secondary
    checked: 2026-11-23
why: >
  More stages and more blocks have codes of their own, so there is no unusual work left for 22 on
  them. On a first stage 22 is rare but may be right with an operative report, which claims at hand
  do not show: it is not judged. How often somebody uses 22 is a matter of the provider pages.
exceptions:
  - 22 stands on the first stage.
remedy: >
  Take 22 off the add-on; count every stage and block in units.
--- */
select
    lines.line_id,
    lines.procedure_code || ' carries 22: more stages and blocks are counted in units' as reason
from core.mohs_line as lines
where
    (lines.is_additional_stage or lines.is_extra_block)
    and coalesce(list_contains(lines.modifiers, '22'), false)
