/* ---
id: MOHS168
name: sex-and-site-conflict
summary: A Mohs line points to a genital site of the other sex.
severity: error
category: necessity
population: core.mohs_line
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["10"]
citation:
  - title: ICD-10-CM genital sites read against the patient's sex on the claim
    grade: inference
    checked: 2026-11-23
why: >
  Payers deny a diagnosis of the vulva with sex M, of the penis or scrotum with sex F. Where sex and
  site truly differ the claim says so with KX. Without a sex of F or M on the claim nothing is
  judged.
exceptions:
  - KX says that the conflict is known.
  - The claim gives no sex.
remedy: >
  Correct the diagnosis or the sex on the claim. If both are right, send the claim with KX.
--- */
with pointed_codes as (
    select distinct diagnoses.code
    from core.line_diagnosis as diagnoses
),

sexed_codes as (
    select
        pointed_codes.code,
        classes.class_name,
        classes.effective_from,
        classes.effective_to
    from pointed_codes
    inner join reference.icd10_class as classes
        on
            classes.class_name in ('female_only', 'male_only')
            and starts_with(pointed_codes.code, classes.diagnosis_prefix)
),

conflicts as (
    select
        stage.line_id,
        stage.procedure_code,
        diagnoses.code,
        claims.patient_sex
    from core.mohs_line as stage
    inner join core.claim as claims on stage.claim_id = claims.claim_id
    inner join core.line_diagnosis as diagnoses on stage.line_id = diagnoses.line_id
    inner join sexed_codes as classes
        on
            diagnoses.code = classes.code
            and stage.date_of_service between classes.effective_from and classes.effective_to
            and (
                (classes.class_name = 'female_only' and claims.patient_sex = 'M')
                or (classes.class_name = 'male_only' and claims.patient_sex = 'F')
            )
    where not coalesce(list_contains(stage.modifiers, 'KX'), false)
)

select
    conflicts.line_id,
    conflicts.procedure_code || ' points to ' || conflicts.code || ', but the sex on the claim is '
    || conflicts.patient_sex as reason
from conflicts
