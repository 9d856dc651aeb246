/* ---
id: MOHS127
name: body-part-modifier-on-another-site
summary: A modifier for an eyelid, finger, toe or coronary artery stands on a lesion of another
  site.
severity: error
category: modifier
population: core.mohs_line where side_modifier is not null
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["4"]
citation:
  - title: Our reading of the HCPCS Level II anatomic modifiers against the sites of ICD-10-CM
    grade: inference
    checked: 2026-11-23
why: >
  E1 to E4 name an eyelid, FA and F1 to F9 a finger, TA and T1 to T9 a toe. Diagnoses of skin
  tumours name the eyelid, the upper and the lower limb, so a line whose every pointer names another
  site contradicts its modifier. RT and LT name no part.
exceptions:
  - One of the pointers names the part.
  - A pointer is overlapping, unspecified or no tumour.
remedy: >
  Look up the site in the operative note and correct the modifier or the diagnosis.
--- */
with part_lines as (
    select
        lines.line_id,
        lines.procedure_code,
        lines.date_of_service,
        billed.modifier,
        billed.part
    from core.mohs_line as lines
    inner join core.line_modifier as billed
        on lines.line_id = billed.line_id and billed.part <> ''
    where
        lines.side_modifier is not null
        and lines.pointers > 0
        and lines.head_pointers + lines.trunk_pointers + lines.limb_pointers = lines.pointers
),

fitting_lines as (
    select
        part_lines.line_id,
        part_lines.modifier
    from part_lines
    inner join core.line_diagnosis as diagnoses on part_lines.line_id = diagnoses.line_id
    inner join reference.icd10_class as classes
        on
            classes.class_name = 'part_' || part_lines.part
            and starts_with(diagnoses.code, classes.diagnosis_prefix)
            and part_lines.date_of_service between classes.effective_from and classes.effective_to
)

select
    part_lines.line_id,
    part_lines.procedure_code || ' carries ' || part_lines.modifier || ' (' || part_lines.part
    || '), but every diagnosis it points to names another site' as reason
from part_lines
anti join fitting_lines
    on
        part_lines.line_id = fitting_lines.line_id
        and part_lines.modifier = fitting_lines.modifier
