/* ---
id: MOHS062
name: pathology-of-mohs-tissue
summary: Pathology is billed beside a first Mohs stage with no modifier that makes it another
  specimen.
severity: error
category: bundling
population: >
  core.encounter_line where is_pathology and has_first_stage and procedure_code <> '88311'
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["236", "97"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (17311 and 17313 with
      88300-88332)
    grade: authority
    checked: 2026-11-23
  - title: CPT guideline on Mohs surgery (the surgeon is the pathologist), as retold by AAD
    grade: secondary
    checked: 2026-11-23
  - title: NCCI policy manual, chapter III section F
    grade: recalled
    checked: 2026-11-23
why: >
  Reading the slides is half of Mohs surgery and is in its fee. Pathology by the same physician
  is paid only for another specimen. Where a modifier says so this rule is silent: whether the
  modifier is right only the chart can tell. Immunostains are not judged here.
exceptions:
  - A biopsy of another lesion was sent, with 59 or an X modifier.
  - A frozen section confirmed the tumour before surgery, with its modifier.
  - Separate tissue was fixed and read as permanents, with 59 or an X modifier.
  - Bone was decalcified (88311).
remedy: >
  Match the specimen log to the Mohs map. Of the same tissue: take the line off, or refund it.
  Of another specimen: add the modifier and send a corrected claim.
supersedes: [MOHS061]
--- */
select
    specimen.line_id,
    specimen.procedure_code || ' is pathology of the day''s Mohs tissue, which '
    || stage.procedure_code || ' includes' as reason,
    stage.line_id as related_line_id
from core.encounter_line as specimen
inner join core.mohs_line as stage
    on specimen.encounter_id = stage.encounter_id and stage.is_first_stage
where
    specimen.is_pathology
    -- decalcification may stand beside 17311 and 17313 [NCCI add-on code edits 2024]
    and specimen.procedure_code <> '88311'
    and not specimen.has_ncci_modifier
    and not stage.has_distinct_modifier
