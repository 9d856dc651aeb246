/* ---
id: MOHS062
name: pathology-of-mohs-tissue
summary: Pathology is billed beside a first Mohs stage with no modifier that makes it another
  specimen.
severity: error
severity_when:
  warning: >-
    a modifier says another specimen, yet the diagnosis is the tumour's and nothing else was
    removed or biopsied that day
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
  is paid only for another specimen. A modifier that says so needs a specimen - something else
  removed that day, another diagnosis, or tissue the chart names as separate. Frozen sections with a
  modifier are MOHS063's, stains MOHS078's.
exceptions:
  - A biopsy of another lesion was sent, with 59 or an X modifier.
  - A frozen section confirmed the tumour before surgery, with its modifier.
  - The chart says that separate tissue was sent, and the line carries 59 or an X modifier.
  - Bone was decalcified (88311).
remedy: >
  Match the specimen log to the Mohs map. Of the same tissue: take the line off, or refund it.
  Of another specimen: add the modifier and send a corrected claim.
supersedes: [MOHS061]
--- */
with specimens as (
    select
        specimen.line_id,
        stage.line_id as related_line_id,
        stage.procedure_code as related_procedure_code,
        specimen.procedure_code,
        case when specimen.has_ncci_modifier or stage.has_distinct_modifier then 'warning' end
            as severity
    from core.encounter_line as specimen
    inner join core.mohs_line as stage
        on specimen.encounter_id = stage.encounter_id and stage.is_first_stage
    where
        specimen.is_pathology
        -- decalcification may stand beside 17311 and 17313 [NCCI add-on code edits 2024]
        and specimen.procedure_code <> '88311'
),

of_the_tumour as (
    select distinct
        specimens.line_id,
        specimens.related_line_id
    from specimens
    inner join core.line_diagnosis as diagnoses on specimens.line_id = diagnoses.line_id
    inner join core.line_diagnosis as stage_diagnoses
        on
            specimens.related_line_id = stage_diagnoses.line_id
            and diagnoses.code = stage_diagnoses.code
    where specimens.procedure_code between '88302' and '88309'
),

explained as (
    select distinct specimen.line_id
    from core.encounter_line as specimen
    inner join core.encounter_line as source on specimen.encounter_id = source.encounter_id
    left join reference.code_class as classes
        on
            source.procedure_code = classes.procedure_code
            and classes.class_name in ('shave', 'site_excision_head', 'site_excision_trunk')
            and source.date_of_service between classes.effective_from and classes.effective_to
    where
        specimen.is_pathology
        and (source.is_biopsy or source.is_excision or classes.procedure_code is not null)
    union
    select distinct specimen.line_id
    from core.encounter_line as specimen
    inner join core.chart_lesion as lesions
        on specimen.encounter_id = lesions.encounter_id and lesions.is_separate_tissue
    where specimen.is_pathology
)

select
    specimens.line_id,
    specimens.procedure_code || case
        when specimens.severity = 'warning'
            then ' is billed as distinct, but nothing else was removed that day beside '
        else ' is pathology of the day''s Mohs tissue and included in '
    end || specimens.related_procedure_code as reason,
    specimens.related_line_id,
    specimens.severity
from specimens
left join of_the_tumour
    on
        specimens.line_id = of_the_tumour.line_id
        and specimens.related_line_id = of_the_tumour.related_line_id
left join explained on specimens.line_id = explained.line_id
where
    specimens.severity is null
    or (of_the_tumour.line_id is not null and explained.line_id is null)
