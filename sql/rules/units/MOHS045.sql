/* ---
id: MOHS045
name: two-repairs-of-one-code
summary: A repair or graft that is billed once a day for the sum of its lengths or areas is billed
  more than once.
severity: error
category: units
population: >
  core.encounter_line where exists (
  select 1 from reference.code_class as classes where classes.class_name = 'repair_once_a_day'
  and classes.procedure_code = encounter_line.procedure_code
  and encounter_line.date_of_service between classes.effective_from and classes.effective_to)
needs: [claims]
requires: [rendering_npi]
releases: [mue]
scope: patient
effective: {from: 2007-01-01}
carc: ["151"]
citation:
  - title: NCCI MUE tables for practitioners, 2024Q3 and 2026Q2 (one unit, MAI 2)
    grade: authority
    checked: 2026-11-23
  - title: CPT guideline on repairs (lengths of one class and region are added up)
    grade: recalled
    checked: 2026-11-23
why: >
  The lengths of all repairs of one class and region are added up and billed as one code, longer
  ones with the add-on for each further five centimetres. The limit is one by policy, so no modifier
  and no appeal gets the second one paid.
exceptions:
  - Two repairs have different codes (13132 and 13121).
  - Further centimetres are billed as units of the add-on code (13133).
  - Flaps may be billed twice (14040, 14060).
remedy: >
  Add up the lengths or areas of the class and region and bill the one code they make, with its
  add-on where there is one.
evidence:
  - the lengths or areas of the class and region in the operative note
supersedes: [MOHS040]
--- */
select
    repair.line_id,
    repair.procedure_code || ' stands more than once on the day - add the lengths up and bill one '
    || 'code' as reason,
    case when repair.code_lines = 1 then cast(1 as decimal(9, 3)) end as suggested_units
from core.encounter_line as repair
inner join reference.code_class as classes
    on
        repair.procedure_code = classes.procedure_code
        and classes.class_name = 'repair_once_a_day'
        and repair.date_of_service between classes.effective_from and classes.effective_to
where repair.code_units > 1
