-- What patients had paid by the submission that stands.
select
    claims.claim_id,
    claims.patient_id,
    claims.patient_paid
from staged.claim as claims
where claims.is_standing and claims.patient_paid > 0
