-- What the payer allowed against what the fee schedule gives, where both are known.
with tolerances as (
    select
        factors.value as tolerance,
        factors.effective_from,
        factors.effective_to
    from reference.payment_factor as factors
    where factors.factor = 'variance_tolerance_medicare'
),

compared_lines as (
    select
        prices.line_id,
        prices.patient_id,
        prices.expected_allowed,
        lines.allowed,
        lines.is_denied,
        prices.status as price_status,
        prices.reason as price_reason,
        cast(lines.allowed - prices.expected_allowed as decimal(12, 2)) as difference,
        coalesce(tolerances.tolerance, 0) as tolerance
    from audit.expected_payment as prices
    inner join core.service_line as lines on prices.line_id = lines.line_id
    left join tolerances
        on lines.date_of_service between tolerances.effective_from and tolerances.effective_to
    where lines.is_adjudicated and prices.status in ('priced', 'manual')
)

select
    compared_lines.line_id,
    compared_lines.patient_id,
    compared_lines.expected_allowed,
    compared_lines.allowed,
    case
        when
            compared_lines.price_status = 'priced' and not compared_lines.is_denied
            then compared_lines.difference
    end as variance,
    case
        when compared_lines.is_denied then 'denied'
        when compared_lines.price_status <> 'priced' or compared_lines.difference is null
            then 'not_comparable'
        when compared_lines.difference > compared_lines.tolerance then 'over'
        when compared_lines.difference < -compared_lines.tolerance then 'under'
        else 'as_expected'
    end as status,
    case
        when compared_lines.is_denied then 'denied: a denial is not a reduction'
        when compared_lines.price_status <> 'priced'
            then coalesce(compared_lines.price_reason, 'not priced')
        when compared_lines.difference is null then 'the amount allowed is not known'
    end as explanation
from compared_lines
