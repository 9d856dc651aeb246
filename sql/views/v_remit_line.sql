/* ---
title: Adjudicated lines with their adjustments
meaning: >
  Every answer a payer gave to a line, the later ones beside the first: reversals and second
  payments stand here one by one, while v_line has what is left in the end.
grain: one row per adjudicated line (SVC)
columns:
  modifiers: adjudicated, in order, parted by blanks
  adjustments: group, reason and amount of each, parted by blanks, as CO-45:120.00
  remarks: remark codes, parted by blanks
  payment_month: month of payment, YYYY-MM
--- */
with taken_off as (
    select
        adjustments.remit_line_id,
        string_agg(
            adjustments.group_code || '-' || adjustments.carc || ':' || adjustments.amount, ' '
            order by adjustments.ordinal, adjustments.position
        ) as adjustments
    from core.adjustment as adjustments
    where adjustments.remit_line_id is not null
    group by adjustments.remit_line_id
)

select
    remits.remit_line_id,
    remits.remit_claim_id,
    remits.claim_id,
    remits.line_id,
    claims.payer,
    remits.match_method,
    remits.payer_sequence,
    remits.is_reversal,
    remits.date_of_service,
    remits.payment_date,
    strftime(remits.payment_date, '%Y-%m') as payment_month,
    remits.procedure_code,
    remits.submitted_code,
    array_to_string(remits.modifiers, ' ') as modifiers,
    remits.charge,
    remits.allowed,
    remits.paid,
    remits.patient_responsibility,
    remits.units_paid,
    taken_off.adjustments,
    array_to_string(remits.remarks, ' ') as remarks
from core.remit_line as remits
inner join core.remit_claim as claims on remits.remit_claim_id = claims.remit_claim_id
left join taken_off on remits.remit_line_id = taken_off.remit_line_id
