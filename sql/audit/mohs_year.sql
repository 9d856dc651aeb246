-- 17311 to 17315 against the same months of the year before, by payer, code, locality and place of
-- service, for every month of service on file as the last one: from January, or from the first
-- month that the year before has on file. What prices and volume did; the rest is mix.
with mohs_lines as (
    select
        lines.line_id,
        lines.payer,
        lines.line_of_business,
        lines.procedure_code,
        lines.locality,
        lines.place_of_service,
        lines.units,
        cast(date_trunc('month', lines.date_of_service) as date) as month
    from core.service_line as lines
    where lines.procedure_code between '17311' and '17315'
),

mohs_months as (
    select
        lines.month,
        lines.payer,
        lines.procedure_code,
        lines.locality,
        lines.place_of_service,
        count(*) as lines,
        sum(case when lines.line_of_business = 'medicare' then lines.units else 0 end)
            as medicare_units,
        sum(case when prices.status = 'priced' and lines.units > 0 then lines.units else 0 end)
            as units,
        sum(
            case
                when prices.status = 'priced' and lines.units > 0 then prices.expected_allowed
                else 0
            end
        ) as expected
    from mohs_lines as lines
    inner join audit.expected_payment as prices on lines.line_id = prices.line_id
    group by
        lines.month, lines.payer, lines.procedure_code, lines.locality, lines.place_of_service
),

beginnings as (
    select cast(date_trunc('month', min(lines.date_of_service)) as date) as first_month
    from core.service_line as lines
),

last_months as (
    select distinct lines.month
    from mohs_lines as lines
),

starts as (
    select
        last_months.month,
        greatest(
            cast(cast(year(last_months.month) - 1 as varchar) || '-01-01' as date),
            beginnings.first_month
        ) as before_from,
        last_day(cast(
            cast(year(last_months.month) - 1 as varchar) || '-'
            || lpad(cast(month(last_months.month) as varchar), 2, '0') || '-01' as date
        )) as before_to
    from last_months
    cross join beginnings
),

windows as (
    select
        starts.month,
        starts.before_from,
        starts.before_to,
        cast(starts.before_from + interval 12 month as date) as now_from,
        last_day(starts.month) as now_to
    from starts
),

cells as (
    select
        windows.month,
        windows.before_from,
        windows.before_to,
        windows.now_from,
        windows.now_to,
        months.payer,
        months.procedure_code,
        months.locality,
        months.place_of_service,
        sum(case when months.month >= windows.now_from then months.lines else 0 end) as lines_now,
        sum(case when months.month >= windows.now_from then months.medicare_units else 0 end)
            as medicare_units_now,
        sum(case when months.month <= windows.before_to then months.units else 0 end)
            as units_before,
        sum(case when months.month >= windows.now_from then months.units else 0 end) as units_now,
        sum(case when months.month <= windows.before_to then months.expected else 0 end)
            as expected_before,
        sum(case when months.month >= windows.now_from then months.expected else 0 end)
            as expected_now
    from windows
    inner join mohs_months as months
        on
            months.month between windows.before_from and windows.before_to
            or months.month between windows.now_from and windows.now_to
    group by
        windows.month, windows.before_from, windows.before_to, windows.now_from, windows.now_to,
        months.payer, months.procedure_code, months.locality, months.place_of_service
),

years as (
    select
        cells.month,
        cells.before_from,
        cells.before_to,
        cells.now_from,
        cells.now_to,
        cells.payer,
        cells.procedure_code,
        cells.locality,
        cells.place_of_service,
        cells.lines_now,
        cells.medicare_units_now,
        cells.units_before,
        cells.units_now,
        cells.expected_before,
        cells.expected_now,
        sum(cells.units_before) over (partition by cells.month) as all_units_before,
        sum(cells.units_now) over (partition by cells.month) as all_units_now
    from cells
),

-- a cell that one of the years lacks has no price to compare
effects as (
    select
        years.month,
        years.before_from,
        years.before_to,
        years.now_from,
        years.now_to,
        years.payer,
        years.procedure_code,
        years.locality,
        years.place_of_service,
        years.lines_now,
        years.medicare_units_now,
        years.units_before,
        years.units_now,
        years.expected_before,
        years.expected_now,
        case
            when years.units_before > 0 and years.units_now > 0
                then cast(round(
                    cast(years.expected_now as double)
                    - cast(years.expected_before as double)
                    / nullif(cast(years.units_before as double), 0)
                    * cast(years.units_now as double), 2
                ) as decimal(18, 2))
            else cast(0 as decimal(18, 2))
        end as by_price,
        coalesce(
            cast(round(
                cast(years.expected_before as double) * (
                    cast(years.all_units_now as double)
                    / nullif(cast(years.all_units_before as double), 0) - cast(1 as double)
                ), 2
            ) as decimal(18, 2)),
            cast(0 as decimal(18, 2))
        ) as by_volume
    from years
)

select
    effects.month,
    effects.before_from,
    effects.before_to,
    effects.now_from,
    effects.now_to,
    effects.payer,
    effects.procedure_code,
    effects.locality,
    effects.place_of_service,
    effects.lines_now,
    cast(effects.medicare_units_now as decimal(18, 3)) as medicare_units_now,
    cast(effects.units_before as decimal(18, 3)) as units_before,
    cast(effects.units_now as decimal(18, 3)) as units_now,
    cast(effects.expected_before as decimal(18, 2)) as expected_before,
    cast(effects.expected_now as decimal(18, 2)) as expected_now,
    effects.by_price,
    effects.by_volume,
    cast(
        effects.expected_now - effects.expected_before - effects.by_price - effects.by_volume
        as decimal(18, 2)
    ) as by_mix
from effects
