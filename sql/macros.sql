-- Words that pages and questions share. DuckDB only; loaded into a session, never stored in a file.

-- True on a day of the month asked for (variable `month`, 'YYYY-MM'); always when none is.
create or replace temp macro in_period(day) as (
    getvariable('month') is null or strftime(day, '%Y-%m') = getvariable('month')
);

-- Wilson score interval of k in n at 95 %, as {low, high}; null where n is 0.
-- Wilson 1927, JASA 22:209-212. The numbers are z, the 0.975 quantile of the normal distribution,
-- z*z, z*z/2 and z*z/4, as doubles; 0 of n starts at 0 and n of n ends at 1 exactly.
create or replace temp macro wilson(k, n) as (
    case
        when n > 0
            then {
                'low': case
                    when k = 0 then 0.0e0
                    else (
                        k / n + 1.920729410347062e0 / n
                        - 1.959963984540054e0
                        * sqrt((k / n) * (1 - k / n) / n + 0.960364705173531e0 / n / n)
                    ) / (1 + 3.841458820694124e0 / n)
                end,
                'high': case
                    when k = n then 1.0e0
                    else (
                        k / n + 1.920729410347062e0 / n
                        + 1.959963984540054e0
                        * sqrt((k / n) * (1 - k / n) / n + 0.960364705173531e0 / n / n)
                    ) / (1 + 3.841458820694124e0 / n)
                end
            }
    end
);

-- Text for sentences: 1,284 / $1,284 / 7.6% / '1 line' or '1,284 lines'.
create or replace temp macro figure(n) as (
    coalesce(format('{:,}', cast(round(n) as hugeint)), 'unknown')
);

create or replace temp macro dollars(amount) as (
    coalesce(
        case when amount < 0 then '-' else '' end
        || '$' || format('{:,}', cast(abs(round(amount)) as hugeint)),
        'unknown'
    )
);

create or replace temp macro percent(rate) as (
    coalesce(format('{:.1f}%', 100 * cast(rate as double)), 'unknown')
);

create or replace temp macro counted(n, noun) as (
    figure(n) || ' ' || noun || case when n = 1 then '' else 's' end
);

create or replace temp macro interval_text(k, n) as (
    coalesce(
        '95% interval ' || percent(wilson(k, n).low) || ' to ' || percent(wilson(k, n).high),
        'no interval, n is 0'
    )
);
