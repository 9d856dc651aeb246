/* ---
id: MOHS006
name: diagnosis-too-vague-for-a-site
summary: Every diagnosis of a Mohs line leaves the site open, or its side.
severity: warning
severity_when:
  info: the diagnosis is of anal skin, as specific as it gets, whose family nobody has settled
category: site
population: core.mohs_line
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["16", "50"]
citation:
  - title: ICD-10-CM April 2026 codes read as site families and sides
    grade: inference
    checked: 2026-11-23
  - title: ICD-10-CM guideline I.B (code to the highest specificity)
    grade: recalled
    checked: 2026-11-23
why: >
  The Mohs codes are split by site. An overlapping or unspecified site, or an eyelid, ear or limb of
  unspecified side, does not show that the code is the right one. The pathology report names both.
  Anal skin has exact codes, but whether its family is that of the genitals or of the trunk is an
  open question that no text we found answers.
exceptions:
  - Other parts of the face, and scalp and neck, are specific (C44.319, C44.41).
  - One of the diagnoses is specific.
remedy: >
  Code site and side from the pathology report and send a corrected claim.
--- */
with vague_pointers as (
    select
        diagnoses.line_id,
        count(*) as pointers
    from core.line_diagnosis as diagnoses
    where diagnoses.site_family = 'AMBIG' or diagnoses.laterality = 'U'
    group by diagnoses.line_id
),

anal_pointers as (
    select
        lines.line_id,
        count(*) as pointers
    from core.mohs_line as lines
    inner join core.line_diagnosis as diagnoses
        on lines.line_id = diagnoses.line_id and diagnoses.site_family = 'AMBIG'
    inner join reference.icd10_class as classes
        on
            classes.class_name = 'anal_skin'
            and starts_with(diagnoses.code, classes.diagnosis_prefix)
            and lines.date_of_service between classes.effective_from and classes.effective_to
    group by lines.line_id
)

select
    stage.line_id,
    stage.procedure_code || ' points only to diagnoses that leave the site or the side open'
        as reason,
    case when anal_pointers.pointers = stage.pointers then 'info' end as severity
from core.mohs_line as stage
inner join vague_pointers on stage.line_id = vague_pointers.line_id
left join anal_pointers on stage.line_id = anal_pointers.line_id
where stage.pointers = vague_pointers.pointers
