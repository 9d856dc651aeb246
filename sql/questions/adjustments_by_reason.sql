/* ---
title: What payers took off, by group and reason
meaning: >
  Adjustments of the remittances by payer, group and reason code, in dollars; those of a reversal
  set off those they take back. Claim-level adjustments are counted beside.
grain: one row per payer, group and reason code
parameters:
  payer: {type: text, meaning: only this payer}
columns:
  category: our category of the reason code
  adjustments: adjustments
  lines: lines they are on
  amount: dollars taken off
  at_claim_level: of them at claim level
--- */
select
    claims.payer,
    adjustments.group_code,
    adjustments.carc,
    any_value(categories.category) as category,
    count(*) as adjustments,
    count(distinct adjustments.line_id) as lines,
    sum(adjustments.amount) as amount,
    count(*) filter (where adjustments.remit_line_id is null) as at_claim_level
from core.adjustment as adjustments
inner join core.remit_claim as claims on adjustments.remit_claim_id = claims.remit_claim_id
left join reference.carc_category as categories
    on
        adjustments.carc = categories.carc
        and claims.payment_date between categories.effective_from and categories.effective_to
where getvariable('payer') is null or claims.payer = getvariable('payer')
group by claims.payer, adjustments.group_code, adjustments.carc
order by claims.payer asc, amount desc, adjustments.group_code asc, adjustments.carc asc
