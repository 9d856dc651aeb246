/* ---
page: Allowed as a share of expected
pack: reimbursement
order: 30
intro: >
  Payers that make a mistake make it again: the ratio of what was allowed to what was expected
  piles up where they do.
--- */

/* ---
chart: sentence
text: >
  {at_one} of {compared:line} ({share}) were allowed what was expected, and stand at 100%; the
  other {off:line lies|lines lie} apart. [The fullest step apart from it is {fullest}, with
  {most:line}, most often: {what}.]
columns: {compared: count, at_one: count, share: percent, off: count, fullest: percent, most: count,
  what: text}
n: compared
--- */
with compared as (
    select
        results.status,
        results.cause,
        ratio_step(results.allowed, results.expected_allowed) as ratio
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where
        results.status in ('as_expected', 'under', 'over')
        and in_period(lines.date_of_service)
),

steps as (
    select
        compared.ratio,
        count(*) as lines,
        coalesce(
            replace(mode(compared.cause order by compared.cause), '_', ' '), 'unexplained'
        ) as cause
    from compared
    where compared.status <> 'as_expected' and compared.ratio is not null
    group by compared.ratio
),

fullest as (
    select
        steps.ratio,
        steps.lines,
        steps.cause
    from steps
    where steps.ratio <> 1
    order by steps.lines desc, steps.ratio
    limit 1
)

select
    count(*) as compared,
    count(*) filter (where compared.status = 'as_expected') as at_one,
    count(*) filter (where compared.status = 'as_expected') / nullif(count(*), 0) as share,
    count(*) filter (where compared.status <> 'as_expected') as off,
    any_value(fullest.ratio) as fullest,
    any_value(fullest.lines) as most,
    any_value(fullest.cause) as what
from compared
left join fullest on true

/* ---
title: Lines not allowed what was expected
chart: histogram
reading: "A spike is a step with three lines or more, and a tenth of these {off:line}."
hidden: off
x: ratio
y: lines
spike: spike
columns: {ratio: {label: Allowed as a share of expected, format: percent}, lines: count,
  spike: {label: Spike, format: text}, cause: {label: Most frequent cause, format: text},
  dollars: {label: Allowed less expected, format: exposure}, off: count}
rows: 120
unknown: none
empty: Every line compared was allowed what was expected.
note: >
  Allowed / expected of the lines compared, in steps of two percent (the middle is written; the last
  step holds everything above 200%), without the lines within tolerance: they would be one bar at
  100% that hides the rest. A spike is named by the most frequent cause of its lines; a cause is
  what would give the amount to the cent. Where no cause does, a ratio that is known is named: a
  quarter and a half (a reduction as of a further procedure), 80% (coinsurance taken off), 85%
  (non-physician), 98% (sequestration taken off what is allowed).
--- */
with compared as (
    select
        ratio_step(results.allowed, results.expected_allowed) as ratio,
        results.cause,
        results.variance
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where
        results.status in ('under', 'over') and results.expected_allowed > 0
        and in_period(lines.date_of_service)
),

steps as (
    select
        compared.ratio,
        count(*) as lines,
        sum(compared.variance) as dollars,
        coalesce(
            replace(mode(compared.cause order by compared.cause), '_', ' '), 'unexplained'
        ) as cause,
        sum(count(*)) over () as off
    from compared
    group by compared.ratio
    union all
    -- an empty step before the first: bars are as wide as the least distance of two steps
    select
        min(compared.ratio) - 0.02 as ratio,
        0 as lines,
        0 as dollars,
        null as cause,
        count(*) as off
    from compared
    having count(*) > 0
)

select
    steps.ratio,
    steps.lines,
    steps.dollars,
    steps.cause,
    case
        when steps.lines < 3 or steps.lines < 0.1 * steps.off and steps.lines < 30 then null
        when steps.cause <> 'unexplained' then steps.cause
        when steps.ratio = 0.24 or steps.ratio = 0.26 then 'a quarter'
        when steps.ratio = 0.5 then 'half, as of a further procedure'
        when steps.ratio = 0.8 then 'as if coinsurance were taken off'
        when steps.ratio = 0.84 or steps.ratio = 0.86 then 'as of a non-physician'
        when steps.ratio = 0.98 then 'as if sequestered'
        else 'unexplained'
    end as spike,
    steps.off
from steps
order by steps.ratio

/* ---
title: Payer by payer
chart: heat
reading: "{payer_off} has the most lines apart from 100%: {most_off:line}."
hidden: payer_off most_off band_position
x: payer
y: band
value: lines
columns: {lines: count, band: {label: Allowed / expected, format: text}, most_off: count}
rows: 400
shareable: yes
empty: No line could be compared in this period.
note: >
  Lines compared, by payer and by allowed / expected; within tolerance is a band of its own. The
  twelve payers with most lines.
--- */
with compared as (
    select
        lines.payer,
        results.status,
        cast(results.allowed as double) / nullif(results.expected_allowed, 0) as ratio
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where
        results.status in ('as_expected', 'under', 'over')
        and in_period(lines.date_of_service)
),

banded as (
    select
        compared.payer,
        case
            when compared.status = 'as_expected' then 8
            when compared.ratio is null then 15
            when compared.ratio < 0.245 then 1
            when compared.ratio <= 0.255 then 2
            when compared.ratio < 0.495 then 3
            when compared.ratio <= 0.505 then 4
            when compared.ratio < 0.975 then 5
            when compared.ratio <= 0.985 then 6
            when compared.ratio < 1 then 7
            when compared.ratio < 1.02 then 9
            when compared.ratio < 1.06 then 10
            when compared.ratio < 1.95 then 11
            when compared.ratio <= 2.05 then 13
            else 14
        end as band_position
    from compared
),

payers as (
    select
        banded.payer,
        count(*) as lines,
        count(*) filter (where banded.band_position <> 8) as off
    from banded
    group by banded.payer
    order by lines desc, banded.payer
    limit 12
),

bands as (
    select *
    from (values
        (1, 'below 0.25'), (2, '0.25: a quarter'), (3, '0.25 to 0.50'), (4, '0.50: half'),
        (5, '0.50 to 0.98'), (6, '0.98'), (7, '0.98 to 1'), (8, '1.00: as expected'),
        (9, '1 to 1.02'), (10, '1.02 to 1.06'), (11, '1.06 to 1.95'), (13, '2.00: twice'),
        (14, 'above 2'), (15, 'nothing expected')
    ) as v (band_position, band)
),

counts as (
    select
        banded.payer,
        banded.band_position,
        count(*) as lines
    from banded
    group by banded.payer, banded.band_position
),

used as (
    select distinct counts.band_position
    from counts
)

select
    payers.payer,
    bands.band,
    coalesce(counts.lines, 0) as lines,
    bands.band_position,
    first_value(payers.payer) over (order by payers.off desc, payers.payer) as payer_off,
    max(payers.off) over () as most_off
from payers
cross join bands
inner join used on bands.band_position = used.band_position
left join counts
    on payers.payer = counts.payer and bands.band_position = counts.band_position
order by payers.lines desc, payers.payer, bands.band_position

/* ---
title: Causes
chart: pareto
reading: "The cause worth most: {first_cause}."
hidden: first_cause
x: gross
y: cause
columns: {gross: {label: Dollars apart, format: exposure}, lines: count, codes: {label: Codes,
  format: number}, payers: {label: Payers, format: number}, cause: text, first_cause: text}
rows: 30
empty: No variance counts in this period.
note: >
  Variances that count, by cause and direction (too little: underpaid; too much: potentially
  overpaid); dollars apart are the size of allowed less expected. A cause is the first input of ours
  which, changed, gives the amount to the cent; it is the likely explanation, not what the payer
  said.
--- */
with causes as (
    select
        coalesce(replace(results.cause, '_', ' '), 'unexplained') || case results.status
            when 'under' then ', too little'
            else ', too much'
        end as cause,
        count(*) as lines,
        count(distinct results.procedure_code) as codes,
        count(distinct lines.payer) as payers,
        sum(abs(results.variance)) as gross
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where
        results.status in ('under', 'over') and results.is_counted
        and in_period(lines.date_of_service)
    group by all
)

select
    causes.cause,
    causes.lines,
    causes.codes,
    causes.payers,
    causes.gross,
    first_value(causes.cause) over (
        order by causes.gross desc, causes.cause
    ) as first_cause
from causes
order by causes.gross desc, causes.cause
