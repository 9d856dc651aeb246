/* ---
id: MOHS023
name: add-on-paid-without-its-primary
summary: An additional stage or block was paid although every stage it adds to was denied.
severity: error
category: add-on
population: core.mohs_line where is_additional_stage or is_extra_block
needs: [claims, remits]
requires: [rendering_npi]
releases: [add_on]
scope: patient
effective: {from: 2007-01-01}
carc: [B15]
citation:
  - title: NCCI add-on code edits 2024, type 1 (paid only if a primary code of the same practitioner
      and day is paid)
    grade: authority
    checked: 2026-11-23
why: >
  An add-on of type 1 is paid only where one of its primaries is. Where every primary of the day
  was denied, net of all remittances, what was paid for the add-on will be asked back. An add-on
  that is not adjudicated yet cannot be judged; expect it to be denied too.
exceptions:
  - The primary was denied at first and paid since.
  - The add-on was denied as well.
  - Another of its primaries was paid.
  - The primary is not adjudicated yet.
remedy: >
  Get the primary paid first: correct and resend it, or appeal. If its denial stands, the payment
  of the add-on is an overpayment to be looked into and refunded.
--- */
with add_ons as (
    select
        lines.line_id,
        count(*) as primaries,
        sum(case when primaries.is_adjudicated and primaries.is_denied then 1 else 0 end) as denied,
        min(primaries.line_id) as related_line_id,
        min(primaries.procedure_code) as primary_code
    from core.mohs_line as lines
    inner join reference.ncci_add_on as edits
        on
            lines.procedure_code = edits.add_on_code
            and edits.edit_type = '1'
            and lines.add_on_date between edits.effective_from and edits.effective_to
    inner join core.mohs_line as primaries
        on
            lines.encounter_id = primaries.encounter_id
            and edits.primary_code = primaries.procedure_code
    where
        (lines.is_additional_stage or lines.is_extra_block)
        and lines.is_adjudicated
        and lines.allowed > 0
    group by lines.line_id
)

select
    lines.line_id,
    lines.procedure_code || ' was paid although ' || add_ons.primary_code || ', which it adds to, '
    || 'was denied' as reason,
    add_ons.related_line_id
from core.mohs_line as lines
inner join add_ons on lines.line_id = add_ons.line_id
where add_ons.primaries = add_ons.denied
