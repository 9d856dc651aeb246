/* ---
id: MOHS246
name: coinsurance-that-does-not-add-up
summary: The coinsurance of a Medicare line is not 20 percent of what the deductible left.
severity: warning
category: payment
population: core.encounter_line where line_of_business = 'medicare' and not is_denied
needs: [claims, remits]
requires: []
parameters:
  tolerance_dollars: dollars by which the coinsurance may be off
scope: patient
effective: {from: 2013-01-01}
carc: ["1", "2"]
citation:
  - title: Social Security Act s. 1833(a)(1), Part B pays 80 percent of the allowed amount
    grade: recalled
    checked: 2026-11-23
why: >
  PR-2 of the line is held against the rate in force (sql/reference/payment_factor.csv) of the
  allowed amount less PR-1, net of take-backs. The patient, or the second payer, is billed what the
  remittance says, so a wrong share becomes a wrong statement.
exceptions:
  - The deductible took part of the allowed amount.
  - The remittance names no share of the patient.
  - Another payer has paid before.
remedy: >
  Do not bill the patient more than the share that follows. Ask the contractor to correct it.
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
                when adjustments.group_code = 'PR' and adjustments.carc = '1'
                    then adjustments.amount
            end
        ), 0) as deductible,
        coalesce(sum(
            case
                when adjustments.group_code = 'PR' and adjustments.carc = '2'
                    then adjustments.amount
            end
        ), 0) as coinsurance
    from core.adjustment as adjustments
    semi join primary_remits on adjustments.remit_claim_id = primary_remits.remit_claim_id
    where adjustments.line_id is not null
    group by adjustments.line_id
    having
        sum(
            case
                when adjustments.group_code = 'PR' and adjustments.carc in ('1', '2')
                    then adjustments.amount
            end
        ) > 0
        and coalesce(bool_or(adjustments.carc = '23'), false) = false
),

compared as (
    select
        lines.line_id,
        variances.allowed,
        shares.deductible,
        shares.coinsurance,
        cast(round(
            (variances.allowed - shares.deductible) * factors.value, 2
        ) as decimal(12, 2)) as due,
        tolerances.number as tolerance
    from core.encounter_line as lines
    inner join audit.payment_variance as variances on lines.line_id = variances.line_id
    inner join shares on lines.line_id = shares.line_id
    inner join reference.payment_factor as factors
        on
            factors.factor = 'coinsurance'
            and lines.date_of_service between factors.effective_from and factors.effective_to
    inner join core.threshold as tolerances
        on
            tolerances.rule_id = 'MOHS246'
            and tolerances.parameter = 'tolerance_dollars'
            and lines.payer = tolerances.payer
            and lines.date_of_service
            between tolerances.effective_from and tolerances.effective_to
    where lines.line_of_business = 'medicare' and not lines.is_denied
)

select
    compared.line_id,
    'Coinsurance ' || cast(cast(compared.coinsurance as decimal(12, 2)) as varchar)
    || ', by the rate it is ' || cast(compared.due as varchar) || ' of '
    || cast(compared.allowed as varchar) || ' allowed less '
    || cast(cast(compared.deductible as decimal(12, 2)) as varchar) || ' deductible' as reason
from compared
where abs(compared.coinsurance - compared.due) > compared.tolerance
