-- Lines of the period that are due a price and have none, by status and reason.
create or replace temp macro unpriced_lines() as table
    with due as (
        select
            prices.status,
            prices.reason,
            lines.charge,
            count(*) over () as all_lines
        from audit.expected_payment as prices
        inner join core.service_line as lines on prices.line_id = lines.line_id
        where in_period(lines.date_of_service)
    )

    select
        replace(due.status, '_', ' ') as status,
        due.reason,
        count(*) as lines,
        count(*) / any_value(due.all_lines) as share_of_lines,
        sum(due.charge) as charge,
        any_value(due.all_lines) as all_lines
    from due
    where due.status <> 'priced'
    group by due.status, due.reason;
