select
    lines.line_id,
    lines.patient_id,
    modifiers.position as ordinal,
    modifiers.modifier
from core.service_line as lines
inner join staged.line_modifier as modifiers
    on lines.claim_key = modifiers.claim_key and lines.ordinal = modifiers.line_ordinal
