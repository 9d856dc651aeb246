/* ---
id: MOHS010
name: closure-of-another-region
summary: A closure shares its diagnosis with Mohs surgery but is of a region in which none of the
  day's tumours lies.
severity: warning
category: site
population: core.encounter_line where closure is not null
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["11", "236"]
citation:
  - title: CPT repair, flap and graft codes read as regions by their labels, against ICD-10-CM sites
    grade: inference
    checked: 2026-11-23
why: >
  Repairs, flaps and grafts are coded by region. A closure of the trunk for a tumour of the nose is
  miscoded, or its diagnosis is. Limbs count as limb and as hand or foot, scalp and neck as both,
  because a diagnosis does not tell them apart. Codes without a region (14301, 14302, 15100, 15120)
  are not judged.
exceptions:
  - Scalp and neck have one diagnosis (C44.41 with 13121 or 13132).
  - The closure belongs to another lesion, with its own diagnosis.
  - A diagnosis of a limb may be the hand or foot (C44.622 with 13132).
remedy: >
  Read in the operative note where the defect was and recode the closure, or correct the diagnosis.
--- */
with closure_regions as (
    select
        repair.line_id,
        repair.encounter_id,
        classes.class_name
    from core.encounter_line as repair
    inner join reference.code_class as classes
        on
            repair.procedure_code = classes.procedure_code
            and starts_with(classes.class_name, 'region_')
            and repair.date_of_service between classes.effective_from and classes.effective_to
    where repair.closure is not null
),

tumours as (
    select distinct
        stage.encounter_id,
        stage.date_of_service,
        diagnoses.code
    from core.mohs_line as stage
    inner join core.line_diagnosis as diagnoses on stage.line_id = diagnoses.line_id
),

tumour_codes as (
    select distinct
        tumours.code,
        tumours.date_of_service
    from tumours
),

code_regions as (
    select distinct
        tumour_codes.code,
        tumour_codes.date_of_service,
        classes.class_name
    from tumour_codes
    inner join reference.icd10_class as classes
        on
            starts_with(classes.class_name, 'region_')
            and starts_with(tumour_codes.code, classes.diagnosis_prefix)
            and tumour_codes.date_of_service between classes.effective_from and classes.effective_to
),

placed_codes as (
    select distinct
        code_regions.code,
        code_regions.date_of_service
    from code_regions
),

unplaced_encounters as (
    select tumours.encounter_id
    from tumours
    anti join placed_codes
        on
            tumours.code = placed_codes.code
            and tumours.date_of_service = placed_codes.date_of_service
),

agreeing_closures as (
    select closure_regions.line_id
    from closure_regions
    inner join tumours on closure_regions.encounter_id = tumours.encounter_id
    inner join code_regions
        on
            tumours.code = code_regions.code
            and tumours.date_of_service = code_regions.date_of_service
            and closure_regions.class_name = code_regions.class_name
),

closures_of_tumours as (
    select repair.line_id
    from core.encounter_line as repair
    inner join core.line_diagnosis as diagnoses on repair.line_id = diagnoses.line_id
    inner join tumours
        on repair.encounter_id = tumours.encounter_id and diagnoses.code = tumours.code
    where repair.closure is not null
)

select
    repair.line_id,
    repair.procedure_code || ' closes a region in which no tumour of the day lies' as reason
from core.encounter_line as repair
semi join closure_regions on repair.line_id = closure_regions.line_id
semi join closures_of_tumours on repair.line_id = closures_of_tumours.line_id
anti join unplaced_encounters on repair.encounter_id = unplaced_encounters.encounter_id
anti join agreeing_closures on repair.line_id = agreeing_closures.line_id
