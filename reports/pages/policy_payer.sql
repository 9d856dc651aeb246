/* ---
page: Policy against payers
pack: denials
order: 60
basis: service
intro: >
  Every answered line falls in one of four: the rules find nothing and it is paid, or denied; the
  rules find something and it is denied, or paid. What a payer did is not what is right: where
  rules and a payer differ, both are shown.
--- */

/* ---
chart: answer
figure: lines
text: meaning
n: answered
hidden: share answered dollars exposure
columns: {lines: count, answered: count, share: percent, dollars: money, exposure: exposure,
  meaning: text}
note: >
  Answered: primary lines with a charge and a remittance, by date of service. Clean: no finding of
  severity error or warning that rests on the claim or the chart; a line no rule could judge is
  clean in this sense, so "clean" means nothing was found. Denied: nothing allowed for a reason
  that is neither contractual nor the patient's share; everything else is paid, however little.
  Dollars are the expected allowed amount, else the charge. Of broken and paid lines dollars are
  counted from errors alone: potential, needs review.
--- */
with counts as (
    select
        lines.quadrant,
        count(*) as lines,
        sum(lines.dollars) filter (where lines.quadrant <> 'broken_paid') as dollars,
        sum(lines.dollars) filter (where lines.quadrant = 'broken_paid' and lines.severity = 'error')
            as exposure
    from audit.policy_payer as lines
    where in_period(lines.date_of_service)
    group by lines.quadrant
)

select
    coalesce(counts.lines, 0) as lines,
    sum(counts.lines) over () as answered,
    counts.lines / sum(counts.lines) over () as share,
    counts.dollars,
    counts.exposure,
    kinds.meaning
from (
    values
    (
        1,
        'clean_denied',
        'lines are clean and denied: to appeal[ ({share} of {answered} answered)][, {dollars}].'
    ),
    (
        2,
        'broken_denied',
        'are broken and denied: to teach[ ({share})][, {dollars}].'
    ),
    (
        3,
        'broken_paid',
        'are broken and paid: potential exposure, needs review[ ({share})][; {exposure} on those with an error].'
    ),
    (4, 'clean_paid', 'are clean and paid[ ({share})][, {dollars}].')
) as kinds (position, quadrant, meaning)
left join counts on kinds.quadrant = counts.quadrant
order by kinds.position

/* ---
title: Payers
chart: heat
x: quadrant
y: payer
value: share
n: answered
reading: "{payer} has the largest share of clean lines denied: {worst_share} of {worst_clean}."
hidden: worst_share worst_clean
columns: {payer: text, quadrant: {label: What the rules and the payer say, format: text},
  share: {label: Share of answered lines, format: percent}, lines: count,
  answered: {label: Answered lines, format: count}, dollars: money,
  exposure: {label: Potential exposure, format: exposure}, worst_share: percent, worst_clean: count}
empty: No line of the period is answered yet.
unknown: none
note: >
  Each row is a payer; what its three shares leave of its answered lines is clean and paid. First
  stands the payer with the largest share of its clean lines denied. Dollars and potential exposure
  as above.
--- */
with counts as (
    select
        lines.payer,
        lines.quadrant,
        count(*) as lines,
        sum(lines.dollars) filter (where lines.quadrant <> 'broken_paid') as dollars,
        sum(lines.dollars) filter (where lines.quadrant = 'broken_paid' and lines.severity = 'error')
            as exposure
    from audit.policy_payer as lines
    where in_period(lines.date_of_service)
    group by lines.payer, lines.quadrant
),

payers as (
    select
        counts.payer,
        sum(counts.lines) as answered,
        coalesce(sum(counts.lines) filter (where counts.quadrant = 'clean_denied'), 0)
        / nullif(sum(counts.lines) filter (where counts.quadrant in ('clean_denied', 'clean_paid')), 0)
            as worst_share,
        sum(counts.lines) filter (where counts.quadrant in ('clean_denied', 'clean_paid'))
            as worst_clean
    from counts
    group by counts.payer
)

select
    payers.payer,
    kinds.label as quadrant,
    coalesce(counts.lines, 0) as lines,
    payers.answered,
    coalesce(counts.lines, 0) / payers.answered as share,
    counts.dollars,
    counts.exposure,
    payers.worst_share,
    payers.worst_clean
from payers
cross join (
    values
    (1, 'clean_denied', 'clean, denied'),
    (2, 'broken_denied', 'broken, denied'),
    (3, 'broken_paid', 'broken, paid')
) as kinds (position, quadrant, label)
left join counts on payers.payer = counts.payer and kinds.quadrant = counts.quadrant
order by payers.worst_share desc nulls last, payers.payer, kinds.position

/* ---
title: Months
chart: trend
x: month
y: clean_denied_rate
interval: interval
n: clean
unfinished: is_unfinished
reading: "In {month_said}, the last finished month, {rate_said} of {clean_said:clean line was|clean lines were} denied."
hidden: month_said rate_said clean_said
columns: {month: text, clean_denied: count, clean: {label: Clean lines, format: count},
  clean_denied_rate: {label: Clean lines denied, format: percent}, interval: {label: 95% interval, format: interval},
  broken_denied: count, broken_paid: count, is_unfinished: {label: Unfinished, format: text},
  month_said: text, rate_said: percent, clean_said: count}
empty: No line is answered yet.
note: >
  The last 13 months of service: clean lines denied / clean lines answered, with the 95% Wilson
  interval.
  Unfinished: younger, at the last day of the files, than the slowest payer's 90th percentile from
  service to first answer (60 days at least); such months still move and are not compared. The rate
  is of answered lines: before the slowest payer has answered it is that of the fast ones. Other
  pages take the percentile of all payers together, so that a month may be finished there and not
  here.
--- */
with cut as (
    select
        (select any_value(cuts.as_of_date) from audit.data_cut as cuts) as as_of_date,
        (select max(lags.mature_days) from audit.payer_lag as lags) as mature_days
),

months as (
    select
        lines.month as first_day,
        count(*) filter (where lines.quadrant = 'clean_denied') as clean_denied,
        count(*) filter (where lines.is_clean) as clean,
        count(*) filter (where lines.quadrant = 'broken_denied') as broken_denied,
        count(*) filter (where lines.quadrant = 'broken_paid') as broken_paid
    from audit.policy_payer as lines
    where getvariable('month') is null or strftime(lines.month, '%Y-%m') <= getvariable('month')
    group by lines.month
    order by lines.month desc
    limit 13
),

judged as (
    select
        months.*,
        coalesce(
            date_diff('day', last_day(months.first_day), cut.as_of_date) < cut.mature_days, true
        ) as is_unfinished
    from months
    cross join cut
),

finished as (
    select
        strftime(judged.first_day, '%Y-%m') as month_said,
        judged.clean_denied / nullif(judged.clean, 0) as rate_said,
        judged.clean as clean_said
    from judged
    where not judged.is_unfinished
    order by judged.first_day desc
    limit 1
)

select
    strftime(judged.first_day, '%Y-%m') as month,
    judged.clean_denied,
    judged.clean,
    judged.clean_denied / nullif(judged.clean, 0) as clean_denied_rate,
    wilson(judged.clean_denied, judged.clean) as interval,
    judged.broken_denied,
    judged.broken_paid,
    judged.is_unfinished,
    finished.month_said,
    finished.rate_said,
    finished.clean_said
from judged
left join finished on true
order by judged.first_day

/* ---
title: Clean and denied, by category
chart: pareto
x: dollars
y: category
reading: "Most dollars of clean lines are denied for {category}[: {dollars}], {lines:line}."
columns: {category: text, lines: count, dollars: money, payers: number}
empty: No clean line of the period was denied.
note: >
  Lines without an error or warning that were denied, by our category of the reason that decides
  (a remark may name the cause more closely: work list, Why lines are denied); expected allowed,
  else charge. Each is on the work list while it is open.
--- */
select
    replace(coalesce(lines.denial_category, 'unexplained'), '_', ' ') as category,
    count(*) as lines,
    sum(lines.dollars) as dollars,
    count(distinct lines.payer) as payers
from audit.policy_payer as lines
where lines.quadrant = 'clean_denied' and in_period(lines.date_of_service)
group by category
order by dollars desc, category

/* ---
title: Rules on broken lines
columns: {rule: code, what: {label: What it says, format: text},
  broken: {label: Broken lines, format: count}, denied: count, denied_rate: percent,
  interval: {label: 95% interval, format: interval},
  dollars: {label: Dollars denied, format: money}, paid: count,
  exposure: {label: Potential exposure, format: exposure}}
n: broken
rows: 15
reading: "{rule} stands on most broken lines: {broken:line}, {denied_rate} of them denied."
empty: Nothing is broken in the period.
unknown: none
note: >
  A broken line counts once, for the rule of its gravest finding (the smallest id of several).
  Paid lines are potential exposure and need review; their dollars are of errors alone.
--- */
select
    lines.rule_id as rule,
    any_value(rules.summary) as what,
    count(*) as broken,
    count(*) filter (where lines.outcome = 'denied') as denied,
    count(*) filter (where lines.outcome = 'denied') / count(*) as denied_rate,
    wilson(count(*) filter (where lines.outcome = 'denied'), count(*)) as interval,
    sum(lines.dollars) filter (where lines.outcome = 'denied') as dollars,
    count(*) filter (where lines.outcome = 'paid') as paid,
    sum(lines.dollars) filter (where lines.quadrant = 'broken_paid' and lines.severity = 'error')
        as exposure
from audit.policy_payer as lines
left join audit.rule as rules on lines.rule_id = rules.rule_id
where not lines.is_clean and in_period(lines.date_of_service)
group by lines.rule_id
order by broken desc, rule

/* ---
title: Track record of the rules that fired most
columns: {rule: code, fires: {label: Findings, format: count}, fired: {label: Flagged and answered, format: count},
  fired_rate: {label: Denied when flagged, format: percent}, interval: {label: 95% interval, format: interval},
  lift: number, precision: {label: For a reason it names, format: percent},
  recall: {label: Such denials flagged, format: percent}, held_out_rate: {label: Held out, format: percent},
  shown_as: {label: Shown as, format: text}}
n: fired
rows: 15
reading: "{rule} fired most: {fires:finding}; payers denied {fired_rate} of the {fired} lines answered."
empty: No rule about the claim or the chart has fired.
note: >
  Over all dates on file and all payers, findings rather than lines. A claim changed since its
  payer answered it counts as it was billed too. Denied when flagged: of the answered lines it
  flagged. Lift: that rate by the rate of the lines it judged and did not flag.
  The two after it compare with the reasons (CARC) the rule names. Held out: denied
  when flagged in the last months of service, which had no part in how the rule is shown. A rule
  whose record is below the dated floor is shown as info.
  A payer that does not deny what a rule flags does not make the rule wrong, and the reverse.
--- */
select
    records.rule_id as rule,
    records.fires,
    records.fired,
    records.denial_rate_fired as fired_rate,
    wilson(records.fired_denied, records.fired) as interval,
    round(records.lift, 1) as lift,
    records.precision,
    records.recall,
    held_out.denial_rate_fired as held_out_rate,
    records.shown_as
from audit.rule_record as records
left join audit.rule_record as held_out
    on
        records.rule_id = held_out.rule_id
        and held_out.payer = ''
        and held_out.quarter = ''
        and held_out.period = 'held_out'
where
    records.payer = ''
    and records.quarter = ''
    and records.period = ''
    and records.fires > 0
    and records.silent is not null
order by records.fires desc, records.rule_id

/* ---
title: Surgeons
columns: {rendering_npi: {label: Surgeon, format: surgeon}, answered: {label: Answered lines, format: count},
  broken: {label: Broken lines, format: count}, broken_rate: {label: Broken, format: percent},
  interval: {label: 95% interval, format: interval}, clean_denied: {label: "Clean, denied", format: count},
  broken_denied: {label: "Broken, denied", format: count}, broken_paid: {label: "Broken, paid", format: count},
  dollars: {label: Dollars denied, format: money}, surgeons: number}
n: answered
rows: 30
reading: "{surgeons:surgeon has|surgeons have} answered lines; they stand in the order of how many, which is no ranking."
hidden: surgeons
empty: No line of the period is answered yet.
unknown: none
note: >
  By rendering provider. Broken: lines with an error or warning / answered lines. Who treats more
  difficult cases has more to document; compare a surgeon with the same surgeon's last period.
--- */
select
    lines.rendering_npi,
    count(*) as answered,
    count(*) filter (where not lines.is_clean) as broken,
    count(*) filter (where not lines.is_clean) / count(*) as broken_rate,
    wilson(count(*) filter (where not lines.is_clean), count(*)) as interval,
    count(*) filter (where lines.quadrant = 'clean_denied') as clean_denied,
    count(*) filter (where lines.quadrant = 'broken_denied') as broken_denied,
    count(*) filter (where lines.quadrant = 'broken_paid') as broken_paid,
    sum(lines.dollars) filter (where lines.outcome = 'denied') as dollars,
    count(*) over () as surgeons
from audit.policy_payer as lines
where lines.rendering_npi is not null and in_period(lines.date_of_service)
group by lines.rendering_npi
order by answered desc, lines.rendering_npi

/* ---
title: Broken and denied, line by line
reading: "The largest: {line_id}, {rule_id}, denied for {category}."
columns: {line_id: line, payer: text, rendering_npi: {label: Surgeon, format: surgeon}, code: code,
  date_of_service: date, category: text, rule_id: code, severity: text, dollars: money}
rows: 15
empty: No broken line of the period was denied.
note: >
  To look up: mohs explain LINE. All of them are in the workbook; clean and denied lines are on the
  work list. Lines are listed in the working copy only.
--- */
select
    lines.line_id,
    lines.payer,
    lines.rendering_npi,
    lines.procedure_code as code,
    lines.date_of_service,
    replace(coalesce(lines.denial_category, 'unexplained'), '_', ' ') as category,
    lines.rule_id,
    lines.severity,
    lines.dollars
from audit.policy_payer as lines
where lines.quadrant = 'broken_denied' and in_period(lines.date_of_service)
order by lines.dollars desc, lines.line_id
