/* ---
id: MOHS241
name: second-procedure-paid-in-full
summary: A second or later procedure of the day was paid without the multiple procedure reduction.
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
  - title: CMS physician fee schedule RVU files, multiple procedure indicator 2 (100 % of the
      highest fee, 50 % of the next four)
    grade: authority
    checked: 2026-11-23
why: >
  Every unit with indicator 2 of one surgeon and day is ranked by its fee, first stages of Mohs
  surgery among them. Paid in full, a further one is overpaid. Another payer is held to its
  contract's percentages.
exceptions:
  - Only one procedure of the day is ranked, the rest are add-ons.
  - The procedure of the higher fee was denied, and the payer ranked anew.
  - Another surgeon's procedure.
remedy: >
  Check that both lines are one surgeon's and one day's, then report the overpayment and refund it
  within 60 days of identifying it.
--- */
select
    lines.line_id,
    'Overpaid by ' || cast(variances.variance as varchar) || ': ' || lines.procedure_code
    || ' is procedure ' || cast(prices.mppr_rank as varchar) || ' of the day by fee, allowed '
    || cast(variances.allowed as varchar) || ' in full, expected '
    || cast(variances.expected_allowed as varchar) as reason
from core.encounter_line as lines
inner join audit.payment_variance as variances on lines.line_id = variances.line_id
inner join audit.expected_payment as prices on lines.line_id = prices.line_id
where
    lines.multiple_procedure = '2'
    and not lines.is_denied
    and variances.cause = 'reduction_off'
