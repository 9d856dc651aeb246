select
    adjustments.remit_key,
    adjustments.file_id,
    adjustments.ordinal,
    adjustments.provider_identifier,
    adjustments.fiscal_date,
    adjustments.reason,
    adjustments.reference,
    adjustments.amount
from staged.provider_adjustment as adjustments
