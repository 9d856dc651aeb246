/* ---
id: MOHS249
name: charge-below-the-fee
summary: The charge is below what the schedule or the contract would allow.
severity: info
category: payment
population: core.encounter_line
needs: [claims]
requires: [locality, place_of_service]
scope: patient
effective: {from: 2013-01-01}
carc: []
citation:
  - title: Medicare Claims Processing Manual 100-04 ch. 12 s. 20 (lower of charge and fee)
    grade: recalled
    checked: 2026-11-23
why: >
  Payers allow the lower of charge and fee, so the difference is never paid and no remittance shows
  it. Held against the charge is the amount after modifiers and ranking.
exceptions:
  - The reduction brings the amount below the charge.
  - No terms are loaded for the payer.
remedy: >
  Raise the charge master above every payer's fee. A claim that was paid is not corrected for this.
--- */
with amounts as (
    select
        prices.line_id,
        case
            when prices.expected_basis = 'medicare' then prices.medicare_allowed
            else cast(round(
                prices.full_fee * prices.mppr_rate * prices.modifier_rate, 2
            ) as decimal(12, 2))
        end as amount
    from audit.expected_payment as prices
    where prices.status = 'priced' and prices.expected_basis in ('medicare', 'contract')
)

select
    lines.line_id,
    'Charge ' || cast(lines.charge as varchar) || ' is below the '
    || cast(amounts.amount as varchar) || ' that would be allowed' as reason
from core.encounter_line as lines
inner join amounts on lines.line_id = amounts.line_id
where lines.charge < amounts.amount
