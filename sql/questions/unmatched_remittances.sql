/* ---
title: Remittances no claim explains
meaning: >
  Adjudicated lines that could not be laid on a billed line: the claim is not on file, or no line of
  it fits. Their payments are in no line's total.
grain: one row per payer, month of payment and reason
columns:
  month: month of payment, YYYY-MM
  reason: whether the claim or only the line is missing
  lines: adjudicated lines
  claims: claims they belong to
  charge: billed, as the remittance says
  paid: paid on them
--- */
select
    claims.payer,
    strftime(remits.payment_date, '%Y-%m') as month,
    case when claims.is_matched then 'no line of the claim fits' else 'the claim is not on file' end
        as reason,
    count(*) as lines,
    count(distinct remits.claim_id) as claims,
    sum(remits.charge) as charge,
    sum(remits.paid) as paid
from core.remit_line as remits
inner join core.remit_claim as claims on remits.remit_claim_id = claims.remit_claim_id
where remits.match_method = 'none' or not claims.is_matched
group by claims.payer, strftime(remits.payment_date, '%Y-%m'), claims.is_matched
order by month, claims.payer, reason
