-- The pattern of each variance: its kind, and the month in which the kind began after 180 days
-- without one. A pattern somebody decided about keeps its month when earlier variances turn up.
with variances as (
    select
        lines.line_id,
        lines.date_of_service,
        regexp_replace(variances.pattern_id, '[|][0-9]{4}-[0-9]{2}$', '') as kind
    from audit.payment_variance as variances
    inner join core.service_line as lines on variances.line_id = lines.line_id
    where variances.pattern_id is not null
),

marked_variances as (
    select
        variances.line_id,
        variances.date_of_service,
        variances.kind,
        case
            when
                variances.date_of_service
                <= lag(variances.date_of_service) over (
                    partition by variances.kind
                    order by variances.date_of_service, variances.line_id
                ) + 180
                then 0
            else 1
        end as is_start
    from variances
),

numbered_variances as (
    select
        marked_variances.line_id,
        marked_variances.date_of_service,
        marked_variances.kind,
        sum(marked_variances.is_start) over (
            partition by marked_variances.kind
            order by marked_variances.date_of_service, marked_variances.line_id
            rows between unbounded preceding and current row
        ) as spell
    from marked_variances
),

spells as (
    select
        numbered_variances.kind,
        numbered_variances.spell,
        min(numbered_variances.date_of_service) as first_date,
        max(numbered_variances.date_of_service) as last_date
    from numbered_variances
    group by numbered_variances.kind, numbered_variances.spell
),

decisions as (
    select
        decided.pattern_id,
        decided.status,
        regexp_replace(decided.pattern_id, '[|][0-9]{4}-[0-9]{2}$', '') as kind,
        try_cast(right(decided.pattern_id, 7) || '-01' as date) as start_date,
        row_number() over (
            partition by decided.pattern_id order by decided.decided_date desc
        ) as recency
    from reference.pattern_status as decided
),

decided_starts as (
    select
        spells.kind,
        spells.spell,
        decisions.start_date
    from spells
    inner join decisions
        on
            spells.kind = decisions.kind
            and decisions.start_date between spells.first_date - 180 and spells.last_date
    where decisions.recency = 1
),

started_variances as (
    select
        numbered_variances.line_id,
        numbered_variances.kind,
        coalesce(
            max(decided_starts.start_date) filter (
                where decided_starts.start_date <= numbered_variances.date_of_service
            ),
            min(decided_starts.start_date),
            min(spells.first_date)
        ) as start_date
    from numbered_variances
    inner join spells
        on
            numbered_variances.kind = spells.kind
            and numbered_variances.spell = spells.spell
    left join decided_starts
        on
            numbered_variances.kind = decided_starts.kind
            and numbered_variances.spell = decided_starts.spell
    group by numbered_variances.line_id, numbered_variances.kind
),

named_variances as (
    select
        started_variances.line_id,
        started_variances.kind || '|' || strftime(started_variances.start_date, '%Y-%m')
            as pattern_id,
        cast(date_trunc('month', started_variances.start_date) as date) as pattern_start
    from started_variances
)

select
    named_variances.line_id,
    named_variances.pattern_id,
    named_variances.pattern_start,
    coalesce(decisions.status, 'detected') <> 'invalid' as is_counted
from named_variances
left join decisions
    on named_variances.pattern_id = decisions.pattern_id and decisions.recency = 1
