/* ---
page: How each payer answers
pack: denials
order: 40
basis: adjudication
intro: >
  Each payer against its own past: how often it denies, how long it takes, what becomes of
  its denials, and whether it treats the same code the same way. Payers are not ranked: their patients and plans differ.
--- */

/* ---
title: Claims first denied, by payer
chart: multiples
reading: "{outside:finished month lies|finished months lie} outside the limits of its payer's own past."
panel: payer
x: month
y: rate
low: low
high: high
centre: centre
unfinished: is_unfinished
n: claims
hidden: outside
columns: {month: text, rate: {label: Claims first denied, format: percent},
  claims: {label: Claims answered, format: count}, low: {label: Lower limit, format: percent},
  high: {label: Upper limit, format: percent}, centre: {label: Past mean, format: percent},
  is_unfinished: {label: Unfinished, format: text}, outside: number}
rows: 117
empty: No claim has been answered.
note: >
  Claims with a line denied at its first answer / claims first answered, by month of that answer,
  thirteen months up to the one asked for; the nine payers with most claims. Limits are three
  standard errors at the month's n around the payer's mean of the up to twelve months before it (six
  at least, else there are none). A month that is not over is hollow and never counted as outside.
  Chance alone puts about one month in 370 outside. Source: audit.kpi.
--- */
with lasts as (
    select
        coalesce(
            cast(getvariable('month') || '-01' as date),
            cast(date_trunc('month', cuts.as_of_date) as date)
        ) as month
    from audit.data_cut as cuts
),

rates as (
    select
        kpis.payer,
        kpis.month,
        kpis.n as claims,
        kpis.value as rate,
        kpis.is_mature,
        sum(case when kpis.is_mature then kpis.numerator else 0 end) over past as denied_before,
        sum(case when kpis.is_mature then kpis.denominator else 0 end) over past as claims_before,
        count(*) filter (where kpis.is_mature) over past as months_before
    from audit.kpi as kpis
    where
        kpis.kpi = 'initial_denial_rate_claims'
        and kpis.payer <> 'all payers'
        and kpis.denominator > 0
    window past as (
        partition by kpis.payer order by kpis.month
        range between interval 12 months preceding and interval 1 month preceding
    )
),

payers as (
    select
        rates.payer,
        sum(rates.claims) as claims
    from rates
    group by rates.payer
    order by claims desc, rates.payer
    limit 9
),

limits as (
    select
        rates.payer,
        rates.month,
        rates.claims,
        cast(rates.rate as double) as rate,
        rates.is_mature,
        case
            when rates.months_before >= 6
                then cast(rates.denied_before as double) / nullif(rates.claims_before, 0)
        end as centre
    from rates
    semi join payers on rates.payer = payers.payer
    inner join lasts
        on rates.month between cast(lasts.month - to_months(12) as date) and lasts.month
),

bands as (
    select
        limits.*,
        greatest(0, limits.centre - 3 * sqrt(limits.centre * (1 - limits.centre) / limits.claims))
            as low,
        least(1, limits.centre + 3 * sqrt(limits.centre * (1 - limits.centre) / limits.claims))
            as high
    from limits
)

select
    bands.payer,
    strftime(bands.month, '%Y-%m') as month,
    bands.rate,
    bands.claims,
    bands.centre,
    bands.low,
    bands.high,
    not bands.is_mature as is_unfinished,
    count(*) filter (where bands.is_mature and bands.rate not between bands.low and bands.high)
        over () as outside
from bands
inner join payers on bands.payer = payers.payer
order by payers.claims desc, bands.payer, bands.month

/* ---
title: Payers that changed
columns: {payer: text, kind: {label: Kind of service, format: text}, month: text,
  direction: {label: Denies, format: text}, lines: count, denied: count, rate: percent,
  expected_rate: {label: Expected of it, format: percent},
  before_rate: {label: In the months before, format: percent}, p: {label: p, format: number}}
reading: "Latest: {payer} denies {direction} than it did, from claims sent in {month}."
n: lines
rows: 12
empty: >
  No change stands out. Changes can only be seen once there is a model of denials and six months to
  compare with.
unknown: all
note: >
  A payer's denials of a month, and of a kind of service, against what was expected of its lines
  before the month began and against its own six months before; the weaker of the two answers
  counts, adjusted for all payers and kinds looked at in that month (Holm). Month of submission, the
  twelve latest; all dates, whatever month this page is for. Source: audit.risk_drift.
--- */
select
    drifts.payer,
    coalesce(drifts.kind, 'all') as kind,
    strftime(drifts.month, '%Y-%m') as month,
    if(drifts.denied > drifts.expected, 'more', 'fewer') as direction,
    drifts.lines,
    drifts.denied,
    drifts.denied / nullif(drifts.lines, 0) as rate,
    drifts.expected / nullif(drifts.lines, 0) as expected_rate,
    drifts.past_denied / nullif(drifts.past_lines, 0) as before_rate,
    drifts.adjusted_p_value as p
from audit.risk_drift as drifts
where drifts.is_changed
order by drifts.month desc, drifts.adjusted_p_value, drifts.payer, kind

/* ---
title: How long each takes
chart: heat
reading: Median days from first submission to first answer; finished months only.
x: month
y: payer
value: days
n: claims
columns: {month: text, payer: text, days: {label: Median days, format: number},
  claims: {label: Claims answered, format: count}}
empty: No claim has been answered.
note: >
  By month of the answer, seven months up to the one asked for; the nine payers with most claims. A
  rising median is often the first sign of a payer that holds claims. Source: audit.kpi
  (answer_lag_median).
--- */
with lasts as (
    select
        coalesce(
            cast(getvariable('month') || '-01' as date),
            cast(date_trunc('month', cuts.as_of_date) as date)
        ) as month
    from audit.data_cut as cuts
),

payers as (
    select lags.payer
    from audit.payer_lag as lags
    where lags.payer <> 'all payers'
    order by lags.claims desc, lags.payer
    limit 9
)

select
    kpis.payer,
    strftime(kpis.month, '%Y-%m') as month,
    cast(kpis.value as integer) as days,
    kpis.n as claims
from audit.kpi as kpis
semi join payers on kpis.payer = payers.payer
inner join lasts on kpis.month between cast(lasts.month - to_months(6) as date) and lasts.month
where kpis.kpi = 'answer_lag_median' and kpis.is_mature
order by kpis.month, kpis.payer

/* ---
columns: {payer: text, claims: {label: Claims answered, format: count},
  median_days: {label: Median days, format: number},
  p90_days: {label: 90th percentile, format: number},
  mature_days: {label: A month counts after, format: number}}
reading: "From service to first answer, {median_days:day} in the middle and {p90_days} at the 90th percentile for {payer}."
rows: 10
empty: No claim has been answered.
note: >
  Days from service to first answer over all claims on file, nearest rank, whatever month this page
  is for. A month is compared once it is so many days over, sixty at least. Source:
  audit.payer_lag.
--- */
select
    lags.payer,
    lags.claims,
    lags.median_days,
    lags.p90_days,
    lags.mature_days
from audit.payer_lag as lags
order by lags.payer = 'all payers' desc, lags.claims desc, lags.payer

/* ---
title: What became of its denials
chart: rates
reading: "All payers here: {all_overturned} of {all_closed:closed line} ended paid in whole or part."
x: overturned_rate
y: payer
interval: interval
n: closed
hidden: all_overturned all_closed
columns: {payer: text, overturned_rate: {label: Overturned, format: percent},
  interval: {label: 95% interval, format: interval}, closed: {label: Closed lines, format: count},
  overturned: count, open: count, recovered: {label: Recovered, format: exposure},
  all_overturned: count, all_closed: count}
rows: 12
empty: No denied line of finished months is closed.
note: >
  Denied lines that ended paid in whole or part / denied lines closed (overturned, expired, written
  off, withdrawn), by whatever brought the money: reprocessing, a correction, another payer, an
  appeal. Lines first denied in the twelve months up to the one asked for; months younger than the
  payer's lag are left out, since what is easy closes first. Open lines are in neither. Sources:
  audit.denial_episode, audit.payer_lag.
--- */
with lasts as (
    select
        cuts.as_of_date,
        coalesce(
            cast(getvariable('month') || '-01' as date),
            cast(date_trunc('month', cuts.as_of_date) as date)
        ) as month
    from audit.data_cut as cuts
),

payers as (
    select
        episodes.payer,
        count(*) filter (where episodes.is_closed) as closed,
        count(*) filter (where episodes.current_state in ('overturned', 'partly_paid'))
            as overturned,
        count(*) filter (where not episodes.is_closed) as open,
        sum(episodes.recovered) as recovered
    from audit.denial_episode as episodes
    cross join lasts
    left join audit.payer_lag as lags on episodes.payer = lags.payer
    where
        episodes.month between cast(lasts.month - to_months(11) as date) and lasts.month
        and last_day(episodes.month) + cast(coalesce(lags.mature_days, 60) as integer)
        <= lasts.as_of_date
    group by episodes.payer
)

select
    payers.payer,
    payers.overturned / nullif(payers.closed, 0) as overturned_rate,
    wilson(payers.overturned, payers.closed) as interval,
    payers.closed,
    payers.overturned,
    payers.open,
    payers.recovered,
    sum(payers.overturned) over () as all_overturned,
    sum(payers.closed) over () as all_closed
from payers
where payers.closed > 0
order by payers.closed desc, payers.payer

/* ---
title: Does it treat the same code the same way?
chart: rates
reading: "Where {payer} denies some lines of a code and modifiers and pays others, two of them differ {differ} of the time."
x: differ
y: payer
interval: interval
n: pairs
columns: {payer: text, differ: {label: Treated differently, format: percent},
  interval: {label: 95% interval, format: interval}, pairs: {label: Pairs of lines, format: count},
  groups: {label: Codes with modifiers, format: number}, lines: count,
  denied: {label: Denied lines, format: count}}
rows: 12
empty: No payer denied some and paid other lines of a code and its modifiers in this period.
note: >
  Lines of a payer that carry the same code, modifiers and place of service, matched in the order
  of service into pairs of neighbours; the share of pairs of which one was denied and the other
  not. Groups without a denial are left out: there is nothing to compare. A pair treated differently
  is a question to the payer, not proof: diagnoses and records may differ. As adjudicated last.
  Source: core.service_line.
--- */
with lines as (
    select
        lines.payer,
        lines.procedure_code,
        lines.modifier_key,
        lines.place_of_service,
        lines.is_denied,
        row_number() over (
            partition by
                lines.payer, lines.procedure_code, lines.modifier_key, lines.place_of_service
            order by lines.date_of_service, lines.line_id
        ) as place,
        bool_or(lines.is_denied) over (
            partition by
                lines.payer, lines.procedure_code, lines.modifier_key, lines.place_of_service
        ) as is_ever_denied
    from core.service_line as lines
    where
        lines.payer_sequence = 'P' and lines.is_adjudicated and in_period(lines.remitted_date)
),

pairs as (
    select
        lines.payer,
        lines.procedure_code,
        lines.modifier_key,
        lines.place_of_service,
        count(*) as lines,
        count(*) filter (where lines.is_denied) as denied,
        count(distinct lines.is_denied) as answers
    from lines
    where lines.is_ever_denied
    group by
        lines.payer, lines.procedure_code, lines.modifier_key, lines.place_of_service,
        (lines.place - 1) // 2
),

payers as (
    select
        pairs.payer,
        count(*) filter (where pairs.lines = 2) as pairs,
        count(*) filter (where pairs.lines = 2 and pairs.answers = 2) as different,
        count(distinct (pairs.procedure_code, pairs.modifier_key, pairs.place_of_service)) as groups,
        sum(pairs.lines) as lines,
        sum(pairs.denied) as denied
    from pairs
    group by pairs.payer
)

select
    payers.payer,
    payers.different / payers.pairs as differ,
    wilson(payers.different, payers.pairs) as interval,
    payers.pairs,
    payers.groups,
    payers.lines,
    payers.denied
from payers
where payers.pairs > 0
order by payers.pairs desc, payers.payer
