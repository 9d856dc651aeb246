/* ---
id: MOHS040
name: more-units-than-medically-likely
summary: The units of a code exceed its medically unlikely edit, for the line or for the day.
severity: error
category: units
population: core.encounter_line where mue_units is not null
needs: [claims]
requires: [rendering_npi]
releases: [mue]
scope: patient
effective: {from: 2007-01-01}
carc: ["151"]
citation:
  - title: NCCI MUE tables for practitioners, 2024Q3 and 2026Q2
    grade: authority
    checked: 2026-11-23
  - title: MAC pages on reason code 151
    grade: secondary
    checked: 2026-11-23
why: >
  Medicare caps the units of a code. With MAI 1 each line is tested alone; with MAI 2 and 3 all
  units of the patient, practitioner and day are added up, whatever the lines and claims.
exceptions:
  - The units are exactly at the limit.
remedy: >
  Count again. Correct the units; under MAI 3 units that were truly done may be appealed with
  the operative note and the map, under MAI 2 never.
evidence:
  - the operative note and the map, counted again
--- */
select
    lines.line_id,
    lines.procedure_code || ': '
    || case
        when lines.code_units = floor(lines.code_units)
            then cast(cast(floor(lines.code_units) as bigint) as varchar)
        else cast(lines.code_units as varchar)
    end
    || ' units on the day, at most ' || cast(lines.mue_units as varchar)
    || case
        when lines.mue_mai = '3' then ' are likely; more may be appealed with notes'
        when lines.mue_mai = '2' then ' are possible; there is no appeal'
        else ' on a line'
    end as reason,
    case
        when lines.code_lines = 1 then cast(lines.mue_units as decimal(9, 3))
    end as suggested_units
from core.encounter_line as lines
where
    (lines.mue_mai in ('2', '3') and lines.code_units > lines.mue_units)
    or (lines.mue_mai = '1' and lines.units > lines.mue_units)
