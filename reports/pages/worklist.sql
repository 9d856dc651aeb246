/* ---
page: Work list
pack: denials
order: 70
basis: run
shareable: no
intro: >
  Open denials in the order to work them: the nearest deadline first, then what they may bring.
  Each comes with the question to put to the record and the documents the chart has for it.
--- */

/* ---
chart: answer
figure: amount
text: meaning
hidden: dollars
columns: {amount: figure, dollars: exposure, meaning: text}
note: >
  Open: denied, not paid since, not sent again, not appealed, not written off, and the last day for
  the next step is not past; as of the last day of the files. Expected dollars are what is left of
  the expected allowed amount; a line that is not priced has none.
  A deadline is unknown where no clock is on file for that payer: put it into clocks.csv.
--- */
with items as (
    select
        items.*,
        items.days_left <= 14 as is_near
    from audit.work_item as items
)

select
    v.amount,
    'count' as format,
    v.dollars,
    v.meaning
from (
    select
        1 as position,
        count(*) as amount,
        sum(items.unrecovered) as dollars,
        'denied lines are open[, {dollars} expected allowed not recovered].' as meaning
    from items
    union all
    select
        2 as position,
        count(*) filter (where items.is_near) as amount,
        sum(items.unrecovered) filter (where items.is_near) as dollars,
        'have 14 days or less left[, {dollars} at stake].' as meaning
    from items
    union all
    select
        3 as position,
        count(*) filter (where items.action_deadline is null) as amount,
        sum(items.unrecovered) filter (where items.action_deadline is null) as dollars,
        'have no known deadline[, {dollars} at stake]; that is not the same as none.' as meaning
    from items
    union all
    select
        4 as position,
        count(*) filter (where items.is_about_record and not items.has_chart) as amount,
        sum(items.unrecovered) filter (where items.is_about_record and not items.has_chart)
            as dollars,
        'are for the medical record to answer, and no chart of them is on file[ ({dollars})].'
            as meaning
    from items
) as v
order by v.position

/* ---
title: Next to work on
chart: worklist
due: due
days: days_left
detail: detail
rows: 25
reading: "First: {line_id}, {action}[ by {due}], for {cause}."
hidden: days_left
columns: {due: {label: Last day, format: date}, days_left: number, line_id: line,
  payer: text, code: code, cause: text, action: {label: Next step, format: code},
  left_over: {label: Expected, format: exposure}, value: {label: Value, format: exposure},
  detail: text}
unknown: unknown
empty: Nothing is open.
note: >
  Order: lines nobody has decided on first, then by last day (unknown ones last), then by value.
  Value is what is left of the expected allowed amount (Expected) times the share of closed denials
  of the same payer and category that ended paid. Under 11 closed denials that share is unknown,
  and Value is Expected itself; where a line is not priced, its charge. The share is what became of
  such denials, worked on or not; it is no forecast.
  Next step: an appeal at the level allowed now; reopen where appeals are barred (N211); resubmit
  where the claim was not adjudicated (MA130: send it anew, no appeal).
  The list with its clocks and their sources, to fill in: mohs worklist --out FILE; the evidence
  for each line as a file: mohs worklist --evidence DIR.
--- */
select
    items.action_deadline as due,
    items.days_left,
    items.line_id,
    items.payer,
    trim(items.procedure_code || ' ' || coalesce(items.modifier_key, '')) as code,
    replace(items.cause, '_', ' ') as cause,
    items.action
    || case when items.action = 'appeal' then ', level ' || items.appeal_level else '' end as action,
    items.unrecovered as left_over,
    items.value,
    concat_ws(
        ' ',
        items.question,
        case
            when not items.is_about_record then 'Wanted: ' || items.wanted || '.'
            when not items.has_chart then 'No chart on file. Wanted: ' || items.wanted || '.'
            when items.evidence_missing <> '' then 'The chart lacks: ' || items.evidence_missing || '.'
            when items.evidence_unknown <> ''
                then 'The chart file does not tell of: ' || items.evidence_unknown || '.'
            else 'The chart has every document we look for.'
        end,
        case
            when items.asks_records and items.records_sent_date is not null
                then 'Records sent ' || items.records_sent_date || '.'
            when items.asks_records then 'The payer asks for records or data.'
        end,
        case
            when items.overturned_share is not null
                then
                    'Of ' || items.closed_alike || ' such denials closed, ' || items.overturned_alike
                    || ' ended paid.'
            when items.unrecovered is null then 'Not priced: its charge stands for its value.'
        end,
        case
            when items.action_clock_source is not null
                then 'Clock: ' || rtrim(items.action_clock_source, '.') || '.'
        end,
        case
            when items.decision is not null
                then 'Decided: ' || items.decision || ', ' || items.decided_date || '.'
        end
    ) as detail
from audit.work_item as items
order by items.place

/* ---
title: How much time is left
columns: {time_left: {label: Days left, format: text}, items: {label: Open denials, format: count},
  priced: {label: Of them priced, format: count}, dollars: {label: Expected not recovered, format: exposure},
  charge: {label: Charge, format: exposure}}
reading: "{items:denial is|denials are} open with {time_left} left."
hidden: position
empty: Nothing is open.
note: >
  Days from the last day of the files to the last day for the next step. Dollars are of the priced
  ones only.
--- */
with items as (
    select
        items.*,
        case
            when items.days_left is null then 5
            when items.days_left <= 14 then 1
            when items.days_left <= 30 then 2
            when items.days_left <= 90 then 3
            else 4
        end as position
    from audit.work_item as items
)

select
    items.position,
    ['14 days or less', '15 to 30 days', '31 to 90 days', 'more than 90 days', 'an unknown time'][
        items.position
    ] as time_left,
    count(*) as items,
    count(items.unrecovered) as priced,
    sum(items.unrecovered) as dollars,
    sum(items.charge) as charge
from items
group by items.position
order by items.position

/* ---
title: What charts lack
chart: bars
x: items
y: document
reading: "Most often a chart lacks: {document}, for {items} of the {charts} open denials that the record answers and whose chart is on file."
columns: {document: text, items: {label: Open denials, format: count}, charts: {label: With a chart, format: count},
  dollars: {label: Expected not recovered, format: exposure}}
n: charts
empty: No chart of an open denial lacks a document, as far as the files tell.
note: >
  Open denials that the medical record can answer and whose chart is on file, by the documents that
  chart says it lacks; a line may lack several. A chart file without a column for a document does
  not count here. The documents are those of MOHS180 to MOHS192.
--- */
with charted as (
    select
        items.line_id,
        items.unrecovered,
        items.evidence_missing,
        count(*) over () as charts
    from audit.work_item as items
    where items.is_about_record and items.has_chart
),

lacking as (
    select
        charted.line_id,
        charted.unrecovered,
        charted.charts,
        unnest(string_split(charted.evidence_missing, ', ')) as document
    from charted
    where charted.evidence_missing <> ''
)

select
    lacking.document,
    count(*) as items,
    any_value(lacking.charts) as charts,
    sum(lacking.unrecovered) as dollars
from lacking
group by lacking.document
order by items desc, lacking.document

/* ---
title: Waiting for an answer
columns: {state: text, payer: text, items: {label: Denials, format: count},
  dollars: {label: Expected not recovered, format: exposure}, oldest: {label: Waiting since, format: date}}
reading: "{all_items:denial waits|denials wait} for a payer: appealed, or sent again and not yet answered."
hidden: all_items
empty: Nothing is waiting.
rows: 30
note: >
  Appealed by dispositions.csv, or sent again by the files. Since: the earliest appeal, or the
  earliest last activity of those sent again.
--- */
select
    case episodes.current_state when 'appealed' then 'appealed' else 'sent again' end as state,
    episodes.payer,
    count(*) as items,
    sum(episodes.unrecovered) as dollars,
    min(
        case
            when episodes.current_state = 'appealed' then episodes.appealed_date
            else episodes.last_activity_date
        end
    ) as oldest,
    sum(count(*)) over () as all_items
from audit.denial_episode as episodes
where episodes.current_state in ('appealed', 'corrected') and not episodes.is_closed
group by episodes.current_state, episodes.payer
order by oldest, episodes.payer

/* ---
title: Expired
columns: {cause: text, step: {label: Step not taken, format: text}, payer: text,
  items: {label: Denials, format: count}, dollars: {label: Expected lost, format: exposure},
  charge: {label: Charge, format: exposure}, last_expired: {label: Latest, format: date}}
reading: "{all_items:denial|denials} expired[: {all_dollars} expected allowed is lost]; most of it for {cause} by {payer}."
hidden: all_items all_dollars
rows: 30
empty: Nothing expired.
note: >
  Denials whose last day for the next step passed without one on file, by the month that day fell
  in (all months where none is chosen). An appeal that was sent counts once dispositions.csv says
  so.
--- */
select
    replace(episodes.cause, '_', ' ') as cause,
    case
        when episodes.is_unprocessable then 'resubmit'
        when episodes.is_appealable then 'appeal'
        else 'reopen'
    end as step,
    episodes.payer,
    count(*) as items,
    sum(episodes.unrecovered) as dollars,
    sum(episodes.charge) as charge,
    max(episodes.final_date) as last_expired,
    sum(count(*)) over () as all_items,
    sum(sum(episodes.unrecovered)) over () as all_dollars
from audit.denial_episode as episodes
where episodes.current_state = 'expired' and in_period(episodes.final_date)
group by episodes.cause, step, episodes.payer
order by dollars desc nulls last, items desc, cause, episodes.payer
