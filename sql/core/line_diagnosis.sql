select
    lines.line_id,
    lines.patient_id,
    diagnoses.position as ordinal,
    diagnoses.code
from core.service_line as lines
inner join staged.line_diagnosis as diagnoses
    on lines.claim_key = diagnoses.claim_key and lines.ordinal = diagnoses.line_ordinal
