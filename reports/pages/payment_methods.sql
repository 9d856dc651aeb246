/* ---
page: Method, and what was not priced
pack: reimbursement
order: 70
intro: >
  How expected payments are found and compared, and which lines stand in no figure of this report.
--- */

/* ---
title: Lines not priced
columns: {status: text, reason: text, lines: count, share_of_lines: percent, charge: money}
n: all_lines
hidden: all_lines
rows: 40
unknown: no reason given
empty: Every line due a price was priced.
note: >
  Billed lines to a primary payer without an expected amount, by reason. Manual: the policy asks a
  person to price them. Nothing is carried forward: a date without a loaded schedule is not priced.
  A payer that is not Medicare and has no terms on file is compared as percent of Medicare only. The
  share is of all lines due a price.
--- */
select
    unpriced.status,
    unpriced.reason,
    unpriced.lines,
    unpriced.share_of_lines,
    unpriced.charge,
    unpriced.all_lines
from unpriced_lines() as unpriced
order by charge desc, unpriced.reason

/* ---
title: Answered lines, compared or not
columns: {status: text, why: text, lines: count, share_of_lines: percent,
  expected: {label: Expected allowed, format: exposure}, allowed: exposure}
n: all_lines
hidden: all_lines
rows: 40
unknown: "-"
empty: No line of this period has been answered.
note: >
  Answered lines by the outcome of the comparison. Denied lines are no reduction: they stand with
  the denials. Not comparable: why is said. Recoded lines are compared by the code adjudicated,
  bundled and secondary ones are not compared, interest and take-backs are no allowed amount.
--- */
with answered as (
    select
        results.status,
        case when results.status = 'not_comparable' then results.explanation end as why,
        results.expected_allowed,
        results.allowed,
        count(*) over () as all_lines
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where in_period(lines.date_of_service)
)

select
    case answered.status
        when 'as_expected' then 'as expected'
        when 'not_comparable' then 'not comparable'
        else answered.status
    end as status,
    answered.why,
    count(*) as lines,
    count(*) / any_value(answered.all_lines) as share_of_lines,
    sum(answered.expected_allowed) as expected,
    sum(answered.allowed) as allowed,
    any_value(answered.all_lines) as all_lines
from answered
group by answered.status, answered.why
order by
    min(case answered.status
        when 'as_expected' then 1 when 'under' then 2 when 'over' then 3 when 'denied' then 4
        else 5
    end),
    lines desc, answered.why

/* ---
title: Percent of Medicare, where no terms are loaded
columns: {lines: count, medicare: {label: Medicare would allow, format: money}, allowed: money,
  percent_of_medicare: {label: Percent of Medicare, format: percent}}
n: lines
rows: 30
empty: Every payer has terms on file, or none of the others has answered a line.
note: >
  Lines of payers without terms on file that were answered and not denied: what they allowed over
  what Medicare would allow for the same lines (after modifiers and ranking, before the charge). A
  comparison, not an expectation: no variance follows from it.
--- */
select
    lines.payer,
    count(*) as lines,
    sum(prices.medicare_allowed) as medicare,
    sum(lines.allowed) as allowed,
    sum(lines.allowed) / nullif(sum(prices.medicare_allowed), 0) as percent_of_medicare
from audit.expected_payment as prices
inner join core.service_line as lines on prices.line_id = lines.line_id
where
    prices.expected_basis = 'none' and prices.medicare_allowed is not null
    and lines.is_adjudicated and not lines.is_denied and lines.allowed is not null
    and in_period(lines.date_of_service)
group by lines.payer
order by lines desc, lines.payer

/* ---
title: Lines that are in no bridge
columns: {why: text, lines: count, expected: {label: Expected allowed, format: money}}
empty: Every line due a price is priced, answered and comparable.
note: >
  Lines due a price that the bridge from Medicare to paid leaves out. Priced lines can also lack a
  Medicare fee of their own day (a contract's flat fee for a code off the schedule).
--- */
select
    case
        when prices.status <> 'priced' then 'not priced'
        when results.line_id is null then 'priced, not answered'
        else 'answered, not comparable'
    end as why,
    count(*) as lines,
    sum(prices.expected_allowed) as expected
from audit.expected_payment as prices
inner join core.service_line as lines on prices.line_id = lines.line_id
left join audit.payment_variance as results on prices.line_id = results.line_id
where
    in_period(lines.date_of_service)
    and (
        prices.status <> 'priced' or results.line_id is null
        or results.status = 'not_comparable'
    )
group by why
order by lines desc, why

/* ---
title: Tolerances
columns: {payer: text, tolerance: text, effective_from: {label: From, format: date}, source: text}
shareable: yes
rows: 40
empty: No tolerance is loaded.
note: >
  A difference within the tolerance is as expected. Medicare's is dollars a line, the others' a
  percent of what is expected. A payer's own tolerance (thresholds.csv) goes before the general one.
--- */
select
    case when thresholds.payer = '' then 'any payer' else thresholds.payer end as payer,
    case thresholds.parameter
        when 'medicare_dollars' then 'Medicare: $' || thresholds.value || ' a line'
        when 'other_percent' then 'contracts: ' || thresholds.value || '% of what is expected'
        else replace(thresholds.parameter, '_', ' ') || ': ' || thresholds.value
    end as tolerance,
    thresholds.effective_from,
    thresholds.source
from reference.threshold as thresholds
where thresholds.rule_id = 'MOHS240'
order by thresholds.payer, thresholds.parameter, thresholds.effective_from

/* ---
title: Patterns by status
columns: {status: text, meaning: text, patterns: number, lines: count,
  under: {label: Below expected, format: exposure}, over: {label: Above expected, format: exposure}}
empty: No pattern has been found.
note: >
  All patterns on file, whatever the period. Invalid ones are in no total of under- or overpayment.
--- */
select
    patterns.status,
    case patterns.status
        when 'detected' then 'found, and nobody has decided yet'
        when 'reviewed' then 'somebody looked, and it stands'
        when 'sent' then 'taken up with the payer'
        when 'recovered' then 'the payer has corrected it'
        else 'our expectation was wrong; a term is to be corrected'
    end as meaning,
    count(*) as patterns,
    sum(patterns.lines) as lines,
    coalesce(-sum(patterns.dollars) filter (where patterns.direction = 'under'), 0) as under,
    coalesce(sum(patterns.dollars) filter (where patterns.direction = 'over'), 0) as over
from audit.variance_pattern as patterns
group by patterns.status
order by patterns desc, patterns.status

/* ---
title: Fee schedules loaded
columns: {series: {label: What, format: text}, release: text, effective_from: {label: From,
  format: date}, effective_to: {label: To, format: date}, complete: {label: Complete, format: text},
  source: text}
rows: 40
shareable: yes
empty: No fee schedule is loaded.
note: >
  Releases of relative values and geographic indices that prices are taken from, and how long they
  stand. Not complete: only the codes this practice needs are in it; other codes are not priced.
--- */
select
    case releases.series when 'mpfs' then 'relative values' else 'geographic indices' end as series,
    releases.release,
    releases.effective_from,
    releases.effective_to,
    case when releases.is_complete then 'yes' else 'no' end as complete,
    releases.source
from reference.release as releases
where releases.series in ('mpfs', 'gpci')
order by releases.effective_from desc, series

/* ---
title: The order of the sum
chart: sentence
text: >
  Expected allowed: relative values x geographic indices x conversion factor of the day, rounded once
  a unit; the contract's percent or flat fee where terms are loaded; both sides; assistant or
  co-surgeon; the share of the global fee; units; the ranking of the day's procedures, add-ons
  exempt; participation; non-physician; the lower of that and the charge. Then deductible,
  coinsurance, and sequestration on the program payment only. Source: Medicare Claims Processing
  Manual, chapter 12. `mohs explain LINE` prints the sum of a line.
--- */
select 1 as n
