/* ---
id: MOHS243
name: wrong-procedure-ranked-first
summary: The payer reduced the procedure of the highest fee and paid one of a lower fee in full.
severity: error
category: payment
population: core.encounter_line where multiple_procedure = '2' and not is_denied
needs: [claims, remits]
requires: [locality, place_of_service]
scope: patient
effective: {from: 2013-01-01}
carc: ["59"]
supersedes: [MOHS240]
citation:
  - title: CMS physician fee schedule RVU files, multiple procedure indicator 2 (ranked by fee, the
      highest in full)
    grade: authority
    checked: 2026-11-23
why: >
  Fees are ranked, not charges, nor the order of the lines. In the office 14040, 14060 and larger
  flaps outrank 17311 in 2026; in a facility 17311 outranks 13132. Each of the two lines is told:
  one is underpaid, the other overpaid.
exceptions:
  - The procedure of the higher fee was denied, and the payer ranked anew.
  - The second procedure was not reduced either.
remedy: >
  Ask for the ranking by fee. What counts is the sum of both lines.
--- */
select
    lines.line_id,
    case variances.status when 'under' then 'Underpaid' else 'Overpaid' end || ' by '
    || cast(abs(variances.variance) as varchar) || ': ' || lines.procedure_code
    || ' is procedure ' || cast(prices.mppr_rank as varchar) || ' of the day by fee; '
    || variances.explanation as reason
from core.encounter_line as lines
inner join audit.payment_variance as variances on lines.line_id = variances.line_id
inner join audit.expected_payment as prices on lines.line_id = prices.line_id
where
    lines.multiple_procedure = '2'
    and not lines.is_denied
    and variances.cause = 'wrong_rank'
