/* ---
id: MOHS247
name: sequestration-missing-or-wrong
summary: What Medicare withheld as sequestration is not the rate of the day of the program payment.
severity: warning
category: payment
population: core.encounter_line where line_of_business = 'medicare' and not is_denied
needs: [claims, remits]
requires: []
parameters:
  tolerance_dollars: dollars by which the amount withheld may be off
scope: patient
effective: {from: 2013-04-01}
carc: ["253"]
citation:
  - title: CGS and NGS notices of the sequestration rates of 2020 to 2022
    grade: secondary
    checked: 2026-11-23
why: >
  CO-253 is held against the rate by date of service (sql/reference/sequestration.csv) of what is
  left after deductible and coinsurance. Judged are lines whose payment, patient share and amount
  withheld make up the allowed amount; with other adjustments (MIPS, another payer) they do not.
exceptions:
  - Sequestration was suspended.
  - The line's amounts do not make up what is allowed.
remedy: >
  The patient never owes it: write it off. Where it was taken at a wrong rate, ask the contractor to
  correct it.
--- */
with primary_remits as (
    select remits.remit_claim_id
    from core.remit_claim as remits
    where remits.payer_sequence = 'P'
),

shares as (
    select
        adjustments.line_id,
        coalesce(sum(
            case
                when adjustments.group_code = 'PR' and adjustments.carc in ('1', '2')
                    then adjustments.amount
            end
        ), 0) as patient_share,
        coalesce(sum(case when adjustments.carc = '253' then adjustments.amount end), 0)
            as withheld
    from core.adjustment as adjustments
    semi join primary_remits on adjustments.remit_claim_id = primary_remits.remit_claim_id
    where adjustments.line_id is not null
    group by adjustments.line_id
),

compared as (
    select
        lines.line_id,
        lines.date_of_service,
        sequestrations.sequestration_rate,
        cast(shares.withheld as decimal(12, 2)) as withheld,
        cast(round(
            (variances.allowed - shares.patient_share) * sequestrations.sequestration_rate, 2
        ) as decimal(12, 2)) as due,
        tolerances.number as tolerance
    from core.encounter_line as lines
    inner join audit.payment_variance as variances on lines.line_id = variances.line_id
    inner join shares on lines.line_id = shares.line_id
    inner join reference.sequestration as sequestrations
        on
            lines.date_of_service
            between sequestrations.effective_from and sequestrations.effective_to
    inner join core.threshold as tolerances
        on
            tolerances.rule_id = 'MOHS247'
            and tolerances.parameter = 'tolerance_dollars'
            and lines.payer = tolerances.payer
            and lines.date_of_service
            between tolerances.effective_from and tolerances.effective_to
    where
        lines.line_of_business = 'medicare'
        and not lines.is_denied
        and lines.paid + shares.patient_share + shares.withheld = variances.allowed
)

select
    compared.line_id,
    cast(compared.withheld as varchar) || ' withheld as sequestration, at '
    || cast(compared.sequestration_rate as varchar) || ' it is ' || cast(compared.due as varchar)
        as reason
from compared
where abs(compared.withheld - compared.due) > compared.tolerance
