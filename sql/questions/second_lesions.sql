/* ---
title: Second and later first stages of a day, with and without a distinct modifier
meaning: >
  17311 or 17313 billed on more than one line of an encounter: the later lines by payer and whether
  they carry 59 or an X modifier, with how often they were denied and what was allowed.
grain: one row per payer, code and kind of modifier
parameters:
  payer: {type: text, meaning: only this payer}
columns:
  has_distinct_modifier: 59, XE, XS, XP or XU stands on the line
  lines: later first-stage lines that are adjudicated
  denied: of them denied
  denial_rate: denied over lines
  low: lower end of Wilson's 95 % interval of the rate
  high: upper end
  allowed: allowed on them
--- */
with placed as (
    select
        lines.line_id,
        lines.payer,
        lines.procedure_code,
        lines.has_distinct_modifier,
        lines.is_adjudicated,
        lines.is_denied,
        lines.allowed,
        row_number() over (
            partition by lines.encounter_id, lines.procedure_code order by lines.line_id
        ) as place
    from core.mohs_line as lines
    where
        lines.is_first_stage
        and (getvariable('payer') is null or lines.payer = getvariable('payer'))
)

select
    placed.payer,
    placed.procedure_code,
    placed.has_distinct_modifier,
    count(*) as lines,
    count(*) filter (where placed.is_denied) as denied,
    round(count(*) filter (where placed.is_denied) / count(*), 4) as denial_rate,
    round(wilson(count(*) filter (where placed.is_denied), count(*)).low, 4) as low,
    round(wilson(count(*) filter (where placed.is_denied), count(*)).high, 4) as high,
    sum(placed.allowed) as allowed
from placed
where placed.place > 1 and placed.is_adjudicated
group by placed.payer, placed.procedure_code, placed.has_distinct_modifier
order by placed.payer, placed.procedure_code, placed.has_distinct_modifier
