-- True for a month of service too young to compare: not yet over by the days that all payers together
-- take for nine claims of ten, as audit.kpi has it (is_mature); true where nothing is answered.
create or replace temp macro is_young(month) as (
    coalesce(
        month >= (
            select
                date_trunc(
                    'month', max(cuts.as_of_date) - cast(max(lags.mature_days) as integer) + 1
                )
            from audit.data_cut as cuts
            cross join audit.payer_lag as lags
            where lags.payer = 'all payers'
        ),
        true
    )
);
