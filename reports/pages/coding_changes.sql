/* ---
page: What is new
pack: compliance
order: 40
basis: run
intro: >
  Findings that came and went since the last run and since last month, what people have dismissed,
  and what is due to the rule book rather than to the claims.
--- */

/* ---
chart: sentence
text: said
columns: {run_new: count, run_gone: count, month_new: count, month_gone: count}
note: >
  Findings that no other stands in for and nobody has dismissed, of every severity. The month is that
  of the latest date in the files: new since last month means first seen in it. Gone: an earlier run saw
  it and this one does not, since the line, a rule or a value changed.
--- */
with found as (
    select
        count(*) filter (where findings.since_run = 'new') as run_new,
        count(*) filter (where findings.since_run = 'gone') as run_gone,
        count(*) filter (where findings.since_month = 'new') as month_new,
        count(*) filter (where findings.since_month = 'gone') as month_gone
    from audit.coding_finding as findings
    where not findings.is_dismissed
),

runs as (
    select count(*) as runs
    from audit.run
)

select
    case
        when runs.runs < 2
            then 'This is the first run on file: all {month_new:finding is|findings are} new, and there is '
            || 'nothing to compare with.'
        else
            'Since last month {month_new:finding is|findings are} new and {month_gone} gone; since the last '
            || 'run {run_new} new and {run_gone} gone.'
    end as said,
    found.run_new,
    found.run_gone,
    found.month_new,
    found.month_gone
from found
cross join runs

/* ---
title: By severity
reading: Each finding counts once; dismissed ones are left out.
columns: {severity: text, standing: count, month_new: {label: New since last month, format: count},
  month_gone: {label: Gone since last month, format: count},
  run_new: {label: New since last run, format: count},
  run_gone: {label: Gone since last run, format: count},
  new_dollars: {label: Expected allowed of the new since last month, format: exposure}}
empty: There is no finding.
note: >
  Dollars are the expected allowed amount, else the charge, once per line and severity, of lines
  whose finding is new since last month.
--- */
with numbered as (
    select
        findings.severity,
        findings.since_run,
        findings.since_month,
        case
            when findings.since_month = 'new' and row_number() over (
                partition by findings.severity, findings.line_id, findings.since_month
                order by findings.dollars desc nulls last, findings.item_id
            ) = 1 then findings.dollars
        end as dollars
    from audit.coding_finding as findings
    where not findings.is_dismissed
)

select
    numbered.severity,
    count(*) filter (where numbered.since_month <> 'gone') as standing,
    count(*) filter (where numbered.since_month = 'new') as month_new,
    count(*) filter (where numbered.since_month = 'gone') as month_gone,
    count(*) filter (where numbered.since_run = 'new') as run_new,
    count(*) filter (where numbered.since_run = 'gone') as run_gone,
    sum(numbered.dollars) as new_dollars
from numbered
group by numbered.severity
order by case numbered.severity when 'error' then 1 when 'warning' then 2 else 3 end

/* ---
title: By rule since last month
chart: bars
reading: "{rule} has most new findings."
x: new
y: rule
colour: severity
rows: 15
columns: {rule: text, new: {label: New since last month, format: count},
  gone: {label: Gone since last month, format: count},
  standing: count}
empty: No finding is new since last month.
note: Standing, undismissed findings first seen in the month the files reach to, by rule.
--- */
select
    findings.rule_id || ' ' || replace(replace(coalesce(rules.name, ''), '-', ' '), 'mohs', 'Mohs') as rule,
    findings.severity,
    count(*) filter (where findings.since_month = 'new') as new,
    count(*) filter (where findings.since_month = 'gone') as gone,
    count(*) filter (where findings.since_month <> 'gone') as standing
from audit.coding_finding as findings
left join audit.rule as rules on findings.rule_id = rules.rule_id
where not findings.is_dismissed
group by findings.rule_id, rules.name, findings.severity
having count(*) filter (where findings.since_month = 'new') > 0
order by new desc, rule, findings.severity

/* ---
title: Dismissed by a person
reading: Only a standing dismissal keeps its finding out of the counts; the others need another look.
columns: {standing_as: {label: State, format: text}, dismissals: count, meaning: text,
  soonest: {label: First to run out, format: date}}
unknown: none
empty: Nobody has dismissed a finding (dismissals.csv).
note: >
  A dismissal names rule, line, reason, author and its last day; it holds while the line is what it
  was and that day has not passed, by the latest date in the files.
--- */
select
    replace(dismissals.state, '_', ' ') as standing_as,
    count(*) as dismissals,
    case dismissals.state
        when 'standing' then 'The finding is left out of lists and totals.'
        when 'expired' then 'Its last day has passed: the finding counts again.'
        when 'line_changed' then 'The line is no longer what was judged: the finding counts again.'
        else 'The finding is gone; the dismissal may be removed.'
    end as meaning,
    min(dismissals.until_date) filter (where dismissals.state = 'standing') as soonest
from audit.dismissal as dismissals
group by dismissals.state
order by
    case dismissals.state
        when 'expired' then 1 when 'line_changed' then 2 when 'standing' then 3 else 4
    end

/* ---
columns: {rule: code, line_id: line, standing_as: {label: State, format: text}, reason: text,
  author: text, dismissed_date: date, until_date: {label: Holds to, format: date}}
rows: 40
empty: ""
note: Each dismissal, those that no longer hold first, then by the day they run out.
--- */
select
    dismissals.rule_id as rule,
    dismissals.line_id,
    replace(dismissals.state, '_', ' ') as standing_as,
    dismissals.reason,
    dismissals.author,
    dismissals.dismissed_date,
    dismissals.until_date
from audit.dismissal as dismissals
order by
    case dismissals.state
        when 'expired' then 1 when 'line_changed' then 2 when 'standing' then 3 else 4
    end,
    dismissals.until_date, rule, dismissals.line_id

/* ---
title: What the rule book changed
chart: sentence
text: said
columns: {runs: number, books: number, rules: number}
--- */
with runs as (
    select
        count(*) as runs,
        count(distinct runs.rule_book_version) as books
    from audit.run as runs
),

gone as (
    select count(distinct findings.rule_id) as rules
    from audit.finding as findings
    left join audit.rule as rules on findings.rule_id = rules.rule_id
    where
        findings.state = 'gone' and not findings.is_superseded and findings.basis <> 'payment'
        and findings.rule_version is distinct from rules.rule_version
)

select
    case
        when runs.books < 2 then
            'The rule book is the same in every run on file: what came and went is due to the claims, '
            || 'to prices and values of the practice, or to releases.'
        else
            '{runs:run} on file used {books:rule book}. Findings are gone with this run of '
            || '{rules:rule} that changed or went since.'
    end as said,
    runs.runs,
    runs.books,
    gone.rules
from runs
cross join gone

/* ---
columns: {run: number, day: date, rule_book: {label: Rule book, format: code},
  is_changed: {label: Changed with this run, format: text}, patients: count, app: {label: Program, format: code}}
rows: 12
empty: There is no run on file.
note: >
  The version of a rule book is made from all rule files, the ones of the practice among them: another
  version means that some rule changed. The runs on file, latest first.
--- */
select
    runs.run_number as run,
    cast(runs.started_at as date) as day,
    runs.rule_book_version as rule_book,
    case
        when lag(runs.rule_book_version) over (order by runs.run_number) is null then 'first run'
        when
            lag(runs.rule_book_version) over (order by runs.run_number) = runs.rule_book_version
            then 'no'
        else 'yes'
    end as is_changed,
    runs.patients,
    runs.app_version as app
from audit.run as runs
order by runs.run_number desc

/* ---
columns: {rule: code, what: {label: What it says now, format: text}, gone: count,
  became: {label: The rule, format: text}}
rows: 25
empty: No finding is gone whose rule has changed since it was found.
note: >
  Findings that are gone with this run and were made by another version of their rule. That the rule
  changed does not prove that it is the cause: the line may have changed as well.
--- */
select
    findings.rule_id as rule,
    any_value(rules.summary) as what,
    count(*) as gone,
    case when any_value(rules.rule_id) is null then 'is withdrawn' else 'has changed' end as became
from audit.finding as findings
left join audit.rule as rules on findings.rule_id = rules.rule_id
where
    findings.state = 'gone' and not findings.is_superseded and findings.basis <> 'payment'
    and findings.rule_version is distinct from rules.rule_version
group by findings.rule_id
order by gone desc, rule
