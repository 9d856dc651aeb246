/* ---
page: Letter
pack: compliance
order: 10
intro: >
  What the rules say of the lines billed, how much of it is new, and what to look at first. Every
  finding is potential and needs review; a record, not a rule, decides it.
--- */

/* ---
chart: sentence
text: said
columns: {lines: count, flagged: count, fresh: count, expected: exposure}
n: lines
note: >
  A billed line stands when no later submission replaced its claim. It has a potential error when
  a finding of severity error stands on it: one that no other finding stands in for, and that nobody
  has dismissed. The rate is lines with a potential error / billed lines; the interval is
  Wilson's, 95%. Dollars are the expected allowed amount, else the charge, once per line. New: every
  error of the line was first seen in a run of the month the files reach to. Rules about payments say
  something of the payer, not of the coding, and stand in the other reports.
--- */
with flagged_lines as (
    select
        findings.line_id,
        max(findings.dollars) as dollars,
        bool_and(findings.since_month = 'new') as is_new
    from audit.coding_finding as findings
    where
        findings.is_counted and findings.severity = 'error' and findings.line_id is not null
    group by findings.line_id
),

counted_lines as (
    select
        count(*) as lines,
        count(flagged_lines.line_id) as flagged,
        count(*) filter (where flagged_lines.is_new) as fresh,
        sum(flagged_lines.dollars) as expected
    from core.service_line as lines
    left join flagged_lines on lines.line_id = flagged_lines.line_id
    where lines.source <> '835' and in_period(lines.date_of_service)
),

runs as (
    select count(*) as runs
    from audit.run
)

select
    case
        when counted_lines.lines = 0 then 'No billed lines are on file for this period.'
        else
            'Of {lines:billed line}, {flagged} ({rate}[, 95% interval {interval}]) have a potential '
            || 'error that needs review[: {expected} expected allowed]. '
            || case
                when runs.runs < 2 then 'This is the first run: all of it is new.'
                else 'New since last month: {fresh:line}.'
            end
    end as said,
    counted_lines.lines,
    counted_lines.flagged,
    counted_lines.fresh,
    counted_lines.flagged / nullif(counted_lines.lines, 0) as rate,
    wilson(counted_lines.flagged, counted_lines.lines) as interval,
    counted_lines.expected
from counted_lines
cross join runs

/* ---
chart: answer
figure: figure
text: meaning
columns: {figure: figure, of: count, run_new: count, expected: exposure}
note: >
  Paid: primary lines that are adjudicated and not denied, however little was paid; dollars are the
  expected allowed amount, else the charge. Not judged: the rule applies to a line and lacked a value to decide;
  What was not checked, in the run card, says which.
--- */
with stands as (
    select
        findings.severity,
        findings.since_run,
        findings.since_month,
        findings.is_dismissed,
        findings.line_id
    from audit.coding_finding as findings
    where
        findings.since_month <> 'gone'
        and in_period(findings.date_of_service)
),

found as (
    select
        count(*) filter (where not stands.is_dismissed and stands.severity = 'error') as errors,
        count(*) filter (
            where not stands.is_dismissed and stands.severity = 'error'
            and stands.since_month = 'new'
        ) as month_new,
        count(*) filter (
            where not stands.is_dismissed and stands.severity = 'error' and stands.since_run = 'new'
        ) as run_new
    from stands
),

broken as (
    select
        stands.line_id,
        bool_or(stands.severity = 'error') as has_error
    from stands
    where
        not stands.is_dismissed and stands.severity in ('error', 'warning')
        and stands.line_id is not null
    group by stands.line_id
),

answered as (
    select
        count(*) as lines,
        count(*) filter (where lines.outcome = 'paid' and broken.has_error) as paid,
        sum(lines.dollars) filter (where lines.outcome = 'paid' and broken.has_error) as expected,
        count(*) filter (where lines.outcome = 'denied' and broken.line_id is not null) as denied,
        count(*) filter (where lines.outcome = 'denied') as all_denied
    from audit.policy_payer as lines
    left join broken on lines.line_id = broken.line_id
    where in_period(lines.date_of_service)
),

unjudged as (
    select
        count(distinct coverage.rule_id) filter (
            where coverage.outcome = 'not_evaluable' and coverage.lines > 0
        ) as rules,
        count(distinct coverage.rule_id) as all_rules
    from audit.rule_coverage as coverage
    inner join audit.rule as rules on coverage.rule_id = rules.rule_id
    where rules.basis <> 'payment'
)

select
    answers.figure,
    answers.format,
    answers.meaning,
    answers.of,
    answers.run_new,
    answers.rate,
    answers.expected
from (
    select
        1 as position,
        found.month_new as figure,
        'count' as format,
        'findings of severity error are new since last month, of {of} that stand; {run_new} are new '
        || 'since the last run.' as meaning,
        found.errors as of,
        found.run_new,
        cast(null as double) as rate,
        cast(null as decimal(12, 2)) as expected
    from found
    union all
    select
        2 as position,
        answered.paid as figure,
        'count' as format,
        'lines with a potential error were paid[: {rate} of {of:adjudicated line}][, {expected} '
        || 'expected allowed]. Potential exposure; needs review.' as meaning,
        answered.lines as of,
        cast(null as bigint) as run_new,
        answered.paid / nullif(answered.lines, 0) as rate,
        answered.expected
    from answered
    union all
    select
        3 as position,
        answered.denied as figure,
        'count' as format,
        'denied lines had a potential error or a warning[: {rate} of {of:denied line}]. What the rules '
        || 'say could have been seen before the bill.' as meaning,
        answered.all_denied as of,
        cast(null as bigint) as run_new,
        answered.denied / nullif(answered.all_denied, 0) as rate,
        cast(null as decimal(12, 2)) as expected
    from answered
    union all
    select
        4 as position,
        unjudged.rules as figure,
        'number' as format,
        'rules could not judge some line they apply to, for want of data. A line without a finding is '
        || 'not a clean line.' as meaning,
        cast(null as bigint) as of,
        cast(null as bigint) as run_new,
        cast(null as double) as rate,
        cast(null as decimal(12, 2)) as expected
    from unjudged
) as answers
order by answers.position

/* ---
chart: sentence
text: said
columns: {warnings: count, dismissed: count, of: count}
note: >
  Dismissed findings are those a person set aside with a reason, and whose dismissal neither ran out
  nor met a changed line; What is new lists them.
--- */
with stands as (
    select
        findings.severity,
        findings.is_dismissed
    from audit.coding_finding as findings
    where
        findings.since_month <> 'gone' and in_period(findings.date_of_service)
)

select
    'Findings of severity warning say: look before the line is sent[; {warnings} stand].' as said,
    count(*) filter (where not stands.is_dismissed and stands.severity = 'warning') as warnings,
    cast(null as bigint) as dismissed,
    cast(null as bigint) as of
from stands
union all
select
    'Findings that a person has dismissed, with a reason, are left out of every count of this '
    || 'report[: {dismissed} of {of}].' as said,
    cast(null as bigint) as warnings,
    count(*) filter (where stands.is_dismissed) as dismissed,
    count(*) as of
from stands
order by warnings nulls last

/* ---
chart: sentence
text: said
shareable: no
empty: ""
columns: {overdue: number, late: number, as_of: date}
--- */
with days as (
    select greatest(
        (select cast(max(runs.started_at) as date) from audit.run as runs),
        (select max(cuts.as_of_date) from audit.data_cut as cuts)
    ) as as_of
),

passed as (
    select
        (
            select count(*)
            from reference.audit_clock as entered
            where entered.closed_date is null and entered.due_date < days.as_of
        ) as overdue,
        (
            select count(*)
            from reference.corrective_action as planned
            where planned.done_date is null and planned.due_date < days.as_of
        ) as late,
        days.as_of
    from days
)

select
    'As of {as_of}, {overdue:clock is|clocks are} overdue and {late:corrective action is|corrective '
    || 'actions are} late: see Actions and clocks.' as said,
    passed.overdue,
    passed.late,
    passed.as_of
from passed
where passed.overdue > 0 or passed.late > 0

/* ---
title: Where the potential errors are
chart: bars
reading: "Most are about {category}: {largest} of the period's lines with a potential error."
x: lines
y: category
columns: {lines: count, rules: number, dollars: {label: Expected allowed, format: exposure},
  largest: percent, flagged: count}
n: flagged
hidden: largest flagged
empty: No line has a potential error in this period.
note: >
  Billed lines with a standing, undismissed error finding, by what its rule is about. A line may
  stand under several; the share is of all lines with any. Dollars count once per line and category:
  expected allowed, else the charge.
--- */
with broken as (
    select
        findings.line_id,
        findings.rule_id,
        replace(findings.category, '-', ' ') as category,
        findings.dollars
    from audit.coding_finding as findings
    where
        findings.is_counted and findings.severity = 'error' and findings.line_id is not null
        and in_period(findings.date_of_service)
),

flagged_lines as (
    select
        broken.line_id,
        broken.category,
        max(broken.dollars) as dollars
    from broken
    group by broken.line_id, broken.category
),

fired as (
    select
        broken.category,
        count(distinct broken.rule_id) as rules
    from broken
    group by broken.category
),

whole as (
    select count(distinct broken.line_id) as flagged
    from broken
)

select
    flagged_lines.category,
    count(*) as lines,
    any_value(fired.rules) as rules,
    sum(flagged_lines.dollars) as dollars,
    any_value(whole.flagged) as flagged,
    count(*) / any_value(whole.flagged) as largest
from flagged_lines
inner join fired on flagged_lines.category = fired.category
cross join whole
group by flagged_lines.category
order by lines desc, flagged_lines.category

/* ---
title: Look at these first
reading: Rules whose paid lines are worth most, and what settles each.
columns: {rule: code, what: {label: What it says, format: text}, lines: count,
  expected: {label: Expected allowed, format: exposure},
  evidence: {label: What settles it, format: text}}
rows: 8
empty: No line with a potential error was paid in this period.
note: >
  Primary lines that were not denied and have a standing, undismissed error finding, most dollars
  first: expected allowed, else the charge. Each line stands under one rule, the first by number.
--- */
with broken as (
    select
        findings.line_id,
        min(findings.rule_id) as rule_id
    from audit.coding_finding as findings
    where
        findings.is_counted and findings.severity = 'error' and findings.line_id is not null
        and in_period(findings.date_of_service)
    group by findings.line_id
)

select
    broken.rule_id as rule,
    any_value(rules.summary) as what,
    count(*) as lines,
    sum(lines.dollars) as expected,
    any_value(coalesce(nullif(array_to_string(rules.evidence, '; '), ''), rules.remedy)) as evidence
from audit.policy_payer as lines
inner join broken on lines.line_id = broken.line_id
inner join audit.rule as rules on broken.rule_id = rules.rule_id
where lines.outcome = 'paid'
group by broken.rule_id
order by expected desc, rule

/* ---
title: Objective, scope and authority
reading: What this audit set out to do, on what, and what it does not say.
columns: {about: text, statement: text}
note: >
  The sample of a coding audit is drawn with mohs sample and read back with mohs estimate, which
  gives error rates and an estimate with limits; this pack is the review of all lines by rule that
  comes before it.
--- */
with scope as (
    select
        min(lines.date_of_service) as first_day,
        max(lines.date_of_service) as last_day
    from core.service_line as lines
    where lines.source <> '835' and in_period(lines.date_of_service)
),

basis as (
    select
        count(*) as rules,
        count(*) filter (where rules.basis = 'chart') as chart_rules
    from audit.rule as rules
    where rules.basis <> 'payment'
),

kept as (
    select
        max(results.drawn_date) as drawn_date,
        count(distinct results.audit_id) as audits
    from reference.audit_result as results
    where results.subject = 'audit'
),

run as (
    select max_by(runs.rule_book_version, runs.run_number) as rule_book_version
    from audit.run as runs
)

select
    parts.about,
    parts.statement
from (
    select
        1 as position,
        'Objective' as about,
        'To find billed lines of Mohs surgery and what goes with it that break a published coding or '
        || 'coverage rule, before or after payment, and to say what would settle each.' as statement
    union all
    select
        2 as position,
        'Authority' as about,
        'Each rule names its source and the day it was checked; see Findings by rule. Where a source '
        || 'is our reading or retold by others, the rule says so.' as statement
    union all
    select
        3 as position,
        'Period' as about,
        coalesce('Dates of service ' || scope.first_day || ' to ' || scope.last_day || '.', 'None.')
            as statement
    from scope
    union all
    select
        4 as position,
        'Scope' as about,
        'All billed lines that stand, of all payers and surgeons on file; bills to a second payer are '
        || 'lines of their own.' as statement
    union all
    select
        5 as position,
        'Unit' as about,
        'The billed line for findings; the encounter (patient, day and surgeon) for a sample, since '
        || 'stages hang together.' as statement
    union all
    select
        6 as position,
        'Rules' as about,
        'Rule book ' || coalesce(run.rule_book_version, 'unknown') || ': ' || basis.rules
        || ' rules, ' || basis.chart_rules || ' of them read the chart.' as statement
    from basis
    cross join run
    union all
    select
        7 as position,
        'Reviewed sample' as about,
        case
            when kept.audits = 0 then
                'None is kept: no record was reviewed for this letter, as far as is known here.'
            else 'The latest was drawn on ' || kept.drawn_date || '; see Error rates.'
        end as statement
    from kept
    union all
    select
        8 as position,
        'What it does not say' as about,
        'No finding is an overpayment, and nothing here sets the day on which one is identified. Not '
        || 'billing or legal advice.' as statement
) as parts
order by parts.position
