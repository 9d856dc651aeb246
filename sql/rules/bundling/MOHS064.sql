/* ---
id: MOHS064
name: biopsy-of-the-mohs-lesion
summary: A biopsy is billed beside a first Mohs stage and no modifier says another lesion or a
  new diagnosis.
severity: error
category: bundling
population: core.encounter_line where is_biopsy and has_first_stage
needs: [claims]
requires: [rendering_npi]
releases: [ptp]
scope: patient
effective: {from: 2019-01-01}
carc: ["236"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (11102, 11104, 11106 with
      17311, 17313)
    grade: authority
    checked: 2026-11-23
  - title: NCCI policy manual, chapter III section F
    grade: recalled
    checked: 2026-11-23
why: >
  Taking tissue of the tumour is part of Mohs surgery. A biopsy the same day is paid for another
  lesion (59 or an X modifier), or where it made the diagnosis that led to the surgery (58 or
  59).
exceptions:
  - The biopsy was of another lesion, with 59 or an X modifier.
  - The biopsy led to the surgery the same day, with 58.
  - Biopsy and stage name different sides or parts.
remedy: >
  Establish which lesion was biopsied and why. Of the tumour, already proven - take the line
  off; else add the modifier that says so.
supersedes: [MOHS061]
--- */
select
    pairs.line_id,
    pairs.procedure_code || ' beside ' || pairs.related_procedure_code
    || ': no modifier says another lesion (59, X) or the biopsy that led to surgery (58)' as reason,
    pairs.related_line_id
from core.encounter_pair as pairs
inner join core.encounter_line as biopsy on pairs.line_id = biopsy.line_id
inner join core.mohs_line as stage on pairs.related_line_id = stage.line_id
where
    biopsy.is_biopsy
    and stage.is_first_stage
    and not pairs.has_distinct_modifier
    and not biopsy.has_58
    and not coalesce(biopsy.side_modifier <> stage.side_modifier, false)
