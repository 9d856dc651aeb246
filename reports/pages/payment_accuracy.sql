/* ---
page: Reimbursement in one page
pack: reimbursement
order: 10
intro: >
  How much of what was billed could be priced, how much of it was paid as expected, what the
  difference is worth, and what can still be asked for.
--- */

/* ---
chart: sentence
text: >
  {compared:priced line was|priced lines were} answered and not denied:
  {expected_lines}[ ({accuracy}, 95% interval {interval})] were allowed what was expected.[ The net
  variance is {net} on {expected} expected: {under} too little on {under_lines:line}, {over} too
  much on {over_lines:line}.]
columns: {compared: count, expected_lines: count, accuracy: percent, net: exposure,
  expected: exposure, under: exposure, under_lines: count, over: exposure, over_lines: count}
n: compared
--- */
with sums as (
    select
        coalesce(cast(sum(months.compared_lines) as bigint), 0) as compared,
        coalesce(cast(sum(months.accurate_lines) as bigint), 0) as expected_lines,
        coalesce(sum(months.compared_expected), 0) as expected,
        coalesce(sum(months.underpaid), 0) as under,
        coalesce(cast(sum(months.under_lines) as bigint), 0) as under_lines,
        coalesce(sum(months.overpaid), 0) as over,
        coalesce(cast(sum(months.over_lines) as bigint), 0) as over_lines
    from audit.payment_month as months
    where in_period(months.month)
)

select
    sums.compared,
    sums.expected_lines,
    sums.expected_lines / nullif(sums.compared, 0) as accuracy,
    wilson(sums.expected_lines, sums.compared) as interval,
    sums.over - sums.under as net,
    sums.expected,
    sums.under,
    sums.under_lines,
    sums.over,
    sums.over_lines
from sums

/* ---
chart: answer
figure: share
text: meaning
columns: {share: percent, meaning: text, lines: count, n: count, interval: interval,
  position: number}
n: n
hidden: position
note: >
  Price coverage: lines with an expected amount / billed lines due one (primary payer). Payment
  accuracy: lines allowed what was expected within the payer's tolerance / lines compared, which
  are those priced, answered, not denied and comparable. Tolerances stand under Method. Sources:
  audit.payment_month, of audit.expected_payment and audit.payment_variance.
--- */
with shares as (
    select
        1 as position,
        'price coverage: {lines} of {n:line} due a price have an expected amount.' as meaning,
        coalesce(cast(sum(months.priced_lines) as bigint), 0) as lines,
        coalesce(cast(sum(months.lines) as bigint), 0) as n
    from audit.payment_month as months
    where in_period(months.month)
    union all
    select
        2 as position,
        'payment accuracy: {lines} of {n:line} compared were allowed what was expected'
        || '[ (95% interval {interval})].' as meaning,
        coalesce(cast(sum(months.accurate_lines) as bigint), 0) as lines,
        coalesce(cast(sum(months.compared_lines) as bigint), 0) as n
    from audit.payment_month as months
    where in_period(months.month)
)

select
    shares.position,
    shares.lines / nullif(shares.n, 0) as share,
    shares.meaning,
    shares.lines,
    shares.n,
    wilson(shares.lines, shares.n) as interval
from shares
order by shares.position

/* ---
chart: answer
figure: dollars
text: meaning
columns: {dollars: exposure, meaning: text, lines: count, n: count, gross: exposure}
shareable: no
note: >
  Variance is allowed less expected. Gross is under plus over; net is over less under. Only
  variances that count are in the dollars: those of patterns somebody marked invalid (our own
  expectation was wrong) are not. An overpayment is potential and needs review.

  Recoverable: underpaid dollars of the lines of all patterns seen in this period, by the payer's
  appeal or reopening clock (reference.clock), counted from the line's latest remittance and
  compared with the latest remittance or submission on file. A payer without a clock on file is
  unknown; there is no default.

  Inferred: lines of payers without terms on file, against what the payer usually allows; in none of
  the other figures. Sources: audit.payment_variance, audit.variance_pattern,
  audit.inferred_variance.
--- */
with compared as (
    select
        coalesce(sum(months.compared_lines), 0) as n,
        coalesce(sum(months.underpaid), 0) as under,
        coalesce(sum(months.under_lines), 0) as under_lines,
        coalesce(sum(months.overpaid), 0) as over,
        coalesce(sum(months.over_lines), 0) as over_lines
    from audit.payment_month as months
    where in_period(months.month)
),

seen as (
    select distinct results.pattern_id
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where results.pattern_id is not null and in_period(lines.date_of_service)
),

owed as (
    select
        coalesce(sum(patterns.recoverable), 0) as recoverable,
        coalesce(sum(patterns.past_deadline), 0) as past,
        coalesce(sum(patterns.unknown_deadline), 0) as unclear,
        coalesce(sum(patterns.lines) filter (where patterns.recoverable > 0), 0)
            as recoverable_lines,
        coalesce(sum(patterns.lines) filter (where patterns.past_deadline > 0), 0) as past_lines,
        coalesce(sum(patterns.lines) filter (where patterns.unknown_deadline > 0), 0)
            as unclear_lines,
        min(least(
            coalesce(patterns.appeal_deadline, date '9999-12-31'),
            coalesce(patterns.reopening_deadline, date '9999-12-31')
        )) as first_deadline
    from audit.variance_pattern as patterns
    semi join seen on patterns.pattern_id = seen.pattern_id
    where patterns.direction = 'under' and patterns.is_counted
),

inferred as (
    select
        count(*) as n,
        coalesce(-sum(results.variance) filter (where results.status = 'under'), 0) as under,
        count(*) filter (where results.status = 'under') as under_lines
    from audit.inferred_variance as results
    where in_period(results.date_of_service)
),

figures as (
    select
        1 as position,
        compared.under as dollars,
        'potential underpayment, on {lines} of {n:line} compared.' as meaning,
        compared.under_lines as lines,
        compared.n,
        cast(null as decimal(18, 2)) as gross
    from compared
    union all
    select
        2 as position,
        compared.over as dollars,
        'potential overpayment, on {lines} of {n:line} compared; it needs review.' as meaning,
        compared.over_lines as lines,
        compared.n,
        null as gross
    from compared
    union all
    select
        3 as position,
        compared.over - compared.under as dollars,
        'net variance, on {lines:line}[; gross {gross}].' as meaning,
        compared.under_lines + compared.over_lines as lines,
        compared.n,
        compared.under + compared.over as gross
    from compared
    union all
    select
        4 as position,
        owed.recoverable as dollars,
        'underpaid and still in time, in patterns of {lines:line}'
        || case
            when owed.recoverable > 0 and owed.first_deadline < date '9999-12-31'
                then '; the first deadline is ' || owed.first_deadline
            else ''
        end || '.' as meaning,
        owed.recoverable_lines as lines,
        null as n,
        null as gross
    from owed
    union all
    select
        5 as position,
        owed.past as dollars,
        'underpaid and past every deadline, in patterns of {lines:line}.' as meaning,
        owed.past_lines as lines,
        null as n,
        null as gross
    from owed
    union all
    select
        6 as position,
        owed.unclear as dollars,
        'underpaid with a deadline nobody has entered, in patterns of {lines:line}.' as meaning,
        owed.unclear_lines as lines,
        null as n,
        null as gross
    from owed
    union all
    select
        7 as position,
        inferred.under as dollars,
        'inferred only, apart from all of the above: {lines} of {n:line} of payers without terms '
        || 'on file are below what that payer usually allows.' as meaning,
        inferred.under_lines as lines,
        inferred.n,
        null as gross
    from inferred
    where inferred.n > 0
)

select
    figures.dollars,
    figures.meaning,
    cast(figures.lines as bigint) as lines,
    cast(figures.n as bigint) as n,
    figures.gross
from figures
order by figures.position

/* ---
title: Month by month
chart: tiles
reading: The large figure is the last finished month; grey months are not finished, do not compare them.
label: measure
x: month
y: value
n: n
unfinished: is_unfinished
columns: {value: percent, n: {label: Lines, format: count}}
note: >
  By month of service, thirteen months. A month is finished once it is older than the 90th
  percentile of days to the first answer, 60 at least (audit.payer_lag, all payers); the figures of
  the grey ones will move. Coverage is of lines due a price, accuracy and dollars are of lines
  compared; dollars count only variances that are not marked invalid.
--- */
with shown as (
    select unnest(thirteen_months(max(months.month))) as month
    from audit.payment_month as months
    where in_period(months.month)
),

figures as (
    select
        shown.month,
        u.measure,
        u.position,
        sum(u.part) as part,
        coalesce(cast(sum(u.n) as bigint), 0) as n
    from shown
    left join audit.payment_month as months on shown.month = strftime(months.month, '%Y-%m')
    cross join lateral (
        values
        (1, 'Price coverage', months.priced_lines, months.lines),
        (2, 'Payment accuracy', months.accurate_lines, months.compared_lines)
    ) as u (position, measure, part, n)
    where shown.month is not null
    group by shown.month, u.measure, u.position
)

select
    figures.measure,
    figures.month,
    figures.part / nullif(figures.n, 0) as value,
    figures.n,
    is_young(cast(figures.month || '-01' as date)) as is_unfinished
from figures
order by figures.position, figures.month

/* ---
chart: tiles
reading: The same in dollars that count.
label: measure
x: month
y: value
n: n
unfinished: is_unfinished
shareable: no
columns: {value: exposure, n: {label: Lines, format: count}}
note: >
  By month of service, thirteen months. A month is finished once it is older than the 90th
  percentile of days to the first answer, 60 at least (audit.payer_lag, all payers); the figures of
  the grey ones will move. Coverage is of lines due a price, accuracy and dollars are of lines
  compared; dollars count only variances that are not marked invalid.
--- */
with shown as (
    select unnest(thirteen_months(max(months.month))) as month
    from audit.payment_month as months
    where in_period(months.month)
)

select
    u.measure,
    shown.month,
    sum(u.value) as value,
    coalesce(cast(sum(months.compared_lines) as bigint), 0) as n,
    is_young(cast(shown.month || '-01' as date)) as is_unfinished
from shown
left join audit.payment_month as months on shown.month = strftime(months.month, '%Y-%m')
cross join lateral (
    values
    (1, 'Potential underpayment', months.underpaid),
    (2, 'Potential overpayment', months.overpaid)
) as u (position, measure, value)
where shown.month is not null
group by shown.month, u.measure, u.position
order by u.position, shown.month

/* ---
title: The three largest patterns of underpayment
columns: {pattern: {label: What the payer does, format: text}, lines: count,
  dollars: {label: Underpaid, format: exposure},
  recoverable: {label: In time, format: exposure}, last_deadline: {label: Last deadline, format: date},
  status: text, recovery: {label: Recovery, format: text}}
shareable: no
unknown: unknown
empty: No underpayment that counts has been found in this period.
note: >
  Patterns with a line in this period, by dollars underpaid over all dates on file; those marked
  invalid are left out. All of them stand under Patterns.
--- */
with seen as (
    select distinct results.pattern_id
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where results.pattern_id is not null and in_period(lines.date_of_service)
)

select
    patterns.statement as pattern,
    patterns.lines,
    -patterns.dollars as dollars,
    patterns.recovery,
    patterns.recoverable,
    patterns.last_deadline,
    patterns.status
from audit.variance_pattern as patterns
semi join seen on patterns.pattern_id = seen.pattern_id
where patterns.direction = 'under' and patterns.is_counted
order by patterns.dollars, patterns.pattern_id
limit 3

/* ---
title: Accuracy by payer
chart: rates
reading: "Least accurate: {least}, {lowest} of its lines compared."
hidden: least lowest
x: accuracy
y: payer
interval: interval
n: compared
columns: {compared: {label: Lines compared, format: count}, lowest: percent, least: text,
  accuracy: {label: Payment accuracy, format: percent},
  interval: {label: 95% interval, format: interval},
  under_lines: {label: Lines under, format: count}, over_lines: {label: Lines over, format: count},
  under: {label: Underpaid, format: exposure}, over: {label: Overpaid, format: exposure},
  net: exposure, basis: {label: Expected by, format: text}}
rows: 20
empty: No line could be compared in this period.
note: >
  Lines allowed what was expected / lines compared, by payer; the twenty with most lines. Expected
  by Medicare's schedule or by the contract loaded. Payers without terms have no expectation and
  are not here; what is inferred of them stands in the next table.
--- */
with payers as (
    select
        months.payer,
        case when months.line_of_business = 'medicare' then 'Medicare' else 'contract' end as basis,
        cast(sum(months.compared_lines) as bigint) as compared,
        cast(sum(months.accurate_lines) as bigint) as as_expected,
        cast(sum(months.under_lines) as bigint) as under_lines,
        cast(sum(months.over_lines) as bigint) as over_lines,
        sum(months.underpaid) as under,
        sum(months.overpaid) as over
    from audit.payment_month as months
    where months.compared_lines > 0 and in_period(months.month)
    group by months.payer, basis
)

select
    payers.payer,
    payers.basis,
    payers.compared,
    payers.as_expected / payers.compared as accuracy,
    wilson(payers.as_expected, payers.compared) as interval,
    payers.under_lines,
    payers.under,
    payers.over_lines,
    payers.over,
    payers.over - payers.under as net,
    first_value(payers.payer) over (
        order by payers.as_expected / payers.compared, payers.payer
    ) as least,
    min(payers.as_expected / payers.compared) over () as lowest
from payers
order by payers.compared desc, payers.payer, payers.basis

/* ---
title: Inferred, not contracted
columns: {payer: text, compared: {label: Lines compared, format: count},
  under_lines: {label: Lines below, format: count}, over_lines: {label: Lines above, format: count},
  under: {label: Below by, format: exposure}, over: {label: Above by, format: exposure}}
empty: >
  No payer without terms has a schedule that its own remittances show reliably, or all payers have
  terms on file.
note: >
  Lines of payers without terms on file, against the schedule inferred from the payer's own
  remittances (audit.payer_schedule, reliable ones only). What a payer usually does is no contract:
  nothing here is in any other figure of this page.
--- */
select
    results.payer,
    count(*) as compared,
    count(*) filter (where results.status = 'under') as under_lines,
    coalesce(-sum(results.variance) filter (where results.status = 'under'), 0) as under,
    count(*) filter (where results.status = 'over') as over_lines,
    coalesce(sum(results.variance) filter (where results.status = 'over'), 0) as over
from audit.inferred_variance as results
where in_period(results.date_of_service)
group by results.payer
order by under desc, results.payer
