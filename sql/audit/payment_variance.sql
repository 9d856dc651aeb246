-- What the payer allowed against what the schedule or the contract gives, and why it may differ.
-- Every adjudicated line has a row. Where the payer adjudicated another code than was billed, that
-- code's fee is what is expected. Interest is no part of the allowed amount, and a denial is no
-- reduction of it.
--
-- A variance beyond the payer's tolerance is priced again under each alternative explanation; the
-- first, in the order of `preference`, that gives the allowed amount to the cent is its cause, else
-- one that is off by no more than a cent a unit: payers round their steps otherwise.
with tolerances as (
    select
        thresholds.payer,
        thresholds.parameter,
        thresholds.number,
        thresholds.effective_from,
        thresholds.effective_to
    from core.threshold as thresholds
    where thresholds.rule_id = 'MOHS240'
),

-- CARC 225: interest stands in what was paid, and so in an allowed amount that is a sum
interests as (
    select
        adjustments.line_id,
        sum(adjustments.amount) as taken_off
    from core.adjustment as adjustments
    where adjustments.carc = '225' and adjustments.line_id is not null
    group by adjustments.line_id
),

primary_remits as (
    select remits.remit_claim_id
    from core.remit_claim as remits
    where remits.payer_sequence = 'P'
),

-- CARC 23: what another payer did before
prior_payers as (
    select adjustments.line_id
    from core.adjustment as adjustments
    semi join primary_remits on adjustments.remit_claim_id = primary_remits.remit_claim_id
    where adjustments.carc = '23' and adjustments.line_id is not null
    group by adjustments.line_id
    having sum(adjustments.amount) <> 0
),

remitted_codes as (
    select
        remits.line_id,
        remits.procedure_code,
        remits.submitted_code,
        rank() over (partition by remits.line_id order by remits.payment_date desc) as recency
    from core.remit_line as remits
    semi join primary_remits on remits.remit_claim_id = primary_remits.remit_claim_id
    where not remits.is_reversal
),

recodes as (
    select
        remitted_codes.line_id,
        min(remitted_codes.procedure_code) as procedure_code,
        max(remitted_codes.procedure_code) as other_code
    from remitted_codes
    where
        remitted_codes.recency = 1
        and remitted_codes.submitted_code <> ''
        and remitted_codes.submitted_code <> remitted_codes.procedure_code
    group by remitted_codes.line_id
),

adjudicated_lines as (
    select
        lines.line_id,
        lines.patient_id,
        lines.payer,
        lines.payer_sequence,
        lines.line_of_business,
        lines.date_of_service,
        lines.modifier_key,
        lines.is_denied,
        lines.denial_category,
        lines.driver_carc,
        lines.procedure_code as billed_code,
        prices.expected_allowed,
        prices.medicare_allowed,
        prices.status as price_status,
        prices.reason as price_reason,
        prices.expected_basis,
        recodes.other_code,
        coalesce(recodes.procedure_code, lines.procedure_code) as procedure_code,
        recodes.line_id is not null as is_recoded,
        prior_payers.line_id is not null as has_prior_payer,
        case
            when lines.allowed_method = 'sum'
                then cast(
                    lines.allowed + coalesce(interests.taken_off, 0) as decimal(12, 2)
                )
            else lines.allowed
        end as allowed,
        coalesce(medicare_tolerances.number, cast(0 as decimal(12, 4))) as medicare_tolerance,
        coalesce(other_tolerances.number, cast(0 as decimal(12, 4))) as other_tolerance
    from core.service_line as lines
    left join audit.expected_payment as prices on lines.line_id = prices.line_id
    left join interests on lines.line_id = interests.line_id
    left join prior_payers on lines.line_id = prior_payers.line_id
    left join recodes on lines.line_id = recodes.line_id
    left join tolerances as medicare_tolerances
        on
            lines.payer = medicare_tolerances.payer
            and medicare_tolerances.parameter = 'medicare_dollars'
            and lines.date_of_service
            between medicare_tolerances.effective_from and medicare_tolerances.effective_to
    left join tolerances as other_tolerances
        on
            lines.payer = other_tolerances.payer
            and other_tolerances.parameter = 'other_percent'
            and lines.date_of_service
            between other_tolerances.effective_from and other_tolerances.effective_to
    where lines.is_adjudicated
),

judged_lines as (
    select
        lines.line_id,
        lines.patient_id,
        lines.payer,
        lines.line_of_business,
        lines.date_of_service,
        lines.modifier_key,
        lines.billed_code,
        lines.procedure_code,
        lines.is_recoded,
        lines.is_denied,
        lines.allowed,
        lines.expected_allowed,
        lines.medicare_tolerance,
        lines.other_tolerance,
        case
            when lines.is_denied and lines.denial_category = 'bundling'
                then 'denied as part of another service'
            when lines.is_denied then 'a denial is not a reduction'
            when lines.payer_sequence <> 'P' then 'a later payer pays of what the first left'
            when lines.allowed is null then 'the amount allowed is not known'
            when lines.has_prior_payer then 'another payer has paid before (CARC 23)'
            when lines.price_status is null then 'not priced'
            when lines.expected_basis = 'none' and lines.medicare_allowed > 0
                then
                    lines.price_reason || '; compared as percent of Medicare: '
                    || cast(cast(round(
                        cast(lines.allowed * 100 as double)
                        / nullif(cast(lines.medicare_allowed as double), 0), 1
                    ) as decimal(12, 1)) as varchar) || ' %'
            when lines.price_status <> 'priced' then coalesce(lines.price_reason, 'not priced')
            when lines.is_recoded and lines.procedure_code <> lines.other_code
                then 'adjudicated as more than one code'
        end as obstacle
    from adjudicated_lines as lines
),

-- Lines that are priced again: those adjudicated as another code, and those beyond the tolerance.
candidates as (
    select
        lines.line_id,
        lines.date_of_service,
        lines.procedure_code,
        lines.is_recoded,
        lines.allowed,
        lines.expected_allowed
    from judged_lines as lines
    where
        lines.obstacle is null
        and (
            lines.is_recoded
            or abs(lines.allowed - lines.expected_allowed)
            > case
                when lines.line_of_business = 'medicare' then lines.medicare_tolerance
                else cast(round(
                    lines.expected_allowed * lines.other_tolerance * cast(0.01 as decimal(3, 2)), 4
                ) as decimal(14, 4))
            end
        )
),

components as (
    select
        modifiers.line_id,
        min(modifiers.modifier) as component
    from core.line_modifier as modifiers
    inner join candidates on modifiers.line_id = candidates.line_id
    inner join reference.modifier as meanings
        on
            modifiers.modifier = meanings.modifier
            and candidates.date_of_service
            between meanings.effective_from and meanings.effective_to
    where meanings.price_effect = 'component'
    group by modifiers.line_id
),

-- The code itself, else the range that starts last, else the row for every other code; as in
-- expected_payment.
contract_choices as (
    select
        candidates.line_id,
        contracts.payer,
        contracts.procedure_code as contract_code,
        contracts.effective_from as terms_from,
        contracts.basis as contract_basis,
        contracts.value,
        contracts.medicare_year,
        contracts.medicare_locality,
        contracts.site_of_service,
        coalesce(contracts.is_lesser_of_charge, true) as is_lesser_of_charge,
        row_number() over (
            partition by candidates.line_id
            order by
                contracts.procedure_code = candidates.procedure_code desc,
                substr(contracts.procedure_code, 1, 5) desc,
                contracts.procedure_code asc,
                candidates.line_id asc
        ) as choice
    from candidates
    inner join core.pricing_line as lines on candidates.line_id = lines.line_id
    inner join reference.contract as contracts
        on
            lines.payer = contracts.payer
            and lines.line_of_business <> 'medicare'
            and lines.date_of_service between contracts.effective_from and contracts.effective_to
            and (
                contracts.procedure_code = ''
                or candidates.procedure_code = contracts.procedure_code
                or (
                    substr(contracts.procedure_code, 6, 1) = '-'
                    and candidates.procedure_code
                    between substr(contracts.procedure_code, 1, 5)
                    and substr(contracts.procedure_code, 7, 5)
                )
            )
),

-- Terms that were in force before these began.
prior_terms as (
    select
        contract_choices.line_id,
        contracts.effective_to as terms_to,
        contracts.value as prior_value,
        cast(contracts.value as double)
        / nullif(cast(contract_choices.value as double), 0) as value_rate,
        coalesce(
            contracts.medicare_year = contract_choices.medicare_year - 1, false
        ) as is_prior_year
    from contract_choices
    inner join reference.contract as contracts
        on
            contract_choices.payer = contracts.payer
            and contract_choices.contract_code = contracts.procedure_code
            and contract_choices.contract_basis = contracts.basis
            and contract_choices.terms_from > contracts.effective_to
    where
        contract_choices.choice = 1
        and contract_choices.contract_basis in ('fee', 'percent_of_medicare')
        and contract_choices.value > 0
        and contract_choices.value <> contracts.value
        and (
            contracts.medicare_year is not distinct from contract_choices.medicare_year
            or contracts.medicare_year = contract_choices.medicare_year - 1
        )
),

repriced_lines as (
    select
        candidates.line_id,
        candidates.procedure_code,
        candidates.is_recoded,
        candidates.allowed,
        candidates.expected_allowed,
        lines.patient_id,
        lines.date_of_service,
        lines.pricing_group,
        lines.units,
        lines.charge,
        lines.participating,
        lines.line_of_business = 'medicare' as is_medicare,
        lines.apm_qualifying and lines.line_of_business = 'medicare' as apm_qualifying,
        prices.mppr_rank,
        prices.mppr_rate,
        prices.modifier_rate,
        prices.sequestration,
        prices.full_fee,
        coalesce(components.component, '') as component,
        coalesce(contract_choices.site_of_service, places.setting) as setting,
        coalesce(contract_choices.medicare_locality, lines.locality) as locality,
        coalesce(contract_choices.contract_basis, 'percent_of_medicare') as basis,
        case
            when contract_choices.contract_basis = 'percent_of_medicare'
                then contract_choices.value
            else cast(1 as decimal(12, 4))
        end as share,
        case
            when contract_choices.contract_basis = 'fee' then contract_choices.value
        end as flat_fee,
        coalesce(contract_choices.is_lesser_of_charge, true) as is_lesser_of_charge,
        case
            when contract_choices.medicare_year is null then lines.date_of_service
            else cast(cast(contract_choices.medicare_year as varchar) || '-12-31' as date)
        end as fee_date
    from candidates
    inner join core.pricing_line as lines on candidates.line_id = lines.line_id
    inner join audit.expected_payment as prices on candidates.line_id = prices.line_id
    left join components on candidates.line_id = components.line_id
    left join contract_choices
        on candidates.line_id = contract_choices.line_id and contract_choices.choice = 1
    left join reference.place_of_service as places
        on
            lines.place_of_service = places.place_of_service
            and lines.date_of_service between places.effective_from and places.effective_to
),

-- The schedule each of them is priced by; one day stands for all on which the values are the same.
line_schedules as (
    select
        lines.line_id,
        lines.procedure_code,
        lines.component,
        lines.setting,
        lines.locality,
        lines.apm_qualifying,
        fees.multiple_procedure as multiple_indicator,
        factors.effective_from as factor_from,
        factors.effective_to as factor_to,
        greatest(fees.effective_from, indices.effective_from, factors.effective_from) as fee_day
    from repriced_lines as lines
    inner join reference.mpfs_rvu as fees
        on
            lines.procedure_code = fees.procedure_code
            and lines.component = fees.modifier
            and lines.fee_date between fees.effective_from and fees.effective_to
    inner join reference.gpci as indices
        on
            lines.locality = indices.locality
            and lines.fee_date between indices.effective_from and indices.effective_to
    inner join reference.conversion_factor as factors
        on
            lines.apm_qualifying = factors.apm_qualifying
            and lines.fee_date between factors.effective_from and factors.effective_to
    where lines.basis = 'percent_of_medicare' and lines.setting is not null
),

schedules as (
    select distinct
        line_schedules.procedure_code,
        line_schedules.component,
        line_schedules.setting,
        line_schedules.locality,
        line_schedules.apm_qualifying,
        line_schedules.factor_from,
        line_schedules.factor_to,
        line_schedules.fee_day
    from line_schedules
),

-- What is varied: setting, locality, QP, the day of the conversion factor, the day of all values.
variations as (
    select
        schedules.procedure_code,
        schedules.component,
        schedules.setting,
        schedules.locality,
        schedules.apm_qualifying,
        schedules.fee_day,
        cast('own' as varchar) as variation,
        schedules.setting as other_setting,
        schedules.locality as other_locality,
        schedules.apm_qualifying as other_qualifying,
        schedules.fee_day as other_day,
        schedules.fee_day as factor_day
    from schedules
    union all
    select
        schedules.procedure_code,
        schedules.component,
        schedules.setting,
        schedules.locality,
        schedules.apm_qualifying,
        schedules.fee_day,
        cast('other_setting' as varchar) as variation,
        case when schedules.setting = 'facility' then 'nonfacility' else 'facility' end
            as other_setting,
        schedules.locality as other_locality,
        schedules.apm_qualifying as other_qualifying,
        schedules.fee_day as other_day,
        schedules.fee_day as factor_day
    from schedules
    union all
    select
        schedules.procedure_code,
        schedules.component,
        schedules.setting,
        schedules.locality,
        schedules.apm_qualifying,
        schedules.fee_day,
        cast('other_factor' as varchar) as variation,
        schedules.setting as other_setting,
        schedules.locality as other_locality,
        schedules.apm_qualifying as other_qualifying,
        schedules.fee_day as other_day,
        schedules.factor_from + (-1) as factor_day
    from schedules
    union all
    select
        schedules.procedure_code,
        schedules.component,
        schedules.setting,
        schedules.locality,
        schedules.apm_qualifying,
        schedules.fee_day,
        cast('other_factor' as varchar) as variation,
        schedules.setting as other_setting,
        schedules.locality as other_locality,
        schedules.apm_qualifying as other_qualifying,
        schedules.fee_day as other_day,
        schedules.factor_to + 1 as factor_day
    from schedules
    where schedules.factor_to < cast('9999-12-31' as date)
    union all
    select
        schedules.procedure_code,
        schedules.component,
        schedules.setting,
        schedules.locality,
        schedules.apm_qualifying,
        schedules.fee_day,
        cast('qp_factor' as varchar) as variation,
        schedules.setting as other_setting,
        schedules.locality as other_locality,
        not schedules.apm_qualifying as other_qualifying,
        schedules.fee_day as other_day,
        schedules.fee_day as factor_day
    from schedules
    union all
    select
        schedules.procedure_code,
        schedules.component,
        schedules.setting,
        schedules.locality,
        schedules.apm_qualifying,
        schedules.fee_day,
        cast('prior_year' as varchar) as variation,
        schedules.setting as other_setting,
        schedules.locality as other_locality,
        schedules.apm_qualifying as other_qualifying,
        cast(date_trunc('year', schedules.fee_day) as date) + (-1) as other_day,
        cast(date_trunc('year', schedules.fee_day) as date) + (-1) as factor_day
    from schedules
    union all
    select
        schedules.procedure_code,
        schedules.component,
        schedules.setting,
        schedules.locality,
        schedules.apm_qualifying,
        schedules.fee_day,
        cast('other_locality' as varchar) as variation,
        schedules.setting as other_setting,
        indices.locality as other_locality,
        schedules.apm_qualifying as other_qualifying,
        schedules.fee_day as other_day,
        schedules.fee_day as factor_day
    from schedules
    inner join reference.gpci as indices
        on
            schedules.fee_day between indices.effective_from and indices.effective_to
            and schedules.locality <> indices.locality
),

varied_fees as (
    select
        variations.procedure_code,
        variations.component,
        variations.setting,
        variations.locality,
        variations.apm_qualifying,
        variations.fee_day,
        variations.variation,
        cast(round((
            fees.work_rvu * indices.work_gpci
            + case
                when variations.other_setting = 'facility' then fees.facility_pe_rvu
                else fees.nonfacility_pe_rvu
            end * indices.pe_gpci
            + fees.mp_rvu * indices.mp_gpci
        ) * factors.conversion_factor, 2) as decimal(12, 2)) as fee,
        case variations.variation
            when 'other_setting' then 'the ' || variations.other_setting || ' fee'
            when 'other_locality' then 'the fee of locality ' || variations.other_locality
            when 'prior_year'
                then
                    'the schedule of '
                    || cast(year(variations.other_day) as varchar)
            when 'qp_factor'
                then
                    case
                        when variations.other_qualifying
                            then 'the conversion factor of a qualifying APM participant, '
                        else 'the conversion factor of one who is no qualifying APM participant, '
                    end || cast(factors.conversion_factor as varchar)
            when 'other_factor'
                then
                    'the conversion factor of ' || cast(factors.effective_from as varchar)
                    || ' to ' || cast(factors.effective_to as varchar) || ', '
                    || cast(factors.conversion_factor as varchar)
        end as told,
        -- a locality of the same contractor is nearer than another
        case
            when substr(variations.locality, 1, 5) = substr(variations.other_locality, 1, 5)
                then 0
            else 1
        end as distance,
        variations.other_locality,
        variations.factor_day
    from variations
    inner join reference.mpfs_rvu as fees
        on
            variations.procedure_code = fees.procedure_code
            and variations.component = fees.modifier
            and variations.other_day between fees.effective_from and fees.effective_to
    inner join reference.gpci as indices
        on
            variations.other_locality = indices.locality
            and variations.other_day between indices.effective_from and indices.effective_to
    inner join reference.conversion_factor as factors
        on
            variations.other_qualifying = factors.apm_qualifying
            and variations.factor_day between factors.effective_from and factors.effective_to
),

-- The fee the line was priced by, whatever its terms; of a line adjudicated as another code, that
-- code's.
own_fees as (
    select
        lines.line_id,
        cast(round(
            cast(lines.full_fee as double) / nullif(cast(lines.units as double), 0), 2
        ) as decimal(12, 2)) as fee
    from repriced_lines as lines
    where not lines.is_recoded and lines.full_fee is not null
    union all
    select
        lines.line_id,
        cast(round(lines.flat_fee, 2) as decimal(12, 2)) as fee
    from repriced_lines as lines
    where lines.is_recoded and lines.flat_fee is not null
    union all
    select
        lines.line_id,
        cast(round(varied_fees.fee * lines.share, 2) as decimal(12, 2)) as fee
    from repriced_lines as lines
    inner join line_schedules as terms on lines.line_id = terms.line_id
    inner join varied_fees
        on
            terms.procedure_code = varied_fees.procedure_code
            and terms.component = varied_fees.component
            and terms.setting = varied_fees.setting
            and terms.locality = varied_fees.locality
            and terms.apm_qualifying = varied_fees.apm_qualifying
            and terms.fee_day = varied_fees.fee_day
            and varied_fees.variation = 'own'
    where lines.is_recoded
),

repriced_groups as (
    select distinct
        lines.patient_id,
        lines.date_of_service,
        lines.pricing_group
    from repriced_lines as lines
),

-- The ranked lines of the same day and surgeon.
company as (
    select
        lines.line_id,
        lines.patient_id,
        lines.date_of_service,
        lines.pricing_group,
        lines.units,
        prices.mppr_rank,
        results.is_denied,
        cast(round(
            cast(prices.full_fee as double) / nullif(cast(lines.units as double), 0), 2
        ) as decimal(12, 2)) as fee,
        results.allowed - prices.expected_allowed as difference
    from core.pricing_line as lines
    semi join repriced_groups
        on
            lines.patient_id = repriced_groups.patient_id
            and lines.date_of_service = repriced_groups.date_of_service
            and lines.pricing_group = repriced_groups.pricing_group
    inner join audit.expected_payment as prices on lines.line_id = prices.line_id
    inner join core.service_line as results on lines.line_id = results.line_id
    where prices.mppr_rank is not null
),

line_company as (
    select
        lines.line_id,
        count(*) as other_lines,
        coalesce(sum(
            case
                when company.fee > own_fees.fee and not company.is_denied then company.units
            end
        ), 0) as dearer_units,
        bool_or(company.mppr_rank < lines.mppr_rank)
        and not bool_or(company.mppr_rank < lines.mppr_rank and not company.is_denied)
            as is_better_denied,
        bool_or(company.mppr_rank < lines.mppr_rank and company.difference < 0)
            as is_better_reduced,
        bool_or(company.mppr_rank > lines.mppr_rank and company.difference > 0)
            as is_worse_raised
    from repriced_lines as lines
    inner join company
        on
            lines.patient_id = company.patient_id
            and lines.date_of_service = company.date_of_service
            and lines.pricing_group = company.pricing_group
            and lines.line_id <> company.line_id
    left join own_fees on lines.line_id = own_fees.line_id
    group by lines.line_id
),

factor_values as (
    select
        factors.factor,
        factors.value,
        factors.effective_from,
        factors.effective_to
    from reference.payment_factor as factors
    where factors.factor in ('multiple_procedure_other', 'non_participating')
),

remitted_units as (
    select
        remits.line_id,
        sum(case when remits.is_reversal then -remits.units_paid else remits.units_paid end)
            as units_paid
    from core.remit_line as remits
    semi join candidates on remits.line_id = candidates.line_id
    semi join primary_remits on remits.remit_claim_id = primary_remits.remit_claim_id
    group by remits.line_id
),

-- Rate of the first unit and of the others. A line adjudicated as another code is ranked by that
-- code's fee among the other lines.
line_rates as (
    select
        lines.line_id,
        lines.is_recoded,
        lines.is_medicare,
        lines.participating,
        lines.is_lesser_of_charge,
        lines.allowed,
        lines.expected_allowed,
        lines.charge,
        lines.units,
        lines.sequestration,
        lines.share,
        coalesce(lines.modifier_rate, 1) as modifier_rate,
        reductions.value as reduced_rate,
        non_participations.value as non_participating_rate,
        coalesce(remitted_units.units_paid, lines.units) as units_paid,
        coalesce(line_company.other_lines, 0) as other_lines,
        coalesce(line_company.is_better_denied, false) as is_better_denied,
        coalesce(line_company.is_better_reduced, false) as is_better_reduced,
        coalesce(line_company.is_worse_raised, false) as is_worse_raised,
        case
            when lines.is_recoded then coalesce(terms.multiple_indicator = '2', false)
            else lines.mppr_rank is not null
        end as is_ranked,
        cast(case
            when lines.is_recoded and terms.multiple_indicator = '2'
                then
                    case
                        when coalesce(line_company.dearer_units, 0) = 0
                            then cast(1 as decimal(8, 4))
                        else reductions.value
                    end
            when lines.is_recoded or lines.mppr_rank is null or lines.mppr_rank = 1
                then cast(1 as decimal(8, 4))
            else cast(round(lines.mppr_rate, 4) as decimal(8, 4))
        end as decimal(8, 4)) as first_rate,
        cast(case
            when lines.is_recoded and terms.multiple_indicator = '2' then reductions.value
            when lines.is_recoded or lines.mppr_rank is null then cast(1 as decimal(8, 4))
            when lines.mppr_rank = 1
                then
                    coalesce(cast(round(
                        cast(lines.mppr_rate * lines.units - 1 as double)
                        / nullif(cast(lines.units - 1 as double), 0), 4
                    ) as decimal(8, 4)), 1)
            else cast(round(lines.mppr_rate, 4) as decimal(8, 4))
        end as decimal(8, 4)) as other_rate
    from repriced_lines as lines
    left join line_schedules as terms on lines.line_id = terms.line_id
    left join line_company on lines.line_id = line_company.line_id
    left join remitted_units on lines.line_id = remitted_units.line_id
    left join factor_values as reductions
        on
            reductions.factor = 'multiple_procedure_other'
            and lines.date_of_service between reductions.effective_from and reductions.effective_to
    left join factor_values as non_participations
        on
            non_participations.factor = 'non_participating'
            and lines.date_of_service
            between non_participations.effective_from and non_participations.effective_to
),

-- How the units are paid: by their ranks, all in full, the first in full, all reduced.
ways as (
    select cast('own' as varchar) as way
    union all
    select cast('full' as varchar) as way
    union all
    select cast('first' as varchar) as way
    union all
    select cast('reduced' as varchar) as way
),

own_units as (
    select
        lines.line_id,
        ways.way,
        lines.units,
        lines.modifier_rate,
        cast(round(own_fees.fee * case ways.way
            when 'own' then lines.first_rate
            when 'reduced' then lines.reduced_rate
            else cast(1 as decimal(8, 4))
        end, 2) as decimal(12, 2)) as first_amount,
        cast(round(own_fees.fee * case ways.way
            when 'own' then lines.other_rate
            when 'full' then cast(1 as decimal(8, 4))
            else lines.reduced_rate
        end, 2) as decimal(12, 2)) as other_amount
    from line_rates as lines
    inner join own_fees on lines.line_id = own_fees.line_id
    cross join ways
    where ways.way in ('own', 'reduced') or lines.is_ranked
),

ways_amounts as (
    select
        own_units.line_id,
        own_units.way,
        own_units.first_amount,
        own_units.other_amount,
        cast(round(
            (own_units.first_amount + own_units.other_amount * (own_units.units - 1))
            * own_units.modifier_rate, 2
        ) as decimal(12, 2)) as amount
    from own_units
),

own_amounts as (
    select
        ways_amounts.line_id,
        ways_amounts.first_amount,
        ways_amounts.other_amount,
        ways_amounts.amount
    from ways_amounts
    where ways_amounts.way = 'own'
),

-- Other values of the schedule may rank the lines of a day otherwise.
other_units as (
    select
        lines.line_id,
        lines.units,
        lines.modifier_rate,
        lines.allowed,
        varied_fees.variation,
        varied_fees.told,
        varied_fees.distance,
        varied_fees.other_locality,
        varied_fees.factor_day,
        ways.way,
        cast(round(
            cast(round(varied_fees.fee * lines.share, 2) as decimal(12, 2)) * case ways.way
                when 'own' then lines.first_rate
                when 'reduced' then lines.reduced_rate
                else cast(1 as decimal(8, 4))
            end, 2
        ) as decimal(12, 2)) as first_amount,
        cast(round(
            cast(round(varied_fees.fee * lines.share, 2) as decimal(12, 2)) * case ways.way
                when 'own' then lines.other_rate
                when 'full' then cast(1 as decimal(8, 4))
                else lines.reduced_rate
            end, 2
        ) as decimal(12, 2)) as other_amount
    from line_rates as lines
    inner join line_schedules as terms on lines.line_id = terms.line_id
    inner join varied_fees
        on
            terms.procedure_code = varied_fees.procedure_code
            and terms.component = varied_fees.component
            and terms.setting = varied_fees.setting
            and terms.locality = varied_fees.locality
            and terms.apm_qualifying = varied_fees.apm_qualifying
            and terms.fee_day = varied_fees.fee_day
    inner join ways
        on
            ways.way = 'own'
            or (varied_fees.variation in ('other_setting', 'prior_year') and lines.is_ranked)
    where varied_fees.variation <> 'own'
),

other_amounts as (
    select
        other_units.line_id,
        other_units.variation,
        other_units.told,
        other_units.distance,
        other_units.other_locality,
        other_units.factor_day,
        other_units.way,
        other_units.units,
        other_units.allowed,
        cast(round(
            (other_units.first_amount + other_units.other_amount * (other_units.units - 1))
            * other_units.modifier_rate, 2
        ) as decimal(12, 2)) as amount
    from other_units
),

-- What the terms before would have given: their value, and their year's schedule where it moves.
prior_amounts as (
    select
        prior_terms.line_id,
        prior_terms.terms_to,
        prior_terms.prior_value,
        cast(round(
            cast(own_amounts.amount as double) * prior_terms.value_rate, 2
        ) as decimal(12, 2)) as amount
    from prior_terms
    inner join own_amounts on prior_terms.line_id = own_amounts.line_id
    where not prior_terms.is_prior_year
    union all
    select
        prior_terms.line_id,
        prior_terms.terms_to,
        prior_terms.prior_value,
        cast(round(
            cast(other_amounts.amount as double) * prior_terms.value_rate, 2
        ) as decimal(12, 2)) as amount
    from prior_terms
    inner join other_amounts on prior_terms.line_id = other_amounts.line_id
    where
        prior_terms.is_prior_year
        and other_amounts.variation = 'prior_year'
        and other_amounts.way = 'own'
),

-- What is expected of a line adjudicated as another code.
expectations as (
    select
        lines.line_id,
        case
            when not lines.is_recoded then lines.expected_allowed
            when lines.is_lesser_of_charge and lines.charge < own_amounts.amount
                then lines.charge
            else own_amounts.amount
        end as expected_allowed
    from line_rates as lines
    left join own_amounts on lines.line_id = own_amounts.line_id
),

-- Preference: what the remittance itself shows, then what touches the ranking, then other inputs
-- of the fee, then the charge; the many localities come last, for one may fit by chance.
alternatives as (
    select
        amounts.line_id,
        amounts.variation as cause,
        case
            when amounts.variation = 'other_setting' and amounts.way = 'own' then 20
            when amounts.variation = 'other_factor' then 22
            when amounts.variation = 'qp_factor' then 24
            when amounts.variation = 'prior_year' and amounts.way = 'own' then 30
            when amounts.variation = 'other_setting' then 32
            when amounts.variation = 'prior_year' then 34
            else 60 + amounts.distance
        end as preference,
        amounts.told || case amounts.way
            when 'own' then ''
            when 'reduced' then ', reduced as a further procedure'
            else ', as the first procedure of the day'
        end as told,
        amounts.other_locality as place,
        amounts.factor_day as day,
        amounts.amount
    from other_amounts as amounts
    where
        abs(amounts.amount - amounts.allowed)
        <= case
            when amounts.variation = 'other_locality' then cast(0 as decimal(12, 2))
            else cast(round(amounts.units * cast(0.01 as decimal(3, 2)), 2) as decimal(12, 2))
        end
    union all
    select
        lines.line_id,
        case
            when not lines.is_ranked then 'add_on_halved'
            when amounts.way = 'reduced' and lines.is_worse_raised then 'wrong_rank'
            when amounts.way = 'reduced' then 'reduction_on'
            when lines.is_better_denied then 'first_denied'
            when lines.is_better_reduced then 'wrong_rank'
            else 'reduction_off'
        end as cause,
        cast(10 as int) as preference,
        case
            when not lines.is_ranked
                then 'the multiple procedure reduction, of a line that is exempt from it'
            when amounts.way = 'reduced' and lines.is_worse_raised
                then 'reduced, while a line of a lower fee was paid in full'
            when amounts.way = 'reduced' then 'reduced, though ranked first'
            when lines.is_better_denied then 'ranked anew: a line of a higher fee was denied'
            when lines.is_better_reduced
                then 'paid in full, while a line of a higher fee was reduced'
            else 'the multiple procedure reduction was not taken'
        end as told,
        cast('' as varchar) as place,
        cast('1900-01-01' as date) as day,
        amounts.amount
    from line_rates as lines
    inner join ways_amounts as amounts on lines.line_id = amounts.line_id
    inner join own_amounts on lines.line_id = own_amounts.line_id
    where
        amounts.amount <> own_amounts.amount
        and abs(amounts.amount - lines.allowed)
        <= cast(round(lines.units * cast(0.01 as decimal(3, 2)), 2) as decimal(12, 2))
    union all
    -- some payers halve the line and not the unit
    select
        lines.line_id,
        cast('add_on_halved' as varchar) as cause,
        cast(10 as int) as preference,
        cast('the multiple procedure reduction, of a line that is exempt from it' as varchar)
            as told,
        cast('' as varchar) as place,
        cast('1900-01-01' as date) as day,
        lines.allowed as amount
    from line_rates as lines
    inner join own_amounts on lines.line_id = own_amounts.line_id
    where
        not lines.is_ranked
        and lines.units > 1
        and cast(round(own_amounts.amount * lines.reduced_rate, 2) as decimal(12, 2))
        = lines.allowed
    union all
    select
        lines.line_id,
        cast('billed_code' as varchar) as cause,
        cast(4 as int) as preference,
        cast('allowed as the code billed' as varchar) as told,
        cast('' as varchar) as place,
        cast('1900-01-01' as date) as day,
        lines.allowed as amount
    from line_rates as lines
    where lines.is_recoded and lines.expected_allowed = lines.allowed
    union all
    select
        lines.line_id,
        cast('fewer_units' as varchar) as cause,
        case
            -- as many as the remittance says it paid
            when lines.units_paid < lines.units then 5
            when lines.other_lines > 0 then 14
            else 8
        end as preference,
        'fewer units than the ' || cast(cast(floor(lines.units) as bigint) as varchar) || ' billed'
            as told,
        cast('' as varchar) as place,
        cast('1900-01-01' as date) as day,
        lines.allowed as amount
    from line_rates as lines
    inner join own_amounts on lines.line_id = own_amounts.line_id
    where
        lines.units > 1
        and own_amounts.other_amount > 0
        and lines.modifier_rate = 1
        and lines.allowed >= own_amounts.first_amount
        and lines.allowed < own_amounts.amount
        and (lines.allowed - own_amounts.first_amount) % own_amounts.other_amount = 0
    union all
    select
        lines.line_id,
        cast('prior_terms' as varchar) as cause,
        cast(28 as int) as preference,
        'the terms as they were until ' || cast(prior_amounts.terms_to as varchar) || ' ('
        || cast(prior_amounts.prior_value as varchar) || ')' as told,
        cast('' as varchar) as place,
        prior_amounts.terms_to as day,
        prior_amounts.amount
    from line_rates as lines
    inner join prior_amounts on lines.line_id = prior_amounts.line_id
    where
        abs(prior_amounts.amount - lines.allowed)
        <= cast(round(lines.units * cast(0.01 as decimal(3, 2)), 2) as decimal(12, 2))
    union all
    select
        lines.line_id,
        cast('non_participating' as varchar) as cause,
        cast(40 as int) as preference,
        'x ' || cast(lines.non_participating_rate as varchar)
        || ', as for a provider who does not participate' as told,
        cast('' as varchar) as place,
        cast('1900-01-01' as date) as day,
        lines.allowed as amount
    from line_rates as lines
    inner join own_amounts on lines.line_id = own_amounts.line_id
    where
        lines.is_medicare
        and lines.participating
        and cast(
            round(own_amounts.amount * lines.non_participating_rate, 2) as decimal(12, 2)
        ) = lines.allowed
    union all
    select
        lines.line_id,
        cast('participating' as varchar) as cause,
        cast(40 as int) as preference,
        cast('in full, as for a provider who participates' as varchar) as told,
        cast('' as varchar) as place,
        cast('1900-01-01' as date) as day,
        lines.allowed as amount
    from line_rates as lines
    inner join own_amounts on lines.line_id = own_amounts.line_id
    where
        lines.is_medicare
        and not lines.participating
        and cast(round(
            lines.allowed * lines.non_participating_rate, 2
        ) as decimal(12, 2)) = own_amounts.amount
        and cast(round(
            own_amounts.first_amount + own_amounts.other_amount * (lines.units - 1), 2
        ) as decimal(12, 2)) = lines.allowed
    union all
    select
        lines.line_id,
        cast('sequestered' as varchar) as cause,
        cast(42 as int) as preference,
        cast('sequestration is taken off the allowed amount' as varchar) as told,
        cast('' as varchar) as place,
        cast('1900-01-01' as date) as day,
        lines.allowed as amount
    from line_rates as lines
    left join core.pricing_line as billed on lines.line_id = billed.line_id
    inner join reference.sequestration as sequestrations
        on
            billed.date_of_service
            between sequestrations.effective_from and sequestrations.effective_to
    where
        sequestrations.sequestration_rate > 0
        and (
            lines.expected_allowed - lines.sequestration = lines.allowed
            or cast(round(
                lines.expected_allowed * (1 - sequestrations.sequestration_rate), 2
            ) as decimal(12, 2)) = lines.allowed
        )
    union all
    select
        lines.line_id,
        cast('uncapped' as varchar) as cause,
        cast(50 as int) as preference,
        cast('the fee, though the charge is lower' as varchar) as told,
        cast('' as varchar) as place,
        cast('1900-01-01' as date) as day,
        lines.allowed as amount
    from line_rates as lines
    inner join own_amounts on lines.line_id = own_amounts.line_id
    where lines.charge < lines.allowed and own_amounts.amount = lines.allowed
    union all
    select
        lines.line_id,
        cast('charge' as varchar) as cause,
        cast(52 as int) as preference,
        cast('the charge' as varchar) as told,
        cast('' as varchar) as place,
        cast('1900-01-01' as date) as day,
        lines.allowed as amount
    from line_rates as lines
    where lines.charge = lines.allowed
),

ordered_alternatives as (
    select
        alternatives.line_id,
        alternatives.cause,
        alternatives.told
        || case
            when alternatives.amount = lines.allowed then ''
            else
                ' (' || cast(alternatives.amount as varchar) || ': the rest is rounding)'
        end as told,
        row_number() over (
            partition by alternatives.line_id
            order by
                alternatives.amount = lines.allowed desc, alternatives.preference asc,
                alternatives.day desc, alternatives.place asc, alternatives.cause asc,
                alternatives.told asc, alternatives.line_id asc
        ) as choice
    from alternatives
    inner join line_rates as lines on alternatives.line_id = lines.line_id
),

causes as (
    select
        ordered_alternatives.line_id,
        ordered_alternatives.cause,
        ordered_alternatives.told
    from ordered_alternatives
    where ordered_alternatives.choice = 1
),

-- Where every line of a higher fee was denied, the ranking of what is left is what is expected.
compared_lines as (
    select
        lines.line_id,
        lines.patient_id,
        lines.payer,
        lines.billed_code,
        lines.procedure_code,
        lines.modifier_key,
        lines.is_recoded,
        lines.is_denied,
        lines.allowed,
        case
            when lines.obstacle is not null then lines.obstacle
            when lines.is_recoded and expectations.expected_allowed is null
                then
                    'adjudicated as ' || lines.procedure_code
                    || ', for which there is no fee by the terms of the line'
        end as obstacle,
        causes.cause,
        causes.told,
        case
            when causes.cause = 'first_denied' then lines.allowed
            when lines.is_recoded and lines.obstacle is null then expectations.expected_allowed
            else lines.expected_allowed
        end as expected_allowed,
        lines.line_of_business = 'medicare' as is_medicare,
        lines.medicare_tolerance,
        lines.other_tolerance
    from judged_lines as lines
    left join expectations on lines.line_id = expectations.line_id
    left join causes on lines.line_id = causes.line_id
),

measured_lines as (
    select
        lines.line_id,
        lines.patient_id,
        lines.payer,
        lines.billed_code,
        lines.procedure_code,
        lines.modifier_key,
        lines.is_recoded,
        lines.allowed,
        lines.expected_allowed,
        lines.obstacle,
        lines.cause,
        lines.told,
        cast(lines.allowed as double) / nullif(cast(lines.expected_allowed as double), 0) as ratio,
        case
            when lines.obstacle is null
                then cast(lines.allowed - lines.expected_allowed as decimal(12, 2))
        end as variance,
        case
            when lines.is_denied then 'denied'
            when lines.obstacle is not null then 'not_comparable'
            when
                abs(lines.allowed - lines.expected_allowed)
                <= case
                    when lines.is_medicare then lines.medicare_tolerance
                    else cast(round(
                        lines.expected_allowed * lines.other_tolerance
                        * cast(0.01 as decimal(3, 2)), 4
                    ) as decimal(14, 4))
                end
                then 'as_expected'
            when lines.allowed > lines.expected_allowed then 'over'
            else 'under'
        end as status
    from compared_lines as lines
)

select
    lines.line_id,
    lines.patient_id,
    lines.procedure_code,
    lines.expected_allowed,
    lines.allowed,
    lines.variance,
    lines.status,
    case
        when lines.status in ('under', 'over') then coalesce(lines.cause, 'unexplained')
    end as cause,
    case
        when lines.obstacle is not null then lines.obstacle
        when lines.is_recoded
            then
                'adjudicated as ' || lines.procedure_code || ', billed as ' || lines.billed_code
                || case
                    when lines.status = 'as_expected' then ''
                    else '; ' || coalesce(lines.told, 'unexplained')
                end
        when lines.status in ('under', 'over') then coalesce(lines.told, 'unexplained')
        when lines.cause = 'first_denied' then lines.told
    end as explanation,
    case
        when lines.status in ('under', 'over')
            then
                lines.payer || '|' || lines.procedure_code || '|' || lines.modifier_key || '|'
                || coalesce(lines.cause, 'unexplained') || '|'
                || coalesce(case
                    when cast(round(lines.ratio, 2) as decimal(12, 2)) = 1
                        then case lines.status when 'under' then '<1' else '>1' end
                    when lines.cause is null
                        then cast(cast(round(lines.ratio, 3) as decimal(12, 3)) as varchar)
                    -- of one cause localities and years differ in the third decimal
                    else cast(cast(round(lines.ratio, 2) as decimal(12, 2)) as varchar)
                end, '')
    end as pattern_id,
    cast(null as date) as pattern_start,
    lines.status in ('under', 'over') as is_counted
from measured_lines as lines
