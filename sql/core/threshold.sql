-- Dated values of rules by the payers of the lines: a payer's own, else those that ship.
with payers as (
    select distinct lines.payer
    from core.service_line as lines
),

own_parameters as (
    select distinct
        thresholds.rule_id,
        thresholds.parameter,
        thresholds.payer
    from reference.threshold as thresholds
    where thresholds.payer <> ''
),

shared as (
    select
        thresholds.rule_id,
        thresholds.parameter,
        payers.payer,
        thresholds.value,
        thresholds.number,
        thresholds.effective_from,
        thresholds.effective_to,
        thresholds.source
    from reference.threshold as thresholds
    cross join payers
    where thresholds.payer = ''
)

select
    shared.rule_id,
    shared.parameter,
    shared.payer,
    shared.value,
    shared.number,
    shared.effective_from,
    shared.effective_to,
    shared.source
from shared
anti join own_parameters
    on
        shared.rule_id = own_parameters.rule_id
        and shared.parameter = own_parameters.parameter
        and shared.payer = own_parameters.payer
union all
select
    thresholds.rule_id,
    thresholds.parameter,
    thresholds.payer,
    thresholds.value,
    thresholds.number,
    thresholds.effective_from,
    thresholds.effective_to,
    thresholds.source
from reference.threshold as thresholds
where thresholds.payer <> ''
