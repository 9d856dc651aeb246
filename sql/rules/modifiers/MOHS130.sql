/* ---
id: MOHS130
name: informational-modifier-before-a-pricing-one
summary: A modifier that changes no price stands before one that does.
severity: info
category: modifier
population: core.encounter_line where modifier_key like '% %'
needs: [claims]
requires: []
scope: patient
effective: {from: 2013-01-01}
carc: []
citation:
  - title: Our reading of payers' usual order (pricing modifiers first)
    grade: inference
    checked: 2026-11-23
why: >
  Some payers read only the first modifiers of a line for its price. HCPCS modifiers that change
  none (a side, a teaching physician) are best put last. 59 and its kin, and CPT modifiers that only
  free an edit, may stand anywhere.
exceptions:
  - The pricing modifier stands first.
  - The modifier in front frees an edit.
remedy: >
  Put the pricing modifier first.
--- */
with ordered_modifiers as (
    select
        billed.line_id,
        min(billed.ordinal) filter (
            where meanings.price_effect = 'none'
            and not meanings.is_distinct
            and meanings.modifier >= 'A'
        ) as informational,
        max(billed.ordinal) filter (
            where meanings.price_effect in (
                'component', 'bilateral', 'assistant', 'return', 'by_report'
            )
        ) as pricing
    from core.encounter_line as lines
    inner join core.line_modifier as billed on lines.line_id = billed.line_id
    inner join reference.modifier as meanings
        on
            billed.modifier = meanings.modifier
            and lines.date_of_service between meanings.effective_from and meanings.effective_to
    where lines.modifier_key like '% %'
    group by billed.line_id
)

select
    ordered_modifiers.line_id,
    early.modifier || ' stands before ' || late.modifier || ', which changes the price' as reason
from ordered_modifiers
inner join core.line_modifier as early
    on
        ordered_modifiers.line_id = early.line_id
        and ordered_modifiers.informational = early.ordinal
inner join core.line_modifier as late
    on
        ordered_modifiers.line_id = late.line_id
        and ordered_modifiers.pricing = late.ordinal
where ordered_modifiers.informational < ordered_modifiers.pricing
