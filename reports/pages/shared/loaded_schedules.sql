-- What each payer seems to pay for all codes together, by year of service, with the percent and year of
-- Medicare's schedule by the terms in force at the end of the year; Medicare itself is 1 of the year.
create or replace temp macro loaded_schedules() as table
    with medicare_payers as (
        select distinct lines.payer
        from core.service_line as lines
        where lines.line_of_business = 'medicare'
    )

    select
        schedules.*,
        coalesce(contracts.value, case when medicare_payers.payer is not null then 1 end) as value,
        case
            when contracts.payer is not null or medicare_payers.payer is not null
                then coalesce(contracts.medicare_year, schedules.service_year)
        end as loaded_year
    from audit.payer_schedule as schedules
    left join reference.contract as contracts
        on
            schedules.payer = contracts.payer
            and contracts.procedure_code = ''
            and contracts.basis = 'percent_of_medicare'
            and make_date(schedules.service_year, 12, 31) >= contracts.effective_from
            and make_date(schedules.service_year, 1, 1) <= contracts.effective_to
    left join medicare_payers on schedules.payer = medicare_payers.payer
    where schedules.procedure_code = ''
    qualify
        row_number() over (
            partition by schedules.payer, schedules.service_year
            order by contracts.effective_from desc
        ) = 1;
