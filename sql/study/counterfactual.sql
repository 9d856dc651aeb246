-- Each correction with the day before and after it. Lines that are priced neither before nor after
-- are no part of the day's sums; a day of which a step cannot be priced has none.
with amounts as (
    select
        scenarios.day_id,
        scenarios.billed_line_id as line_id,
        scenarios.procedure_code,
        scenarios.step,
        case
            when scenarios.is_removed then cast(0 as decimal(12, 2))
            else prices.expected_allowed
        end as amount,
        case
            when scenarios.is_removed then 'the line is left out: 0.00'
            else prices.explanation
        end as chain,
        prices.reason
    from temp.scenario as scenarios
    left join temp.scenario_price as prices on scenarios.line_id = prices.line_id
    union all
    select distinct
        scenarios.day_id,
        scenarios.billed_line_id as line_id,
        lines.procedure_code,
        0 as step,
        prices.expected_allowed as amount,
        prices.explanation as chain,
        coalesce(
            prices.reason,
            case when prices.expected_basis = 'none' then 'no terms of the payer are loaded' end
        ) as reason
    from temp.scenario as scenarios
    inner join core.pricing_line as lines on scenarios.billed_line_id = lines.line_id
    left join audit.expected_payment as prices on scenarios.billed_line_id = prices.line_id
),

compared as (
    select
        after_step.day_id,
        after_step.step,
        after_step.line_id,
        after_step.procedure_code,
        before_step.amount as amount_before,
        after_step.amount,
        after_step.chain,
        coalesce(after_step.reason, before_step.reason) as reason,
        lines.allowed,
        corrections.line_id is not null as is_corrected,
        (after_step.amount is null) <> (before_step.amount is null)
        or corrections.line_id is not null and after_step.amount is null as is_unknown
    from amounts as after_step
    inner join amounts as before_step
        on after_step.line_id = before_step.line_id and after_step.step = before_step.step + 1
    inner join core.service_line as lines on after_step.line_id = lines.line_id
    left join temp.correction as corrections
        on after_step.line_id = corrections.line_id and after_step.step = corrections.step
),

unknown_days as (
    select
        compared.day_id,
        min(
            compared.procedure_code || ' is not priced'
            || coalesce(': ' || compared.reason, '')
        ) as reason
    from compared
    where compared.is_unknown
    group by compared.day_id
),

days as (
    select
        compared.day_id,
        compared.step,
        sum(compared.amount_before) as day_billed,
        sum(compared.amount) as day_corrected,
        case
            when
                count(*) filter (where compared.amount is not null and compared.allowed is null) = 0
                then sum(compared.allowed) filter (where compared.amount is not null)
        end as day_allowed,
        string_agg(
            compared.procedure_code || ' (' || compared.line_id || ') ' || compared.amount_before
            || ' to ' || compared.amount,
            '; '
            order by compared.line_id
        ) filter (
            where not compared.is_corrected and compared.amount <> compared.amount_before
        ) as other_lines
    from compared
    group by compared.day_id, compared.step
)

select
    corrections.rule_id,
    corrections.line_id,
    corrections.claim_id,
    corrections.patient_id,
    lines.payer,
    corrections.rendering_npi,
    lines.date_of_service,
    corrections.day_id,
    corrections.step,
    corrections.severity,
    case
        when corrections.is_removal then 'remove'
        when corrections.units_to is null then 'code'
        when corrections.code is null then 'units'
        else 'code_and_units'
    end as correction,
    corrections.procedure_code,
    corrections.units,
    case
        when not corrections.is_removal
            then coalesce(corrections.code, corrections.procedure_code)
    end as corrected_code,
    case
        when not corrections.is_removal then coalesce(corrections.units_to, corrections.units)
    end as corrected_units,
    case
        when corrections.step is null then 'superseded'
        when unknown_days.day_id is not null or days.day_corrected is null then 'not_priced'
        else 'priced'
    end as status,
    case
        when corrections.step is null then 'another correction of the line comes first'
        when unknown_days.day_id is not null then unknown_days.reason
        when days.day_corrected is null then 'nothing of the day is priced'
    end as reason,
    billed.expected_allowed as line_billed,
    lines.allowed as line_allowed,
    case when unknown_days.day_id is null then corrected.amount end as line_corrected,
    case when unknown_days.day_id is null then days.day_billed end as day_billed,
    case when unknown_days.day_id is null then days.day_allowed end as day_allowed,
    case when unknown_days.day_id is null then days.day_corrected end as day_corrected,
    case when unknown_days.day_id is null then days.day_corrected - days.day_billed end
        as difference,
    case
        when unknown_days.day_id is not null then null
        when days.step = 1 then days.day_billed - days.day_allowed
        when days.step > 1 and days.day_allowed is not null then 0
    end as payment_gap,
    billed.explanation as chain_billed,
    case when unknown_days.day_id is null then corrected.chain end as chain_corrected,
    case when unknown_days.day_id is null then days.other_lines end as other_lines,
    case
        when corrections.is_removal
            then
                'Does the record show anything that makes ' || corrections.procedure_code
                || ' billable that day?'
        when corrections.units_to is null
            then
                'Does the record support ' || corrections.code || ' instead of '
                || corrections.procedure_code || '?'
        else
            'Does the record support ' || format('{:g}', cast(corrections.units_to as double))
            || ' instead of ' || format('{:g}', cast(corrections.units as double))
            || ' units of '
            || coalesce(
                corrections.code || ' (billed as ' || corrections.procedure_code || ')',
                corrections.procedure_code
            )
            || '?'
    end as question,
    corrections.evidence
from temp.correction as corrections
inner join core.service_line as lines on corrections.line_id = lines.line_id
left join audit.expected_payment as billed on corrections.line_id = billed.line_id
left join unknown_days on corrections.day_id = unknown_days.day_id
left join days on corrections.day_id = days.day_id and corrections.step = days.step
left join compared as corrected
    on corrections.line_id = corrected.line_id and corrections.step = corrected.step
