/* ---
id: MOHS248
name: paid-or-charged-as-of-the-other-participation
summary: The payer allowed 95 percent of the fee to a participating provider, or all of it to one
  who does not participate; or such a one charged more than the limiting charge without assignment.
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
  - title: CMS PFREV file notes (non-participating amount, 95 percent of the fee; limiting charge)
    grade: authority
    checked: 2026-11-23
  - title: 42 CFR 414.48 (limiting charge, 115 percent of what a non-participating provider is paid)
    grade: recalled
    checked: 2026-11-23
why: >
  Whether a provider participates stands in providers.csv, by date; without a row he is taken to
  participate. Of a claim that is not assigned the charge may be 115 percent of the
  non-participating amount (109.25 percent of the fee), before any reduction for several
  procedures; more is to be given back to the patient.
exceptions:
  - The amount differs by another percentage.
  - The payer is not Medicare.
  - The claim is assigned.
  - The provider participates.
remedy: >
  Correct the roster if the provider's status changed. Else ask for the claim to be reprocessed, or
  refund: a charge above the limiting charge to the patient.
--- */
with overcharged_lines as (
    select
        lines.line_id,
        billed.charge,
        cast(round(
            cast(prices.full_fee as double) * cast(shares.value as double)
            * cast(limits.value as double), 2
        ) as decimal(12, 2)) as limiting_charge
    from core.encounter_line as lines
    inner join core.pricing_line as billed on lines.line_id = billed.line_id
    inner join audit.expected_payment as prices on lines.line_id = prices.line_id
    inner join reference.payment_factor as shares
        on
            shares.factor = 'non_participating'
            and billed.date_of_service between shares.effective_from and shares.effective_to
    inner join reference.payment_factor as limits
        on
            limits.factor = 'limiting_charge'
            and billed.date_of_service between limits.effective_from and limits.effective_to
    where
        lines.line_of_business = 'medicare'
        and lines.is_adjudicated
        and not lines.is_denied
        and not billed.participating
        and not billed.assigned
        and prices.status = 'priced'
        -- a modifier or an assistant has a limit of its own
        and prices.modifier_rate = shares.value
)

select
    lines.line_id,
    case variances.status when 'under' then 'Underpaid' else 'Overpaid' end || ' by '
    || cast(abs(variances.variance) as varchar) || ': allowed '
    || cast(variances.allowed as varchar) || ', expected '
    || cast(variances.expected_allowed as varchar) || ' ' || variances.explanation as reason
from core.encounter_line as lines
inner join audit.payment_variance as variances on lines.line_id = variances.line_id
anti join overcharged_lines
    on
        lines.line_id = overcharged_lines.line_id
        and overcharged_lines.charge > overcharged_lines.limiting_charge
where
    lines.line_of_business = 'medicare'
    and not lines.is_denied
    and variances.cause in ('non_participating', 'participating')
union all
select
    overcharged_lines.line_id,
    'Charged ' || cast(overcharged_lines.charge as varchar)
    || ' without assignment, more than the limiting charge of '
    || cast(overcharged_lines.limiting_charge as varchar) as reason
from overcharged_lines
where overcharged_lines.charge > overcharged_lines.limiting_charge
