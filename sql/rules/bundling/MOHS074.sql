/* ---
id: MOHS074
name: excision-inside-a-flap
summary: An excision is billed beside a flap for the same diagnosis and no modifier says another
  lesion.
severity: error
severity_when:
  warning: 59 or an X modifier says another lesion, yet the lines point to one diagnosis
category: bundling
population: core.encounter_line where is_excision
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: ["236"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (14000 to 14302 with 11400
      to 11646)
    grade: authority
    checked: 2026-11-23
  - title: AAD coding column of 2011 on staged excision
    grade: secondary
    checked: 2026-11-23
why: >
  A flap includes the excision of the lesion whose defect it closes. Mohs surgery is different -
  it is paid beside the flap. With 59 or an X modifier the one diagnosis still speaks against
  another lesion. Only encounters that bill Mohs surgery are judged here.
exceptions:
  - Mohs surgery beside a flap is paid.
  - The excision points to another lesion.
  - A modifier for the side or part says that it was another lesion.
remedy: >
  Take the excision off, or, where it was of another lesion, add the modifier and that lesion's
  diagnosis.
supersedes: [MOHS061]
--- */
select
    pairs.line_id,
    pairs.procedure_code || ' is part of ' || pairs.related_procedure_code
    || ' - they point to one diagnosis' || case
        when pairs.has_distinct_modifier then ', though a modifier says another lesion'
        else ' and no modifier says another lesion'
    end as reason,
    pairs.related_line_id,
    case when pairs.has_distinct_modifier then 'warning' end as severity
from core.encounter_pair as pairs
inner join core.encounter_line as excision on pairs.line_id = excision.line_id
inner join core.encounter_line as flap on pairs.related_line_id = flap.line_id
where
    pairs.shares_diagnosis
    and excision.is_excision
    and flap.closure = 'flap'
    and (pairs.has_distinct_modifier or not pairs.has_ncci_modifier)
    and not coalesce(excision.side_modifier <> flap.side_modifier, false)
