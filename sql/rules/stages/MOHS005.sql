/* ---
id: MOHS005
name: stage-of-the-other-site-family
summary: An additional stage is of one site family, the only first stage that day of the other.
severity: error
category: add-on
population: core.mohs_line where is_additional_stage
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["107", B15]
citation:
  - title: NCCI add-on code edits 2024, type 1 (17312 with 17311, 17314 with 17313)
    grade: authority
    checked: 2026-11-23
why: >
  17312 follows 17311 and 17314 follows 17313. A later stage of a tumour is taken where the
  first was, so one of the two codes is of the wrong family and the add-on has no primary.
exceptions:
  - Both site families have a first stage that day.
remedy: >
  Read in the operative note where the tumour was, correct the code of the wrong family and send
  a corrected claim.
evidence:
  - the site of the tumour in the operative note
supersedes: [MOHS020, MOHS021]
--- */
select
    stage.line_id,
    stage.procedure_code || ' follows ' || first_stage.procedure_code
    || ', a first stage of the other site family' as reason,
    first_stage.line_id as related_line_id,
    case when stage.site_family = 'H' then '17314' else '17312' end as suggested_code
from core.mohs_line as stage
inner join core.mohs_line as first_stage
    on
        stage.encounter_id = first_stage.encounter_id
        and stage.site_family <> first_stage.site_family
        and first_stage.is_first_stage
anti join core.mohs_line as own_first_stage
    on
        stage.encounter_id = own_first_stage.encounter_id
        and stage.site_family = own_first_stage.site_family
        and own_first_stage.is_first_stage
where stage.is_additional_stage
