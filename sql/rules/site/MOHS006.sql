/* ---
id: MOHS006
name: diagnosis-too-vague-for-a-site
summary: Every diagnosis of a Mohs line leaves the site open, or its side.
severity: warning
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
    inner join core.mohs_line as stage on diagnoses.line_id = stage.line_id
    inner join reference.icd10_site_map as sites
        on
            diagnoses.code = sites.diagnosis_code
            and stage.date_of_service between sites.effective_from and sites.effective_to
            and (sites.site_family = 'AMBIG' or sites.laterality = 'U')
    group by diagnoses.line_id
)

select
    stage.line_id,
    stage.procedure_code || ' points only to diagnoses that leave the site or the side open'
        as reason
from core.mohs_line as stage
inner join vague_pointers on stage.line_id = vague_pointers.line_id
where stage.pointers = vague_pointers.pointers
