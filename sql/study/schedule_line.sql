-- What payers allowed for a unit whose price nothing but the fee decides, counted: by payer, code,
-- component, locality, setting, day of remittance, amount. Left out: denials, later payers, other
-- codes than billed, lines another payer paid on before, modifiers that move the price, charges
-- that cap it, and procedures that are ranked among others of the day. A second procedure of one
-- unit is counted apart (`is_further`), for the payer's own reduction.
with prior_payers as (
    select adjustments.line_id
    from core.adjustment as adjustments
    inner join core.remit_claim as remits
        on adjustments.remit_claim_id = remits.remit_claim_id
    where
        adjustments.carc = '23' and remits.payer_sequence = 'P'
        and adjustments.line_id is not null
    group by adjustments.line_id
    having sum(adjustments.amount) <> 0
),

line_remits as (
    select
        remits.line_id,
        max(claims.payment_date) as remittance_date
    from core.remit_line as remits
    inner join core.remit_claim as claims on remits.remit_claim_id = claims.remit_claim_id
    where claims.payer_sequence = 'P' and not claims.is_reversal and remits.line_id is not null
    group by remits.line_id
),

line_modifiers as (
    select
        modifiers.line_id,
        min(
            case when meanings.price_effect = 'component' then modifiers.modifier end
        ) as component,
        bool_or(
            coalesce(meanings.price_effect, 'unknown') not in ('', 'component', 'none')
        ) as is_moved
    from core.line_modifier as modifiers
    inner join core.service_line as lines on modifiers.line_id = lines.line_id
    left join reference.modifier as meanings
        on
            modifiers.modifier = meanings.modifier
            and lines.date_of_service between meanings.effective_from and meanings.effective_to
    group by modifiers.line_id
),

priced_lines as (
    select
        lines.line_id,
        lines.patient_id,
        lines.payer,
        lines.line_of_business,
        lines.pricing_group,
        lines.date_of_service,
        lines.procedure_code,
        coalesce(line_modifiers.component, '') as component,
        lines.locality,
        places.setting,
        lines.apm_qualifying and lines.line_of_business = 'medicare' as apm_qualifying,
        lines.units,
        lines.charge,
        fees.multiple_procedure = '2' as is_ranked,
        coalesce(line_modifiers.is_moved, false)
        or coalesce(lines.rendering_type in ('NP', 'PA', 'CNS'), false)
        or (lines.line_of_business = 'medicare' and not lines.participating) as is_moved
    from core.pricing_line as lines
    left join line_modifiers on lines.line_id = line_modifiers.line_id
    inner join reference.place_of_service as places
        on
            lines.place_of_service = places.place_of_service
            and lines.date_of_service between places.effective_from and places.effective_to
    inner join reference.mpfs_rvu as fees
        on
            lines.procedure_code = fees.procedure_code
            and coalesce(line_modifiers.component, '') = fees.modifier
            and lines.date_of_service between fees.effective_from and fees.effective_to
    where lines.locality is not null and lines.units > 0 and lines.units = floor(lines.units)
),

placed_lines as (
    select
        priced_lines.*,
        coalesce(sum(priced_lines.units) filter (where priced_lines.is_ranked) over (
            partition by
                priced_lines.patient_id, priced_lines.date_of_service, priced_lines.pricing_group
        ), 0) as ranked_units
    from priced_lines
),

compared_lines as (
    select
        lines.*,
        variances.allowed,
        line_remits.remittance_date,
        prices.mppr_rank
    from placed_lines as lines
    inner join core.service_line as results on lines.line_id = results.line_id
    inner join audit.expected_payment as prices on lines.line_id = prices.line_id
    inner join audit.payment_variance as variances on lines.line_id = variances.line_id
    inner join line_remits on lines.line_id = line_remits.line_id
    anti join prior_payers on lines.line_id = prior_payers.line_id
    where
        results.is_adjudicated
        and not results.is_denied
        and not lines.is_moved
        and variances.procedure_code = lines.procedure_code
        and variances.allowed > 0
        and (lines.charge is null or variances.allowed < lines.charge)
)

select
    lines.payer,
    lines.line_of_business,
    cast(year(lines.date_of_service) as bigint) as service_year,
    lines.procedure_code,
    lines.component,
    lines.locality,
    lines.setting,
    lines.apm_qualifying,
    factors.effective_to as own_date,
    lines.remittance_date,
    cast(lines.allowed / lines.units as double) as unit_allowed,
    lines.is_ranked and lines.ranked_units > 1 as is_further,
    cast(count(*) as bigint) as lines
from compared_lines as lines
inner join reference.conversion_factor as factors
    on
        lines.apm_qualifying = factors.apm_qualifying
        and lines.date_of_service between factors.effective_from and factors.effective_to
where
    not lines.is_ranked
    or (lines.ranked_units = 1 and lines.units = 1)
    or (lines.ranked_units > 1 and lines.units = 1 and lines.mppr_rank = 2)
group by
    lines.payer, lines.line_of_business, lines.date_of_service, lines.procedure_code,
    lines.component, lines.locality, lines.setting, lines.apm_qualifying, factors.effective_to,
    lines.remittance_date, lines.allowed, lines.units, lines.is_ranked, lines.ranked_units
