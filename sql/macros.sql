-- Words that pages and questions share; they read no table. DuckDB only; loaded into a session,
-- never stored in a file.

-- True on a day of the month asked for (variable `month`, 'YYYY-MM'); always when none is. Compares
-- days, which a scan can do; the text of a day would be written for every line on file.
create or replace temp macro in_period(day) as (
    getvariable('month') is null
    or (
        day >= cast(getvariable('month') || '-01' as date)
        and day < cast(getvariable('month') || '-01' as date) + interval 1 month
    )
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

-- The thirteen months that end with that of a day, as 'YYYY-MM'.
create or replace temp macro thirteen_months(day) as (
    list_transform(
        range(13), lambda m: strftime(day - to_months(cast(12 - m as integer)), '%Y-%m')
    )
);

-- From Medicare's full fee to the payment: the steps of a row of audit.payment_month. Levels are
-- totals; what stands between two of them leads from one to the next.
create or replace temp macro bridge_step(place, step, is_total, amount) as (
    struct_pack(place := place, step := step, is_total := is_total, amount := amount)
);

create or replace temp macro bridge_steps(sums) as ([
    bridge_step(1, 'Medicare''s full fee', true, sums.medicare_fee),
    bridge_step(2, 'contract', false, sums.by_contract),
    bridge_step(3, 'multiple procedures', false, sums.by_ranking),
    bridge_step(4, 'modifiers', false, sums.by_modifiers),
    bridge_step(5, 'lower of charge', false, sums.by_charge),
    bridge_step(6, 'expected', true, sums.expected),
    bridge_step(7, 'recoded or ranked anew', false, sums.by_recoding),
    bridge_step(8, 'denied', false, sums.by_denial),
    bridge_step(9, 'underpaid', false, sums.by_underpayment),
    bridge_step(10, 'overpaid', false, sums.by_overpayment),
    bridge_step(11, 'tolerance, set aside', false, sums.by_tolerance),
    bridge_step(12, 'allowed', true, sums.allowed),
    bridge_step(13, 'patient''s share', false, -sums.patient_share),
    bridge_step(14, 'sequestration, other', false, sums.paid - sums.allowed + sums.patient_share),
    bridge_step(15, 'paid', true, sums.paid)
]);

-- True for a surgeon whose value chance does not explain (audit.practice_mirror.reading).
create or replace temp macro is_outlier(reading) as (reading in ('high outlier', 'low outlier'));

-- How many lie {outliers} outside, up to the end of the sentence; `among` names all there are.
create or replace temp macro surgeons_outside(outliers) as (
    case
        when outliers > 0
            then
                '{outliers:surgeon lies|surgeons lie} outside the outer limits, of {placed} placed'
        else
            'No surgeon lies outside the outer limits; {placed:surgeon is|surgeons are} placed'
    end
);

create or replace temp macro values_outside(outliers, noun, among) as (
    case
        when outliers > 0 then '{outliers:' || noun || ' lies|' || noun || 's lie}'
        else 'No ' || noun || ' lies'
    end || ' outside the outer limits, of ' || among || '.'
);

-- Interval of a rate less another, of the level of both their intervals, as {low, high}; null where
-- one has none. Newcombe 1998, Statistics in Medicine 17:873-890, method 10; for any two rates Zou
-- and Donner 2008, Statistics in Medicine 27:1693-1702.
create or replace temp macro difference_interval(
    rate, low, high, other, other_low, other_high
) as (
    case
        when low is not null and other_low is not null
            then {
                'low': rate - other - sqrt(
                    (rate - low) * (rate - low) + (other_high - other) * (other_high - other)
                ),
                'high': rate - other + sqrt(
                    (high - rate) * (high - rate) + (other - other_low) * (other - other_low)
                )
            }
    end
);
