/* ---
id: MOHS142
name: one-case-of-two-physicians
summary: A physician bills additional stages or blocks without a first stage, and another of the
  group bills the first stage of that day.
severity: error
category: provider
population: core.mohs_line where is_additional_stage or is_extra_block
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["107", B15]
citation:
  - title: CMS MLN SE1318, revised 2020-10-27 (one physician is surgeon and pathologist)
    grade: authority
    checked: 2026-11-23
  - title: Our reading of stages that two numbers share
    grade: inference
    checked: 2026-11-23
why: >
  The stages of a tumour are one operation of one physician. Payers look for the first stage under
  the number that bills the later ones and do not find it. Either a number is wrong, or two
  physicians shared a case, which is Mohs surgery for neither.
exceptions:
  - Each physician bills a first stage of his own.
  - Physicians of two groups bill that day.
  - The line is an assistant's.
remedy: >
  Find out who cut and read. If one physician did, put that number on every stage and send a
  corrected claim. If two did, ask compliance before anything is billed as Mohs surgery.
supersedes: [MOHS020, MOHS021, MOHS022]
--- */
with others as (
    select
        stage.line_id,
        min(first_stage.line_id) as related_line_id
    from core.mohs_line as stage
    inner join core.mohs_line as first_stage
        on
            stage.patient_id = first_stage.patient_id
            and stage.date_of_service = first_stage.date_of_service
            and stage.rendering_npi <> first_stage.rendering_npi
            and first_stage.is_first_stage
            and (stage.is_extra_block or stage.site_family = first_stage.site_family)
            and not coalesce(stage.group_id <> first_stage.group_id, false)
    where
        (stage.is_additional_stage or stage.is_extra_block)
        and not stage.has_first_stage
        and not stage.has_assistant_modifier
        and not first_stage.has_assistant_modifier
        and stage.rendering_npi <> ''
        and first_stage.rendering_npi <> ''
    group by stage.line_id
)

select
    stage.line_id,
    stage.procedure_code || ' stands under another number than ' || first_stage.procedure_code
    || ' of the day' as reason,
    others.related_line_id
from core.mohs_line as stage
inner join others on stage.line_id = others.line_id
inner join core.mohs_line as first_stage on others.related_line_id = first_stage.line_id
