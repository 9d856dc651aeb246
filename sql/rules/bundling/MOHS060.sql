/* ---
id: MOHS060
name: bundled-code-that-no-modifier-frees
summary: The codes of an NCCI pair that is never paid together are billed for one day.
severity: error
category: bundling
population: core.encounter_line
needs: [claims]
requires: [rendering_npi]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: ["236", "97"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3, indicator 0
    grade: authority
    checked: 2026-11-23
  - title: NCCI policy manual, chapter II (anaesthesia by the surgeon)
    grade: recalled
    checked: 2026-11-23
why: >
  Indicator 0 means that no modifier frees the column 2 code. Beside a first Mohs stage these are
  the surgeon's own nerve blocks, sedation, operating microscope and the like, which the surgery
  includes.
exceptions:
  - The pair has indicator 1 and may be freed by a modifier (64450, 64454).
  - Another physician gave the block.
remedy: >
  Write the column 2 line off. A modifier does not help, and there is nothing to appeal.
correction: remove
evidence:
  - both services in the record of the day
supersedes: [MOHS061]
--- */
select
    pairs.line_id,
    pairs.procedure_code || ' is never paid beside ' || pairs.related_procedure_code
    || ', whatever the modifier' as reason,
    pairs.related_line_id
from core.encounter_pair as pairs
where pairs.modifier_indicator = '0'
