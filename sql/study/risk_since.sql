-- The first day of which no more than $most lines were submitted on it or later.
with days as (
    select
        coalesce(lines.submitted_date, lines.date_of_service) as submitted_date,
        count(*) as lines
    from core.service_line as lines
    group by coalesce(lines.submitted_date, lines.date_of_service)
),

later as (
    select
        days.submitted_date,
        sum(days.lines) over (order by days.submitted_date desc) as lines
    from days
)

select min(later.submitted_date) as first_date
from later
where later.lines <= $most
