-- Adjudicated lines of payers without terms against the schedule inferred for them. What Medicare
-- would allow for the line, ranks and modifiers included, is carried over to the payer's schedule
-- and percent.
with reliable_rows as (
    select
        schedules.payer,
        schedules.service_year,
        schedules.procedure_code,
        schedules.basis,
        schedules.medicare_year,
        schedules.schedule_date,
        schedules.percent_of_medicare,
        schedules.fee,
        schedules.further_rate
    from audit.payer_schedule as schedules
    where schedules.is_reliable
),

reductions as (
    select
        factors.value as further_rate,
        factors.effective_from,
        factors.effective_to
    from reference.payment_factor as factors
    where factors.factor = 'multiple_procedure_other'
),

prior_payers as (
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

components as (
    select
        modifiers.line_id,
        min(modifiers.modifier) as component
    from core.line_modifier as modifiers
    inner join core.service_line as lines on modifiers.line_id = lines.line_id
    inner join reference.modifier as meanings
        on
            modifiers.modifier = meanings.modifier
            and lines.date_of_service between meanings.effective_from and meanings.effective_to
    where meanings.price_effect = 'component'
    group by modifiers.line_id
),

-- Where a procedure of a better rank was denied, what is left of the day is ranked anew.
ranks as (
    select
        lines.line_id,
        lines.patient_id,
        lines.date_of_service,
        lines.pricing_group,
        prices.mppr_rank,
        results.is_denied
    from core.pricing_line as lines
    inner join audit.expected_payment as prices on lines.line_id = prices.line_id
    inner join core.service_line as results on lines.line_id = results.line_id
    where prices.mppr_rank is not null and prices.expected_basis = 'none'
),

ranked_anew as (
    select distinct ranks.line_id
    from ranks
    inner join ranks as better_ranks
        on
            ranks.patient_id = better_ranks.patient_id
            and ranks.date_of_service = better_ranks.date_of_service
            and ranks.pricing_group = better_ranks.pricing_group
            and ranks.mppr_rank > better_ranks.mppr_rank
    where better_ranks.is_denied
),

compared_lines as (
    select
        lines.line_id,
        lines.payer,
        lines.procedure_code,
        lines.modifier_key,
        lines.date_of_service,
        lines.place_of_service,
        lines.locality,
        lines.units,
        lines.charge,
        variances.allowed,
        prices.medicare_allowed,
        prices.mppr_rank,
        prices.mppr_rate,
        coalesce(components.component, '') as component
    from core.pricing_line as lines
    inner join core.service_line as results on lines.line_id = results.line_id
    inner join audit.expected_payment as prices on lines.line_id = prices.line_id
    inner join audit.payment_variance as variances on lines.line_id = variances.line_id
    left join components on lines.line_id = components.line_id
    anti join prior_payers on lines.line_id = prior_payers.line_id
    anti join ranked_anew on lines.line_id = ranked_anew.line_id
    where
        prices.expected_basis = 'none'
        and prices.medicare_allowed > 0
        and results.is_adjudicated
        and not results.is_denied
        and variances.allowed is not null
        and variances.procedure_code = lines.procedure_code
),

-- A row of the code itself goes before the row of all codes; a code that departs without enough
-- lines is not compared.
scheduled_lines as (
    select
        lines.*,
        coalesce(codes.basis, wholes.basis) as basis,
        coalesce(codes.medicare_year, wholes.medicare_year) as medicare_year,
        coalesce(codes.schedule_date, wholes.schedule_date) as schedule_date,
        coalesce(codes.percent_of_medicare, wholes.percent_of_medicare) as percent_of_medicare,
        codes.fee as flat_fee,
        wholes.further_rate
    from compared_lines as lines
    inner join reliable_rows as wholes
        on
            lines.payer = wholes.payer
            and year(lines.date_of_service) = wholes.service_year
            and wholes.procedure_code = ''
    left join reliable_rows as codes
        on
            lines.payer = codes.payer
            and year(lines.date_of_service) = codes.service_year
            and lines.procedure_code = codes.procedure_code
    left join audit.payer_schedule as departures
        on
            lines.payer = departures.payer
            and year(lines.date_of_service) = departures.service_year
            and lines.procedure_code = departures.procedure_code
            and departures.is_carve_out
            and not departures.is_reliable
    where departures.payer is null
),

fees as (
    select
        lines.line_id,
        round((
            own_rows.work_rvu * own_indices.work_gpci
            + case
                when places.setting = 'facility' then own_rows.facility_pe_rvu
                else own_rows.nonfacility_pe_rvu
            end * own_indices.pe_gpci
            + own_rows.mp_rvu * own_indices.mp_gpci
        ) * own_factors.conversion_factor, 2) as own_fee,
        round((
            rows_then.work_rvu * indices_then.work_gpci
            + case
                when places.setting = 'facility' then rows_then.facility_pe_rvu
                else rows_then.nonfacility_pe_rvu
            end * indices_then.pe_gpci
            + rows_then.mp_rvu * indices_then.mp_gpci
        ) * factors_then.conversion_factor, 2) as schedule_fee
    from scheduled_lines as lines
    inner join reference.place_of_service as places
        on
            lines.place_of_service = places.place_of_service
            and lines.date_of_service between places.effective_from and places.effective_to
    inner join reference.mpfs_rvu as own_rows
        on
            lines.procedure_code = own_rows.procedure_code
            and lines.component = own_rows.modifier
            and lines.date_of_service between own_rows.effective_from and own_rows.effective_to
    inner join reference.gpci as own_indices
        on
            lines.locality = own_indices.locality
            and lines.date_of_service
            between own_indices.effective_from and own_indices.effective_to
    inner join reference.conversion_factor as own_factors
        on
            not own_factors.apm_qualifying
            and lines.date_of_service
            between own_factors.effective_from and own_factors.effective_to
    inner join reference.mpfs_rvu as rows_then
        on
            lines.procedure_code = rows_then.procedure_code
            and lines.component = rows_then.modifier
            and lines.schedule_date between rows_then.effective_from and rows_then.effective_to
    inner join reference.gpci as indices_then
        on
            lines.locality = indices_then.locality
            and lines.schedule_date
            between indices_then.effective_from and indices_then.effective_to
    inner join reference.conversion_factor as factors_then
        on
            not factors_then.apm_qualifying
            and lines.schedule_date
            between factors_then.effective_from and factors_then.effective_to
),

inferred_lines as (
    select
        lines.*,
        least(
            cast(round(
                cast(lines.medicare_allowed as double)
                * case
                    when lines.basis = 'fee' then cast(lines.flat_fee as double)
                    else
                        cast(round(fees.schedule_fee * lines.percent_of_medicare, 2) as double)
                end
                / cast(fees.own_fee as double)
                * case
                    when lines.mppr_rank is null or lines.mppr_rate = 1 then 1
                    else lines.further_rate / cast(reductions.further_rate as double)
                end, 2
            ) as decimal(12, 2)),
            coalesce(lines.charge, cast(9999999999 as decimal(12, 2)))
        ) as inferred_allowed
    from scheduled_lines as lines
    inner join fees on lines.line_id = fees.line_id
    inner join reductions
        on lines.date_of_service between reductions.effective_from and reductions.effective_to
    where
        fees.own_fee > 0
        -- of several units the first may be in full: only Medicare's own reduction carries over
        and (
            lines.mppr_rank is null
            or lines.mppr_rate = 1
            or (lines.further_rate is not null and lines.units = 1)
            or lines.further_rate = cast(reductions.further_rate as double)
        )
)

select
    lines.line_id,
    lines.payer,
    lines.procedure_code,
    lines.modifier_key,
    lines.date_of_service,
    'inferred' as expected_basis,
    lines.medicare_year,
    lines.percent_of_medicare,
    lines.inferred_allowed,
    lines.allowed,
    cast(lines.allowed - lines.inferred_allowed as decimal(12, 2)) as variance,
    case
        when
            abs(lines.allowed - lines.inferred_allowed)
            <= greatest(cast(lines.inferred_allowed as double) * 0.005, 0.02)
            then 'as_expected'
        when lines.allowed > lines.inferred_allowed then 'over'
        else 'under'
    end as status,
    case
        when lines.basis = 'fee' then 'inferred: ' || lines.flat_fee || ' a unit'
        else
            'inferred: ' || round(lines.percent_of_medicare * 100, 2)
            || ' % of the Medicare schedule of ' || lines.medicare_year
    end
    || case
        when lines.mppr_rank > 1 then ', a further procedure at ' || lines.further_rate
        else ''
    end as explanation
from inferred_lines as lines
