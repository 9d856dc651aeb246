/* ---
id: MOHS122
name: right-and-left-of-one-first-stage
summary: The same first-stage code stands on a right and a left line of the day, neither with 59 or
  an X modifier, nor what else its payer accepts for a second tumour.
severity: warning
category: modifier
population: core.mohs_line where is_first_stage
needs: [claims]
requires: [rendering_npi]
parameters:
  second_lesion_modifiers: modifiers by which the payer wants a second tumour told apart
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: CMS physician fee schedule RVU files, bilateral indicator 0 (a right and a left line are
      paid as one)
    grade: authority
    checked: 2026-11-23
why: >
  With bilateral indicator 0 a payer takes an RT and an LT line of one code for a bilateral
  procedure and pays one fee for both. They are two tumours, which XS says.
exceptions:
  - One of the lines carries XS or 59.
  - Two lesions are billed without sides.
remedy: >
  Send XS (or 59) on the second line. If only one fee was paid, appeal with the two maps.
--- */
with told_apart as (
    select modifiers.line_id
    from core.mohs_line as stage
    inner join core.line_modifier as modifiers on stage.line_id = modifiers.line_id
    inner join core.threshold as accepted
        on
            accepted.rule_id = 'MOHS122'
            and accepted.parameter = 'second_lesion_modifiers'
            and stage.payer = accepted.payer
            and stage.date_of_service between accepted.effective_from and accepted.effective_to
            and modifiers.modifier = accepted.value
    where stage.is_first_stage and stage.code_lines > 1
)

select
    lines.line_id,
    lines.procedure_code || ' stands with RT and with LT: both may be paid as one' as reason,
    other.line_id as related_line_id
from core.mohs_line as lines
inner join core.mohs_line as other
    on
        lines.encounter_id = other.encounter_id
        and lines.procedure_code = other.procedure_code
        and lines.line_id > other.line_id
anti join told_apart as first_apart on lines.line_id = first_apart.line_id
anti join told_apart as other_apart on other.line_id = other_apart.line_id
where
    lines.is_first_stage
    and lines.code_lines > 1
    and other.code_lines > 1
    and lines.bilateral = '0'
    and (
        (
            coalesce(list_contains(lines.modifiers, 'RT'), false)
            and coalesce(list_contains(other.modifiers, 'LT'), false)
        )
        or (
            coalesce(list_contains(lines.modifiers, 'LT'), false)
            and coalesce(list_contains(other.modifiers, 'RT'), false)
        )
    )
