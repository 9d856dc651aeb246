/* ---
title: Claims sent more than once
meaning: >
  Bills whose standing submission is not the first, by payer and how often they were sent, with what
  came of them.
grain: one row per payer and number of submissions
columns:
  submission: which submission of the bill stands
  claims: claims
  answered: of them with every line adjudicated
  without_denial: of those with no line denied
  charge: billed
  paid: paid in the end
--- */
select
    claims.payer,
    claims.submission,
    count(*) as claims,
    count(*) filter (where claims.is_final) as answered,
    count(*) filter (where claims.is_final and claims.denied_lines = 0) as without_denial,
    sum(claims.charge) as charge,
    coalesce(sum(claims.paid), 0) as paid
from v_claim as claims
where claims.payer_sequence not in ('S', 'T')
group by claims.payer, claims.submission
order by claims.payer, claims.submission
