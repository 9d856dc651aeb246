/* ---
page: Why lines are denied
pack: denials
order: 30
basis: adjudication
intro: >
  Causes in our words, one for each denied line, with what our rules knew of the claim as it was
  denied. Reason codes no table of ours knows are counted at the end, never dropped.
--- */

/* ---
title: Causes
chart: sentence
text: >
  {lines:line was|lines were} denied for the first time[: {expected} expected allowed]. On
  {preventable} of the {judged:line} whose claim as denied could be judged ({rate}[, 95% interval
  {interval}]) a rule of ours fires[; {unjudged} could not be judged].
columns: {lines: count, expected: exposure, preventable: count, judged: count, rate: percent,
  interval: interval, unjudged: count}
n: judged
--- */
select
    count(*) as lines,
    sum(episodes.expected_allowed) as expected,
    count(*) filter (where episodes.is_preventable) as preventable,
    count(episodes.is_preventable) as judged,
    count(*) filter (where episodes.is_preventable) / nullif(count(episodes.is_preventable), 0)
        as rate,
    wilson(count(*) filter (where episodes.is_preventable), count(episodes.is_preventable))
        as interval,
    nullif(count(*) - count(episodes.is_preventable), 0) as unjudged
from audit.denial_episode as episodes
where in_period(episodes.first_denied_date)

/* ---
chart: pareto
reading: Causes by expected dollars, coloured by whether a rule of ours fires on the claim as denied.
x: expected
y: cause
colour: evidence
columns: {cause: text, evidence: {label: Preventable, format: text},
  lines: {label: Denied lines, format: count}, expected: {label: Expected allowed, format: exposure},
  charge: {label: Charged, format: exposure}, unpriced: {label: Lines without a price, format: count}}
empty: No line was denied in this period.
note: >
  One cause a line: that of the reason that drives its first denial, or of the remark where that
  names it more closely. Preventable: an error or warning of ours is on the claim as it was denied,
  whatever was changed since; it is evidence of a rule, not of the code's sound. Unknown: no rule
  could judge that claim. Expected allowed by the fee schedule or the contract; lines without a
  price count nothing here. Source: audit.denial_episode.
--- */
select
    replace(episodes.cause, '_', ' ') as cause,
    case
        when episodes.is_preventable then 'a rule fires'
        when episodes.is_preventable is null then 'unknown'
        else 'no rule fires'
    end as evidence,
    count(*) as lines,
    coalesce(sum(episodes.expected_allowed), 0) as expected,
    sum(episodes.charge) as charge,
    count(*) - count(episodes.expected_allowed) as unpriced
from audit.denial_episode as episodes
where in_period(episodes.first_denied_date)
group by episodes.cause, evidence
order by expected desc, lines desc, cause, evidence

/* ---
title: Cause by payer
chart: heat
reading: "Darkest: {cause} at {payer}, {rate} of its lines."
x: payer
y: cause
value: rate
n: lines
columns: {cause: text, payer: text, rate: {label: Denied with this cause, format: percent},
  denied: {label: Denied lines, format: count}, lines: {label: Lines answered, format: count}}
empty: No line was denied in this period.
note: >
  Primary lines first denied in the period with this cause / primary lines first answered in it, by
  payer; the twelve causes with most lines and the eight payers with most. A blank cell has none.
  Sources: audit.denial_episode, audit.claim_outcome.
--- */
with answered as (
    select
        claims.payer,
        sum(claims.answered_lines) as lines
    from audit.claim_outcome as claims
    where claims.first_answer_date is not null and in_period(claims.first_answer_date)
    group by claims.payer
),

denied as (
    select
        replace(episodes.cause, '_', ' ') as cause,
        episodes.payer,
        count(*) as denied
    from audit.denial_episode as episodes
    where episodes.payer_sequence = 'P' and in_period(episodes.first_denied_date)
    group by episodes.cause, episodes.payer
),

causes as (
    select
        denied.cause,
        sum(denied.denied) as lines
    from denied
    group by denied.cause
    order by lines desc, denied.cause
    limit 12
),

payers as (
    select
        answered.payer,
        answered.lines
    from answered
    where answered.lines > 0
    order by answered.lines desc, answered.payer
    limit 8
)

select
    denied.cause,
    payers.payer,
    denied.denied,
    payers.lines,
    denied.denied / payers.lines as rate
from denied
inner join payers on denied.payer = payers.payer
inner join causes on denied.cause = causes.cause
order by rate desc, denied.cause, payers.payer

/* ---
title: What kind of answer it was
columns: {kind: text, may: {label: What may be done, format: text}, lines: count,
  share_of_lines: percent, all_lines: {label: All denied lines, format: count},
  expected: {label: Expected allowed, format: exposure}, open: {label: Still open, format: count}}
n: all_lines
hidden: all_lines
empty: No line was denied in this period.
note: >
  A denial allows nothing; a partial denial cuts; a request asks for records or data; unprocessable
  means that the claim was not adjudicated (MA130): send a new one, there is no appeal. Source:
  audit.denial_episode.
--- */
select
    case episodes.kind
        when 'partial_denial' then 'partial denial'
        when 'information_request' then 'records or data asked'
        else episodes.kind
    end as kind,
    case episodes.kind
        when 'unprocessable' then 'mend and send anew; no appeal'
        when 'information_request' then 'answer the request'
        else 'appeal, reopen or correct, by the clock'
    end as may,
    count(*) as lines,
    count(*) / sum(count(*)) over () as share_of_lines,
    sum(count(*)) over () as all_lines,
    sum(episodes.expected_allowed) as expected,
    count(*) filter (where not episodes.is_closed) as open
from audit.denial_episode as episodes
where in_period(episodes.first_denied_date)
group by episodes.kind
order by lines desc, kind

/* ---
title: Reason codes and remarks
columns: {reason: {label: Group and CARC, format: code}, remark: {label: RARC, format: code},
  cause: text, lines: count, expected: {label: Expected allowed, format: exposure},
  closed: {label: Closed before, format: count}, overturned: {label: Of them overturned, format: count},
  overturned_rate: percent, interval: {label: 95% interval, format: interval}}
reading: "Most often: {reason} with {remark} ({lines:line})."
n: closed
unknown: none
rows: 15
empty: No line was denied in this period.
note: >
  The reason that drives the first denial, and the remark with it; the fifteen pairs with most
  lines, all in the workbook. Codes are X12's; the causes are our words. Overturned: ended paid in
  whole or part / closed, of all lines on file with that pair whose month of denial is older than
  the payer's lag; of a younger one only the easy are closed. Sources: audit.denial_episode,
  audit.payer_lag.
--- */
with past as (
    select
        episodes.driver_group,
        episodes.driver_carc,
        episodes.driver_rarc,
        episodes.cause,
        count(*) as closed,
        count(*) filter (where episodes.current_state in ('overturned', 'partly_paid'))
            as overturned
    from audit.denial_episode as episodes
    cross join audit.data_cut as cuts
    left join audit.payer_lag as lags on episodes.payer = lags.payer
    where
        episodes.is_closed
        and last_day(episodes.month) + cast(coalesce(lags.mature_days, 60) as integer)
        <= cuts.as_of_date
    group by
        episodes.driver_group, episodes.driver_carc, episodes.driver_rarc, episodes.cause
),

pairs as (
    select
        episodes.driver_group,
        episodes.driver_carc,
        episodes.driver_rarc,
        episodes.cause,
        count(*) as lines,
        sum(episodes.expected_allowed) as expected
    from audit.denial_episode as episodes
    where in_period(episodes.first_denied_date)
    group by
        episodes.driver_group, episodes.driver_carc, episodes.driver_rarc, episodes.cause
)

select
    coalesce(nullif(concat_ws('-', pairs.driver_group, pairs.driver_carc), ''), 'no reason given')
        as reason,
    coalesce(pairs.driver_rarc, 'no remark') as remark,
    replace(pairs.cause, '_', ' ') as cause,
    pairs.lines,
    pairs.expected,
    coalesce(past.closed, 0) as closed,
    coalesce(past.overturned, 0) as overturned,
    past.overturned / past.closed as overturned_rate,
    wilson(past.overturned, past.closed) as interval
from pairs
left join past
    on
        pairs.driver_group is not distinct from past.driver_group
        and pairs.driver_carc is not distinct from past.driver_carc
        and pairs.driver_rarc is not distinct from past.driver_rarc
        and pairs.cause = past.cause
order by pairs.lines desc, reason, remark, pairs.cause

/* ---
title: Codes no table of ours knows
columns: {what: {label: Codes, format: text}, codes: {label: Codes met, format: number},
  unmapped: {label: Of them unmapped, format: number},
  adjudications: {label: Times met, format: count},
  times_unmapped: {label: Times unmapped, format: count},
  amount: {label: Dollars unmapped, format: exposure}, which: {label: Which, format: text}}
reading: "{all_unmapped:code is|codes are} unmapped."
hidden: all_unmapped
unknown: none
shareable: yes
note: >
  Every reason and remark code met in any remittance on file, whatever the month. An unmapped reason
  counts as a denial with the category unmapped until a row of carc_category.csv or
  rarc_category.csv says what it is. Dollars are net of reversals; remarks carry none. Source:
  audit.reason_code.
--- */
select
    v.what,
    count(codes.code) as codes,
    count(codes.code) filter (where not codes.is_mapped) as unmapped,
    coalesce(sum(codes.adjudications), 0) as adjudications,
    coalesce(sum(codes.adjudications) filter (where not codes.is_mapped), 0) as times_unmapped,
    coalesce(sum(codes.amount) filter (where not codes.is_mapped), 0) as amount,
    nullif(array_to_string(list_sort(list(codes.code) filter (where not codes.is_mapped)), ', '), '')
        as which,
    sum(count(codes.code) filter (where not codes.is_mapped)) over () as all_unmapped
from (
    values ('carc', 1, 'reasons (CARC)'), ('rarc', 2, 'remarks (RARC)')
) as v (kind, position, what)
left join audit.reason_code as codes on v.kind = codes.kind
group by v.what, v.position
order by v.position
