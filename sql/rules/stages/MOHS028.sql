/* ---
id: MOHS028
name: add-on-without-its-primary-code
summary: An add-on code of a repair, flap, graft, biopsy or of pathology is billed without a primary
  code of the same patient, practitioner and day.
severity: error
category: add-on
population: >
  core.encounter_line where exists (
  select 1 from reference.code_class as classes where classes.class_name = 'companion_add_on'
  and classes.procedure_code = encounter_line.procedure_code
  and encounter_line.date_of_service between classes.effective_from and classes.effective_to)
needs: [claims]
requires: [rendering_npi]
releases: [add_on]
scope: patient
effective: {from: 2013-01-01}
carc: ["107", B15]
citation:
  - title: NCCI add-on code edits 2024, type 1
    grade: authority
    checked: 2026-11-23
why: >
  An add-on code is paid only when one of its primary codes is paid for the same patient,
  practitioner and day, whatever claim the primary code stands on. The add-on codes of Mohs surgery
  itself are MOHS020's to MOHS022's.
exceptions:
  - The primary code stands on another live claim of the same practitioner and day.
  - Special stains may be added to a Mohs stage (88314 with 17311).
remedy: >
  Look for the primary code. If it was left out or miscoded, send a corrected claim with both; if
  the length or area does not reach beyond the primary code, take the add-on off.
--- */
with primaries as (
    select
        add_ons.line_id,
        lines.line_id as primary_line_id
    from core.encounter_line as add_ons
    inner join reference.ncci_add_on as edits
        on
            add_ons.procedure_code = edits.add_on_code
            and edits.edit_type = '1'
            and add_ons.add_on_date between edits.effective_from and edits.effective_to
    inner join core.encounter_line as lines
        on
            add_ons.encounter_id = lines.encounter_id
            and edits.primary_code = lines.procedure_code
)

select
    add_ons.line_id,
    add_ons.procedure_code || ' has no primary code for this patient, practitioner and day'
        as reason
from core.encounter_line as add_ons
inner join reference.code_class as classes
    on
        add_ons.procedure_code = classes.procedure_code
        and classes.class_name = 'companion_add_on'
        and add_ons.date_of_service between classes.effective_from and classes.effective_to
anti join primaries on add_ons.line_id = primaries.line_id
