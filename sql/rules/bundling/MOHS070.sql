/* ---
id: MOHS070
name: site-excision-beside-mohs
summary: An excision named for its site, as of eyelid, lip, nose or nail, is billed beside a first
  Mohs stage and no modifier says another lesion.
severity: error
severity_when:
  warning: 59 or an X modifier says another lesion, yet the lines point to one diagnosis
category: bundling
population: >
  core.encounter_line where has_first_stage and exists (
  select 1 from reference.code_class as classes
  where classes.class_name in ('site_excision_head', 'site_excision_trunk')
  and classes.procedure_code = encounter_line.procedure_code
  and encounter_line.date_of_service between classes.effective_from and classes.effective_to)
needs: [claims]
requires: [rendering_npi]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: ["236"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (site excisions with 17311,
      17313)
    grade: authority
    checked: 2026-11-23
why: >
  The wedge of an eyelid or lip, the excision of nose, ear, nail or fold is bundled into Mohs
  surgery, which took the same tissue. On the other side or of another lesion it is paid, with
  the modifier that says so; where both lines point to one diagnosis 59 alone does not convince.
  Where 11772 stands beside 17313 the edit bundles 17313; that line is MOHS061's.
exceptions:
  - A modifier says that it was another lesion, and so does the diagnosis.
  - The eyelid wedge is of the other eye, with its modifier (67961).
remedy: >
  Of another lesion - add the modifier for the side or for another lesion. Of the tumour - take
  the excision off; the repair of the defect may be billed in its own right.
supersedes: [MOHS061]
--- */
select
    pairs.line_id,
    pairs.procedure_code || ' is bundled into ' || pairs.related_procedure_code
    || case
        when pairs.has_distinct_modifier then ', and both point to one diagnosis'
        else ' and no modifier says another side or lesion'
    end as reason,
    pairs.related_line_id,
    case when pairs.has_distinct_modifier then 'warning' end as severity
from core.encounter_pair as pairs
inner join core.encounter_line as removal on pairs.line_id = removal.line_id
inner join core.mohs_line as stage on pairs.related_line_id = stage.line_id
inner join reference.code_class as classes
    on
        pairs.procedure_code = classes.procedure_code
        and classes.class_name in ('site_excision_head', 'site_excision_trunk')
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
