/* ---
id: MOHS166
name: diagnosis-invalid-on-the-day
summary: A Mohs line points to a diagnosis code that is cut short or was not in force on the day.
severity: error
category: necessity
population: core.mohs_line
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["146", "16"]
citation:
  - title: ICD-10-CM April 2026 code list
    grade: authority
    checked: 2026-11-23
  - title: Split of the eyelid codes by upper and lower lid on 2018-10-01
    grade: recalled
    checked: 2026-11-23
why: >
  A code that has longer ones below it is a heading and no diagnosis, and a code is valid between
  its dates only. Payers reject both. On days of an ICD-10-CM order file that was loaded every code
  is looked up in it; on others the codes of the sites Mohs surgery is done on are judged, and that
  another code is invalid is not seen.
exceptions:
  - The five-character eyelid codes were valid before 2018-10-01.
remedy: >
  Code to the last character from the code list of the day and send a corrected claim.
--- */
with billed_codes as (
    select distinct
        diagnoses.code,
        stage.date_of_service
    from core.mohs_line as stage
    inner join core.line_diagnosis as diagnoses on stage.line_id = diagnoses.line_id
),

codes_in_force as (
    select
        billed_codes.code,
        billed_codes.date_of_service
    from billed_codes
    inner join reference.icd10_site_map as sites
        on
            billed_codes.code = sites.diagnosis_code
            and billed_codes.date_of_service between sites.effective_from and sites.effective_to
),

listed_days as (
    select distinct billed_codes.date_of_service
    from billed_codes
    inner join reference.release as releases
        on
            releases.series = 'icd10_order'
            and releases.is_complete
            and billed_codes.date_of_service
            between releases.effective_from and releases.effective_to
),

listed_codes as (
    select
        billed_codes.code,
        billed_codes.date_of_service
    from billed_codes
    inner join reference.icd10_code as codes
        on
            billed_codes.code = codes.diagnosis_code
            and billed_codes.date_of_service between codes.effective_from and codes.effective_to
            and codes.is_billable
),

invalid_codes as (
    select distinct
        billed_codes.code,
        billed_codes.date_of_service
    from billed_codes
    inner join reference.icd10_site_map as sites
        on starts_with(sites.diagnosis_code, billed_codes.code)
    anti join codes_in_force
        on
            billed_codes.code = codes_in_force.code
            and billed_codes.date_of_service = codes_in_force.date_of_service
    anti join listed_days on billed_codes.date_of_service = listed_days.date_of_service
    union all
    select
        billed_codes.code,
        billed_codes.date_of_service
    from billed_codes
    semi join listed_days on billed_codes.date_of_service = listed_days.date_of_service
    anti join listed_codes
        on
            billed_codes.code = listed_codes.code
            and billed_codes.date_of_service = listed_codes.date_of_service
)

select
    stage.line_id,
    stage.procedure_code || ' points to ' || invalid_codes.code
    || ', which is cut short or was not in force on the day' as reason
from core.mohs_line as stage
inner join core.line_diagnosis as diagnoses on stage.line_id = diagnoses.line_id
inner join invalid_codes
    on
        diagnoses.code = invalid_codes.code
        and stage.date_of_service = invalid_codes.date_of_service
