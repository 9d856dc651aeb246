/* ---
page: What became of the claims
pack: denials
order: 20
basis: adjudication
intro: >
  From the first answer to the state of today, each claim once; and why the denied dollars of one
  month differ from those of the month before.
--- */

/* ---
title: From first answer to now
chart: sentence
text: >
  {paid} of {answered:claim} answered [({rate}, 95% interval {interval}) ]were answered first
  without a denial or a request. Of {denied} that were not, {overturned} have been overturned and
  {open} are open[; {waiting:claim waits|claims wait} for a first answer].
columns: {paid: count, answered: count, rate: percent, interval: interval, denied: count,
  overturned: count, open: count, waiting: count}
n: answered
--- */
with states as (
    select
        episodes.claim_id,
        bool_or(episodes.current_state in ('open', 'appealed', 'corrected') and not episodes.is_closed)
            as is_open,
        bool_or(episodes.current_state = 'expired') as is_expired,
        bool_or(episodes.current_state = 'written_off') as is_written_off
    from audit.denial_episode as episodes
    where episodes.payer_sequence = 'P'
    group by episodes.claim_id
),

claims as (
    select
        claims.first_outcome,
        claims.first_outcome in ('denied', 'partly_denied', 'information') as is_denied,
        states.claim_id is not null as is_known,
        coalesce(states.is_open, false) as is_open,
        coalesce(states.is_expired or states.is_written_off, false) as is_lost
    from audit.claim_outcome as claims
    left join states on claims.claim_id = states.claim_id
    where in_period(claims.first_answer_date)
)

select
    count(*) filter (where claims.first_outcome in ('paid', 'patient_share')) as paid,
    count(*) filter (where claims.first_outcome <> 'unanswered') as answered,
    count(*) filter (where claims.first_outcome in ('paid', 'patient_share'))
    / nullif(count(*) filter (where claims.first_outcome <> 'unanswered'), 0) as rate,
    wilson(
        count(*) filter (where claims.first_outcome in ('paid', 'patient_share')),
        count(*) filter (where claims.first_outcome <> 'unanswered')
    ) as interval,
    count(*) filter (where claims.is_denied) as denied,
    count(*) filter (
        where claims.is_denied and claims.is_known and not claims.is_open and not claims.is_lost
    ) as overturned,
    count(*) filter (where claims.is_denied and claims.is_open) as open,
    nullif(count(*) filter (where claims.first_outcome = 'unanswered'), 0) as waiting
from claims

/* ---
chart: sankey
reading: Bands are as wide as the claims they stand for; the switch shows expected dollars instead.
source: before
target: after
value: claims
also: expected
columns: {before: {label: From, format: text}, after: {label: To, format: text}, claims: count,
  expected: {label: Expected allowed, format: exposure}}
empty: No claim has been answered in this period.
note: >
  Each primary claim once, by its first answer (partly denied: a line denied, another not) and, if
  that denied a line, by what its denied lines have come to: open while one line may still be
  worked, is appealed or awaits an answer; else expired or written off if one line is; else
  overturned. Withdrawn: the line was taken off the bill. Expected dollars are the expected allowed
  of all priced lines of the claim. Refusals before adjudication (999, 277CA) are in no file read
  here: a rejected claim shows as waiting. With a month, claims first answered in it; without one,
  all, those that wait included. Sources: audit.claim_outcome, audit.denial_episode,
  audit.expected_payment.
--- */
with states as (
    select
        episodes.claim_id,
        case
            when
                bool_or(
                    episodes.current_state in ('open', 'appealed', 'corrected')
                    and not episodes.is_closed
                )
                then 'open'
            when bool_or(episodes.current_state = 'expired') then 'expired'
            when bool_or(episodes.current_state = 'written_off') then 'written off'
            when bool_or(episodes.current_state in ('overturned', 'partly_paid')) then 'overturned'
            else 'withdrawn'
        end as state
    from audit.denial_episode as episodes
    where episodes.payer_sequence = 'P'
    group by episodes.claim_id
),

awaited as (
    select
        lines.claim_id,
        sum(prices.expected_allowed) as expected
    from core.service_line as lines
    inner join audit.expected_payment as prices on lines.line_id = prices.line_id
    where not lines.is_adjudicated and getvariable('month') is null
    group by lines.claim_id
),

claims as (
    select
        case claims.first_outcome
            when 'unanswered' then 'waiting'
            when 'information' then 'records or data asked'
            when 'partly_denied' then 'partly denied'
            when 'patient_share' then 'patient share'
            when 'unknown' then 'answer unclear'
            else claims.first_outcome
        end as outcome,
        case
            when claims.first_outcome in ('denied', 'partly_denied', 'information')
                then coalesce(states.state, 'not followed')
        end as state,
        case
            when claims.first_outcome = 'unanswered' then coalesce(awaited.expected, 0)
            else claims.expected_allowed
        end as expected
    from audit.claim_outcome as claims
    left join states on claims.claim_id = states.claim_id
    left join awaited on claims.claim_id = awaited.claim_id
    where in_period(claims.first_answer_date)
),

bands as (
    select
        1 as position,
        'sent' as before,
        claims.outcome as after,
        count(*) as claims,
        sum(claims.expected) as expected
    from claims
    group by claims.outcome
    union all
    select
        2 as position,
        claims.outcome as before,
        claims.state as after,
        count(*) as claims,
        sum(claims.expected) as expected
    from claims
    where claims.state is not null
    group by claims.outcome, claims.state
)

select
    bands.before,
    bands.after,
    bands.claims,
    bands.expected
from bands
order by bands.position, bands.claims desc, bands.before, bands.after

/* ---
title: What changed since the month before
chart: sentence
text: meaning
columns: {meaning: text, this_month: text, month_before: text, amount: exposure, change: exposure,
  rate: percent, rate_before: percent, lines: count, lines_before: count}
n: lines
--- */
with asked as (
    select
        coalesce(
            cast(getvariable('month') || '-01' as date),
            max(kpis.month) filter (where kpis.is_mature)
        ) as month
    from audit.kpi as kpis
    where kpis.kpi = 'initial_denial_rate_expected' and kpis.payer = 'all payers'
),

pairs as (
    select
        strftime(asked.month, '%Y-%m') as this_month,
        strftime(asked.month - to_months(1), '%Y-%m') as month_before,
        latest.numerator as amount,
        latest.numerator - earlier.numerator as change,
        latest.value as rate,
        earlier.value as rate_before,
        latest.n as lines,
        earlier.n as lines_before,
        latest.is_mature
    from asked
    left join audit.kpi as latest
        on
            asked.month = latest.month
            and latest.kpi = 'initial_denial_rate_expected'
            and latest.payer = 'all payers'
    left join audit.kpi as earlier
        on
            cast(asked.month - to_months(1) as date) = earlier.month
            and earlier.kpi = 'initial_denial_rate_expected'
            and earlier.payer = 'all payers'
)

select
    case
        when pairs.this_month is null or pairs.lines is null
            then 'Nothing was first answered in this month.'
        when not pairs.is_mature
            then '{this_month} is not over in the files: it is not compared.'
        when pairs.lines_before is null
            then 'There is no month before {this_month} on file to compare with.'
        else
            'In {this_month}, {rate} of the dollars first answered were denied, against '
            || '{rate_before} in {month_before}[: {amount} expected allowed].'
    end as meaning,
    pairs.*
from pairs

/* ---
chart: waterfall
reading: "Largest part of the change: {largest}."
x: part
y: amount
total: is_total
hidden: is_total largest
columns: {part: text, amount: {label: Expected allowed of lines first denied, format: exposure},
  largest: text}
empty: There are not two finished months to compare.
note: >
  Expected allowed of lines denied at their first answer, by month of the first answer; the month
  asked for, else the last one that is over, against the one before. Volume: what would have been
  denied had the dollars answered changed and nothing else. Mix: what the change in who answered and
  for what (payer, and claims with and without Mohs surgery) adds at the rates of the month before.
  Rate: what the change in each one's rate adds. The three add up to the difference to the cent; a
  payer that is new in the month stands under rate. Months that are not over are not compared.
  Source: audit.claim_outcome.
--- */
with asked as (
    select
        coalesce(
            cast(getvariable('month') || '-01' as date),
            max(kpis.month) filter (where kpis.is_mature)
        ) as month,
        max(kpis.month) filter (where kpis.is_mature) as last_month
    from audit.kpi as kpis
    where kpis.kpi = 'initial_denial_rate_expected' and kpis.payer = 'all payers'
),

parts as (
    select
        claims.payer,
        claims.is_mohs,
        sum(claims.expected_allowed) filter (where claims.answer_month = asked.month) as answered,
        sum(claims.denied_expected) filter (where claims.answer_month = asked.month) as denied,
        sum(claims.expected_allowed) filter (where claims.answer_month < asked.month)
            as answered_before,
        sum(claims.denied_expected) filter (where claims.answer_month < asked.month)
            as denied_before,
        any_value(asked.month) as month
    from audit.claim_outcome as claims
    inner join asked
        on
            claims.answer_month
            between cast(asked.month - to_months(1) as date) and asked.month
    where asked.month <= asked.last_month
    group by claims.payer, claims.is_mohs
),

filled as (
    select
        parts.month,
        coalesce(parts.answered, 0) as answered,
        coalesce(parts.denied, 0) as denied,
        coalesce(parts.answered_before, 0) as answered_before,
        coalesce(parts.denied_before, 0) as denied_before
    from parts
),

totals as (
    select
        any_value(filled.month) as month,
        sum(filled.answered) as answered,
        sum(filled.denied) as denied,
        sum(filled.answered_before) as answered_before,
        sum(filled.denied_before) as denied_before
    from filled
),

-- dollars of this month at each part's rate of the month before; a new part at the rate of all
carried as (
    select
        sum(filled.answered * cast(coalesce(
            filled.denied_before / nullif(filled.answered_before, 0),
            totals.denied_before / nullif(totals.answered_before, 0)
        ) as double)) as at_old_rates
    from filled
    cross join totals
),

steps as (
    select
        totals.month,
        totals.denied,
        totals.denied_before,
        cast(round(
            cast(totals.answered - totals.answered_before as double)
            * cast(totals.denied_before as double) / totals.answered_before, 2
        ) as decimal(18, 2)) as volume,
        cast(round(carried.at_old_rates, 2) as decimal(18, 2)) as at_old_rates
    from totals
    cross join carried
    where totals.answered > 0 and totals.answered_before > 0
),

bridges as (
    select
        steps.*,
        steps.at_old_rates - steps.denied_before - steps.volume as mix,
        steps.denied - steps.at_old_rates as rate
    from steps
)

select
    v.part,
    v.amount,
    v.is_total,
    case
        when
            abs(bridges.volume) >= greatest(abs(bridges.mix), abs(bridges.rate))
            then if(bridges.volume < 0, 'fewer dollars were answered', 'more dollars were answered')
        when abs(bridges.mix) >= abs(bridges.rate)
            then 'other payers and other kinds of claims were answered'
        else if(bridges.rate < 0, 'payers denied less of the same', 'payers denied more of the same')
    end as largest
from bridges
cross join lateral (
    values
    (1, strftime(bridges.month - to_months(1), '%Y-%m'), bridges.denied_before, true),
    (2, 'volume answered', bridges.volume, false),
    (3, 'mix of payers and claims', bridges.mix, false),
    (4, 'rate of denial', bridges.rate, false),
    (5, strftime(bridges.month, '%Y-%m'), bridges.denied, true)
) as v (position, part, amount, is_total)
order by v.position
