-- The indicators of reference.kpi by month and payer, with n, interval and whether the month is old
-- enough to be compared; those that need what no claim or remittance tells say so.
-- Wilson 1927, JASA 22:209-212, with z the 0.975 quantile of the normal distribution.
with measures as (
    select
        measures.kpi,
        measures.month,
        measures.payer,
        measures.numerator,
        measures.denominator,
        measures.n
    from audit.kpi_measure as measures
    union all
    select
        waits.kpi,
        waits.month,
        waits.payer,
        cast(waits.days as decimal(18, 2)) as numerator,
        cast(null as decimal(18, 2)) as denominator,
        waits.n
    from audit.kpi_days as waits
),

-- the numbers are z, z*z, z*z/2 and z*z/4
centred as (
    select
        measures.kpi,
        measures.month,
        measures.payer,
        cast(measures.numerator as double) + cast(1.920729410347062 as double) as centre,
        cast(round(
            cast(1.959963984540054 as double) * sqrt(
                cast(
                    cast(measures.numerator as double)
                    * cast(measures.denominator - measures.numerator as double) as double
                )
                / nullif(cast(measures.denominator as double), 0)
                + cast(0.960364705173531 as double)
            ), 10
        ) as decimal(20, 10)) as reach,
        cast(measures.denominator as double) + cast(3.841458820694124 as double) as spread
    from measures
    inner join reference.kpi as definitions on measures.kpi = definitions.kpi
    where definitions.unit = 'share' and measures.denominator > 0
),

computed as (
    select distinct measures.kpi
    from measures
)

select
    definitions.kpi,
    measures.month,
    measures.payer,
    definitions.basis,
    definitions.unit,
    measures.numerator,
    measures.denominator,
    case
        when definitions.unit in ('dollars', 'days')
            then cast(measures.numerator as decimal(18, 6))
        else
            cast(round(
                cast(measures.numerator as double)
                / nullif(cast(measures.denominator as double), 0), 6
            ) as decimal(18, 6))
    end as value,
    case
        when centred.kpi is not null and measures.numerator = 0 then cast(0 as decimal(9, 6))
        else
            cast(round(
                cast(centred.centre - centred.reach as double)
                / nullif(cast(centred.spread as double), 0), 6
            ) as decimal(9, 6))
    end as lower,
    case
        when centred.kpi is not null and measures.numerator = measures.denominator
            then cast(1 as decimal(9, 6))
        else
            cast(round(
                cast(centred.centre + centred.reach as double)
                / nullif(cast(centred.spread as double), 0), 6
            ) as decimal(9, 6))
    end as upper,
    measures.n,
    case
        when definitions.basis = 'cut' then true
        when definitions.basis = 'posting'
            then coalesce(last_day(measures.month) <= cuts.as_of_date, false)
        else coalesce(
            last_day(measures.month) + cast(lags.mature_days as int) <= cuts.as_of_date, false
        )
    end as is_mature,
    true as is_computable,
    cast(null as varchar) as reason
from measures
inner join reference.kpi as definitions
    on
        measures.kpi = definitions.kpi
        and measures.month between definitions.effective_from and definitions.effective_to
left join centred
    on
        measures.kpi = centred.kpi
        and measures.month = centred.month
        and measures.payer = centred.payer
cross join audit.data_cut as cuts
left join audit.payer_lag as lags on measures.payer = lags.payer
union all
select
    definitions.kpi,
    cast(null as date) as month,
    'all payers' as payer,
    definitions.basis,
    definitions.unit,
    cast(null as decimal(18, 2)) as numerator,
    cast(null as decimal(18, 2)) as denominator,
    cast(null as decimal(18, 6)) as value,
    cast(null as decimal(9, 6)) as lower,
    cast(null as decimal(9, 6)) as upper,
    cast(0 as bigint) as n,
    false as is_mature,
    false as is_computable,
    case
        when definitions.is_computable then 'nothing on file it could be made of'
        else definitions.reason
    end as reason
from reference.kpi as definitions
anti join computed on definitions.kpi = computed.kpi
