/* ---
title: Units above the medically unlikely edit
meaning: >
  Units a day of one code against CMS's edit. Indicator 1 judges each line, 2 and 3 the day; only 1
  and 3 give way to a modifier or an appeal. With `code` 17315 it is the extra blocks.
grain: one row per encounter and code above its edit
parameters:
  code: {type: text, meaning: only this procedure}
columns:
  units: units of the code that day, or of the line where the indicator is 1
  over: units above the edit
  lines: lines of the code
  denied_lines: of them denied
--- */
with judged as (
    select
        lines.encounter_id,
        lines.procedure_code,
        lines.mue_mai,
        min(lines.payer) as payer,
        min(lines.rendering_npi) as rendering_npi,
        min(lines.date_of_service) as date_of_service,
        max(case when lines.mue_mai = '1' then lines.units else lines.code_units end) as units,
        max(lines.mue_units) as mue_units,
        count(*) as lines,
        count(*) filter (where lines.is_denied) as denied_lines
    from core.encounter_line as lines
    where getvariable('code') is null or lines.procedure_code = getvariable('code')
    group by lines.encounter_id, lines.procedure_code, lines.mue_mai
)

select
    judged.encounter_id,
    judged.payer,
    judged.rendering_npi,
    judged.date_of_service,
    judged.procedure_code,
    judged.units,
    judged.mue_units,
    judged.mue_mai,
    judged.units - judged.mue_units as over,
    judged.lines,
    judged.denied_lines
from judged
where judged.units > judged.mue_units
order by over desc, judged.encounter_id asc, judged.procedure_code asc
