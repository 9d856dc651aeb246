/* ---
id: MOHS248
name: paid-as-of-the-other-participation
summary: The payer allowed 95 percent of the fee to a participating provider, or all of it to one
  who does not participate.
severity: error
category: payment
population: core.encounter_line where line_of_business = 'medicare' and not is_denied
needs: [claims, remits]
requires: [locality, place_of_service]
scope: patient
effective: {from: 2013-01-01}
carc: ["45"]
supersedes: [MOHS240]
citation:
  - title: CMS PFREV file notes (non-participating amount, 95 percent of the fee)
    grade: authority
    checked: 2026-11-23
why: >
  Whether a provider participates stands in providers.csv, by date; without a row he is taken to
  participate. The limiting charge of a claim that is not assigned is not judged here; `mohs
  explain` prints it.
exceptions:
  - The amount differs by another percentage.
  - The payer is not Medicare.
remedy: >
  Correct the roster if the provider's status changed. Else ask for the claim to be reprocessed, or
  refund.
--- */
select
    lines.line_id,
    case variances.status when 'under' then 'Underpaid' else 'Overpaid' end || ' by '
    || cast(abs(variances.variance) as varchar) || ': allowed '
    || cast(variances.allowed as varchar) || ', expected '
    || cast(variances.expected_allowed as varchar) || ' ' || variances.explanation as reason
from core.encounter_line as lines
inner join audit.payment_variance as variances on lines.line_id = variances.line_id
where
    lines.line_of_business = 'medicare'
    and not lines.is_denied
    and variances.cause in ('non_participating', 'participating')
