/* ---
id: MOHS068
name: destruction-of-the-mohs-lesion
summary: Destruction of a malignant lesion is billed beside a first Mohs stage for the same
  diagnosis and no modifier says another lesion.
severity: error
severity_when:
  warning: 59 or an X modifier says another lesion, yet the lines point to one diagnosis
category: bundling
population: core.encounter_line where is_destruction and has_first_stage
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: ["236"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (17260 to 17286 with 17311,
      17313)
    grade: authority
    checked: 2026-11-23
why: >
  A tumour is removed once. Curetting or burning what Mohs surgery takes that day, debulking before
  the first stage included, is part of it. Without a modifier, but under another diagnosis, the
  line is MOHS061's. With 59 or an X modifier the one diagnosis still speaks against it - two
  tumours may share a code, which only the chart can tell.
exceptions:
  - The line points to another tumour.
  - A modifier for the side or part says that it was another lesion.
remedy: >
  Of the tumour - take the destruction off. Of another lesion - give it its own diagnosis and
  the modifier that says so.
supersedes: [MOHS061]
--- */
select
    pairs.line_id,
    pairs.procedure_code || ' and ' || pairs.related_procedure_code
    || case
        when pairs.has_distinct_modifier
            then ' point to one diagnosis, though a modifier says another lesion'
        else ' point to one diagnosis and no modifier says another lesion'
    end as reason,
    pairs.related_line_id,
    case when pairs.has_distinct_modifier then 'warning' end as severity
from core.encounter_pair as pairs
inner join core.encounter_line as removal on pairs.line_id = removal.line_id
inner join core.mohs_line as stage on pairs.related_line_id = stage.line_id
where
    pairs.shares_diagnosis
    and removal.is_destruction
    and stage.is_first_stage
    and (pairs.has_distinct_modifier or not pairs.has_ncci_modifier)
    and not coalesce(removal.side_modifier <> stage.side_modifier, false)
