/* ---
page: From Medicare's fee to the payment
pack: reimbursement
order: 20
intro: >
  Each payer's lines from Medicare's full fee to what was paid, step by step. The steps add up to
  the cent.
--- */

/* ---
title: All payers
chart: waterfall
reading: >
  Expected is {expected_share} of Medicare's full fee on {lines:line}; allowed is {allowed_share}
  of expected.
hidden: is_total expected_share allowed_share lines
x: step
y: amount
total: is_total
shareable: no
columns: {step: {label: Step, format: text}, amount: {label: Dollars, format: money},
  of_medicare: {label: Of Medicare's full fee, format: percent}, expected_share: percent,
  allowed_share: percent, lines: count}
n: lines
empty: No line of this period is priced and answered.
note: >
  Lines with an expected amount, answered by the primary payer and comparable, denied ones with it,
  for which Medicare's schedule of the day of service gives a fee. Medicare's full fee is RVU x GPCI
  x conversion factor of the code, day, locality and setting, times the units. Contract: the fee by
  the contract loaded, less that. Multiple procedures and modifiers (both sides, assistant, shares
  of the global fee, not participating, non-physician) are taken in this order; a cent of rounding
  goes with the later one. Lower of charge: what is lost where the charge is below the fee.

  Recoded or ranked anew: the payer adjudicated another code, or what was left of the day after
  denials ranks otherwise. Denied: the expected amount of denied lines. Under- and overpaid are
  variances that count; tolerance, set aside: differences within tolerance and of patterns marked
  invalid. Paid and the patient's share are by the remittances, the share at most what was allowed
  and not paid; the rest, sequestration above all, is what is between.

  Sources: audit.expected_payment, audit.payment_variance, core.service_line, and the loaded
  reference.mpfs_rvu, gpci and conversion_factor.
--- */
with compared as (
    select
        lines.payer,
        lines.procedure_code,
        lines.modifier_key,
        lines.date_of_service,
        lines.locality,
        lines.place_of_service,
        lines.units,
        lines.charge,
        coalesce(lines.paid, 0) as paid,
        coalesce(lines.patient_responsibility, 0) as patient_responsibility,
        prices.expected_basis,
        prices.full_fee,
        prices.mppr_rate,
        prices.modifier_rate,
        prices.medicare_allowed,
        prices.expected_allowed,
        results.expected_allowed as compared,
        results.status,
        results.is_counted,
        coalesce(results.allowed, 0) as allowed
    from audit.expected_payment as prices
    inner join audit.payment_variance as results on prices.line_id = results.line_id
    inner join core.service_line as lines on prices.line_id = lines.line_id
    where
        prices.status = 'priced' and results.status <> 'not_comparable'
        and in_period(lines.date_of_service)
),

-- a contract's lines by Medicare's schedule of their own day; Medicare's own have it already
kinds as (
    select distinct
        compared.procedure_code,
        compared.modifier_key,
        compared.date_of_service,
        compared.locality,
        compared.place_of_service
    from compared
    where compared.expected_basis <> 'medicare'
),

components as (
    select
        keys.modifier_key,
        min(meanings.modifier) as component
    from (select distinct kinds.modifier_key from kinds) as keys
    cross join unnest(string_split(keys.modifier_key, ' ')) as u (modifier)
    inner join reference.modifier as meanings on u.modifier = meanings.modifier
    where meanings.price_effect = 'component'
    group by keys.modifier_key
),

fees as (
    select
        kinds.procedure_code,
        kinds.modifier_key,
        kinds.date_of_service,
        kinds.locality,
        kinds.place_of_service,
        cast(round((
            rvus.work_rvu * indices.work_gpci
            + case places.setting
                when 'facility' then rvus.facility_pe_rvu else rvus.nonfacility_pe_rvu
            end * indices.pe_gpci
            + rvus.mp_rvu * indices.mp_gpci
        ) * factors.conversion_factor, 2) as decimal(12, 2)) as fee
    from kinds
    left join components on kinds.modifier_key = components.modifier_key
    inner join reference.mpfs_rvu as rvus
        on
            kinds.procedure_code = rvus.procedure_code
            and coalesce(components.component, '') = rvus.modifier
            and kinds.date_of_service between rvus.effective_from and rvus.effective_to
    inner join reference.gpci as indices
        on
            kinds.locality = indices.locality
            and kinds.date_of_service between indices.effective_from and indices.effective_to
    inner join reference.place_of_service as places
        on
            kinds.place_of_service = places.place_of_service
            and kinds.date_of_service between places.effective_from and places.effective_to
    inner join reference.conversion_factor as factors
        on
            not factors.apm_qualifying
            and kinds.date_of_service between factors.effective_from and factors.effective_to
    where rvus.status_code in ('A', 'R', 'T')
),

-- the amount before the charge is stored for Medicare; elsewhere it is the product of the rates
-- where the charge was the lower, and what is expected where it was not
priced as (
    select
        compared.payer,
        case
            when compared.expected_basis = 'medicare' then compared.full_fee
            else cast(round(fees.fee * compared.units, 2) as decimal(12, 2))
        end as medicare_fee,
        coalesce(compared.full_fee, compared.expected_allowed) as full_fee,
        compared.mppr_rate,
        compared.modifier_rate,
        case
            when compared.full_fee is null or compared.expected_allowed <> compared.charge
                then compared.expected_allowed
            when compared.expected_basis = 'medicare' then compared.medicare_allowed
            else greatest(compared.charge, cast(round(
                compared.full_fee * compared.mppr_rate * compared.modifier_rate, 2
            ) as decimal(12, 2)))
        end as uncapped,
        compared.expected_allowed,
        coalesce(compared.compared, compared.expected_allowed) as compared,
        compared.status,
        compared.is_counted,
        compared.allowed,
        -- a denial charged to the patient and then overturned leaves its amount in the sum
        greatest(
            least(compared.patient_responsibility, compared.allowed - compared.paid), 0
        ) as patient_share,
        compared.paid
    from compared
    left join fees
        on
            compared.expected_basis <> 'medicare'
            and compared.procedure_code = fees.procedure_code
            and compared.modifier_key = fees.modifier_key
            and compared.date_of_service = fees.date_of_service
            and compared.locality = fees.locality
            and compared.place_of_service = fees.place_of_service
),

ranked as (
    select
        priced.*,
        case
            when priced.mppr_rate = 1 then priced.full_fee
            when priced.modifier_rate = 1 then priced.uncapped
            else cast(round(priced.full_fee * priced.mppr_rate, 2) as decimal(12, 2))
        end as ranked_fee
    from priced
    where priced.medicare_fee is not null
),

sums as (
    select
        count(*) as lines,
        sum(ranked.medicare_fee) as s1,
        sum(ranked.full_fee - ranked.medicare_fee) as s2,
        sum(ranked.ranked_fee - ranked.full_fee) as s3,
        sum(ranked.uncapped - ranked.ranked_fee) as s4,
        sum(ranked.expected_allowed - ranked.uncapped) as s5,
        sum(ranked.expected_allowed) as s6,
        sum(ranked.compared - ranked.expected_allowed) as s7,
        sum(case when ranked.status = 'denied' then ranked.allowed - ranked.compared else 0 end)
            as s8,
        sum(case
            when ranked.status = 'under' and ranked.is_counted
                then ranked.allowed - ranked.compared
            else 0
        end) as s9,
        sum(case
            when ranked.status = 'over' and ranked.is_counted
                then ranked.allowed - ranked.compared
            else 0
        end) as s10,
        sum(case
            when ranked.status = 'as_expected' or (ranked.status <> 'denied' and not ranked.is_counted)
                then ranked.allowed - ranked.compared
            else 0
        end) as s11,
        sum(ranked.allowed) as s12,
        -sum(ranked.patient_share) as s13,
        sum(ranked.paid - ranked.allowed + ranked.patient_share) as s14,
        sum(ranked.paid) as s15
    from ranked
),

steps as (
    select *
    from (values
        (1, 'Medicare''s full fee', true),
        (2, 'contract', false),
        (3, 'multiple procedures', false),
        (4, 'modifiers', false),
        (5, 'lower of charge', false),
        (6, 'expected', true),
        (7, 'recoded or ranked anew', false),
        (8, 'denied', false),
        (9, 'underpaid', false),
        (10, 'overpaid', false),
        (11, 'tolerance, set aside', false),
        (12, 'allowed', true),
        (13, 'patient''s share', false),
        (14, 'sequestration, other', false),
        (15, 'paid', true)
    ) as v (position, step, is_total)
)

select
    steps.step,
    case steps.position
        when 1 then sums.s1
        when 2 then sums.s2
        when 3 then sums.s3
        when 4 then sums.s4
        when 5 then sums.s5
        when 6 then sums.s6
        when 7 then sums.s7
        when 8 then sums.s8
        when 9 then sums.s9
        when 10 then sums.s10
        when 11 then sums.s11
        when 12 then sums.s12
        when 13 then sums.s13
        when 14 then sums.s14
        else sums.s15
    end as amount,
    case steps.position
        when 1 then sums.s1
        when 2 then sums.s2
        when 3 then sums.s3
        when 4 then sums.s4
        when 5 then sums.s5
        when 6 then sums.s6
        when 7 then sums.s7
        when 8 then sums.s8
        when 9 then sums.s9
        when 10 then sums.s10
        when 11 then sums.s11
        when 12 then sums.s12
        when 13 then sums.s13
        when 14 then sums.s14
        else sums.s15
    end
    / nullif(sums.s1, 0) as of_medicare,
    steps.is_total,
    sums.lines,
    sums.s6 / nullif(sums.s1, 0) as expected_share,
    sums.s12 / nullif(sums.s6, 0) as allowed_share
from sums
cross join steps
where sums.lines > 0
order by steps.position

/* ---
title: Payer by payer, as percent of Medicare
chart: heat
reading: "{highest_payer} is expected to allow {highest} of Medicare's full fee, {lowest_payer} {lowest}."
hidden: highest_payer highest lowest_payer lowest
x: payer
y: step
value: of_medicare
n: lines
columns: {of_medicare: {label: Of Medicare's full fee, format: percent}, lines: count,
  highest: percent, lowest: percent, step: {label: Step, format: text}}
rows: 180
empty: No line of this period is priced and answered.
note: >
  The steps above for each payer, as a share of Medicare's full fee for the same lines: the bold
  rows of the bridge (Medicare's full fee, expected, allowed, paid) are levels, the others what is
  added or taken away. The twelve payers with most lines.
--- */
with compared as (
    select
        lines.payer,
        lines.procedure_code,
        lines.modifier_key,
        lines.date_of_service,
        lines.locality,
        lines.place_of_service,
        lines.units,
        lines.charge,
        coalesce(lines.paid, 0) as paid,
        coalesce(lines.patient_responsibility, 0) as patient_responsibility,
        prices.expected_basis,
        prices.full_fee,
        prices.mppr_rate,
        prices.modifier_rate,
        prices.medicare_allowed,
        prices.expected_allowed,
        results.expected_allowed as compared,
        results.status,
        results.is_counted,
        coalesce(results.allowed, 0) as allowed
    from audit.expected_payment as prices
    inner join audit.payment_variance as results on prices.line_id = results.line_id
    inner join core.service_line as lines on prices.line_id = lines.line_id
    where
        prices.status = 'priced' and results.status <> 'not_comparable'
        and in_period(lines.date_of_service)
),

-- a contract's lines by Medicare's schedule of their own day; Medicare's own have it already
kinds as (
    select distinct
        compared.procedure_code,
        compared.modifier_key,
        compared.date_of_service,
        compared.locality,
        compared.place_of_service
    from compared
    where compared.expected_basis <> 'medicare'
),

components as (
    select
        keys.modifier_key,
        min(meanings.modifier) as component
    from (select distinct kinds.modifier_key from kinds) as keys
    cross join unnest(string_split(keys.modifier_key, ' ')) as u (modifier)
    inner join reference.modifier as meanings on u.modifier = meanings.modifier
    where meanings.price_effect = 'component'
    group by keys.modifier_key
),

fees as (
    select
        kinds.procedure_code,
        kinds.modifier_key,
        kinds.date_of_service,
        kinds.locality,
        kinds.place_of_service,
        cast(round((
            rvus.work_rvu * indices.work_gpci
            + case places.setting
                when 'facility' then rvus.facility_pe_rvu else rvus.nonfacility_pe_rvu
            end * indices.pe_gpci
            + rvus.mp_rvu * indices.mp_gpci
        ) * factors.conversion_factor, 2) as decimal(12, 2)) as fee
    from kinds
    left join components on kinds.modifier_key = components.modifier_key
    inner join reference.mpfs_rvu as rvus
        on
            kinds.procedure_code = rvus.procedure_code
            and coalesce(components.component, '') = rvus.modifier
            and kinds.date_of_service between rvus.effective_from and rvus.effective_to
    inner join reference.gpci as indices
        on
            kinds.locality = indices.locality
            and kinds.date_of_service between indices.effective_from and indices.effective_to
    inner join reference.place_of_service as places
        on
            kinds.place_of_service = places.place_of_service
            and kinds.date_of_service between places.effective_from and places.effective_to
    inner join reference.conversion_factor as factors
        on
            not factors.apm_qualifying
            and kinds.date_of_service between factors.effective_from and factors.effective_to
    where rvus.status_code in ('A', 'R', 'T')
),

-- the amount before the charge is stored for Medicare; elsewhere it is the product of the rates
-- where the charge was the lower, and what is expected where it was not
priced as (
    select
        compared.payer,
        case
            when compared.expected_basis = 'medicare' then compared.full_fee
            else cast(round(fees.fee * compared.units, 2) as decimal(12, 2))
        end as medicare_fee,
        coalesce(compared.full_fee, compared.expected_allowed) as full_fee,
        compared.mppr_rate,
        compared.modifier_rate,
        case
            when compared.full_fee is null or compared.expected_allowed <> compared.charge
                then compared.expected_allowed
            when compared.expected_basis = 'medicare' then compared.medicare_allowed
            else greatest(compared.charge, cast(round(
                compared.full_fee * compared.mppr_rate * compared.modifier_rate, 2
            ) as decimal(12, 2)))
        end as uncapped,
        compared.expected_allowed,
        coalesce(compared.compared, compared.expected_allowed) as compared,
        compared.status,
        compared.is_counted,
        compared.allowed,
        -- a denial charged to the patient and then overturned leaves its amount in the sum
        greatest(
            least(compared.patient_responsibility, compared.allowed - compared.paid), 0
        ) as patient_share,
        compared.paid
    from compared
    left join fees
        on
            compared.expected_basis <> 'medicare'
            and compared.procedure_code = fees.procedure_code
            and compared.modifier_key = fees.modifier_key
            and compared.date_of_service = fees.date_of_service
            and compared.locality = fees.locality
            and compared.place_of_service = fees.place_of_service
),

ranked as (
    select
        priced.*,
        case
            when priced.mppr_rate = 1 then priced.full_fee
            when priced.modifier_rate = 1 then priced.uncapped
            else cast(round(priced.full_fee * priced.mppr_rate, 2) as decimal(12, 2))
        end as ranked_fee
    from priced
    where priced.medicare_fee is not null
),

sums as (
    select
        ranked.payer,
        count(*) as lines,
        sum(ranked.medicare_fee) as s1,
        sum(ranked.full_fee - ranked.medicare_fee) as s2,
        sum(ranked.ranked_fee - ranked.full_fee) as s3,
        sum(ranked.uncapped - ranked.ranked_fee) as s4,
        sum(ranked.expected_allowed - ranked.uncapped) as s5,
        sum(ranked.expected_allowed) as s6,
        sum(ranked.compared - ranked.expected_allowed) as s7,
        sum(case when ranked.status = 'denied' then ranked.allowed - ranked.compared else 0 end)
            as s8,
        sum(case
            when ranked.status = 'under' and ranked.is_counted
                then ranked.allowed - ranked.compared
            else 0
        end) as s9,
        sum(case
            when ranked.status = 'over' and ranked.is_counted
                then ranked.allowed - ranked.compared
            else 0
        end) as s10,
        sum(case
            when ranked.status = 'as_expected' or (ranked.status <> 'denied' and not ranked.is_counted)
                then ranked.allowed - ranked.compared
            else 0
        end) as s11,
        sum(ranked.allowed) as s12,
        -sum(ranked.patient_share) as s13,
        sum(ranked.paid - ranked.allowed + ranked.patient_share) as s14,
        sum(ranked.paid) as s15
    from ranked
    group by ranked.payer
),

steps as (
    select *
    from (values
        (1, 'Medicare''s full fee', true),
        (2, 'contract', false),
        (3, 'multiple procedures', false),
        (4, 'modifiers', false),
        (5, 'lower of charge', false),
        (6, 'expected', true),
        (7, 'recoded or ranked anew', false),
        (8, 'denied', false),
        (9, 'underpaid', false),
        (10, 'overpaid', false),
        (11, 'tolerance, set aside', false),
        (12, 'allowed', true),
        (13, 'patient''s share', false),
        (14, 'sequestration, other', false),
        (15, 'paid', true)
    ) as v (position, step, is_total)
)
,

largest as (
    select *
    from sums
    order by sums.lines desc, sums.payer
    limit 12
)

select
    sums.payer,
    steps.step,
    sums.lines,
    case
        when abs(case steps.position
        when 1 then sums.s1
        when 2 then sums.s2
        when 3 then sums.s3
        when 4 then sums.s4
        when 5 then sums.s5
        when 6 then sums.s6
        when 7 then sums.s7
        when 8 then sums.s8
        when 9 then sums.s9
        when 10 then sums.s10
        when 11 then sums.s11
        when 12 then sums.s12
        when 13 then sums.s13
        when 14 then sums.s14
        else sums.s15
    end) < 0.0005 * sums.s1 then 0
        else case steps.position
        when 1 then sums.s1
        when 2 then sums.s2
        when 3 then sums.s3
        when 4 then sums.s4
        when 5 then sums.s5
        when 6 then sums.s6
        when 7 then sums.s7
        when 8 then sums.s8
        when 9 then sums.s9
        when 10 then sums.s10
        when 11 then sums.s11
        when 12 then sums.s12
        when 13 then sums.s13
        when 14 then sums.s14
        else sums.s15
    end
        / nullif(sums.s1, 0)
    end as of_medicare,
    first_value(sums.payer) over (order by sums.s6 / nullif(sums.s1, 0) desc, sums.payer)
        as highest_payer,
    max(sums.s6 / nullif(sums.s1, 0)) over () as highest,
    first_value(sums.payer) over (order by sums.s6 / nullif(sums.s1, 0), sums.payer)
        as lowest_payer,
    min(sums.s6 / nullif(sums.s1, 0)) over () as lowest
from largest as sums
cross join steps
order by sums.lines desc, sums.payer, steps.position

/* ---
title: Payer by payer, in dollars
chart: heat
reading: Down a column, the steps add up to the cent.
x: payer
y: step
value: amount
n: lines
columns: {amount: {label: Dollars, format: money}, lines: count,
  step: {label: Step, format: text}}
shareable: no
empty: No line of this period is priced and answered.
note: >
  The same steps in dollars, for every payer; across, they add up to the bridge of all payers. Lines
  of the period that cannot stand in the bridge are counted under Method.
--- */
with compared as (
    select
        lines.payer,
        lines.procedure_code,
        lines.modifier_key,
        lines.date_of_service,
        lines.locality,
        lines.place_of_service,
        lines.units,
        lines.charge,
        coalesce(lines.paid, 0) as paid,
        coalesce(lines.patient_responsibility, 0) as patient_responsibility,
        prices.expected_basis,
        prices.full_fee,
        prices.mppr_rate,
        prices.modifier_rate,
        prices.medicare_allowed,
        prices.expected_allowed,
        results.expected_allowed as compared,
        results.status,
        results.is_counted,
        coalesce(results.allowed, 0) as allowed
    from audit.expected_payment as prices
    inner join audit.payment_variance as results on prices.line_id = results.line_id
    inner join core.service_line as lines on prices.line_id = lines.line_id
    where
        prices.status = 'priced' and results.status <> 'not_comparable'
        and in_period(lines.date_of_service)
),

-- a contract's lines by Medicare's schedule of their own day; Medicare's own have it already
kinds as (
    select distinct
        compared.procedure_code,
        compared.modifier_key,
        compared.date_of_service,
        compared.locality,
        compared.place_of_service
    from compared
    where compared.expected_basis <> 'medicare'
),

components as (
    select
        keys.modifier_key,
        min(meanings.modifier) as component
    from (select distinct kinds.modifier_key from kinds) as keys
    cross join unnest(string_split(keys.modifier_key, ' ')) as u (modifier)
    inner join reference.modifier as meanings on u.modifier = meanings.modifier
    where meanings.price_effect = 'component'
    group by keys.modifier_key
),

fees as (
    select
        kinds.procedure_code,
        kinds.modifier_key,
        kinds.date_of_service,
        kinds.locality,
        kinds.place_of_service,
        cast(round((
            rvus.work_rvu * indices.work_gpci
            + case places.setting
                when 'facility' then rvus.facility_pe_rvu else rvus.nonfacility_pe_rvu
            end * indices.pe_gpci
            + rvus.mp_rvu * indices.mp_gpci
        ) * factors.conversion_factor, 2) as decimal(12, 2)) as fee
    from kinds
    left join components on kinds.modifier_key = components.modifier_key
    inner join reference.mpfs_rvu as rvus
        on
            kinds.procedure_code = rvus.procedure_code
            and coalesce(components.component, '') = rvus.modifier
            and kinds.date_of_service between rvus.effective_from and rvus.effective_to
    inner join reference.gpci as indices
        on
            kinds.locality = indices.locality
            and kinds.date_of_service between indices.effective_from and indices.effective_to
    inner join reference.place_of_service as places
        on
            kinds.place_of_service = places.place_of_service
            and kinds.date_of_service between places.effective_from and places.effective_to
    inner join reference.conversion_factor as factors
        on
            not factors.apm_qualifying
            and kinds.date_of_service between factors.effective_from and factors.effective_to
    where rvus.status_code in ('A', 'R', 'T')
),

-- the amount before the charge is stored for Medicare; elsewhere it is the product of the rates
-- where the charge was the lower, and what is expected where it was not
priced as (
    select
        compared.payer,
        case
            when compared.expected_basis = 'medicare' then compared.full_fee
            else cast(round(fees.fee * compared.units, 2) as decimal(12, 2))
        end as medicare_fee,
        coalesce(compared.full_fee, compared.expected_allowed) as full_fee,
        compared.mppr_rate,
        compared.modifier_rate,
        case
            when compared.full_fee is null or compared.expected_allowed <> compared.charge
                then compared.expected_allowed
            when compared.expected_basis = 'medicare' then compared.medicare_allowed
            else greatest(compared.charge, cast(round(
                compared.full_fee * compared.mppr_rate * compared.modifier_rate, 2
            ) as decimal(12, 2)))
        end as uncapped,
        compared.expected_allowed,
        coalesce(compared.compared, compared.expected_allowed) as compared,
        compared.status,
        compared.is_counted,
        compared.allowed,
        -- a denial charged to the patient and then overturned leaves its amount in the sum
        greatest(
            least(compared.patient_responsibility, compared.allowed - compared.paid), 0
        ) as patient_share,
        compared.paid
    from compared
    left join fees
        on
            compared.expected_basis <> 'medicare'
            and compared.procedure_code = fees.procedure_code
            and compared.modifier_key = fees.modifier_key
            and compared.date_of_service = fees.date_of_service
            and compared.locality = fees.locality
            and compared.place_of_service = fees.place_of_service
),

ranked as (
    select
        priced.*,
        case
            when priced.mppr_rate = 1 then priced.full_fee
            when priced.modifier_rate = 1 then priced.uncapped
            else cast(round(priced.full_fee * priced.mppr_rate, 2) as decimal(12, 2))
        end as ranked_fee
    from priced
    where priced.medicare_fee is not null
),

sums as (
    select
        ranked.payer,
        count(*) as lines,
        sum(ranked.medicare_fee) as s1,
        sum(ranked.full_fee - ranked.medicare_fee) as s2,
        sum(ranked.ranked_fee - ranked.full_fee) as s3,
        sum(ranked.uncapped - ranked.ranked_fee) as s4,
        sum(ranked.expected_allowed - ranked.uncapped) as s5,
        sum(ranked.expected_allowed) as s6,
        sum(ranked.compared - ranked.expected_allowed) as s7,
        sum(case when ranked.status = 'denied' then ranked.allowed - ranked.compared else 0 end)
            as s8,
        sum(case
            when ranked.status = 'under' and ranked.is_counted
                then ranked.allowed - ranked.compared
            else 0
        end) as s9,
        sum(case
            when ranked.status = 'over' and ranked.is_counted
                then ranked.allowed - ranked.compared
            else 0
        end) as s10,
        sum(case
            when ranked.status = 'as_expected' or (ranked.status <> 'denied' and not ranked.is_counted)
                then ranked.allowed - ranked.compared
            else 0
        end) as s11,
        sum(ranked.allowed) as s12,
        -sum(ranked.patient_share) as s13,
        sum(ranked.paid - ranked.allowed + ranked.patient_share) as s14,
        sum(ranked.paid) as s15
    from ranked
    group by ranked.payer
),

steps as (
    select *
    from (values
        (1, 'Medicare''s full fee', true),
        (2, 'contract', false),
        (3, 'multiple procedures', false),
        (4, 'modifiers', false),
        (5, 'lower of charge', false),
        (6, 'expected', true),
        (7, 'recoded or ranked anew', false),
        (8, 'denied', false),
        (9, 'underpaid', false),
        (10, 'overpaid', false),
        (11, 'tolerance, set aside', false),
        (12, 'allowed', true),
        (13, 'patient''s share', false),
        (14, 'sequestration, other', false),
        (15, 'paid', true)
    ) as v (position, step, is_total)
)

select
    sums.payer,
    steps.step,
    sums.lines,
    case steps.position
        when 1 then sums.s1
        when 2 then sums.s2
        when 3 then sums.s3
        when 4 then sums.s4
        when 5 then sums.s5
        when 6 then sums.s6
        when 7 then sums.s7
        when 8 then sums.s8
        when 9 then sums.s9
        when 10 then sums.s10
        when 11 then sums.s11
        when 12 then sums.s12
        when 13 then sums.s13
        when 14 then sums.s14
        else sums.s15
    end as amount
from sums
cross join steps
order by sums.lines desc, sums.payer, steps.position
