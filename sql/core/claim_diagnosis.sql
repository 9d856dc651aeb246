with mohs_claims as (
    select distinct
        lines.claim_id,
        lines.patient_id
    from core.mohs_line as lines
)

select
    mohs_claims.claim_id,
    mohs_claims.patient_id,
    diagnoses.code
from mohs_claims
inner join core.claim as claims on mohs_claims.claim_id = claims.claim_id
inner join staged.diagnosis as diagnoses on claims.claim_key = diagnoses.claim_key
union
select
    mohs_claims.claim_id,
    mohs_claims.patient_id,
    pointed.code
from mohs_claims
inner join core.claim as claims on mohs_claims.claim_id = claims.claim_id
inner join staged.line_diagnosis as pointed on claims.claim_key = pointed.claim_key
