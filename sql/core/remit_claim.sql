select
    claims.remit_claim_id,
    claims.claim_id,
    claims.is_matched,
    claims.patient_id,
    claims.payer_sequence,
    claims.payer_claim_id,
    claims.claim_status_code,
    claims.is_reversal,
    claims.charge,
    claims.paid,
    claims.patient_responsibility,
    claims.payment_date,
    coalesce(
        by_name.payer, by_identifier.payer, nullif(payments.payer_name, ''),
        nullif(payments.payer_identifier, ''), 'unknown'
    ) as payer,
    claims.filing_indicator,
    claims.rendering_npi,
    claims.remarks,
    claims.source,
    claims.file_id,
    claims.ordinal
from staged.remit_claim as claims
inner join staged.remit as payments on claims.remit_key = payments.remit_key
left join reference.payer as by_name
    on
        payments.payer_name = by_name.remit_payer_name
        and payments.payer_name <> ''
        and coalesce(claims.payment_date, cast('2000-01-01' as date))
        between by_name.effective_from and by_name.effective_to
left join reference.payer as by_identifier
    on
        payments.payer_identifier = by_identifier.payer_identifier
        and payments.payer_identifier <> ''
        and coalesce(claims.payment_date, cast('2000-01-01' as date))
        between by_identifier.effective_from and by_identifier.effective_to
where claims.superseded_by is null
