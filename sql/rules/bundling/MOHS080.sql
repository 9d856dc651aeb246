/* ---
id: MOHS080
name: service-inside-mohs-surgery
summary: Local anaesthetic, an infusion line, monitoring or debridement is billed beside Mohs
  surgery and no modifier says another wound or session.
severity: error
category: bundling
population: >
  core.encounter_line where not is_mohs and exists (
  select 1 from reference.code_class as classes
  where classes.class_name = 'included_service'
  and classes.procedure_code = encounter_line.procedure_code
  and encounter_line.date_of_service between classes.effective_from and classes.effective_to)
needs: [claims]
requires: [rendering_npi]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: ["236", "97"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (17311 to 17315 with J0670,
      J2001, 36000 to 36440, 93000 to 93042, 96360 to 96377, 11000 to 11047, 97597 to 97602)
    grade: authority
    checked: 2026-11-23
why: >
  What surgery needs to be done is in its fee - numbing the skin, a line, watching the heart,
  cleaning the wound it made. Debridement is bundled into the additional stages and blocks too,
  lidocaine into the additional stages.
exceptions:
  - A wound elsewhere was debrided, with 59 or an X modifier.
remedy: >
  Take the line off. Of another wound or session - add the modifier and its own diagnosis.
supersedes: [MOHS061]
--- */
select
    pairs.line_id,
    pairs.procedure_code || ' is part of ' || pairs.related_procedure_code
    || ' and no modifier says another wound or session' as reason,
    pairs.related_line_id
from core.encounter_pair as pairs
inner join core.mohs_line as stage on pairs.related_line_id = stage.line_id
inner join reference.code_class as classes
    on
        pairs.procedure_code = classes.procedure_code
        and classes.class_name = 'included_service'
        and stage.date_of_service between classes.effective_from and classes.effective_to
where pairs.modifier_indicator = '1' and not pairs.has_ncci_modifier
