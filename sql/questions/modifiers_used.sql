/* ---
title: Modifiers and how payers take them
meaning: >
  Each modifier on primary lines of days of Mohs surgery, by payer: how often it was billed and how
  often the line was denied.
grain: one row per payer and modifier
parameters:
  modifier: {type: text, meaning: only this modifier}
columns:
  lines: lines that carry it
  adjudicated: of them adjudicated
  denied: of those denied
  denial_rate: denied over adjudicated
  low: lower end of Wilson's 95 % interval
  high: upper end
--- */
select
    lines.payer,
    modifiers.modifier,
    count(*) as lines,
    count(*) filter (where lines.is_adjudicated) as adjudicated,
    count(*) filter (where lines.is_denied) as denied,
    round(
        count(*) filter (where lines.is_denied)
        / nullif(count(*) filter (where lines.is_adjudicated), 0),
        4
    ) as denial_rate,
    round(
        wilson(
            count(*) filter (where lines.is_denied), count(*) filter (where lines.is_adjudicated)
        ).low,
        4
    ) as low,
    round(
        wilson(
            count(*) filter (where lines.is_denied), count(*) filter (where lines.is_adjudicated)
        ).high,
        4
    ) as high
from core.encounter_line as lines
inner join core.line_modifier as modifiers on lines.line_id = modifiers.line_id
where getvariable('modifier') is null or modifiers.modifier = getvariable('modifier')
group by lines.payer, modifiers.modifier
order by lines.payer asc, lines desc, modifiers.modifier asc
