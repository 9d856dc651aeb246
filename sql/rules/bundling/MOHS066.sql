/* ---
id: MOHS066
name: biopsy-add-on-of-a-bundled-biopsy
summary: A further biopsy is billed beside a first biopsy that is bundled into Mohs surgery.
severity: warning
category: bundling
population: core.encounter_line where is_biopsy_add_on and has_first_stage
needs: [claims]
requires: [rendering_npi]
releases: [ptp, add_on]
scope: patient
effective: {from: 2019-01-01}
carc: ["107", B15]
citation:
  - title: NCCI add-on code edits 2024, type 1 (11103, 11105, 11107)
    grade: authority
    checked: 2026-11-23
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (no pair of Mohs and the
      biopsy add-ons)
    grade: authority
    checked: 2026-11-23
why: >
  No pair joins the add-on codes to Mohs surgery, but an add-on is paid only where its first
  biopsy is. If every first biopsy of the day is denied as MOHS064 says, the add-on falls with
  it.
exceptions:
  - A first biopsy of the day is freed by its modifier.
remedy: >
  Establish which lesions were biopsied. If the first was another lesion, its modifier frees both
  lines; if it was the tumour, bill the biopsy of the other lesion as the first.
--- */
with bundled_biopsies as (
    select distinct
        biopsy.line_id,
        biopsy.encounter_id,
        biopsy.procedure_code
    from core.encounter_pair as pairs
    inner join core.encounter_line as biopsy on pairs.line_id = biopsy.line_id
    inner join core.mohs_line as stage on pairs.related_line_id = stage.line_id
    where
        biopsy.is_biopsy
        and stage.is_first_stage
        and not pairs.has_distinct_modifier
        and not biopsy.has_58
        and not coalesce(biopsy.side_modifier <> stage.side_modifier, false)
),

paid_biopsies as (
    select
        biopsy.encounter_id,
        biopsy.procedure_code
    from core.encounter_line as biopsy
    anti join bundled_biopsies on biopsy.line_id = bundled_biopsies.line_id
    where biopsy.is_biopsy
),

add_ons as (
    select
        lines.line_id,
        lines.encounter_id,
        lines.procedure_code,
        edits.primary_code
    from core.encounter_line as lines
    inner join reference.ncci_add_on as edits
        on
            lines.procedure_code = edits.add_on_code
            and edits.edit_type = '1'
            and lines.add_on_date between edits.effective_from and edits.effective_to
    where lines.is_biopsy_add_on
),

add_ons_of_paid_biopsies as (
    select add_ons.line_id
    from add_ons
    inner join paid_biopsies
        on
            add_ons.encounter_id = paid_biopsies.encounter_id
            and add_ons.primary_code = paid_biopsies.procedure_code
)

select
    add_ons.line_id,
    add_ons.procedure_code || ' adds to ' || bundled_biopsies.procedure_code
    || ', which is bundled into Mohs surgery' as reason,
    bundled_biopsies.line_id as related_line_id
from add_ons
inner join bundled_biopsies
    on
        add_ons.encounter_id = bundled_biopsies.encounter_id
        and add_ons.primary_code = bundled_biopsies.procedure_code
anti join add_ons_of_paid_biopsies on add_ons.line_id = add_ons_of_paid_biopsies.line_id
