-- Adjudicated lines with the amount allowed and the line they belong to. Allowed comes from AMT*B6,
-- else from what was paid plus what was taken off a patient's or an earlier payer's account and
-- sequestration, which comes off the payment and not off the allowed amount (CMS CR 8378).
with reductions as (
    select
        adjustments.line_owner as remit_line_id,
        sum(adjustments.amount) as taken_off,
        coalesce(sum(adjustments.amount) filter (where adjustments.group_code = 'PR'), 0)
            as patient_share,
        coalesce(
            sum(adjustments.amount) filter (
                where
                adjustments.group_code = 'PR' and adjustments.carc in ('1', '2', '3')
                or adjustments.group_code = 'CO' and adjustments.carc = '253'
                or adjustments.group_code = 'OA' and adjustments.carc = '23'
                or adjustments.carc in ('144', '237')
            ), 0
        ) as allowed_not_paid
    from staged.adjustment as adjustments
    where adjustments.side = 'remit' and adjustments.line_owner is not null
    group by adjustments.line_owner
),

valued_lines as (
    select
        lines.remit_line_id,
        claims.is_reversal,
        coalesce(reductions.patient_share, 0) as patient_share,
        case
            when
                lines.allowed_amount is not null and claims.is_reversal
                then -abs(lines.allowed_amount)
            when lines.allowed_amount is not null then lines.allowed_amount
            when lines.charge - lines.paid = coalesce(reductions.taken_off, 0)
                then lines.paid + coalesce(reductions.allowed_not_paid, 0)
        end as allowed,
        case
            when lines.allowed_amount is not null then 'amount'
            when lines.charge - lines.paid = coalesce(reductions.taken_off, 0) then 'sum'
        end as allowed_method
    from staged.remit_line as lines
    inner join staged.remit_claim as claims on lines.remit_claim_id = claims.remit_claim_id
    left join reductions on lines.remit_line_id = reductions.remit_line_id
),

unmatched_lines as (
    select
        lines.remit_line_id,
        matches.claim_id,
        coalesce(nullif(lines.submitted_code, ''), lines.procedure_code) as billed_code,
        lines.modifier_key,
        lines.date_of_service,
        abs(lines.charge) as charge,
        row_number() over (
            partition by
                lines.remit_claim_id,
                coalesce(nullif(lines.submitted_code, ''), lines.procedure_code),
                lines.modifier_key, lines.date_of_service, abs(lines.charge)
            order by lines.sequence, lines.remit_line_id
        ) as occurrence
    from staged.remit_line as lines
    inner join core.remit_match as matches on lines.remit_line_id = matches.remit_line_id
    where matches.match_method = 'none'
),

made_lines as (
    select
        unmatched_lines.remit_line_id,
        unmatched_lines.claim_id || '-R' || cast(dense_rank() over (
            partition by unmatched_lines.claim_id
            order by
                unmatched_lines.billed_code, unmatched_lines.modifier_key,
                unmatched_lines.date_of_service, unmatched_lines.charge, unmatched_lines.occurrence
        ) as varchar) as line_id
    from unmatched_lines
)

select
    lines.remit_line_id,
    lines.remit_claim_id,
    claims.claim_id,
    lines.patient_id,
    coalesce(matches.line_id, made_lines.line_id) as line_id,
    matches.match_method,
    claims.payer_sequence,
    claims.is_reversal,
    lines.date_of_service,
    lines.procedure_code,
    lines.submitted_code,
    lines.modifiers,
    lines.charge,
    cast(valued_lines.allowed as decimal(12, 2)) as allowed,
    valued_lines.allowed_method,
    lines.paid,
    cast(valued_lines.patient_share as decimal(12, 2)) as patient_responsibility,
    lines.units_paid,
    lines.remarks,
    claims.payment_date,
    claims.source,
    lines.file_id,
    lines.ordinal,
    lines.byte_offset,
    lines.byte_end
from staged.remit_line as lines
inner join staged.remit_claim as claims on lines.remit_claim_id = claims.remit_claim_id
inner join core.remit_match as matches on lines.remit_line_id = matches.remit_line_id
inner join valued_lines on lines.remit_line_id = valued_lines.remit_line_id
left join made_lines on lines.remit_line_id = made_lines.remit_line_id
