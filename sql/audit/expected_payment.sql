-- What each line of core.pricing_line should be allowed and paid: by Medicare's physician fee
-- schedule and, for other payers, by their contract. RVU x GPCI x CF keeps full scale until its
-- one rounding, half up, per unit [RVU25D]; every later step is rounded to the cent. Order of the
-- steps: 100-04 chapter 12 sections 20 to 40, as in the explanation.
--
-- Prices are found once for each combination of what decides them (a term), not for each line.
with service_days as (
    select distinct lines.date_of_service
    from core.pricing_line as lines
),

-- between two of these days no loaded value changes
changes as (
    select fees.effective_from as change_date
    from reference.mpfs_rvu as fees
    union all
    select fees.effective_to + 1 as change_date
    from reference.mpfs_rvu as fees
    where fees.effective_to < cast('9999-12-31' as date)
    union all
    select indices.effective_from as change_date
    from reference.gpci as indices
    union all
    select indices.effective_to + 1 as change_date
    from reference.gpci as indices
    where indices.effective_to < cast('9999-12-31' as date)
    union all
    select factors.effective_from as change_date
    from reference.conversion_factor as factors
    union all
    select factors.effective_to + 1 as change_date
    from reference.conversion_factor as factors
    where factors.effective_to < cast('9999-12-31' as date)
    union all
    select places.effective_from as change_date
    from reference.place_of_service as places
    union all
    select places.effective_to + 1 as change_date
    from reference.place_of_service as places
    where places.effective_to < cast('9999-12-31' as date)
    union all
    select factors.effective_from as change_date
    from reference.payment_factor as factors
    union all
    select factors.effective_to + 1 as change_date
    from reference.payment_factor as factors
    where factors.effective_to < cast('9999-12-31' as date)
    union all
    select sequestrations.effective_from as change_date
    from reference.sequestration as sequestrations
    union all
    select sequestrations.effective_to + 1 as change_date
    from reference.sequestration as sequestrations
    where sequestrations.effective_to < cast('9999-12-31' as date)
    union all
    select meanings.effective_from as change_date
    from reference.modifier as meanings
    union all
    select meanings.effective_to + 1 as change_date
    from reference.modifier as meanings
    where meanings.effective_to < cast('9999-12-31' as date)
    union all
    select contracts.effective_from as change_date
    from reference.contract as contracts
    union all
    select contracts.effective_to + 1 as change_date
    from reference.contract as contracts
    where contracts.effective_to < cast('9999-12-31' as date)
    union all
    select cast(date_trunc('year', service_days.date_of_service) as date) as change_date
    from service_days
),

change_days as (
    select distinct changes.change_date
    from changes
),

service_periods as (
    select
        service_days.date_of_service,
        max(change_days.change_date) as period_from
    from service_days
    inner join change_days on service_days.date_of_service >= change_days.change_date
    group by service_days.date_of_service
),

combinations as (
    select
        service_periods.period_from,
        lines.procedure_code,
        lines.modifier_key,
        lines.units,
        lines.place_of_service,
        lines.locality,
        lines.participating,
        lines.assigned,
        lines.apm_qualifying,
        lines.rendering_type,
        lines.payer,
        lines.line_of_business,
        min(lines.modifiers) filter (where lines.modifier_key <> '') as modifiers
    from core.pricing_line as lines
    inner join service_periods on lines.date_of_service = service_periods.date_of_service
    group by
        service_periods.period_from, lines.procedure_code, lines.modifier_key, lines.units,
        lines.place_of_service, lines.locality, lines.participating, lines.assigned,
        lines.apm_qualifying, lines.rendering_type, lines.payer, lines.line_of_business
),

billed_modifiers as (
    select
        combinations.period_from,
        combinations.modifier_key,
        u.modifier
    from combinations
    cross join unnest(combinations.modifiers) as u (modifier)
),

period_modifiers as (
    select distinct
        billed_modifiers.period_from,
        billed_modifiers.modifier_key,
        billed_modifiers.modifier
    from billed_modifiers
),

modifier_effects as (
    select
        period_modifiers.period_from,
        period_modifiers.modifier_key,
        min(
            case when meanings.price_effect = 'component' then period_modifiers.modifier end
        ) as component,
        max(
            case when meanings.price_effect = 'component' then period_modifiers.modifier end
        ) as other_component,
        min(
            case
                when meanings.price_effect in ('assistant', 'co_surgeon')
                    then period_modifiers.modifier
            end
        ) as role_modifier,
        min(
            case
                when meanings.price_effect in ('surgery_only', 'aftercare', 'return')
                    then period_modifiers.modifier
            end
        ) as share_modifier,
        max(
            case
                when meanings.price_effect in ('surgery_only', 'aftercare', 'return')
                    then period_modifiers.modifier
            end
        ) as other_share,
        min(
            case
                when meanings.price_effect in ('surgery_only', 'aftercare', 'return')
                    then meanings.price_effect
            end
        ) as share_effect,
        min(
            case
                when meanings.price_effect in ('assistant', 'co_surgeon')
                    then meanings.price_effect
            end
        ) as role_effect,
        max(
            case
                when meanings.price_effect in ('assistant', 'co_surgeon')
                    then meanings.price_effect
            end
        ) as other_effect,
        min(
            case when meanings.price_effect = 'by_report' then period_modifiers.modifier end
        ) as by_report,
        min(case when meanings.price_effect = 'denied' then period_modifiers.modifier end)
            as denied,
        min(case when meanings.modifier is null then period_modifiers.modifier end)
            as unknown_modifier,
        bool_or(coalesce(meanings.price_effect = 'bilateral', false)) as is_bilateral
    from period_modifiers
    left join reference.modifier as meanings
        on
            period_modifiers.modifier = meanings.modifier
            and period_modifiers.period_from
            between meanings.effective_from and meanings.effective_to
    group by period_modifiers.period_from, period_modifiers.modifier_key
),

contract_codes as (
    select distinct
        combinations.period_from,
        combinations.payer,
        combinations.procedure_code
    from combinations
    where combinations.line_of_business <> 'medicare'
),

-- The code itself, else the range that starts last, else the row for every other code.
contract_candidates as (
    select
        contract_codes.period_from,
        contract_codes.payer,
        contract_codes.procedure_code,
        contracts.basis as contract_basis,
        contracts.value,
        contracts.medicare_year,
        contracts.medicare_locality,
        contracts.site_of_service,
        coalesce(contracts.follows_mppr, true) as follows_mppr,
        contracts.multiple_procedure,
        coalesce(contracts.is_lesser_of_charge, true) as is_lesser_of_charge,
        contracts.source,
        row_number() over (
            partition by
                contract_codes.period_from, contract_codes.payer, contract_codes.procedure_code
            order by
                contracts.procedure_code = contract_codes.procedure_code desc,
                substr(contracts.procedure_code, 1, 5) desc,
                contracts.procedure_code asc
        ) as choice
    from contract_codes
    inner join reference.contract as contracts
        on
            contract_codes.payer = contracts.payer
            and contract_codes.period_from
            between contracts.effective_from and contracts.effective_to
            and (
                contracts.procedure_code = ''
                or contract_codes.procedure_code = contracts.procedure_code
                or (
                    substr(contracts.procedure_code, 6, 1) = '-'
                    and contract_codes.procedure_code
                    between substr(contracts.procedure_code, 1, 5)
                    and substr(contracts.procedure_code, 7, 5)
                )
            )
),

-- Every line by Medicare's schedule; a line of another payer by its contract besides.
bases as (
    select
        cast('medicare' as varchar) as basis,
        combinations.period_from,
        combinations.procedure_code,
        combinations.modifier_key,
        combinations.units,
        combinations.place_of_service,
        combinations.locality,
        combinations.participating,
        combinations.assigned,
        combinations.apm_qualifying,
        combinations.rendering_type,
        combinations.payer,
        combinations.line_of_business,
        combinations.period_from as fee_date,
        combinations.locality as fee_locality,
        cast(null as varchar) as site_of_service,
        cast(null as varchar) as contract_basis,
        cast(null as decimal(12, 4)) as value,
        true as follows_mppr,
        cast(null as varchar) as multiple_procedure,
        true as is_lesser_of_charge,
        cast(null as varchar) as source
    from combinations
    union all
    select
        cast('contract' as varchar) as basis,
        combinations.period_from,
        combinations.procedure_code,
        combinations.modifier_key,
        combinations.units,
        combinations.place_of_service,
        combinations.locality,
        combinations.participating,
        combinations.assigned,
        combinations.apm_qualifying,
        combinations.rendering_type,
        combinations.payer,
        combinations.line_of_business,
        case
            when contract_candidates.medicare_year is null then combinations.period_from
            else cast(
                cast(contract_candidates.medicare_year as varchar) || '-12-31' as date
            )
        end as fee_date,
        coalesce(contract_candidates.medicare_locality, combinations.locality) as fee_locality,
        contract_candidates.site_of_service,
        contract_candidates.contract_basis,
        contract_candidates.value,
        contract_candidates.follows_mppr,
        contract_candidates.multiple_procedure,
        contract_candidates.is_lesser_of_charge,
        contract_candidates.source
    from combinations
    inner join contract_candidates
        on
            combinations.period_from = contract_candidates.period_from
            and combinations.payer = contract_candidates.payer
            and combinations.procedure_code = contract_candidates.procedure_code
    where contract_candidates.choice = 1 and combinations.line_of_business <> 'medicare'
),

fee_dates as (
    select distinct bases.fee_date
    from bases
),

schedule_spans as (
    select distinct
        fees.effective_from,
        fees.effective_to
    from reference.mpfs_rvu as fees
),

schedule_dates as (
    select distinct fee_dates.fee_date
    from fee_dates
    inner join schedule_spans
        on fee_dates.fee_date between schedule_spans.effective_from and schedule_spans.effective_to
),

periods as (
    select distinct service_periods.period_from
    from service_periods
),

period_factors as (
    select
        periods.period_from,
        max(case when factors.factor = 'assistant' then factors.value end) as assistant,
        max(case when factors.factor = 'bilateral' then factors.value end) as bilateral,
        max(case when factors.factor = 'co_surgeon' then factors.value end) as co_surgeon,
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
    from periods
    inner join reference.payment_factor as factors
        on periods.period_from between factors.effective_from and factors.effective_to
    group by periods.period_from
),

scheduled_terms as (
    select
        row_number() over (
            order by
                bases.basis, bases.period_from, bases.procedure_code, bases.modifier_key,
                bases.units, bases.place_of_service, bases.participating, bases.assigned,
                bases.apm_qualifying, bases.rendering_type, bases.payer, bases.line_of_business,
                bases.locality
        ) as term,
        bases.basis,
        bases.period_from,
        bases.procedure_code,
        bases.modifier_key,
        bases.units,
        bases.place_of_service,
        bases.locality,
        bases.participating,
        bases.assigned,
        bases.apm_qualifying,
        bases.rendering_type,
        bases.payer,
        bases.line_of_business,
        bases.fee_date,
        bases.fee_locality,
        bases.contract_basis,
        bases.value,
        bases.follows_mppr,
        bases.multiple_procedure,
        bases.is_lesser_of_charge,
        bases.source,
        coalesce(bases.rendering_type in ('NP', 'PA', 'CNS'), false) as is_nonphysician,
        modifier_effects.component,
        modifier_effects.other_component,
        modifier_effects.role_modifier,
        modifier_effects.role_effect,
        modifier_effects.other_effect,
        modifier_effects.share_modifier,
        modifier_effects.other_share,
        modifier_effects.share_effect,
        modifier_effects.by_report,
        modifier_effects.denied,
        modifier_effects.unknown_modifier,
        coalesce(modifier_effects.is_bilateral, false) as is_bilateral,
        schedule_dates.fee_date is not null as has_schedule,
        sequestrations.sequestration_rate,
        period_factors.assistant,
        period_factors.bilateral as bilateral_factor,
        period_factors.co_surgeon,
        period_factors.coinsurance,
        period_factors.limiting_charge,
        period_factors.first_rank,
        period_factors.other_rank,
        period_factors.units_priced,
        period_factors.non_participating,
        period_factors.nonphysician,
        fees.release as rvu_release,
        fees.status_code,
        fees.work_rvu,
        fees.mp_rvu,
        fees.multiple_procedure as multiple_indicator,
        fees.bilateral,
        fees.assistant as assistant_indicator,
        fees.co_surgeon as co_surgeon_indicator,
        fees.team,
        fees.pctc,
        fees.global_days,
        fees.preoperative_share,
        fees.intraoperative_share,
        fees.postoperative_share,
        indices.release as gpci_release,
        indices.work_gpci,
        indices.pe_gpci,
        indices.mp_gpci,
        factors.conversion_factor,
        coalesce(bases.site_of_service, places.setting) as setting,
        case
            when coalesce(bases.site_of_service, places.setting) = 'facility'
                then fees.facility_pe_rvu
            else fees.nonfacility_pe_rvu
        end as pe_rvu
    from bases
    left join modifier_effects
        on
            bases.period_from = modifier_effects.period_from
            and bases.modifier_key = modifier_effects.modifier_key
    left join schedule_dates on bases.fee_date = schedule_dates.fee_date
    left join period_factors on bases.period_from = period_factors.period_from
    left join reference.sequestration as sequestrations
        on
            bases.period_from
            between sequestrations.effective_from and sequestrations.effective_to
    left join reference.mpfs_rvu as fees
        on
            bases.procedure_code = fees.procedure_code
            and coalesce(modifier_effects.component, '') = fees.modifier
            and bases.fee_date between fees.effective_from and fees.effective_to
    left join reference.place_of_service as places
        on
            bases.place_of_service = places.place_of_service
            and bases.period_from between places.effective_from and places.effective_to
    left join reference.gpci as indices
        on
            bases.fee_locality = indices.locality
            and bases.fee_date between indices.effective_from and indices.effective_to
    left join reference.conversion_factor as factors
        on
            (bases.apm_qualifying and bases.line_of_business = 'medicare')
            = factors.apm_qualifying
            and bases.fee_date between factors.effective_from and factors.effective_to
),

term_rates as (
    select
        terms.term,
        terms.contract_basis is null or terms.contract_basis = 'percent_of_medicare'
            as needs_schedule,
        cast(round((
            terms.work_rvu * terms.work_gpci + terms.pe_rvu * terms.pe_gpci
            + terms.mp_rvu * terms.mp_gpci
        ) * terms.conversion_factor, 2) as decimal(12, 2)) as medicare_fee,
        case
            when terms.is_bilateral and terms.bilateral = '1' then terms.bilateral_factor
            else cast(1 as decimal(8, 4))
        end as bilateral_rate,
        case
            when terms.role_effect is null then cast(1 as decimal(8, 4))
            when terms.role_effect = 'co_surgeon' then terms.co_surgeon
            when terms.assistant_indicator = '1' then cast(0 as decimal(8, 4))
            else terms.assistant
        end as role_rate,
        cast(case
            when terms.share_effect is null or terms.global_days not in ('010', '090')
                then cast(1 as decimal(8, 4))
            when terms.share_effect = 'surgery_only'
                then terms.preoperative_share + terms.intraoperative_share
            when terms.share_effect = 'aftercare' then terms.postoperative_share
            else terms.intraoperative_share
        end as decimal(8, 4)) as share_rate,
        case
            when terms.participating or terms.line_of_business <> 'medicare'
                then cast(1 as decimal(8, 4))
            else terms.non_participating
        end as participation_rate,
        case
            when terms.is_nonphysician or terms.role_modifier = 'AS' then terms.nonphysician
            else cast(1 as decimal(8, 4))
        end as renderer_rate
    from scheduled_terms as terms
),

term_fees as (
    select
        terms.term,
        case
            when terms.contract_basis is null then term_rates.medicare_fee
            when terms.contract_basis = 'fee'
                then cast(round(terms.value, 2) as decimal(12, 2))
            when terms.contract_basis = 'percent_of_medicare'
                then cast(round(term_rates.medicare_fee * terms.value, 2) as decimal(12, 2))
        end as fee
    from scheduled_terms as terms
    inner join term_rates on terms.term = term_rates.term
),

-- 100 % of one side for indicator 0, 150 % for both sides for indicator 1
term_sides as (
    select
        term_fees.term,
        cast(round(term_fees.fee * term_rates.bilateral_rate, 2) as decimal(12, 2)) as sided_fee
    from term_fees
    inner join term_rates on term_fees.term = term_rates.term
),

term_roles as (
    select
        term_sides.term,
        cast(round(term_sides.sided_fee * term_rates.role_rate, 2) as decimal(12, 2)) as role_fee
    from term_sides
    inner join term_rates on term_sides.term = term_rates.term
),

term_units as (
    select
        term_roles.term,
        cast(round(term_roles.role_fee * term_rates.share_rate, 2) as decimal(12, 2)) as unit_fee
    from term_roles
    inner join term_rates on term_roles.term = term_rates.term
),

-- The first reason that applies; a line with a fee is by hand (manual), one without is not priced.
term_reasons as (
    select
        terms.term,
        case
            when terms.contract_basis = 'carved_out'
                then 'the contract leaves ' || terms.procedure_code || ' out: ' || terms.source
            when
                term_rates.needs_schedule
                and (not terms.has_schedule or terms.conversion_factor is null)
                then 'no fee schedule for ' || cast(year(terms.fee_date) as varchar)
            when terms.component <> terms.other_component
                then
                    'modifiers ' || terms.component || ' and ' || terms.other_component
                    || ' exclude each other'
            when
                term_rates.needs_schedule and terms.rvu_release is null
                and terms.component is not null
                then
                    terms.procedure_code || '-' || terms.component
                    || ' is not on the loaded schedule'
            when term_rates.needs_schedule and terms.rvu_release is null
                then terms.procedure_code || ' is not on the loaded schedule'
            when term_rates.needs_schedule and terms.status_code not in ('A', 'R', 'T')
                then 'status ' || terms.status_code || ' is not priced by RVUs'
            when
                term_rates.needs_schedule and terms.setting is null
                and terms.place_of_service is null
                then 'place of service unknown'
            when term_rates.needs_schedule and terms.setting is null
                then
                    'place of service ' || terms.place_of_service || ' is not in the loaded table'
            when term_rates.needs_schedule and terms.fee_locality is null
                then 'locality unknown'
            when term_rates.needs_schedule and terms.gpci_release is null
                then
                    'locality ' || terms.fee_locality || ' has no GPCI for '
                    || cast(year(terms.fee_date) as varchar)
            when terms.units <= 0 or terms.units <> floor(terms.units)
                then
                    'units ' || cast(terms.units as varchar) || ' are not a whole number above zero'
            when terms.denied is not null and terms.contract_basis is null
                then 'modifier ' || terms.denied || ': Medicare does not pay the line'
        end as unpriced_reason,
        case
            when terms.unknown_modifier is not null
                then 'modifier ' || terms.unknown_modifier || ' is not in the loaded table'
            when terms.contract_basis = 'percent_of_charge' then cast(null as varchar)
            when terms.by_report = '66' and terms.team = '0'
                then 'modifier 66: team surgery is not permitted (team indicator 0)'
            when terms.by_report is not null
                then 'modifier ' || terms.by_report || ' is priced by report'
            when terms.denied is not null
                then 'modifier ' || terms.denied || ' is priced by report'
            when terms.role_effect <> terms.other_effect
                then 'a co-surgeon is no assistant: the modifiers exclude each other'
            when terms.share_modifier <> terms.other_share
                then
                    'modifiers ' || terms.share_modifier || ' and ' || terms.other_share
                    || ' exclude each other'
            when
                terms.share_effect in ('surgery_only', 'aftercare')
                and coalesce(terms.global_days not in ('010', '090'), true)
                then
                    'modifier ' || terms.share_modifier || ' on a code without a global period'
            when terms.share_effect is not null and term_rates.share_rate = 0
                then
                    'modifier ' || terms.share_modifier || ': the schedule has no share for '
                    || terms.procedure_code
            when terms.is_bilateral and terms.units <> 1
                then 'modifier 50 with more than one unit'
            when
                terms.is_bilateral
                and coalesce(terms.bilateral not in ('0', '1', '2'), true)
                then 'modifier 50 on bilateral indicator ' || coalesce(terms.bilateral, 'unknown')
            when
                terms.role_effect = 'assistant'
                and coalesce(terms.assistant_indicator not in ('1', '2'), true)
                then
                    'assistant indicator ' || coalesce(terms.assistant_indicator, 'unknown')
                    || ' is paid with documentation only'
            when
                terms.role_effect = 'co_surgeon'
                and coalesce(terms.co_surgeon_indicator not in ('1', '2'), true)
                then
                    'modifier 62: co-surgeons are not permitted (indicator '
                    || coalesce(terms.co_surgeon_indicator, 'unknown') || ')'
            when
                terms.role_effect is not null and terms.role_modifier <> 'AS'
                and terms.is_nonphysician
                then
                    'modifier ' || terms.role_modifier
                    || ' is a physician''s, the renderer is not one'
            when
                terms.is_nonphysician and terms.pctc = '1'
                and coalesce(terms.component, '') <> '26'
                then 'the non-physician reduction does not reach the technical part'
        end as manual_reason
    from scheduled_terms as terms
    inner join term_rates on terms.term = term_rates.term
),

-- How a payer's own percentages read: 100/50/25 is 1.00, 0.50, 0.25 and 0.25 for all further ranks.
own_percentages as (
    select distinct
        bases.multiple_procedure,
        nullif(split_part(bases.multiple_procedure, '/', 1), '') as first_share,
        nullif(split_part(bases.multiple_procedure, '/', 2), '') as second_share,
        nullif(split_part(bases.multiple_procedure, '/', 3), '') as third_share,
        nullif(split_part(bases.multiple_procedure, '/', 4), '') as fourth_share,
        nullif(split_part(bases.multiple_procedure, '/', 5), '') as fifth_share
    from bases
    where bases.multiple_procedure is not null
),

filled_percentages as (
    select
        shares.multiple_procedure,
        shares.first_share,
        coalesce(shares.second_share, shares.first_share) as second_share,
        coalesce(shares.third_share, shares.second_share, shares.first_share) as third_share,
        coalesce(
            shares.fourth_share, shares.third_share, shares.second_share, shares.first_share
        ) as fourth_share,
        coalesce(
            shares.fifth_share, shares.fourth_share, shares.third_share, shares.second_share,
            shares.first_share
        ) as fifth_share
    from own_percentages as shares
),

rank_rates as (
    select
        shares.multiple_procedure,
        cast(round(
            cast(shares.first_share as decimal(5, 2)) * cast(0.01 as decimal(3, 2)), 4
        ) as decimal(8, 4)) as first_rate,
        cast(round(
            cast(shares.second_share as decimal(5, 2)) * cast(0.01 as decimal(3, 2)), 4
        ) as decimal(8, 4)) as second_rate,
        cast(round(
            cast(shares.third_share as decimal(5, 2)) * cast(0.01 as decimal(3, 2)), 4
        ) as decimal(8, 4)) as third_rate,
        cast(round(
            cast(shares.fourth_share as decimal(5, 2)) * cast(0.01 as decimal(3, 2)), 4
        ) as decimal(8, 4)) as fourth_rate,
        cast(round(
            cast(shares.fifth_share as decimal(5, 2)) * cast(0.01 as decimal(3, 2)), 4
        ) as decimal(8, 4)) as fifth_rate
    from filled_percentages as shares
),

-- Indicator 2 is ranked; indicators other than 0, 2 and 9 have rules of their own (endoscopy,
-- imaging, therapy): priced where the line stands alone, by hand where it meets its like.
judged_terms as (
    select
        terms.term,
        terms.basis,
        terms.period_from,
        terms.procedure_code,
        terms.modifier_key,
        terms.units,
        terms.place_of_service,
        terms.locality,
        terms.participating,
        terms.assigned,
        terms.apm_qualifying,
        terms.rendering_type,
        terms.payer,
        terms.line_of_business,
        -- what a person has to price is ranked by its unmodified fee
        case
            when term_reasons.manual_reason is null then term_units.unit_fee else term_fees.fee
        end as unit_fee,
        cast(floor(terms.units) as bigint) as whole_units,
        case
            when terms.basis = 'contract' and terms.role_effect = 'assistant' then 3
            when terms.basis = 'contract' then 2
            when terms.role_effect = 'assistant' then 1
            else 0
        end as pool,
        terms.basis = 'contract' as is_contract,
        coalesce(
            term_reasons.unpriced_reason is null
            and terms.multiple_indicator = '2'
            and (term_rates.role_rate > 0 or term_reasons.manual_reason is not null)
            and (
                terms.contract_basis is null
                or (
                    terms.contract_basis <> 'percent_of_charge'
                    and (terms.follows_mppr or terms.multiple_procedure is not null)
                )
            ),
            false
        ) as is_ranked,
        coalesce(
            term_reasons.unpriced_reason is null
            and terms.multiple_indicator not in ('0', '2', '9')
            and (
                terms.contract_basis is null
                or (
                    terms.contract_basis <> 'percent_of_charge'
                    and terms.follows_mppr and terms.multiple_procedure is null
                )
            ),
            false
        ) as is_other,
        coalesce(terms.multiple_indicator in ('1', '3'), false) as is_other_surgery,
        terms.has_schedule and terms.rvu_release is null as is_unlisted
    from scheduled_terms as terms
    inner join term_rates on terms.term = term_rates.term
    inner join term_fees on terms.term = term_fees.term
    inner join term_units on terms.term = term_units.term
    inner join term_reasons on terms.term = term_reasons.term
),

line_terms as (
    select
        lines.line_id,
        lines.patient_id,
        lines.date_of_service,
        lines.pricing_group,
        lines.submitted_date,
        lines.ordinal,
        lines.charge,
        lines.mips_factor,
        lines.deductible,
        lines.deductible_remaining,
        lines.qmb,
        judged_terms.term,
        judged_terms.pool,
        judged_terms.is_contract,
        judged_terms.unit_fee,
        judged_terms.whole_units,
        judged_terms.is_ranked,
        judged_terms.is_other,
        judged_terms.is_other_surgery,
        judged_terms.is_unlisted
    from core.pricing_line as lines
    inner join service_periods on lines.date_of_service = service_periods.date_of_service
    inner join judged_terms
        on
            service_periods.period_from = judged_terms.period_from
            and lines.procedure_code = judged_terms.procedure_code
            and lines.modifier_key = judged_terms.modifier_key
            and lines.units = judged_terms.units
            and lines.place_of_service is not distinct from judged_terms.place_of_service
            and lines.locality is not distinct from judged_terms.locality
            and lines.participating = judged_terms.participating
            and lines.assigned = judged_terms.assigned
            and lines.apm_qualifying = judged_terms.apm_qualifying
            and lines.rendering_type is not distinct from judged_terms.rendering_type
            and lines.payer = judged_terms.payer
            and lines.line_of_business = judged_terms.line_of_business
),

-- Days with a code of another multiple procedure rule, or one the loaded schedule does not have.
odd_groups as (
    select
        line_terms.patient_id,
        line_terms.date_of_service,
        line_terms.pricing_group,
        line_terms.is_contract,
        coalesce(sum(case when line_terms.is_other then line_terms.whole_units end), 0)
            as other_units,
        bool_or(line_terms.is_other and line_terms.is_other_surgery) as has_surgery,
        bool_or(line_terms.is_unlisted) as has_unlisted
    from line_terms
    where line_terms.is_other or line_terms.is_unlisted
    group by
        line_terms.patient_id, line_terms.date_of_service, line_terms.pricing_group,
        line_terms.is_contract
),

-- Units of a line are neighbours in the ranking: its best rank follows from the units before it.
line_ranks as (
    select
        line_terms.line_id,
        line_terms.patient_id,
        line_terms.date_of_service,
        line_terms.pricing_group,
        line_terms.charge,
        line_terms.mips_factor,
        line_terms.deductible,
        line_terms.deductible_remaining,
        line_terms.qmb,
        line_terms.term,
        line_terms.is_contract,
        coalesce(sum(line_terms.whole_units) over (
            partition by
                line_terms.patient_id, line_terms.date_of_service, line_terms.pricing_group,
                line_terms.pool
            order by
                line_terms.unit_fee desc, line_terms.submitted_date asc, line_terms.ordinal asc,
                line_terms.line_id asc
            rows between unbounded preceding and 1 preceding
        ), 0) + 1 as best_rank
    from line_terms
    where line_terms.is_ranked
),

ranked_groups as (
    select distinct
        line_ranks.patient_id,
        line_ranks.date_of_service,
        line_ranks.pricing_group,
        line_ranks.is_contract
    from line_ranks
    semi join odd_groups
        on
            line_ranks.patient_id = odd_groups.patient_id
            and line_ranks.date_of_service = odd_groups.date_of_service
            and line_ranks.pricing_group = odd_groups.pricing_group
),

-- The situation of a line is its best rank and its company in one number. A code the loaded
-- schedule does not have may outrank the others: their explanation says so.
ranked_lines as (
    select
        lines.line_id,
        lines.patient_id,
        lines.charge,
        lines.mips_factor,
        lines.deductible,
        lines.deductible_remaining,
        lines.qmb,
        lines.term,
        lines.is_contract,
        cast(floor(lines.best_rank) as bigint) * 4
        + case
            when coalesce(odd_groups.has_surgery, false) then 2
            when coalesce(odd_groups.has_unlisted, false) then 1
            else 0
        end as situation
    from line_ranks as lines
    left join odd_groups
        on
            lines.patient_id = odd_groups.patient_id
            and lines.date_of_service = odd_groups.date_of_service
            and lines.pricing_group = odd_groups.pricing_group
            and lines.is_contract = odd_groups.is_contract
    union all
    select
        lines.line_id,
        lines.patient_id,
        lines.charge,
        lines.mips_factor,
        lines.deductible,
        lines.deductible_remaining,
        lines.qmb,
        lines.term,
        lines.is_contract,
        cast(0 as bigint) as situation
    from line_terms as lines
    where not lines.is_ranked and not lines.is_other
    union all
    select
        lines.line_id,
        lines.patient_id,
        lines.charge,
        lines.mips_factor,
        lines.deductible,
        lines.deductible_remaining,
        lines.qmb,
        lines.term,
        lines.is_contract,
        cast(case
            when
                odd_groups.other_units > 1
                or (odd_groups.has_surgery and ranked_groups.patient_id is not null)
                then 3
            else 0
        end as bigint) as situation
    from line_terms as lines
    inner join odd_groups
        on
            lines.patient_id = odd_groups.patient_id
            and lines.date_of_service = odd_groups.date_of_service
            and lines.pricing_group = odd_groups.pricing_group
            and lines.is_contract = odd_groups.is_contract
    left join ranked_groups
        on
            lines.patient_id = ranked_groups.patient_id
            and lines.date_of_service = ranked_groups.date_of_service
            and lines.pricing_group = ranked_groups.pricing_group
            and lines.is_contract = ranked_groups.is_contract
    where lines.is_other
),

ranked_terms as (
    select distinct
        ranked_lines.term,
        ranked_lines.situation,
        cast(floor(ranked_lines.situation / 4) as bigint) as best_rank,
        ranked_lines.situation % 4 as company
    from ranked_lines
),

term_rank_rates as (
    select
        terms.term,
        terms.multiple_procedure is null as is_medicare_ranking,
        coalesce(rank_rates.first_rate, terms.first_rank) as first_rate,
        coalesce(rank_rates.second_rate, terms.other_rank) as second_rate,
        coalesce(rank_rates.third_rate, terms.other_rank) as third_rate,
        coalesce(rank_rates.fourth_rate, terms.other_rank) as fourth_rate,
        coalesce(rank_rates.fifth_rate, terms.other_rank) as fifth_rate,
        coalesce(terms.units_priced, 0) as units_priced
    from scheduled_terms as terms
    left join rank_rates on terms.multiple_procedure = rank_rates.multiple_procedure
),

rank_units as (
    select
        ranked_terms.term,
        ranked_terms.situation,
        ranked_terms.best_rank,
        judged_terms.unit_fee,
        judged_terms.whole_units,
        rates.first_rate,
        rates.second_rate,
        rates.third_rate,
        rates.fourth_rate,
        rates.fifth_rate,
        rates.is_medicare_ranking
        and ranked_terms.best_rank + judged_terms.whole_units - 1 > rates.units_priced
            as is_beyond,
        case when ranked_terms.best_rank = 1 then 1 else 0 end as first_units,
        case
            when
                ranked_terms.best_rank <= 2
                and ranked_terms.best_rank + judged_terms.whole_units > 2 then 1
            else 0
        end as second_units,
        case
            when
                ranked_terms.best_rank <= 3
                and ranked_terms.best_rank + judged_terms.whole_units > 3 then 1
            else 0
        end as third_units,
        case
            when
                ranked_terms.best_rank <= 4
                and ranked_terms.best_rank + judged_terms.whole_units > 4 then 1
            else 0
        end as fourth_units,
        greatest(
            ranked_terms.best_rank + judged_terms.whole_units
            - greatest(ranked_terms.best_rank, 5), 0
        ) as further_units
    from ranked_terms
    inner join judged_terms on ranked_terms.term = judged_terms.term
    inner join term_rank_rates as rates on ranked_terms.term = rates.term
    where ranked_terms.best_rank > 0
),

rank_amounts as (
    select
        rank_units.term,
        rank_units.situation,
        rank_units.is_beyond,
        cast(round(
            rank_units.first_units * rank_units.first_rate
            + rank_units.second_units * rank_units.second_rate
            + rank_units.third_units * rank_units.third_rate
            + rank_units.fourth_units * rank_units.fourth_rate
            + rank_units.further_units * rank_units.fifth_rate, 4
        ) as decimal(12, 4)) as rate_sum,
        cast(round(
            rank_units.first_units
            * cast(round(rank_units.unit_fee * rank_units.first_rate, 2) as decimal(12, 2))
            + rank_units.second_units
            * cast(round(rank_units.unit_fee * rank_units.second_rate, 2) as decimal(12, 2))
            + rank_units.third_units
            * cast(round(rank_units.unit_fee * rank_units.third_rate, 2) as decimal(12, 2))
            + rank_units.fourth_units
            * cast(round(rank_units.unit_fee * rank_units.fourth_rate, 2) as decimal(12, 2))
            + rank_units.further_units
            * cast(round(rank_units.unit_fee * rank_units.fifth_rate, 2) as decimal(12, 2)), 2
        ) as decimal(12, 2)) as ranked_fee
    from rank_units
),

priced_terms as (
    select
        ranked_terms.term,
        ranked_terms.situation,
        ranked_terms.best_rank,
        ranked_terms.company,
        term_reasons.unpriced_reason,
        coalesce(
            term_reasons.manual_reason,
            case
                when rank_amounts.is_beyond
                    then 'the sixth and later procedures of a day are priced by report'
                when ranked_terms.company = 3
                    then
                        'multiple procedure indicator ' || terms.multiple_indicator
                        || ' beside other services of the day'
                when ranked_terms.company = 2
                    then 'ranked with a procedure of another multiple procedure rule'
            end
        ) as manual_reason,
        cast(round(term_fees.fee * terms.units, 2) as decimal(12, 2)) as full_fee,
        case
            when rank_amounts.term is null then cast(1 as decimal(9, 6))
            else cast(round(
                cast(rank_amounts.rate_sum as double)
                / nullif(cast(judged_terms.whole_units as double), 0), 6
            ) as decimal(9, 6))
        end as mean_rate,
        coalesce(
            rank_amounts.ranked_fee,
            cast(round(term_units.unit_fee * terms.units, 2) as decimal(12, 2))
        ) as ranked_fee
    from ranked_terms
    inner join scheduled_terms as terms on ranked_terms.term = terms.term
    inner join judged_terms on ranked_terms.term = judged_terms.term
    inner join term_reasons on ranked_terms.term = term_reasons.term
    inner join term_fees on ranked_terms.term = term_fees.term
    inner join term_units on ranked_terms.term = term_units.term
    left join rank_amounts
        on
            ranked_terms.term = rank_amounts.term
            and ranked_terms.situation = rank_amounts.situation
),

participation_amounts as (
    select
        priced_terms.term,
        priced_terms.situation,
        cast(round(priced_terms.ranked_fee * term_rates.participation_rate, 2) as decimal(12, 2))
            as participation_fee
    from priced_terms
    inner join term_rates on priced_terms.term = term_rates.term
),

-- The amount before the charge; null where nothing but a person can price it.
term_amounts as (
    select
        amounts.term,
        amounts.situation,
        case
            when priced_terms.unpriced_reason is null and priced_terms.manual_reason is null
                then cast(round(
                    amounts.participation_fee * term_rates.renderer_rate, 2
                ) as decimal(12, 2))
        end as amount,
        case when priced_terms.unpriced_reason is null then priced_terms.full_fee end as full_fee,
        case
            when
                terms.contract_basis = 'percent_of_charge'
                and priced_terms.unpriced_reason is null and priced_terms.manual_reason is null
                then terms.value
        end as charge_share,
        coalesce(terms.is_lesser_of_charge, true) as is_lesser_of_charge,
        terms.basis = 'contract' or terms.line_of_business = 'medicare' as is_expected,
        terms.line_of_business = 'medicare' as is_medicare
    from participation_amounts as amounts
    inner join priced_terms
        on
            amounts.term = priced_terms.term
            and amounts.situation = priced_terms.situation
    inner join scheduled_terms as terms on amounts.term = terms.term
    inner join term_rates on amounts.term = term_rates.term
),

allowed_lines as (
    select
        ranked_lines.line_id,
        ranked_lines.patient_id,
        ranked_lines.term,
        ranked_lines.situation,
        ranked_lines.is_contract,
        term_amounts.full_fee,
        term_amounts.amount,
        case
            when term_amounts.charge_share is not null
                then cast(round(
                    ranked_lines.charge * term_amounts.charge_share, 2
                ) as decimal(12, 2))
            when not term_amounts.is_expected then cast(null as decimal(12, 2))
            when term_amounts.is_lesser_of_charge and ranked_lines.charge <= term_amounts.amount
                then ranked_lines.charge
            else term_amounts.amount
        end as allowed,
        coalesce(
            term_amounts.is_expected and term_amounts.is_lesser_of_charge
            and ranked_lines.charge <= term_amounts.amount, false
        ) as is_charge,
        ranked_lines.charge is null and term_amounts.charge_share is not null as has_no_charge,
        term_amounts.is_medicare,
        case when term_amounts.is_medicare then ranked_lines.mips_factor end as mips_factor,
        term_amounts.is_medicare and ranked_lines.qmb as qmb,
        case when term_amounts.is_medicare then ranked_lines.deductible end as deductible,
        case when term_amounts.is_medicare then ranked_lines.deductible_remaining end
            as deductible_remaining
    from ranked_lines
    inner join term_amounts
        on
            ranked_lines.term = term_amounts.term
            and ranked_lines.situation = term_amounts.situation
),

-- Where the deductible left is given, lines take from it in claim order.
charged_lines as (
    select
        lines.line_id,
        lines.patient_id,
        lines.date_of_service,
        lines.submitted_date,
        lines.ordinal
    from core.pricing_line as lines
    where lines.deductible_remaining > 0 and lines.deductible is null
),

remaining_lines as (
    select
        lines.line_id,
        coalesce(sum(lines.allowed) over (
            partition by charged_lines.patient_id, charged_lines.date_of_service
            order by charged_lines.submitted_date, charged_lines.ordinal, charged_lines.line_id
            rows between unbounded preceding and 1 preceding
        ), 0) as earlier_allowed
    from allowed_lines as lines
    inner join charged_lines on lines.line_id = charged_lines.line_id
    where lines.is_medicare and lines.allowed is not null
),

-- The state of a line beside its amounts, in one number: allowed is the charge, there is no charge,
-- QMB, and where the deductible comes from.
deductible_lines as (
    select
        lines.line_id,
        lines.patient_id,
        lines.term,
        lines.situation,
        lines.is_contract,
        lines.full_fee,
        lines.amount,
        lines.allowed,
        lines.mips_factor,
        case
            when not lines.is_medicare or lines.allowed is null then cast(null as decimal(12, 2))
            when lines.deductible is not null then least(lines.deductible, lines.allowed)
            when remaining_lines.line_id is null then cast(0 as decimal(12, 2))
            else cast(least(
                lines.allowed,
                greatest(
                    lines.deductible_remaining - remaining_lines.earlier_allowed,
                    cast(0 as decimal(12, 2))
                )
            ) as decimal(12, 2))
        end as deductible,
        case when lines.is_charge then 1 else 0 end
        + case when lines.has_no_charge then 2 else 0 end
        + case when lines.qmb then 4 else 0 end
        + case
            when lines.deductible is not null then 8
            when lines.deductible_remaining > 0 then 16
            when lines.deductible_remaining = 0 then 24
            else 0
        end as state
    from allowed_lines as lines
    left join remaining_lines on lines.line_id = remaining_lines.line_id
),

-- What is paid and what is said of it, once for each outcome.
distinct_outcomes as (
    select distinct
        lines.term,
        lines.situation,
        lines.state,
        lines.allowed,
        lines.mips_factor,
        lines.deductible
    from deductible_lines as lines
),

outcomes as (
    select
        outcomes.term,
        outcomes.situation,
        outcomes.state,
        outcomes.allowed,
        outcomes.mips_factor,
        outcomes.deductible,
        outcomes.state % 2 = 1 as is_charge,
        outcomes.state % 4 >= 2 as has_no_charge,
        outcomes.state % 8 >= 4 as qmb,
        case
            when outcomes.state >= 24 then 'met'
            when outcomes.state >= 16 then 'what was left'
            when outcomes.state >= 8 then 'by the remittance'
            else 'taken as met'
        end as deductible_note
    from distinct_outcomes as outcomes
),

coinsurance_outcomes as (
    select
        outcomes.term,
        outcomes.situation,
        outcomes.state,
        outcomes.has_no_charge,
        outcomes.allowed,
        outcomes.is_charge,
        outcomes.mips_factor,
        outcomes.qmb,
        outcomes.deductible,
        outcomes.deductible_note,
        cast(round(
            (outcomes.allowed - outcomes.deductible) * terms.coinsurance, 2
        ) as decimal(12, 2)) as coinsurance
    from outcomes
    inner join scheduled_terms as terms on outcomes.term = terms.term
),

sequestered_outcomes as (
    select
        outcomes.term,
        outcomes.situation,
        outcomes.state,
        outcomes.has_no_charge,
        outcomes.allowed,
        outcomes.is_charge,
        outcomes.mips_factor,
        outcomes.qmb,
        outcomes.deductible,
        outcomes.deductible_note,
        outcomes.coinsurance,
        cast(outcomes.allowed - outcomes.deductible - outcomes.coinsurance as decimal(12, 2))
            as program_payment,
        cast(round(
            (outcomes.allowed - outcomes.deductible - outcomes.coinsurance)
            * terms.sequestration_rate, 2
        ) as decimal(12, 2)) as sequestration
    from coinsurance_outcomes as outcomes
    inner join scheduled_terms as terms on outcomes.term = terms.term
),

paid_outcomes as (
    select
        outcomes.term,
        outcomes.situation,
        outcomes.state,
        outcomes.has_no_charge,
        outcomes.allowed,
        outcomes.is_charge,
        outcomes.mips_factor,
        outcomes.qmb,
        outcomes.deductible,
        outcomes.deductible_note,
        outcomes.coinsurance,
        outcomes.program_payment,
        outcomes.sequestration,
        cast(round(
            (outcomes.program_payment - outcomes.sequestration) * outcomes.mips_factor, 2
        ) as decimal(12, 2)) as mips_adjustment
    from sequestered_outcomes as outcomes
),

-- The chain of a term: fee, contract, modifiers.
term_texts as (
    select
        terms.term,
        case
            when terms.contract_basis is null or terms.contract_basis = 'percent_of_medicare'
                then
                    case when terms.contract_basis is null then 'fee ' else 'Medicare fee ' end
                    || cast(term_rates.medicare_fee as varchar) || ' ' || terms.setting || ' = '
                    || cast(terms.conversion_factor as varchar) || ' x ('
                    || cast(terms.work_rvu as varchar) || ' x ' || cast(terms.work_gpci as varchar)
                    || ' + '
                    || cast(terms.pe_rvu as varchar) || ' x ' || cast(terms.pe_gpci as varchar)
                    || ' + '
                    || cast(terms.mp_rvu as varchar) || ' x ' || cast(terms.mp_gpci as varchar)
                    || ')'
                    || case
                        when terms.contract_basis is null then ''
                        else
                            '; contract x ' || cast(terms.value as varchar) || ' = '
                            || cast(term_fees.fee as varchar)
                    end
            when terms.contract_basis = 'fee'
                then 'contract fee ' || cast(term_fees.fee as varchar)
            else 'contract: the charge x ' || cast(terms.value as varchar)
        end as fee_text,
        case
            when terms.units = 1 then ''
            else '; x ' || cast(judged_terms.whole_units as varchar) || ' units'
        end as units_text,
        case
            when term_rates.bilateral_rate = 1 then ''
            else
                '; both sides x ' || cast(term_rates.bilateral_rate as varchar) || ' = '
                || cast(term_sides.sided_fee as varchar)
        end
        || case
            when terms.role_effect is null then ''
            else
                case when terms.role_effect = 'assistant' then '; assistant' else '; co-surgeon' end
                || ' x ' || cast(term_rates.role_rate as varchar) || ' = '
                || cast(term_roles.role_fee as varchar)
        end
        || case
            when term_rates.share_rate = 1 then ''
            else
                case
                    when terms.share_effect = 'surgery_only'
                        then
                            '; surgery only x (' || cast(terms.preoperative_share as varchar)
                            || ' + ' || cast(terms.intraoperative_share as varchar) || ')'
                    when terms.share_effect = 'aftercare'
                        then
                            '; aftercare, all of its days x '
                            || cast(terms.postoperative_share as varchar)
                    else
                        '; return to the operating room x '
                        || cast(terms.intraoperative_share as varchar)
                end
                || ' = ' || cast(term_units.unit_fee as varchar)
        end as modifier_text,
        case
            when terms.basis = 'contract' then terms.source || ': '
            else ''
        end
        || case
            when terms.contract_basis is null or terms.contract_basis = 'percent_of_medicare'
                then
                    terms.rvu_release || ', CF ' || cast(terms.conversion_factor as varchar)
                    || ', ' || terms.gpci_release || ' ' || terms.fee_locality
            when terms.contract_basis = 'fee' then 'flat fee'
            else 'percent of charge'
        end as fee_schedule,
        terms.assigned or terms.participating or terms.line_of_business <> 'medicare'
            as is_assigned,
        -- wide: four factors of a line with many units do not fit 18 digits
        cast(round(
            cast(term_fees.fee as decimal(20, 2))
            * terms.units * terms.non_participating * terms.limiting_charge, 2
        ) as decimal(12, 2)) as limiting_charge
    from scheduled_terms as terms
    inner join judged_terms on terms.term = judged_terms.term
    inner join term_rates on terms.term = term_rates.term
    inner join term_fees on terms.term = term_fees.term
    inner join term_sides on terms.term = term_sides.term
    inner join term_roles on terms.term = term_roles.term
    inner join term_units on terms.term = term_units.term
),

-- ... ranking, participation and renderer.
ranked_texts as (
    select
        priced_terms.term,
        priced_terms.situation,
        case
            when terms.contract_basis = 'percent_of_charge' then ''
            when priced_terms.best_rank = 0
                then
                    '; not reduced'
                    || case
                        when terms.units = 1 then ''
                        else ' = ' || cast(priced_terms.ranked_fee as varchar)
                    end
            when terms.units = 1
                then
                    '; rank ' || cast(priced_terms.best_rank as varchar) || ' x '
                    || cast(priced_terms.mean_rate as varchar)
                    || ' = ' || cast(priced_terms.ranked_fee as varchar)
            else
                '; ranks ' || cast(priced_terms.best_rank as varchar) || ' to '
                || cast(priced_terms.best_rank + judged_terms.whole_units - 1 as varchar)
                || case
                    when terms.multiple_procedure is not null
                        then ' at ' || terms.multiple_procedure || ' %'
                    when priced_terms.best_rank = 1
                        then
                            ' at ' || cast(terms.first_rank as varchar) || ' and '
                            || cast(terms.other_rank as varchar)
                    else ' at ' || cast(terms.other_rank as varchar)
                end
                || ' = ' || cast(priced_terms.ranked_fee as varchar)
        end
        || case
            when priced_terms.company = 1
                then ' (ranked without a code of the day that is not on the loaded schedule)'
            else ''
        end
        || case
            when term_rates.participation_rate = 1 then ''
            else
                '; not participating x ' || cast(term_rates.participation_rate as varchar) || ' = '
                || cast(participation_amounts.participation_fee as varchar)
        end
        || case
            when term_rates.renderer_rate = 1 then ''
            else
                '; non-physician x ' || cast(term_rates.renderer_rate as varchar) || ' = '
                || cast(cast(round(
                    participation_amounts.participation_fee * term_rates.renderer_rate, 2
                ) as decimal(12, 2)) as varchar)
        end as rank_text
    from priced_terms
    inner join scheduled_terms as terms on priced_terms.term = terms.term
    inner join judged_terms on priced_terms.term = judged_terms.term
    inner join term_rates on priced_terms.term = term_rates.term
    inner join participation_amounts
        on
            priced_terms.term = participation_amounts.term
            and priced_terms.situation = participation_amounts.situation
),

told_outcomes as (
    select
        outcomes.term,
        outcomes.situation,
        outcomes.state,
        outcomes.has_no_charge,
        outcomes.allowed,
        outcomes.is_charge,
        outcomes.mips_factor,
        outcomes.qmb,
        outcomes.deductible,
        outcomes.deductible_note,
        outcomes.coinsurance,
        outcomes.sequestration,
        outcomes.mips_adjustment,
        case
            when priced_terms.unpriced_reason is not null or outcomes.has_no_charge
                then 'not_priced'
            when not term_amounts.is_expected then 'not_priced'
            when priced_terms.manual_reason is not null then 'manual'
            else 'priced'
        end as status,
        case
            when not term_amounts.is_expected
                then
                    'no terms are loaded for ' || terms.payer || ' (' || terms.line_of_business
                    || ')'
            when outcomes.has_no_charge then 'the charge is unknown'
            else coalesce(priced_terms.unpriced_reason, priced_terms.manual_reason)
        end as reason,
        case
            when priced_terms.unpriced_reason is null and term_amounts.is_expected
                then priced_terms.full_fee
        end as full_fee,
        nullif(priced_terms.best_rank, 0) as mppr_rank,
        case when outcomes.allowed is not null then priced_terms.mean_rate end as mppr_rate,
        case
            when outcomes.allowed is not null
                then cast(round(
                    term_rates.bilateral_rate * term_rates.role_rate * term_rates.share_rate
                    * term_rates.participation_rate * term_rates.renderer_rate, 6
                ) as decimal(9, 6))
        end as modifier_rate,
        cast(
            outcomes.program_payment - outcomes.sequestration + outcomes.mips_adjustment
            as decimal(12, 2)
        ) as expected_paid,
        case
            when outcomes.qmb and outcomes.allowed is not null then cast(0 as decimal(12, 2))
            else cast(outcomes.deductible + outcomes.coinsurance as decimal(12, 2))
        end as patient_share,
        case
            when priced_terms.unpriced_reason is not null or outcomes.has_no_charge
                then cast(null as varchar)
            else
                case
                    when term_amounts.is_expected then ''
                    else 'compared as percent of Medicare: '
                end
                || term_texts.fee_text
                || case
                    when priced_terms.manual_reason is not null
                        then term_texts.units_text || '; ' || priced_terms.manual_reason
                    when not term_amounts.is_expected
                        then
                            term_texts.modifier_text || term_texts.units_text
                            || ranked_texts.rank_text || '; Medicare would allow '
                            || cast(term_amounts.amount as varchar)
                    else
                        term_texts.modifier_text || term_texts.units_text
                        || ranked_texts.rank_text
                        || '; allowed ' || cast(outcomes.allowed as varchar)
                        || case when outcomes.is_charge then ' (the charge)' else '' end
                        || case
                            when term_amounts.is_medicare
                                then
                                    '; deductible '
                                    || case
                                        when outcomes.deductible_note in ('met', 'taken as met')
                                            then outcomes.deductible_note
                                        else
                                            cast(outcomes.deductible as varchar) || ' ('
                                            || outcomes.deductible_note || ')'
                                    end
                                    || '; coinsurance x ' || cast(terms.coinsurance as varchar)
                                    || ' = ' || cast(outcomes.coinsurance as varchar)
                                    || case
                                        when outcomes.qmb
                                            then ' (QMB: not collected from the patient)'
                                        else ''
                                    end
                                    || '; sequestration x '
                                    || cast(terms.sequestration_rate as varchar) || ' = '
                                    || cast(outcomes.sequestration as varchar)
                                    || case
                                        when outcomes.mips_factor = 0 then ''
                                        else
                                            '; MIPS x ' || cast(outcomes.mips_factor as varchar)
                                            || ' = ' || cast(outcomes.mips_adjustment as varchar)
                                    end
                                    || '; paid '
                                    || cast(cast(
                                        outcomes.program_payment - outcomes.sequestration
                                        + outcomes.mips_adjustment as decimal(12, 2)
                                    ) as varchar)
                                    || case
                                        when term_texts.is_assigned then ''
                                        else
                                            '; not assigned: paid to the patient, limiting charge '
                                            || cast(term_texts.limiting_charge as varchar)
                                    end
                            else '; the patient''s share follows the plan, not the contract'
                        end
                end
        end as explanation,
        case when priced_terms.unpriced_reason is null then term_texts.fee_schedule end
            as fee_schedule,
        case
            when terms.basis = 'contract' then 'contract'
            when terms.line_of_business = 'medicare' then 'medicare'
            else 'none'
        end as expected_basis,
        terms.source as contract_source
    from paid_outcomes as outcomes
    inner join scheduled_terms as terms on outcomes.term = terms.term
    inner join term_rates on outcomes.term = term_rates.term
    inner join term_texts on outcomes.term = term_texts.term
    inner join priced_terms
        on
            outcomes.term = priced_terms.term
            and outcomes.situation = priced_terms.situation
    inner join term_amounts
        on
            outcomes.term = term_amounts.term
            and outcomes.situation = term_amounts.situation
    inner join ranked_texts
        on
            outcomes.term = ranked_texts.term
            and outcomes.situation = ranked_texts.situation
),

contract_lines as (
    select
        lines.line_id,
        lines.term,
        lines.situation,
        lines.state,
        lines.allowed
    from deductible_lines as lines
    where lines.is_contract
),

noted_lines as (
    select
        lines.line_id,
        lines.locality_note
    from core.pricing_line as lines
    where lines.locality_note is not null
),

-- A line with terms is expected by them; what Medicare would allow stays beside it.
chosen_lines as (
    select
        lines.line_id,
        lines.patient_id,
        noted_lines.locality_note,
        lines.full_fee as medicare_fee,
        lines.amount as medicare_allowed,
        lines.mips_factor,
        lines.deductible,
        coalesce(contract_lines.term, lines.term) as term,
        coalesce(contract_lines.situation, lines.situation) as situation,
        coalesce(contract_lines.state, lines.state) as state,
        case when contract_lines.line_id is null then lines.allowed else contract_lines.allowed end
            as allowed
    from deductible_lines as lines
    left join contract_lines on lines.line_id = contract_lines.line_id
    left join noted_lines on lines.line_id = noted_lines.line_id
    where not lines.is_contract
)

select
    lines.line_id,
    lines.patient_id,
    outcomes.status,
    outcomes.reason || case
        when outcomes.reason = 'locality unknown' and lines.locality_note is not null
            then ': ' || lines.locality_note
        else ''
    end as reason,
    outcomes.full_fee,
    outcomes.mppr_rank,
    outcomes.mppr_rate,
    outcomes.modifier_rate,
    lines.allowed as expected_allowed,
    outcomes.expected_paid,
    outcomes.patient_share,
    outcomes.deductible,
    outcomes.coinsurance,
    outcomes.sequestration,
    outcomes.mips_adjustment,
    lines.medicare_fee,
    lines.medicare_allowed,
    case
        when lines.locality_note is null then outcomes.explanation
        else outcomes.explanation || '; ' || lines.locality_note
    end as explanation,
    outcomes.fee_schedule,
    outcomes.expected_basis,
    outcomes.contract_source
from chosen_lines as lines
inner join told_outcomes as outcomes
    on
        lines.term = outcomes.term
        and lines.situation = outcomes.situation
        and lines.state = outcomes.state
        and lines.allowed is not distinct from outcomes.allowed
        and lines.mips_factor is not distinct from outcomes.mips_factor
        and lines.deductible is not distinct from outcomes.deductible
