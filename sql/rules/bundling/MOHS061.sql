/* ---
id: MOHS061
name: bundled-code-without-modifier
summary: Two codes of an NCCI pair are billed for one day and neither line has a modifier that
  frees it.
severity: error
category: bundling
population: core.encounter_line
needs: [claims]
requires: [rendering_npi]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: ["236", B15, "97"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3
    grade: authority
    checked: 2026-11-23
  - title: NCCI policy manual, chapter I (modifiers that free a pair; either line since
      2019-07-01)
    grade: recalled
    checked: 2026-11-23
why: >
  The column 2 code of a pair with indicator 1 is paid beside the column 1 code only where a
  modifier says that it was another lesion, session or visit.
exceptions:
  - A modifier that frees the pair stands on the column 2 line.
  - A modifier that frees the pair stands on the column 1 line.
remedy: >
  Bill both only for another lesion or session, with the modifier that says so; otherwise write
  the column 2 line off.
--- */
select
    pairs.line_id,
    pairs.procedure_code || ' is bundled into ' || pairs.related_procedure_code
    || ' of the same day and neither line has a modifier that frees it' as reason,
    pairs.related_line_id
from core.encounter_pair as pairs
where pairs.modifier_indicator = '1' and not pairs.has_ncci_modifier
