/* ---
page: Year over year
pack: reimbursement
order: 60
intro: >
  17311 to 17315, this year against the same months of the year before: what prices did, what volume
  did, and what is left to the mix.
--- */

/* ---
title: Price, volume and mix
chart: waterfall
reading: >
  The difference to the year before is {difference}: {price_effect} by price, {volume_effect} by
  volume, {mix_effect} by mix. There were {units_before:unit} then and there are {units_now} now.
hidden: is_total difference price_effect volume_effect mix_effect units_before units_now
x: step
y: amount
total: is_total
columns: {step: text, amount: {label: Expected allowed, format: money}, difference: money,
  price_effect: money, volume_effect: money, mix_effect: money, units_before: count, units_now: count}
empty: There is no priced Mohs line in the period and in the same months of the year before.
note: >
  Expected allowed of the priced lines of 17311 to 17315, from January (or the first month the year
  before has on file) to the last month of the period, and in the same months of the year before.
  Volume: what a change of all units at once, at the old mix and prices, would give. Price: the
  units of now at what a unit was then and is now, for each payer, code, locality and place of
  service that has both. Mix: the rest, exactly: more or less of dear cells, cells that are new, and
  cells that are gone. Ranking counts as price: a second lesion of the day is a cheaper unit.
--- */
with sums as (
    select
        strftime(years.before_from, '%Y-%m') || ' to ' || strftime(years.before_to, '%Y-%m')
            as label_before,
        strftime(years.now_from, '%Y-%m') || ' to ' || strftime(years.now_to, '%Y-%m')
            as label_now,
        sum(years.expected_before) as before,
        sum(years.expected_now) as now,
        sum(years.by_price) as price,
        sum(years.by_volume) as volume,
        sum(years.by_mix) as mix,
        cast(sum(years.units_before) as bigint) as units_before,
        cast(sum(years.units_now) as bigint) as units_now
    from audit.mohs_year as years
    where years.month = (
        select max(months.month) from audit.mohs_year as months where in_period(months.month)
    )
    group by label_before, label_now
    having sum(years.units_before) > 0 and sum(years.units_now) > 0
)

select
    steps.step,
    steps.amount,
    steps.is_total,
    sums.now - sums.before as difference,
    sums.price as price_effect,
    sums.volume as volume_effect,
    sums.mix as mix_effect,
    sums.units_before,
    sums.units_now
from sums
cross join lateral (
    values
    (1, sums.label_before, sums.before, true),
    (2, 'volume', sums.volume, false),
    (3, 'mix', sums.mix, false),
    (4, 'price', sums.price, false),
    (5, sums.label_now, sums.now, true)
) as steps (position, step, amount, is_total)
order by steps.position

/* ---
title: By code, locality and place
columns: {procedure_code: {label: Code, format: code}, locality: code, place: {label: Place, format: code},
  units_before: {label: Units then, format: count}, units_now: {label: Units now, format: count},
  unit_before: {label: A unit then, format: money}, unit_now: {label: A unit now, format: money},
  volume: money, mix: money, price: money, difference: money}
rows: 60
unknown: "-"
empty: There is no priced Mohs line in the period and in the same months of the year before.
note: >
  The same years and effects, all payers together; a unit is the mean expected over them, so that it
  moves with the payers and the ranking too. Place is the place of service billed.
--- */
select
    years.procedure_code,
    years.locality,
    years.place_of_service as place,
    cast(sum(years.units_before) as bigint) as units_before,
    cast(sum(years.units_now) as bigint) as units_now,
    cast(sum(years.expected_before) / nullif(sum(years.units_before), 0) as decimal(12, 2))
        as unit_before,
    cast(sum(years.expected_now) / nullif(sum(years.units_now), 0) as decimal(12, 2)) as unit_now,
    sum(years.by_volume) as volume,
    sum(years.by_mix) as mix,
    sum(years.by_price) as price,
    sum(years.expected_now) - sum(years.expected_before) as difference
from audit.mohs_year as years
where
    years.month = (
        select max(months.month) from audit.mohs_year as months where in_period(months.month)
    )
    and (years.units_before > 0 or years.units_now > 0)
group by years.procedure_code, years.locality, years.place_of_service
order by years.procedure_code, years.locality, years.place_of_service

/* ---
title: Medicare's fees, then, now and next
columns: {procedure_code: {label: Code, format: code}, locality: code, setting: text,
  fee_before: {label: Year before, format: money}, fee_now: {label: This year, format: money},
  change: {label: Change, format: percent}, fee_next: {label: Next year, format: money},
  next_change: {label: Change next, format: percent}, units: {label: Medicare units now, format: count},
  effect: {label: At next year's fee, format: money}, year: {label: This year is, format: text}}
rows: 60
unknown: not loaded
empty: No Medicare schedule is loaded for the localities and places of the period.
note: >
  The full fee of a unit by the schedule of 31 December of each year, for the localities and
  settings in which Mohs lines of the period were billed; conversion factor of those who do not
  qualify for an APM. At next year's fee: the Medicare units of this year, January to the last month
  of the period, times the difference of the fees, before ranking and modifiers. Next year stays
  empty until its relative values, indices and conversion factor are loaded. `mohs price --as-of
  YEAR` reprices each line with its ranking.
--- */
with places as (
    select
        years.month,
        years.procedure_code,
        years.locality,
        settings.setting,
        cast(sum(years.medicare_units_now) as bigint) as units
    from audit.mohs_year as years
    inner join reference.place_of_service as settings
        on
            years.place_of_service = settings.place_of_service
            and years.now_to between settings.effective_from and settings.effective_to
    where
        years.lines_now > 0
        and years.month = (
            select max(months.month) from audit.mohs_year as months where in_period(months.month)
        )
    group by years.month, years.procedure_code, years.locality, settings.setting
),

days as (
    select
        offsets.shift,
        make_date(year(months.month) + offsets.shift, 12, 31) as day
    from (select distinct places.month from places) as months
    cross join (values (-1), (0), (1)) as offsets (shift)
),

fees as (
    select
        places.procedure_code,
        places.locality,
        places.setting,
        days.shift,
        cast(round((
            rvus.work_rvu * indices.work_gpci
            + case places.setting
                when 'facility' then rvus.facility_pe_rvu else rvus.nonfacility_pe_rvu
            end * indices.pe_gpci
            + rvus.mp_rvu * indices.mp_gpci
        ) * factors.conversion_factor, 2) as decimal(12, 2)) as fee
    from places
    cross join days
    inner join reference.mpfs_rvu as rvus
        on
            places.procedure_code = rvus.procedure_code
            and rvus.modifier = ''
            and days.day between rvus.effective_from and rvus.effective_to
    inner join reference.gpci as indices
        on
            places.locality = indices.locality
            and days.day between indices.effective_from and indices.effective_to
    inner join reference.conversion_factor as factors
        on
            not factors.apm_qualifying
            and days.day between factors.effective_from and factors.effective_to
),

sided as (
    select
        fees.procedure_code,
        fees.locality,
        fees.setting,
        max(case when fees.shift = -1 then fees.fee end) as fee_before,
        max(case when fees.shift = 0 then fees.fee end) as fee_now,
        max(case when fees.shift = 1 then fees.fee end) as fee_next
    from fees
    group by fees.procedure_code, fees.locality, fees.setting
)

select
    sided.procedure_code,
    sided.locality,
    sided.setting,
    cast(year(places.month) as varchar) as year,
    sided.fee_before,
    sided.fee_now,
    sided.fee_now / sided.fee_before - 1 as change,
    places.units,
    sided.fee_next,
    sided.fee_next / sided.fee_now - 1 as next_change,
    cast(places.units * (sided.fee_next - sided.fee_now) as decimal(18, 2)) as effect
from sided
inner join places
    on
        sided.procedure_code = places.procedure_code
        and sided.locality = places.locality
        and sided.setting = places.setting
order by sided.procedure_code, sided.locality, sided.setting
