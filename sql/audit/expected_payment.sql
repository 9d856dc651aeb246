-- What Medicare's physician fee schedule gives for each line of core.pricing_line.
-- RVU x GPCI x CF keeps full scale until its one rounding, half up, per unit [RVU25D]; every later
-- step is rounded to the cent. Order of the steps: 100-04 chapter 12 sections 20 to 40.
with billed_modifiers as (
    select
        lines.line_id,
        lines.date_of_service,
        u.modifier
    from core.pricing_line as lines
    cross join unnest(lines.modifiers) as u (modifier)
),

line_modifiers as (
    select
        billed_modifiers.line_id,
        min(
            case when meanings.price_effect = 'component' then billed_modifiers.modifier end
        ) as component,
        max(
            case when meanings.price_effect = 'component' then billed_modifiers.modifier end
        ) as other_component,
        min(
            case when meanings.price_effect = 'assistant' then billed_modifiers.modifier end
        ) as assistant,
        min(
            case when meanings.price_effect = 'by_report' then billed_modifiers.modifier end
        ) as by_report,
        min(case when meanings.price_effect = 'denied' then billed_modifiers.modifier end)
            as denied,
        min(case when meanings.modifier is null then billed_modifiers.modifier end)
            as unknown_modifier,
        bool_or(coalesce(meanings.price_effect = 'bilateral', false)) as is_bilateral,
        bool_or(coalesce(meanings.price_effect = 'return', false)) as is_return
    from billed_modifiers
    left join reference.modifier as meanings
        on
            billed_modifiers.modifier = meanings.modifier
            and billed_modifiers.date_of_service
            between meanings.effective_from and meanings.effective_to
    group by billed_modifiers.line_id
),

service_days as (
    select distinct lines.date_of_service
    from core.pricing_line as lines
),

schedule_days as (
    select distinct service_days.date_of_service
    from service_days
    inner join reference.mpfs_rvu as fees
        on service_days.date_of_service between fees.effective_from and fees.effective_to
),

day_factors as (
    select
        service_days.date_of_service,
        max(case when factors.factor = 'assistant' then factors.value end) as assistant,
        max(case when factors.factor = 'bilateral' then factors.value end) as bilateral,
        max(case when factors.factor = 'coinsurance' then factors.value end) as coinsurance,
        max(case when factors.factor = 'limiting_charge' then factors.value end)
            as limiting_charge,
        max(case when factors.factor = 'multiple_procedure_first' then factors.value end)
            as first_rank,
        max(case when factors.factor = 'multiple_procedure_other' then factors.value end)
            as other_rank,
        max(case when factors.factor = 'multiple_procedure_units_priced' then factors.value end)
            as units_priced,
        max(case when factors.factor = 'non_participating' then factors.value end)
            as non_participating,
        max(case when factors.factor = 'nonphysician' then factors.value end) as nonphysician
    from service_days
    inner join reference.payment_factor as factors
        on service_days.date_of_service between factors.effective_from and factors.effective_to
    group by service_days.date_of_service
),

days as (
    select
        service_days.date_of_service,
        schedule_days.date_of_service is not null as has_schedule,
        sequestrations.sequestration_rate,
        day_factors.assistant,
        day_factors.bilateral,
        day_factors.coinsurance,
        day_factors.limiting_charge,
        day_factors.first_rank,
        day_factors.other_rank,
        day_factors.units_priced,
        day_factors.non_participating,
        day_factors.nonphysician
    from service_days
    left join schedule_days on service_days.date_of_service = schedule_days.date_of_service
    left join day_factors on service_days.date_of_service = day_factors.date_of_service
    left join reference.sequestration as sequestrations
        on
            service_days.date_of_service
            between sequestrations.effective_from and sequestrations.effective_to
),

scheduled_lines as (
    select
        lines.line_id,
        lines.claim_order,
        lines.patient_id,
        lines.pricing_group,
        lines.line_of_business,
        lines.date_of_service,
        lines.procedure_code,
        lines.units,
        lines.place_of_service,
        lines.locality,
        lines.locality_note,
        lines.charge,
        lines.participating,
        lines.assigned,
        lines.deductible_remaining,
        lines.qmb,
        coalesce(lines.rendering_type in ('NP', 'PA', 'CNS'), false) as is_nonphysician,
        line_modifiers.component,
        line_modifiers.other_component,
        line_modifiers.assistant as assistant_modifier,
        line_modifiers.by_report,
        line_modifiers.denied,
        line_modifiers.unknown_modifier,
        coalesce(line_modifiers.is_bilateral, false) as is_bilateral,
        coalesce(line_modifiers.is_return, false) as is_return,
        days.has_schedule,
        days.sequestration_rate,
        days.assistant,
        days.bilateral as bilateral_factor,
        days.coinsurance,
        days.limiting_charge,
        days.first_rank,
        days.other_rank,
        days.units_priced,
        days.non_participating,
        days.nonphysician,
        fees.release as rvu_release,
        fees.status_code,
        fees.multiple_procedure,
        fees.bilateral,
        fees.assistant as assistant_indicator,
        fees.pctc,
        fees.global_days,
        places.setting,
        indices.release as gpci_release,
        factors.conversion_factor,
        cast(round((
            fees.work_rvu * indices.work_gpci
            + case
                when places.setting = 'facility' then fees.facility_pe_rvu
                else fees.nonfacility_pe_rvu
            end * indices.pe_gpci
            + fees.mp_rvu * indices.mp_gpci
        ) * factors.conversion_factor, 2) as decimal(12, 2)) as fee
    from core.pricing_line as lines
    inner join days on lines.date_of_service = days.date_of_service
    left join line_modifiers on lines.line_id = line_modifiers.line_id
    left join reference.mpfs_rvu as fees
        on
            lines.procedure_code = fees.procedure_code
            and coalesce(line_modifiers.component, '') = fees.modifier
            and lines.date_of_service between fees.effective_from and fees.effective_to
    left join reference.place_of_service as places
        on
            lines.place_of_service = places.place_of_service
            and lines.date_of_service between places.effective_from and places.effective_to
    left join reference.gpci as indices
        on
            lines.locality = indices.locality
            and lines.date_of_service between indices.effective_from and indices.effective_to
    left join reference.conversion_factor as factors
        on
            lines.apm_qualifying = factors.apm_qualifying
            and lines.date_of_service between factors.effective_from and factors.effective_to
),

-- The first reason that applies; a line with a fee is by hand (manual), one without is not priced.
judged_lines as (
    select
        scheduled_lines.line_id,
        scheduled_lines.claim_order,
        scheduled_lines.patient_id,
        scheduled_lines.pricing_group,
        scheduled_lines.line_of_business,
        scheduled_lines.date_of_service,
        scheduled_lines.units,
        scheduled_lines.locality,
        scheduled_lines.locality_note,
        scheduled_lines.charge,
        scheduled_lines.participating,
        scheduled_lines.assigned,
        scheduled_lines.deductible_remaining,
        scheduled_lines.qmb,
        scheduled_lines.is_nonphysician,
        scheduled_lines.assistant_modifier,
        scheduled_lines.assistant_indicator,
        scheduled_lines.is_bilateral,
        scheduled_lines.sequestration_rate,
        scheduled_lines.coinsurance,
        scheduled_lines.limiting_charge,
        scheduled_lines.first_rank,
        scheduled_lines.other_rank,
        scheduled_lines.units_priced,
        scheduled_lines.non_participating,
        scheduled_lines.nonphysician,
        scheduled_lines.rvu_release,
        scheduled_lines.multiple_procedure,
        scheduled_lines.setting,
        scheduled_lines.gpci_release,
        scheduled_lines.conversion_factor,
        scheduled_lines.fee,
        scheduled_lines.has_schedule and scheduled_lines.rvu_release is null as is_unlisted,
        case
            when scheduled_lines.line_of_business <> 'medicare'
                then
                    'the payer is not Medicare fee-for-service ('
                    || scheduled_lines.line_of_business || ')'
            when not scheduled_lines.has_schedule or scheduled_lines.conversion_factor is null
                then
                    'no fee schedule for '
                    || cast(year(scheduled_lines.date_of_service) as varchar)
            when scheduled_lines.component <> scheduled_lines.other_component
                then
                    'modifiers ' || scheduled_lines.component || ' and '
                    || scheduled_lines.other_component || ' exclude each other'
            when scheduled_lines.rvu_release is null and scheduled_lines.component is not null
                then
                    scheduled_lines.procedure_code || '-' || scheduled_lines.component
                    || ' is not on the loaded schedule'
            when scheduled_lines.rvu_release is null
                then scheduled_lines.procedure_code || ' is not on the loaded schedule'
            when scheduled_lines.status_code not in ('A', 'R', 'T')
                then 'status ' || scheduled_lines.status_code || ' is not priced by RVUs'
            when scheduled_lines.place_of_service is null
                then 'place of service unknown'
            when scheduled_lines.setting is null
                then
                    'place of service ' || scheduled_lines.place_of_service
                    || ' is not in the loaded table'
            when scheduled_lines.locality is null
                then 'locality unknown' || coalesce(': ' || scheduled_lines.locality_note, '')
            when scheduled_lines.gpci_release is null
                then
                    'locality ' || scheduled_lines.locality || ' has no GPCI for '
                    || cast(year(scheduled_lines.date_of_service) as varchar)
            when scheduled_lines.units <= 0 or scheduled_lines.units <> floor(scheduled_lines.units)
                then
                    'units ' || cast(scheduled_lines.units as varchar)
                    || ' are not a whole number above zero'
            when scheduled_lines.denied is not null
                then 'modifier ' || scheduled_lines.denied || ': Medicare does not pay the line'
        end as unpriced_reason,
        case
            when scheduled_lines.unknown_modifier is not null
                then
                    'modifier ' || scheduled_lines.unknown_modifier
                    || ' is not in the loaded table'
            when scheduled_lines.by_report is not null
                then 'modifier ' || scheduled_lines.by_report || ' is priced by report'
            when scheduled_lines.is_return and scheduled_lines.global_days in ('010', '090')
                then 'modifier 78 pays the intra-operative share, priced by hand'
            when scheduled_lines.is_bilateral and scheduled_lines.units <> 1
                then 'modifier 50 with more than one unit'
            when
                scheduled_lines.is_bilateral and scheduled_lines.bilateral not in ('0', '1', '2')
                then 'modifier 50 on bilateral indicator ' || scheduled_lines.bilateral
            when
                scheduled_lines.assistant_modifier is not null
                and scheduled_lines.assistant_indicator not in ('1', '2')
                then
                    'assistant indicator ' || scheduled_lines.assistant_indicator
                    || ' is paid with documentation only'
            when
                scheduled_lines.assistant_modifier <> 'AS' and scheduled_lines.is_nonphysician
                then
                    'modifier ' || scheduled_lines.assistant_modifier
                    || ' is a physician''s, the renderer is not one'
            when
                scheduled_lines.is_nonphysician and scheduled_lines.pctc = '1'
                and coalesce(scheduled_lines.component, '') <> '26'
                then 'the non-physician reduction does not reach the technical part'
        end as manual_reason,
        -- 100 % of one side for indicator 0, 150 % for both sides for indicator 1
        cast(round(scheduled_lines.fee * case
            when scheduled_lines.is_bilateral and scheduled_lines.bilateral = '1'
                then scheduled_lines.bilateral_factor
            else cast(1 as decimal(8, 4))
        end * case
            when scheduled_lines.assistant_modifier is null then cast(1 as decimal(8, 4))
            when scheduled_lines.assistant_indicator = '1' then cast(0 as decimal(8, 4))
            else scheduled_lines.assistant
        end, 2) as decimal(12, 2)) as unit_fee,
        case
            when scheduled_lines.is_bilateral and scheduled_lines.bilateral = '1'
                then scheduled_lines.bilateral_factor
            else cast(1 as decimal(8, 4))
        end as bilateral_rate,
        case
            when scheduled_lines.assistant_modifier is null then cast(1 as decimal(8, 4))
            when scheduled_lines.assistant_indicator = '1' then cast(0 as decimal(8, 4))
            else scheduled_lines.assistant
        end as assistant_rate,
        case
            when scheduled_lines.participating then cast(1 as decimal(8, 4))
            else scheduled_lines.non_participating
        end as participation_rate,
        case
            when scheduled_lines.is_nonphysician or scheduled_lines.assistant_modifier = 'AS'
                then scheduled_lines.nonphysician
            else cast(1 as decimal(8, 4))
        end as renderer_rate
    from scheduled_lines
),

-- Each unit of indicator 2 is its own procedure. A line's sixth unit can rank no better than sixth,
-- so six of its units decide every rank that is paid.
unit_numbers as (
    select cast(1 as bigint) as unit_number
    union all
    select cast(2 as bigint) as unit_number
    union all
    select cast(3 as bigint) as unit_number
    union all
    select cast(4 as bigint) as unit_number
    union all
    select cast(5 as bigint) as unit_number
    union all
    select cast(6 as bigint) as unit_number
),

ranked_lines as (
    select
        judged_lines.line_id,
        judged_lines.claim_order,
        judged_lines.patient_id,
        judged_lines.pricing_group,
        judged_lines.date_of_service,
        judged_lines.assistant_modifier is not null as is_assistant,
        judged_lines.units,
        judged_lines.unit_fee,
        judged_lines.first_rank,
        judged_lines.other_rank,
        judged_lines.units_priced
    from judged_lines
    where
        judged_lines.unpriced_reason is null
        and judged_lines.multiple_procedure = '2'
        and judged_lines.assistant_rate > 0
),

ranked_units as (
    select
        ranked_lines.line_id,
        ranked_lines.claim_order,
        ranked_lines.patient_id,
        ranked_lines.pricing_group,
        ranked_lines.date_of_service,
        ranked_lines.is_assistant,
        ranked_lines.unit_fee,
        ranked_lines.first_rank,
        ranked_lines.other_rank,
        ranked_lines.units_priced,
        cast(1 as bigint) as unit_number
    from ranked_lines
    where ranked_lines.units = 1
    union all
    select
        ranked_lines.line_id,
        ranked_lines.claim_order,
        ranked_lines.patient_id,
        ranked_lines.pricing_group,
        ranked_lines.date_of_service,
        ranked_lines.is_assistant,
        ranked_lines.unit_fee,
        ranked_lines.first_rank,
        ranked_lines.other_rank,
        ranked_lines.units_priced,
        unit_numbers.unit_number
    from ranked_lines
    inner join unit_numbers on ranked_lines.units >= unit_numbers.unit_number
    where ranked_lines.units > 1
),

unit_ranks as (
    select
        ranked_units.line_id,
        ranked_units.unit_fee,
        ranked_units.first_rank,
        ranked_units.other_rank,
        ranked_units.units_priced,
        row_number() over (
            partition by
                ranked_units.patient_id, ranked_units.date_of_service,
                ranked_units.pricing_group, ranked_units.is_assistant
            order by
                ranked_units.unit_fee desc, ranked_units.claim_order asc, ranked_units.line_id asc,
                ranked_units.unit_number asc
        ) as unit_rank
    from ranked_units
),

line_ranks as (
    select
        unit_ranks.line_id,
        cast(min(unit_ranks.unit_rank) as bigint) as best_rank,
        bool_or(unit_ranks.unit_rank > unit_ranks.units_priced) as is_beyond,
        cast(round(
            cast(sum(case
                when unit_ranks.unit_rank = 1 then unit_ranks.first_rank
                else unit_ranks.other_rank
            end) as double) / nullif(cast(count(*) as double), 0), 6
        ) as decimal(9, 6)) as mean_rate,
        cast(sum(cast(round(unit_ranks.unit_fee * case
            when unit_ranks.unit_rank = 1 then unit_ranks.first_rank
            else unit_ranks.other_rank
        end, 2) as decimal(12, 2))) as decimal(12, 2)) as ranked_fee
    from unit_ranks
    group by unit_ranks.line_id
),

-- Indicators other than 0, 2 and 9 have rules of their own (endoscopy, imaging, therapy): priced
-- where the line stands alone, by hand where it meets its like.
other_units as (
    select
        judged_lines.patient_id,
        judged_lines.date_of_service,
        judged_lines.pricing_group,
        sum(judged_lines.units) as units,
        bool_or(judged_lines.multiple_procedure in ('1', '3')) as has_surgery
    from judged_lines
    where
        judged_lines.unpriced_reason is null
        and judged_lines.multiple_procedure not in ('0', '2', '9')
    group by judged_lines.patient_id, judged_lines.date_of_service, judged_lines.pricing_group
),

-- A code the loaded schedule does not have may outrank the others: their explanation says so.
unlisted_groups as (
    select distinct
        judged_lines.patient_id,
        judged_lines.date_of_service,
        judged_lines.pricing_group
    from judged_lines
    where judged_lines.is_unlisted and judged_lines.line_of_business = 'medicare'
),

ranked_groups as (
    select distinct
        ranked_lines.patient_id,
        ranked_lines.date_of_service,
        ranked_lines.pricing_group
    from ranked_lines
),

line_fees as (
    select
        judged_lines.line_id,
        judged_lines.claim_order,
        judged_lines.patient_id,
        judged_lines.line_of_business,
        judged_lines.date_of_service,
        judged_lines.locality,
        judged_lines.locality_note,
        judged_lines.charge,
        judged_lines.units,
        judged_lines.participating,
        judged_lines.assigned,
        judged_lines.deductible_remaining,
        judged_lines.qmb,
        judged_lines.sequestration_rate,
        judged_lines.coinsurance,
        judged_lines.rvu_release,
        judged_lines.setting,
        judged_lines.gpci_release,
        judged_lines.conversion_factor,
        judged_lines.fee,
        judged_lines.unit_fee,
        judged_lines.bilateral_rate,
        judged_lines.assistant_rate,
        judged_lines.participation_rate,
        judged_lines.renderer_rate,
        judged_lines.unpriced_reason,
        line_ranks.best_rank,
        line_ranks.best_rank is not null and unlisted_groups.patient_id is not null
            as has_unlisted,
        coalesce(line_ranks.mean_rate, cast(1 as decimal(9, 6))) as mean_rate,
        coalesce(
            judged_lines.manual_reason,
            case
                when line_ranks.is_beyond
                    then 'the sixth and later procedures of a day are priced by report'
                when
                    judged_lines.multiple_procedure not in ('0', '2', '9')
                    and (
                        other_units.units > 1
                        or (other_units.has_surgery and ranked_groups.patient_id is not null)
                    )
                    then
                        'multiple procedure indicator ' || judged_lines.multiple_procedure
                        || ' beside other services of the day'
                when judged_lines.multiple_procedure = '2' and other_units.has_surgery
                    then 'ranked with a procedure of another multiple procedure rule'
            end
        ) as manual_reason,
        cast(round(judged_lines.fee * judged_lines.units, 2) as decimal(12, 2)) as full_fee,
        coalesce(
            line_ranks.ranked_fee,
            cast(round(judged_lines.unit_fee * judged_lines.units, 2) as decimal(12, 2))
        ) as ranked_fee,
        cast(round(
            judged_lines.fee * judged_lines.units * judged_lines.non_participating
            * judged_lines.limiting_charge, 2
        ) as decimal(12, 2)) as limiting_charge
    from judged_lines
    left join line_ranks on judged_lines.line_id = line_ranks.line_id
    left join other_units
        on
            judged_lines.patient_id = other_units.patient_id
            and judged_lines.date_of_service = other_units.date_of_service
            and judged_lines.pricing_group = other_units.pricing_group
    left join ranked_groups
        on
            judged_lines.patient_id = ranked_groups.patient_id
            and judged_lines.date_of_service = ranked_groups.date_of_service
            and judged_lines.pricing_group = ranked_groups.pricing_group
    left join unlisted_groups
        on
            judged_lines.patient_id = unlisted_groups.patient_id
            and judged_lines.date_of_service = unlisted_groups.date_of_service
            and judged_lines.pricing_group = unlisted_groups.pricing_group
),

participation_fees as (
    select
        line_fees.line_id,
        cast(round(line_fees.ranked_fee * line_fees.participation_rate, 2) as decimal(12, 2))
            as amount
    from line_fees
    where line_fees.unpriced_reason is null and line_fees.manual_reason is null
),

allowed_lines as (
    select
        line_fees.line_id,
        line_fees.claim_order,
        line_fees.patient_id,
        line_fees.date_of_service,
        line_fees.deductible_remaining,
        line_fees.coinsurance,
        line_fees.sequestration_rate,
        cast(least(
            cast(round(participation_fees.amount * line_fees.renderer_rate, 2) as decimal(12, 2)),
            coalesce(line_fees.charge, cast(9999999999.99 as decimal(12, 2)))
        ) as decimal(12, 2)) as allowed
    from line_fees
    inner join participation_fees on line_fees.line_id = participation_fees.line_id
),

earlier_lines as (
    select
        allowed_lines.line_id,
        allowed_lines.allowed,
        allowed_lines.deductible_remaining,
        allowed_lines.coinsurance,
        allowed_lines.sequestration_rate,
        coalesce(sum(allowed_lines.allowed) over (
            partition by allowed_lines.patient_id, allowed_lines.date_of_service
            order by allowed_lines.claim_order, allowed_lines.line_id
            rows between unbounded preceding and 1 preceding
        ), 0) as earlier_allowed
    from allowed_lines
),

deductible_lines as (
    select
        earlier_lines.line_id,
        earlier_lines.allowed,
        earlier_lines.coinsurance,
        earlier_lines.sequestration_rate,
        cast(least(
            earlier_lines.allowed,
            greatest(
                earlier_lines.deductible_remaining - earlier_lines.earlier_allowed,
                cast(0 as decimal(12, 2))
            )
        ) as decimal(12, 2)) as deductible
    from earlier_lines
),

coinsurance_lines as (
    select
        deductible_lines.line_id,
        deductible_lines.allowed,
        deductible_lines.deductible,
        deductible_lines.sequestration_rate,
        cast(round(
            (deductible_lines.allowed - deductible_lines.deductible) * deductible_lines.coinsurance,
            2
        ) as decimal(12, 2)) as coinsurance
    from deductible_lines
),

shared_lines as (
    select
        coinsurance_lines.line_id,
        coinsurance_lines.allowed,
        coinsurance_lines.deductible,
        coinsurance_lines.coinsurance,
        cast(
            coinsurance_lines.allowed - coinsurance_lines.deductible
            - coinsurance_lines.coinsurance as decimal(12, 2)
        ) as program_payment,
        cast(round(
            (
                coinsurance_lines.allowed - coinsurance_lines.deductible
                - coinsurance_lines.coinsurance
            ) * coinsurance_lines.sequestration_rate, 2
        ) as decimal(12, 2)) as sequestration
    from coinsurance_lines
)

select
    line_fees.line_id,
    line_fees.patient_id,
    case
        when line_fees.unpriced_reason is not null then 'not_priced'
        when line_fees.manual_reason is not null then 'manual'
        else 'priced'
    end as status,
    coalesce(line_fees.unpriced_reason, line_fees.manual_reason) as reason,
    case when line_fees.unpriced_reason is null then line_fees.full_fee end as full_fee,
    case when line_fees.unpriced_reason is null then line_fees.best_rank end as mppr_rank,
    case when shared_lines.line_id is not null then line_fees.mean_rate end as mppr_rate,
    case
        when shared_lines.line_id is not null
            then cast(round(
                line_fees.bilateral_rate * line_fees.assistant_rate * line_fees.participation_rate
                * line_fees.renderer_rate, 6
            ) as decimal(9, 6))
    end as modifier_rate,
    shared_lines.allowed as expected_allowed,
    cast(shared_lines.program_payment - shared_lines.sequestration as decimal(12, 2))
        as expected_paid,
    case
        when line_fees.qmb and shared_lines.line_id is not null then cast(0 as decimal(12, 2))
        else cast(shared_lines.deductible + shared_lines.coinsurance as decimal(12, 2))
    end as patient_share,
    case
        when line_fees.unpriced_reason is null
            then
                'fee ' || cast(line_fees.fee as varchar) || ' ' || line_fees.setting
                || case
                    when line_fees.units <> 1
                        then
                            ' x ' || cast(cast(floor(line_fees.units) as bigint) as varchar)
                            || ' units'
                    else ''
                end
                || case
                    when shared_lines.line_id is null
                        then '; ' || line_fees.manual_reason
                    else
                        case
                            when line_fees.bilateral_rate <> 1
                                then '; both sides x ' || cast(line_fees.bilateral_rate as varchar)
                            else ''
                        end
                        || case
                            when line_fees.assistant_rate <> 1
                                then '; assistant x ' || cast(line_fees.assistant_rate as varchar)
                            else ''
                        end
                        || case
                            when line_fees.best_rank is not null
                                then
                                    '; rank ' || cast(line_fees.best_rank as varchar) || ' x '
                                    || cast(line_fees.mean_rate as varchar)
                            else '; not reduced'
                        end
                        || case
                            when line_fees.has_unlisted
                                then
                                    ' (ranked without a code of the day that is not on the'
                                    || ' loaded schedule)'
                            else ''
                        end
                        || case
                            when line_fees.participation_rate <> 1
                                then
                                    '; not participating x '
                                    || cast(line_fees.participation_rate as varchar)
                            else ''
                        end
                        || case
                            when line_fees.renderer_rate <> 1
                                then
                                    '; non-physician x '
                                    || cast(line_fees.renderer_rate as varchar)
                            else ''
                        end
                        || '; allowed ' || cast(shared_lines.allowed as varchar)
                        || case
                            when line_fees.charge <= shared_lines.allowed
                                then ' (the charge)'
                            else ''
                        end
                        || case
                            when shared_lines.deductible > 0
                                then '; deductible ' || cast(shared_lines.deductible as varchar)
                            else ''
                        end
                        || '; coinsurance ' || cast(shared_lines.coinsurance as varchar)
                        || case
                            when line_fees.qmb then ' (QMB: not collected from the patient)'
                            else ''
                        end
                        || '; sequestration ' || cast(shared_lines.sequestration as varchar)
                        || case
                            when not line_fees.participating and not line_fees.assigned
                                then
                                    '; not assigned: paid to the patient, limiting charge '
                                    || cast(line_fees.limiting_charge as varchar)
                            else ''
                        end
                end
                || case
                    when line_fees.locality_note is not null
                        then '; ' || line_fees.locality_note
                    else ''
                end
    end as explanation,
    case
        when line_fees.unpriced_reason is null
            then
                line_fees.rvu_release || ', CF ' || cast(line_fees.conversion_factor as varchar)
                || ', ' || line_fees.gpci_release || ' ' || line_fees.locality
    end as fee_schedule,
    case when line_fees.line_of_business = 'medicare' then 'medicare' else 'none' end
        as expected_basis
from line_fees
left join shared_lines on line_fees.line_id = shared_lines.line_id
