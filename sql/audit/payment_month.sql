-- What was due, priced, answered, compared and paid, by payer and month of service, and the sums of
-- which the bridge from Medicare's fee to the payment is made (bridge_steps in sql/macros.sql).
with due_lines as (
    select
        lines.payer,
        lines.line_of_business,
        cast(date_trunc('month', lines.date_of_service) as date) as month,
        coalesce(lines.is_adjudicated, false) as is_answered,
        lines.charge,
        coalesce(lines.paid, cast(0 as decimal(12, 2))) as paid,
        coalesce(lines.patient_responsibility, cast(0 as decimal(12, 2)))
            as patient_responsibility,
        prices.status = 'priced' as is_priced,
        prices.expected_basis,
        prices.medicare_fee,
        prices.full_fee,
        prices.mppr_rate,
        prices.modifier_rate,
        prices.medicare_allowed,
        prices.expected_allowed,
        results.status,
        coalesce(results.status in ('as_expected', 'under', 'over'), false) as is_compared,
        results.status = 'under' and results.is_counted as is_under,
        results.status = 'over' and results.is_counted as is_over,
        coalesce(
            prices.status = 'priced' and results.status <> 'not_comparable'
            and prices.medicare_fee is not null, false
        ) as is_bridged,
        results.expected_allowed as compared,
        results.variance,
        coalesce(results.allowed, cast(0 as decimal(12, 2))) as allowed
    from audit.expected_payment as prices
    inner join core.service_line as lines on prices.line_id = lines.line_id
    left join audit.payment_variance as results on prices.line_id = results.line_id
),

-- the amount before the charge is stored for Medicare; elsewhere it is the product of the rates
-- where the charge was the lower, and what is expected where it was not
uncapped_lines as (
    select
        lines.payer,
        lines.line_of_business,
        lines.month,
        lines.medicare_fee,
        coalesce(lines.full_fee, lines.expected_allowed) as full_fee,
        lines.mppr_rate,
        lines.modifier_rate,
        case
            when lines.full_fee is null or lines.expected_allowed <> lines.charge
                then lines.expected_allowed
            when lines.expected_basis = 'medicare' then lines.medicare_allowed
            else greatest(lines.charge, cast(round(
                lines.full_fee * lines.mppr_rate * lines.modifier_rate, 2
            ) as decimal(12, 2)))
        end as uncapped,
        lines.expected_allowed,
        coalesce(lines.compared, lines.expected_allowed) as compared,
        lines.status,
        lines.is_under,
        lines.is_over,
        lines.allowed,
        -- a denial charged to the patient and then overturned leaves its amount in the sum
        greatest(
            least(lines.patient_responsibility, lines.allowed - lines.paid),
            cast(0 as decimal(12, 2))
        ) as patient_share,
        lines.paid
    from due_lines as lines
    where lines.is_bridged
),

ranked_lines as (
    select
        lines.payer,
        lines.line_of_business,
        lines.month,
        lines.medicare_fee,
        lines.full_fee,
        case
            when lines.mppr_rate = 1 then lines.full_fee
            when lines.modifier_rate = 1 then lines.uncapped
            else cast(round(lines.full_fee * lines.mppr_rate, 2) as decimal(12, 2))
        end as ranked_fee,
        lines.uncapped,
        lines.expected_allowed,
        lines.compared,
        case
            when lines.status = 'denied' then 'denied'
            when lines.is_under then 'under'
            when lines.is_over then 'over'
            else 'other'
        end as result,
        lines.allowed,
        lines.allowed - lines.compared as difference,
        lines.patient_share,
        lines.paid
    from uncapped_lines as lines
),

bridges as (
    select
        lines.payer,
        lines.line_of_business,
        lines.month,
        count(*) as bridged_lines,
        sum(lines.medicare_fee) as medicare_fee,
        sum(lines.full_fee - lines.medicare_fee) as by_contract,
        sum(lines.ranked_fee - lines.full_fee) as by_ranking,
        sum(lines.uncapped - lines.ranked_fee) as by_modifiers,
        sum(lines.expected_allowed - lines.uncapped) as by_charge,
        sum(lines.expected_allowed) as expected,
        sum(lines.compared - lines.expected_allowed) as by_recoding,
        sum(case when lines.result = 'denied' then lines.difference else 0 end) as by_denial,
        sum(case when lines.result = 'under' then lines.difference else 0 end) as by_underpayment,
        sum(case when lines.result = 'over' then lines.difference else 0 end) as by_overpayment,
        sum(case when lines.result = 'other' then lines.difference else 0 end) as by_tolerance,
        sum(lines.allowed) as allowed,
        sum(lines.patient_share) as patient_share,
        sum(lines.paid) as paid
    from ranked_lines as lines
    group by lines.payer, lines.line_of_business, lines.month
),

months as (
    select
        lines.payer,
        lines.line_of_business,
        lines.month,
        count(*) as lines,
        count(*) filter (where lines.is_priced) as priced_lines,
        count(*) filter (where lines.is_answered) as answered_lines,
        count(*) filter (where lines.is_compared) as compared_lines,
        count(*) filter (where lines.status = 'as_expected') as accurate_lines,
        sum(case when lines.is_compared then lines.compared else 0 end) as compared_expected,
        count(*) filter (where lines.is_under) as under_lines,
        sum(case when lines.is_under then lines.variance else 0 end) as under_variance,
        count(*) filter (where lines.is_over) as over_lines,
        sum(case when lines.is_over then lines.variance else 0 end) as over_variance
    from due_lines as lines
    group by lines.payer, lines.line_of_business, lines.month
)

select
    months.payer,
    months.line_of_business,
    months.month,
    months.lines,
    months.priced_lines,
    months.answered_lines,
    months.compared_lines,
    months.accurate_lines,
    cast(months.compared_expected as decimal(18, 2)) as compared_expected,
    months.under_lines,
    cast(-months.under_variance as decimal(18, 2)) as underpaid,
    months.over_lines,
    cast(months.over_variance as decimal(18, 2)) as overpaid,
    coalesce(bridges.bridged_lines, cast(0 as bigint)) as bridged_lines,
    cast(coalesce(bridges.medicare_fee, 0) as decimal(18, 2)) as medicare_fee,
    cast(coalesce(bridges.by_contract, 0) as decimal(18, 2)) as by_contract,
    cast(coalesce(bridges.by_ranking, 0) as decimal(18, 2)) as by_ranking,
    cast(coalesce(bridges.by_modifiers, 0) as decimal(18, 2)) as by_modifiers,
    cast(coalesce(bridges.by_charge, 0) as decimal(18, 2)) as by_charge,
    cast(coalesce(bridges.expected, 0) as decimal(18, 2)) as expected,
    cast(coalesce(bridges.by_recoding, 0) as decimal(18, 2)) as by_recoding,
    cast(coalesce(bridges.by_denial, 0) as decimal(18, 2)) as by_denial,
    cast(coalesce(bridges.by_underpayment, 0) as decimal(18, 2)) as by_underpayment,
    cast(coalesce(bridges.by_overpayment, 0) as decimal(18, 2)) as by_overpayment,
    cast(coalesce(bridges.by_tolerance, 0) as decimal(18, 2)) as by_tolerance,
    cast(coalesce(bridges.allowed, 0) as decimal(18, 2)) as allowed,
    cast(coalesce(bridges.patient_share, 0) as decimal(18, 2)) as patient_share,
    cast(coalesce(bridges.paid, 0) as decimal(18, 2)) as paid
from months
left join bridges
    on
        months.payer = bridges.payer
        and months.line_of_business = bridges.line_of_business
        and months.month = bridges.month
