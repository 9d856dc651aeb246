/* ---
page: Denials in one page
pack: denials
order: 10
basis: adjudication
intro: >
  What is new since last month, what payers denied of what they first answered, and what to do
  next. A denial is a line answered with nothing allowed, or cut, for a reason that is neither
  contractual nor the patient's share.
--- */

/* ---
title: What is new
chart: answer
figure: k
text: meaning
empty: No denial has been seen by any run.
columns: {k: count, meaning: text, dollars: exposure}
note: >
  Denied lines that are open or await an answer (sent again, appealed), by whether a run of an
  earlier month had seen them so; by the dates in the files, whatever month this page is for. Closed
  since: paid, cut and settled, expired, written off or withdrawn. Dollars are the expected allowed
  amounts of lines that are priced; no charge stands in for the others. The work list counts as open
  only what can be worked on now, without the lines that await an answer, and what is left of the
  expected amounts. Source: audit.change.
--- */
with kinds as (
    select
        changes.since_month,
        count(*) as lines,
        sum(changes.dollars) as dollars,
        case when count(changes.dollars) < count(*) then ' on those with a price' else '' end as whose
    from audit.change as changes
    where changes.kind = 'denial'
    group by changes.since_month
),

compared as (
    select coalesce(bool_or(kinds.since_month in ('known', 'gone')), false) as is_compared
    from kinds
)

select
    coalesce(kinds.lines, 0) as k,
    case
        when v.since = 'new' and not compared.is_compared
            then 'denied, and open or awaiting an answer[: {dollars} expected' || coalesce(kinds.whose, '')
                || ']. No run of an earlier month saw any of them, so all count as new.'
        when v.since = 'new'
            then 'denied, new since last month, and open or awaiting an answer[: {dollars} expected'
                || coalesce(kinds.whose, '') || '].'
        when v.since = 'known'
            then 'open or awaiting an answer last month, and still[: {dollars} expected'
                || coalesce(kinds.whose, '') || '].'
        else 'open or awaiting an answer last month, and closed since[: {dollars} expected'
            || coalesce(kinds.whose, '') || '].'
    end as meaning,
    kinds.dollars
from (values (1, 'new'), (2, 'known'), (3, 'gone')) as v (position, since)
cross join compared
left join kinds on v.since = kinds.since_month
where (compared.is_compared or v.since = 'new') and exists (select 1 from kinds)
order by v.position

/* ---
chart: table
reading: "Most of what is new: {cause} at {payer}, {lines:line}."
columns: {cause: text, payer: text, lines: {label: New lines, format: count},
  dollars: {label: Expected allowed, format: exposure}}
rows: 8
empty: Nothing is new since last month.
note: New denied lines of the figures above, by cause and payer; the eight with most dollars.
--- */
select
    replace(changes.label, '_', ' ') as cause,
    coalesce(changes.payer, 'unknown payer') as payer,
    count(*) as lines,
    sum(changes.dollars) as dollars
from audit.change as changes
where changes.kind = 'denial' and changes.since_month = 'new'
group by changes.label, changes.payer
order by dollars desc nulls last, lines desc, cause, payer

/* ---
title: What was denied
chart: sentence
note: >
  Claims and dollars are of primary lines denied at their first answer; a line paid, taken back and
  denied then is not among them.
text: >
  Of {claims:claim} first adjudicated, {denied} ({rate}[, 95% interval {interval}]) had a denied
  line[: {charge} charged, {expected} expected allowed][. {first_cause} and {second_cause} make
  {both} of the dollars].
columns: {claims: count, denied: count, rate: percent, interval: interval, charge: exposure,
  expected: exposure, first_cause: text, second_cause: text, both: percent}
n: claims
--- */
with claims as (
    select
        count(*) as claims,
        count(*) filter (where claims.denied_lines > 0) as denied,
        coalesce(sum(claims.denied_charge), 0) as charge,
        coalesce(sum(claims.denied_expected), 0) as expected
    from audit.claim_outcome as claims
    where claims.first_answer_date is not null and in_period(claims.first_answer_date)
),

causes as (
    select
        replace(episodes.cause, '_', ' ') as cause,
        sum(episodes.expected_allowed) as expected
    from audit.denial_episode as episodes
    where
        in_period(episodes.first_denied_date)
        and episodes.payer_sequence = 'P'
        and not episodes.is_take_back
    group by episodes.cause
),

placed as (
    select
        causes.cause,
        causes.expected,
        row_number() over (order by causes.expected desc nulls last, causes.cause) as place,
        sum(causes.expected) over () as total
    from causes
),

largest as (
    select
        max(placed.cause) filter (where placed.place = 1) as first_cause,
        max(placed.cause) filter (where placed.place = 2) as second_cause,
        sum(placed.expected) filter (where placed.place <= 2) / nullif(max(placed.total), 0) as both
    from placed
    having count(*) > 1
)

select
    claims.claims,
    claims.denied,
    claims.denied / nullif(claims.claims, 0) as rate,
    wilson(claims.denied, claims.claims) as interval,
    claims.charge,
    claims.expected,
    upper(largest.first_cause[1]) || largest.first_cause[2:] as first_cause,
    largest.second_cause,
    largest.both
from claims
left join largest on true

/* ---
chart: tiles
reading: The large figure is the last finished month; grey months are not finished, do not compare them.
label: measure
x: month
y: value
n: n
unfinished: is_unfinished
columns: {value: figure, n: {label: Claims or lines, format: count}}
note: >
  Thirteen months, all payers. Claims first denied: claims with a line denied at its first answer /
  claims first answered, by month of that answer. Denied dollars: expected allowed of the lines
  first denied, same month. First-pass yield: dollars allowed at the first answer / expected
  allowed of priced lines, by month of service. Overturned: denied lines that ended paid in whole or
  part / denied lines closed, by month of the first denial. Written off: what was left of the
  expected amount of lines that dispositions.csv says were written off, by that day. Potential
  underpayment: expected less allowed of lines below what was expected, by month of service.

  A month by service or denial is finished once it is older than the 90th percentile of days to the
  first answer, 60 at least; one by posting once it is over. Sources: audit.kpi,
  audit.denial_episode; every definition stands under Data and definitions.
--- */
with lasts as (
    select
        coalesce(
            cast(getvariable('month') || '-01' as date),
            cast(date_trunc('month', cuts.as_of_date) as date)
        ) as month,
        cuts.as_of_date
    from audit.data_cut as cuts
),

months as (
    select
        cast(lasts.month - to_months(cast(12 - m as integer)) as date) as month,
        lasts.as_of_date
    from lasts
    cross join range(13) as r (m)
    where lasts.month is not null
),

measures as (
    select
        v.position,
        v.measure,
        v.kpi,
        v.format
    from (
        values
        (1, 'Claims first denied', 'initial_denial_rate_claims', 'percent'),
        (2, 'Denied, expected allowed', 'initial_denial_rate_expected', 'exposure'),
        (3, 'First-pass yield', 'first_pass_payment_yield', 'percent'),
        (4, 'Overturned, of closed', 'overturn_rate', 'percent'),
        (5, 'Written off for denials', null, 'exposure'),
        (6, 'Potential underpayment', 'underpayment_dollars', 'exposure')
    ) as v (position, measure, kpi, format)
),

written_off as (
    select
        cast(date_trunc('month', episodes.written_off_date) as date) as month,
        count(*) as n,
        sum(episodes.unrecovered) as value
    from audit.denial_episode as episodes
    where episodes.current_state = 'written_off'
    group by cast(date_trunc('month', episodes.written_off_date) as date)
)

select
    measures.measure,
    strftime(months.month, '%Y-%m') as month,
    case
        when measures.position = 2 then cast(kpis.numerator as double)
        when measures.position = 5 then cast(written_off.value as double)
        else cast(kpis.value as double)
    end as value,
    coalesce(kpis.n, written_off.n, 0) as n,
    case
        when measures.position = 5 then last_day(months.month) > months.as_of_date
        else not coalesce(kpis.is_mature, false)
    end as is_unfinished,
    measures.format
from months
cross join measures
left join audit.kpi as kpis
    on
        measures.kpi = kpis.kpi
        and months.month = kpis.month
        and kpis.payer = 'all payers'
left join written_off on measures.position = 5 and months.month = written_off.month
order by measures.position, months.month

/* ---
title: What to do next
columns: {what: {label: What, format: text}, lines: count, dollars: {label: Expected allowed,
  format: exposure}, deadline: {label: First deadline, format: text}, where: {label: Why these, format: text}}
unknown: unknown
empty: No denial is open and no rule fires on one.
note: >
  As of the last date in the files, over all denials, whatever month this page is for. Dollars are
  what is left of the expected amount of open lines; for the third row, the expected amount of the
  lines as first denied over the last twelve months. A clock nobody has entered gives no deadline
  (clocks.csv). A rule's finding is a question to look into, not a proof of error. Sources:
  audit.denial_episode, audit.data_cut.
--- */
with open_lines as (
    select
        episodes.payer,
        replace(episodes.cause, '_', ' ') as cause,
        episodes.action,
        episodes.unrecovered,
        episodes.action_deadline,
        cuts.as_of_date
    from audit.denial_episode as episodes
    cross join audit.data_cut as cuts
    where episodes.current_state = 'open' and episodes.action is not null
),

soon as (
    select
        1 as position,
        'Decide on the denials whose time runs out within thirty days' as what,
        count(*) as lines,
        sum(open_lines.unrecovered) as dollars,
        min(open_lines.action_deadline) as deadline,
        'what is past its last day cannot be asked for again' as "where"
    from open_lines
    where open_lines.action_deadline <= open_lines.as_of_date + 30
    having count(*) > 0
),

largest as (
    select
        2 as position,
        case open_lines.action
            when 'appeal' then 'Review and appeal: '
            when 'resubmit' then 'Mend and send anew: '
            else 'Ask for a reopening: '
        end || open_lines.cause || ' at ' || open_lines.payer as what,
        count(*) as lines,
        sum(open_lines.unrecovered) as dollars,
        min(open_lines.action_deadline) as deadline,
        'the most open dollars of one cause at one payer' as "where"
    from open_lines
    group by open_lines.payer, open_lines.cause, open_lines.action
    order by dollars desc nulls last, lines desc, what
    limit 1
),

preventable as (
    select
        3 as position,
        'Look at claims flagged by ' || episodes.preventing_rule || ' before they are sent' as what,
        count(*) as lines,
        sum(episodes.expected_allowed) as dollars,
        cast(null as date) as deadline,
        'it fires on more denied dollars than any other rule'
        || coalesce(': ' || rtrim(any_value(rules.summary), '.'), '') as "where"
    from audit.denial_episode as episodes
    cross join audit.data_cut as cuts
    left join audit.rule as rules on episodes.preventing_rule = rules.rule_id
    where
        episodes.is_preventable
        and episodes.first_denied_date > cuts.as_of_date - to_months(12)
    group by episodes.preventing_rule
    order by dollars desc nulls last, lines desc, what
    limit 1
),

actions as (
    select * from soon
    union all
    select * from largest
    union all
    select * from preventable
)

select
    actions.what,
    actions.lines,
    actions.dollars,
    case
        when actions.deadline is not null then cast(actions.deadline as varchar)
        when actions.position = 3 then 'before the next claims'
        else 'no clock on file'
    end as deadline,
    actions."where"
from actions
order by actions.position
