-- Why a line was denied or cut: what was taken off and is neither contractual nor the patient's
-- deductible, coinsurance or copayment. The first drives: by its category's rank, then by dollars.
with reasons as (
    select
        adjustments.remit_claim_id,
        adjustments.remit_line_id,
        adjustments.patient_id,
        remits.payment_date,
        adjustments.group_code,
        adjustments.carc,
        sum(adjustments.amount) as amount
    from core.adjustment as adjustments
    inner join core.remit_claim as remits on adjustments.remit_claim_id = remits.remit_claim_id
    where
        not remits.is_reversal
        and not (adjustments.group_code = 'PR' and adjustments.carc in ('1', '2', '3'))
    group by
        adjustments.remit_claim_id, adjustments.remit_line_id, adjustments.patient_id,
        remits.payment_date, adjustments.group_code, adjustments.carc
    having sum(adjustments.amount) > 0
)

select
    reasons.remit_claim_id,
    reasons.remit_line_id,
    reasons.patient_id,
    row_number() over (
        partition by reasons.remit_claim_id, reasons.remit_line_id
        order by
            coalesce(categories.decision_rank, 999) asc, reasons.amount desc,
            reasons.carc asc, reasons.group_code asc
    ) as place,
    reasons.group_code,
    reasons.carc,
    coalesce(categories.category, 'unmapped') as category,
    cast(reasons.amount as decimal(12, 2)) as amount
from reasons
left join reference.carc_category as categories
    on
        reasons.carc = categories.carc
        and coalesce(reasons.payment_date, cast('9999-12-31' as date))
        between categories.effective_from and categories.effective_to
where not coalesce(categories.is_contractual, false)
