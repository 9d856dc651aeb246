/* ---
id: MOHS126
name: modifier-unknown-or-repeated
summary: A modifier is not on the list, not in force that day, or stands twice on the line.
severity: warning
category: modifier
population: core.encounter_line where modifier_key <> ''
needs: [claims]
requires: []
scope: patient
effective: {from: 2013-01-01}
carc: ["4", "182", "16"]
citation:
  - title: CPT appendix A and HCPCS Level II modifier list, as far as sql/reference/modifier.csv
    grade: recalled
    checked: 2026-11-23
why: >
  A modifier the payer does not know, or that did not exist that day, returns the line. The list at
  hand holds what professional claims of skin surgery may carry; states and plans have more of
  their own.
exceptions:
  - A modifier in force that day.
  - A modifier kept for the states (U1 to UD).
remedy: >
  Correct the modifier. If a payer wants one that the list lacks, switch the rule off for that payer
  in overlays.csv, or add the modifier with its dates and source.
--- */
with known_modifiers as (
    select distinct meanings.modifier
    from reference.modifier as meanings
),

billed_modifiers as (
    select
        billed.line_id,
        billed.modifier,
        count(*) as times
    from core.line_modifier as billed
    semi join core.encounter_line as lines on billed.line_id = lines.line_id
    group by billed.line_id, billed.modifier
)

select
    lines.line_id,
    lines.procedure_code || ': modifier ' || billed.modifier || case
        when known_modifiers.modifier is null then ' is not on the list of modifiers'
        when meanings.modifier is null then ' was not in force that day'
        else ' stands twice'
    end as reason
from core.encounter_line as lines
inner join billed_modifiers as billed on lines.line_id = billed.line_id
left join known_modifiers on billed.modifier = known_modifiers.modifier
left join reference.modifier as meanings
    on
        billed.modifier = meanings.modifier
        and lines.date_of_service between meanings.effective_from and meanings.effective_to
where meanings.modifier is null or billed.times > 1
