/* ---
id: MOHS067
name: excision-of-the-mohs-lesion
summary: An excision is billed beside a first Mohs stage for the same diagnosis and no modifier
  says another lesion.
severity: error
severity_when:
  warning: 59 or an X modifier says another lesion, yet the lines point to one diagnosis
category: bundling
population: >
  core.encounter_line where is_excision and has_first_stage and exists (
  select 1 from reference.code_class as classes where classes.class_name = 'malignant_excision'
  and classes.procedure_code = encounter_line.procedure_code
  and encounter_line.date_of_service between classes.effective_from and classes.effective_to)
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: ["236"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (11600 to 11646 with 17311,
      17313)
    grade: authority
    checked: 2026-11-23
why: >
  Mohs surgery is the excision of its tumour. Another one is paid for another tumour, which its
  own diagnosis and a modifier have to say. Without a modifier, but under another diagnosis, the
  line is MOHS061's. With 59 or an X modifier the one diagnosis still speaks against it - two
  tumours may share a code, which only the chart can tell.
exceptions:
  - The line points to another tumour.
  - A modifier for the side or part says that it was another lesion.
remedy: >
  Of the tumour - take the excision off. Of another lesion - give it its own diagnosis and the
  modifier that says so.
supersedes: [MOHS061, MOHS074]
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
inner join reference.code_class as classes
    on
        classes.class_name = 'malignant_excision'
        and removal.procedure_code = classes.procedure_code
        and removal.date_of_service between classes.effective_from and classes.effective_to
inner join core.mohs_line as stage on pairs.related_line_id = stage.line_id
where
    pairs.shares_diagnosis
    and stage.is_first_stage
    and (pairs.has_distinct_modifier or not pairs.has_ncci_modifier)
    and not coalesce(removal.side_modifier <> stage.side_modifier, false)
