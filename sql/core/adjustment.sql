select
    adjustments.owner as remit_claim_id,
    adjustments.line_owner as remit_line_id,
    claims.claim_id,
    adjustments.patient_id,
    lines.line_id,
    adjustments.ordinal,
    adjustments.position,
    adjustments.group_code,
    adjustments.carc,
    adjustments.amount,
    adjustments.quantity
from staged.adjustment as adjustments
inner join core.remit_claim as claims on adjustments.owner = claims.remit_claim_id
left join core.remit_line as lines on adjustments.line_owner = lines.remit_line_id
where
    adjustments.side = 'remit'
    and (adjustments.line_owner is null or lines.remit_line_id is not null)
