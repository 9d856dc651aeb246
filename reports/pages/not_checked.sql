/* ---
page: What was not checked
pack: run
order: 20
intro: >
  A line without a finding is not a clean line. This page lists what nobody looked at, and why.
--- */

/* ---
chart: answer
figure: amount
text: meaning
hidden: share lines
columns: {amount: figure, share: percent, lines: count, meaning: text}
n: lines
note: >
  Not judged counts pairs of a rule and a line it applies to, so one line may count for several
  rules; over all dates on file. The others are of the period. A line is due a price where it is
  billed to a primary payer. A month is finished once it is older than the 90th percentile of days
  to the first answer, 60 at least (audit.payer_lag, all payers).
--- */
with judged as (
    select
        coalesce(sum(coverage.lines) filter (where coverage.outcome = 'not_evaluable'), 0) as unjudged,
        coalesce(sum(coverage.lines) filter (where coverage.outcome <> 'not_applicable'), 0) as due,
        count(distinct coverage.rule_id) filter (
            where coverage.outcome = 'not_evaluable' and coverage.lines > 0
        ) as rules
    from audit.rule_coverage as coverage
),

prices as (
    select
        count(*) as lines,
        count(*) filter (where prices.status <> 'priced') as unpriced
    from audit.expected_payment as prices
    inner join core.service_line as lines on prices.line_id = lines.line_id
    where in_period(lines.date_of_service)
),

remits as (
    select
        count(*) as lines,
        count(*) filter (where remits.match_method = 'none') as unmatched
    from core.remit_line as remits
    where not remits.is_reversal and in_period(remits.date_of_service)
),

waiting as (
    select
        count(*) as lines,
        count(*) filter (where not lines.is_adjudicated) as unanswered
    from core.service_line as lines
    where lines.source <> '835' and in_period(lines.date_of_service)
),

months as (
    select distinct cast(date_trunc('month', lines.date_of_service) as date) as month
    from core.service_line as lines
    where lines.source <> '835' and in_period(lines.date_of_service)
)

select
    v.amount,
    v.format,
    v.share,
    v.lines,
    v.meaning
from (
    select
        1 as position,
        judged.unjudged as amount,
        'count' as format,
        judged.unjudged / nullif(judged.due, 0) as share,
        judged.due as lines,
        'judgements could not be made for want of data[, {share} of {lines} due].' as meaning
    from judged
    union all
    select
        2 as position,
        prices.unpriced as amount,
        'count' as format,
        prices.unpriced / nullif(prices.lines, 0) as share,
        prices.lines,
        'lines have no price[, {share} of {lines} due one].' as meaning
    from prices
    union all
    select
        3 as position,
        remits.unmatched as amount,
        'count' as format,
        remits.unmatched / nullif(remits.lines, 0) as share,
        remits.lines,
        'remitted lines fit no billed line on file[, {share} of {lines}].' as meaning
    from remits
    union all
    select
        4 as position,
        waiting.unanswered as amount,
        'count' as format,
        waiting.unanswered / nullif(waiting.lines, 0) as share,
        waiting.lines,
        'billed lines have no remittance yet[, {share} of {lines}].' as meaning
    from waiting
    union all
    select
        5 as position,
        count(*) filter (where is_young(months.month)) as amount,
        'number' as format,
        null as share,
        null as lines,
        'is the number of months not finished; their rates will still move.' as meaning
    from months
) as v
order by v.position

/* ---
title: Rules that could not judge
chart: bars
reading: "{rule} could not judge most: {lines_not_judged:line}, for want of {missing}."
x: lines_not_judged
y: rule
rows: 20
unknown: not recorded
columns: {rule: code, what: {label: What it says, format: text},
  lines_not_judged: {label: Lines not judged, format: count},
  lines_judged: {label: Lines judged, format: count}, missing: {label: Missing, format: text}}
empty: Every rule could judge every line it applies to.
note: >
  A rule needs columns (a chart's, a remittance's, the provider's type ...). Where the source has
  no place for one, or no file of that kind was read, the rule neither passes nor flags the line.
  Over all dates on file; the twenty rules with most such lines are drawn, all are in the
  workbook.
--- */
select
    coverage.rule_id as rule,
    any_value(rules.summary) as what,
    sum(coverage.lines) filter (where coverage.outcome = 'not_evaluable') as lines_not_judged,
    coalesce(sum(coverage.lines) filter (where coverage.outcome in ('flagged', 'passed')), 0)
        as lines_judged,
    array_to_string(list_sort(list_distinct(flatten(list(coverage.missing) filter (
        where coverage.outcome = 'not_evaluable'
    )))), ', ') as missing
from audit.rule_coverage as coverage
left join audit.rule as rules on coverage.rule_id = rules.rule_id
group by coverage.rule_id
having lines_not_judged > 0
order by lines_not_judged desc, rule

/* ---
title: What is missing
columns: {missing: text, rules: number, lines: {label: Rules x lines, format: count}}
reading: "Most judgements wait for {missing}: {lines} on {rules:rule}."
empty: Nothing is missing.
note: >
  The same, by what is missing: chart and remits are files nobody gave, the others are columns.
  Rules x lines: a line counts once for every rule that wanted it.
--- */
with wanted as (
    select
        coverage.rule_id,
        unnest(coverage.missing) as missing,
        unnest(coverage.missing_lines) as lines
    from audit.rule_coverage as coverage
    where coverage.outcome = 'not_evaluable' and coverage.lines > 0
)

select
    wanted.missing,
    count(distinct wanted.rule_id) as rules,
    sum(wanted.lines) as lines
from wanted
group by wanted.missing
order by lines desc, wanted.missing

/* ---
title: Lines without a price
columns: {reason: text, lines: count, share_of_lines: percent, due: {label: Lines due a price, format: count},
  charge: money, status: text}
n: due
reading: "Most: {reason} ({lines:line})."
unknown: no reason given
rows: 40
empty: Every line could be priced.
note: >
  Billed lines to a primary payer that have no expected amount. Manual: priced by people, as the
  policy asks. They are in no figure of expected, underpaid or overpaid dollars.
--- */
select
    unpriced.reason,
    unpriced.status,
    unpriced.lines,
    unpriced.all_lines as due,
    unpriced.share_of_lines,
    unpriced.charge
from unpriced_lines() as unpriced
order by lines desc, unpriced.reason

/* ---
title: How remittances were tied to claims
columns: {matched: {label: Tied by, format: text}, lines: count, share_of_lines: percent,
  remitted: {label: All remitted lines, format: count}, charge: money}
n: remitted
reading: "Most remitted lines are tied by {matched}: {share_of_lines} of {remitted}."
empty: No remittance has been read.
note: >
  By the line's control number within the claim; else code, modifiers, day and charge; else code,
  day and charge. What fits nothing is not in any figure of a claim. Reversals are left out.
--- */
select
    case remits.match_method
        when 'control_number' then 'control number'
        when 'full' then 'code, modifiers, day and charge'
        when 'partial' then 'code, day and charge'
        else 'nothing: it fits no billed line'
    end as matched,
    count(*) as lines,
    sum(count(*)) over () as remitted,
    count(*) / sum(count(*)) over () as share_of_lines,
    sum(remits.charge) as charge
from core.remit_line as remits
where not remits.is_reversal and in_period(remits.date_of_service)
group by remits.match_method
order by lines desc, matched

/* ---
title: Months that are not finished
chart: columns
x: month
y: waiting
reading: "{unfinished:month is|months are} not finished."
hidden: unfinished
columns: {month: text, lines: {label: Billed lines, format: count},
  waiting: {label: Lines without a remittance, format: count}, adjudicated_share: percent,
  unfinished: number, is_unfinished: {label: Unfinished, format: text}}
n: lines
empty: No lines were billed in this period.
note: >
  By month of service. Unfinished: not yet older than the 90th percentile of days to the first
  answer, 60 at least (audit.payer_lag, all payers). Payers answer clean claims first, so that the
  rates of such a month will move. Many lines without a remittance in a finished month: look for
  files that were not given.
--- */
with months as (
    select
        cast(date_trunc('month', lines.date_of_service) as date) as month,
        count(*) as lines,
        count(*) filter (where not lines.is_adjudicated) as waiting
    from core.service_line as lines
    where lines.source <> '835' and in_period(lines.date_of_service)
    group by month
)

select
    strftime(months.month, '%Y-%m') as month,
    months.lines,
    months.waiting,
    1 - months.waiting / months.lines as adjudicated_share,
    is_young(months.month) as is_unfinished,
    count(*) filter (where is_young(months.month)) over () as unfinished
from months
order by months.month
