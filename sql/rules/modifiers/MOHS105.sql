/* ---
id: MOHS105
name: two-modifiers-for-one-distinct-service
summary: A line carries 59 together with an X modifier, or two X modifiers.
severity: warning
category: modifier
population: core.encounter_line where has_distinct_modifier
needs: [claims]
requires: []
scope: patient
effective: {from: 2015-01-01}
carc: ["4"]
citation:
  - title: CMS on modifiers 59, XE, XP, XS and XU (bill one of them on a line)
    grade: recalled
    checked: 2026-11-23
  - title: Independence Blue Cross policy on XE, XS, XP, XU and 59 (one of them on a line)
    url: https://medpolicy.ibx.com/ibc/MAPPO/Pages/Policy/62fb0352-3f73-451e-8478-f4898a64c9de.aspx
    grade: secondary
    checked: 2026-11-23
why: >
  XE, XP, XS and XU are narrower forms of 59, in force since 2015. A line says why it is distinct
  once.
exceptions:
  - 59 stands beside an anatomic modifier.
  - 59 and XS stand on different lines.
remedy: >
  Keep the one that the chart supports: XS for another lesion.
--- */
with distinct_modifiers as (
    select
        billed.line_id,
        count(distinct billed.modifier) as modifiers,
        min(billed.modifier) as first_modifier,
        max(billed.modifier) as last_modifier
    from core.encounter_line as lines
    inner join core.line_modifier as billed on lines.line_id = billed.line_id
    inner join reference.modifier as meanings
        on
            billed.modifier = meanings.modifier
            and meanings.is_distinct
            and lines.date_of_service between meanings.effective_from and meanings.effective_to
    where lines.has_distinct_modifier
    group by billed.line_id
)

select
    lines.line_id,
    lines.procedure_code || ' carries both ' || distinct_modifiers.first_modifier || ' and '
    || distinct_modifiers.last_modifier as reason
from core.encounter_line as lines
inner join distinct_modifiers on lines.line_id = distinct_modifiers.line_id
where distinct_modifiers.modifiers > 1
