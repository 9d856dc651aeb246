/* ---
page: Every chart
pack: denials
intro: One of each, on figures written down here; what a page's author may start from.
--- */

/* ---
chart: sentence
text: >
  Of {claims:claim} first adjudicated, {denied} ({rate}[, 95% interval {interval}]) had a denied
  line[: {charge} charged, {expected} expected allowed].
columns: {claims: count, denied: count, charge: exposure, expected: exposure}
n: claims
--- */
select
    1284 as claims,
    97 as denied,
    97 / 1284 as rate,
    wilson(97, 1284) as interval,
    cast(81940 as decimal(12, 2)) as charge,
    cast(29310 as decimal(12, 2)) as expected

/* ---
title: Six figures
chart: tiles
reading: The last finished month in large type; grey months are not finished.
label: measure
x: month
y: value
n: n
unfinished: is_unfinished
columns: {value: figure, n: count}
note: One row per measure and month; the column format says how a row's value is written.
--- */
with months as (
    select
        strftime(date '2025-09-01' + to_months(cast(m as integer)), '%Y-%m') as month,
        m
    from range(13) as r (m)
)

select
    measures.measure,
    months.month,
    measures.first + measures.step * (months.m % 5) as value,
    200 + months.m as n,
    months.m >= 11 as is_unfinished,
    measures.format
from months
cross join (
    values
    ('Initial denial rate', 0.061, 0.004, 'percent'),
    ('First-pass yield', 0.91, 0.005, 'percent'),
    ('Written off for denials', 3100, 210, 'dollars'),
    ('Denied lines', 61, 7, 'count')
) as measures (measure, first, step, format)
order by measures.measure, months.month

/* ---
title: What became of the claims
chart: sankey
reading: Most denied claims are still open.
source: before
target: after
value: claims
also: expected
columns: {before: {label: From, format: text}, after: {label: To, format: text}, claims: count,
  expected: exposure}
note: Each claim stands once, by its first adjudication and by what became of it.
--- */
select *
from (
    values
    ('submitted', 'paid', 1100, cast(900000.00 as decimal(12, 2))),
    ('submitted', 'denied', 97, 29310.00),
    ('submitted', 'patient share', 87, 21000.00),
    ('denied', 'overturned', 31, 9800.00),
    ('denied', 'written off', 12, 4010.00),
    ('denied', 'open', 54, 15500.00)
) as v (before, after, claims, expected)

/* ---
title: What changed since last month
chart: waterfall
reading: More claims, at a slightly lower rate.
x: part
y: dollars_denied
total: is_total
columns: {dollars_denied: {label: Charges denied, format: dollars}}
hidden: is_total
note: Volume, mix and rate add up to the difference of the two months.
--- */
select *
from (
    values
    ('2026-08', 74210, true),
    ('more claims', 12100, false),
    ('other payers and codes', -1200, false),
    ('rate of denial', -3170, false),
    ('2026-09', 81940, true)
) as v (part, dollars_denied, is_total)

/* ---
title: Why
chart: pareto
reading: Two causes make most of it.
x: expected
y: cause
colour: evidence
columns: {expected: {label: Expected allowed, format: dollars}, lines: count}
note: One driver per line; preventable where a rule had flagged the line before it was sent.
--- */
select *
from (
    values
    ('bundling', 'a rule had flagged it', 21, 9000),
    ('bundling', 'nothing had flagged it', 17, 4000),
    ('authorization', 'nothing had flagged it', 14, 7000),
    ('units', 'a rule had flagged it', 12, 3310),
    ('unmapped', 'nothing had flagged it', 3, 700)
) as v (cause, evidence, lines, expected)

/* ---
title: Cause by payer
chart: heat
reading: Each payer has its own cause.
x: payer
y: cause
value: rate
n: lines
columns: {rate: {label: Denial rate, format: percent}, lines: count}
note: Denied lines with this cause / adjudicated lines of the payer.
--- */
select
    payers.payer,
    causes.cause,
    (payers.p + causes.c) % 7 / 70 as rate,
    5 + 20 * ((payers.p * causes.c) % 5) as lines
from (
    values ('Medicare B', 1), ('Blue Heron', 2), ('Northern Mutual', 3), ('Silver Lake MA', 5)
) as payers (payer, p)
cross join (values ('bundling', 1), ('units', 2), ('authorization', 4)) as causes (cause, c)

/* ---
title: Each payer over time
chart: multiples
reading: One payer left its band.
panel: payer
x: month
y: rate
low: low
high: high
centre: mean
unfinished: is_unfinished
columns: {rate: percent, low: {label: Lower limit, format: percent},
  high: {label: Upper limit, format: percent}, mean: percent, lines: count}
n: lines
rows: 40
note: Limits are three standard errors around the payer's mean of the twelve months before.
--- */
select
    payers.payer,
    strftime(date '2025-10-01' + to_months(cast(m as integer)), '%Y-%m') as month,
    60 + m as lines,
    0.06 + 0.01 * ((m * payers.p) % 4) + case when m = 9 and payers.p = 3 then 0.11 else 0 end as rate,
    0.01 as low,
    0.13 as high,
    0.07 as mean,
    m = 11 as is_unfinished
from range(12) as r (m)
cross join (
    values ('Medicare B', 1), ('Northern Mutual', 3), ('Silver Lake MA', 5)
) as payers (payer, p)
order by payers.payer, month

/* ---
title: Surgeons among their peers
chart: funnel
reading: One surgeon lies outside the limits.
x: cases
y: stages
label: rendering_npi
centre: mean
low: low
high: high
outer_low: outer_low
outer_high: outer_high
columns: {rendering_npi: surgeon, cases: count, stages: {label: Stages per case, format: number},
  mean: number, low: number, high: number, outer_low: number, outer_high: number}
note: Limits narrow with the square root of the number of cases.
--- */
select
    surgeons.rendering_npi,
    surgeons.cases,
    surgeons.stages,
    1.74 as mean,
    1.74 - 1.96 * 0.8 / sqrt(surgeons.cases) as low,
    1.74 + 1.96 * 0.8 / sqrt(surgeons.cases) as high,
    1.74 - 3.09 * 0.8 / sqrt(surgeons.cases) as outer_low,
    1.74 + 3.09 * 0.8 / sqrt(surgeons.cases) as outer_high
from (
    values
    ('1000000004', 410, 1.70), ('1000000012', 260, 1.81), ('1000000020', 120, 2.21),
    ('1000000038', 55, 1.60), ('1000000046', 31, 1.93)
) as surgeons (rendering_npi, cases, stages)

/* ---
title: Allowed against expected
chart: histogram
reading: Two spikes are worth asking about.
x: ratio
y: lines
spike: what
columns: {ratio: {label: Allowed as a share of expected, format: percent}, lines: count,
  what: {label: Spike, format: text}}
note: Steps of two percent; the last holds everything above.
--- */
select
    s / 50 as ratio,
    cast(1 + 400 * exp(-((s - 50) ^ 2) / 8)
    + case s when 25 then 180 when 49 then 260 else 0 end as integer) as lines,
    case s
        when 25 then 'a second reduction taken'
        when 49 then 'sequestration taken for allowed'
        when 50 then 'as expected'
    end as what
from range(20, 60) as r (s)

/* ---
title: Foretold and happened
chart: calibration
reading: The model is neither bold nor shy.
x: foretold
y: happened
interval: interval
n: lines
columns: {foretold: percent, happened: percent, lines: count}
note: Ten groups of lines by what was foretold.
--- */
select
    d / 20 + 0.02 as foretold,
    round(200 * (d / 20 + 0.03)) / 200 as happened,
    200 as lines,
    wilson(round(200 * (d / 20 + 0.03)), 200) as interval
from range(10) as r (d)

/* ---
title: What to do next
chart: worklist
reading: One deadline is near.
due: appeal_deadline
days: days_left
detail: evidence
columns: {expected: money, claim_id: claim}
empty: No denial is open.
note: By deadline, then by what is expected.
--- */
select *
from (
    values
    ('S000000068', 'Medicare B', date '2026-11-20', -3, cast(376.22 as decimal(12, 2)), '50', 'There: remittance, operative note.'),
    ('S000000101', 'Medicare B', date '2026-12-01', 8, 715.40, '236', 'There: remittance. Missing: map.'),
    ('S000000233', 'Blue Heron', null, null, 210.00, '197', null),
    ('S000000240', 'Northern Mutual', date '2027-01-20', 58, 88.12, '97', null)
) as v (claim_id, payer, appeal_deadline, days_left, expected, carc, evidence)
