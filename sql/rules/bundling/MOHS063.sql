/* ---
id: MOHS063
name: frozen-section-without-a-biopsy
summary: A frozen section is billed as distinct from Mohs surgery, but nothing else was taken that
  day.
severity: error
category: bundling
population: core.encounter_line where is_frozen_section and has_first_stage
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2019-01-01}
carc: ["236", "97"]
citation:
  - title: Coding articles on frozen sections the day of Mohs surgery (codingintel, Ellzey)
    grade: secondary
    checked: 2026-11-23
  - title: NCCI policy manual, chapter III section F
    grade: recalled
    checked: 2026-11-23
why: >
  The modifier on 88331 or 88332 says that the section was not of Mohs tissue. Then a biopsy or an
  excision it was made of has to stand beside it; with nothing but Mohs that day the sections are
  the surgery's own. Without a modifier the line is MOHS062's. Whether the tumour had been proven
  before is asked by MOHS065 and, of the chart, not yet.
exceptions:
  - A biopsy with its modifier stands beside the frozen section.
  - Another lesion was excised and read as a frozen section.
remedy: >
  Take the frozen section off, or refund it, unless the record names the specimen; then bill what
  was taken too. 88332 also needs its 88331.
--- */
select
    section.line_id,
    section.procedure_code || ' is billed as distinct, but beside ' || stage.procedure_code
    || ' no biopsy with its modifier and no excision was billed' as reason,
    stage.line_id as related_line_id
from core.encounter_line as section
inner join core.mohs_line as stage
    on section.encounter_id = stage.encounter_id and stage.is_first_stage
anti join core.encounter_line as specimen
    on
        section.encounter_id = specimen.encounter_id
        and (
            specimen.is_excision
            or (specimen.is_biopsy and (specimen.has_distinct_modifier or specimen.has_58))
        )
where section.is_frozen_section and (section.has_distinct_modifier or section.has_58)
