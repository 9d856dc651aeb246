select
    lines.line_id,
    lines.claim_id,
    lines.encounter_id,
    lines.patient_id,
    lines.rendering_npi,
    lines.date_of_service,
    lines.procedure_code,
    lines.charge,
    lines.payer,
    lines.line_of_business,
    lines.source,
    lines.is_mohs,
    claims.frequency_code,
    claims.submission,
    claims.submitted_date,
    claims.original_reference,
    claims.prior_authorization,
    lines.date_of_service < submissions.patient_birth_date as is_before_birth
from core.encounter_line as lines
inner join core.claim as claims on lines.claim_id = claims.claim_id
inner join staged.claim as submissions on claims.claim_key = submissions.claim_key
