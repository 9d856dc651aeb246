/* ---
id: MOHS069
name: benign-excision-beside-mohs
summary: A benign excision is billed beside a first Mohs stage of its own region and no modifier
  says another lesion.
severity: error
severity_when:
  warning: 59 or an X modifier says another lesion, yet the lines point to one diagnosis
category: bundling
population: >
  core.encounter_line where has_first_stage and exists (
  select 1 from reference.code_class as classes
  where classes.class_name = 'benign_excision'
  and classes.procedure_code = encounter_line.procedure_code
  and encounter_line.date_of_service between classes.effective_from and classes.effective_to)
needs: [claims]
requires: [rendering_npi]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: ["236"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (11420 to 11446 with 17311,
      11400 to 11406 with 17313)
    grade: authority
    checked: 2026-11-23
why: >
  The edits pair Mohs surgery with the benign excisions of the same part of the body, as two ways
  to remove one lesion. Two lesions are paid, and the modifier has to say that there were two,
  whatever the diagnoses; where they are one, the modifier looks wrong.
exceptions:
  - A modifier says that it was another lesion, and so does the diagnosis.
  - The excision is of the part of the body the first stage is not for (11402 with 17311).
remedy: >
  Of another lesion - add the modifier and send a corrected claim. Of the tumour or its margin -
  take the excision off.
supersedes: [MOHS061]
--- */
select
    pairs.line_id,
    pairs.procedure_code || ' and ' || pairs.related_procedure_code
    || ' are two ways to remove one lesion' || case
        when pairs.has_distinct_modifier then ', and point to one diagnosis'
        else ' and no modifier says another'
    end as reason,
    pairs.related_line_id,
    case when pairs.has_distinct_modifier then 'warning' end as severity
from core.encounter_pair as pairs
inner join core.encounter_line as removal on pairs.line_id = removal.line_id
inner join core.mohs_line as stage on pairs.related_line_id = stage.line_id
inner join reference.code_class as classes
    on
        pairs.procedure_code = classes.procedure_code
        and classes.class_name = 'benign_excision'
        and stage.date_of_service between classes.effective_from and classes.effective_to
where
    stage.is_first_stage
    and (
        not pairs.has_ncci_modifier
        or (
            pairs.has_distinct_modifier
            and pairs.shares_diagnosis
            and not coalesce(removal.side_modifier <> stage.side_modifier, false)
        )
    )
