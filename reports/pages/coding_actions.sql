/* ---
page: Actions and clocks
pack: compliance
order: 80
basis: run
shareable: no
intro: >
  Root causes, what is done about each, by whom and until when; and the clocks compliance keeps. Every
  day here was entered by the practice. Working copy only: it names owners and matters.
--- */

/* ---
chart: sentence
text: said
columns: {clocks: number, overdue: number, soon: number, undated: number, actions: number, late: number,
  as_of: date}
note: >
  Counted on the later of the day of the last run and the latest date in the files. Overdue: open, and
  the last day entered has passed. Soon: within fourteen days.
--- */
with days as (
    select greatest(
        (select cast(max(runs.started_at) as date) from audit.run as runs),
        (select max(cuts.as_of_date) from audit.data_cut as cuts)
    ) as as_of
),

clocks as (
    select
        count(*) as clocks,
        count(*) filter (where entered.due_date < days.as_of) as overdue,
        count(*) filter (
            where entered.due_date between days.as_of and days.as_of + interval 14 day
        ) as soon,
        count(*) filter (where entered.due_date is null) as undated
    from reference.audit_clock as entered
    cross join days
    where entered.closed_date is null
),

actions as (
    select
        count(*) as actions,
        count(*) filter (where planned.due_date < days.as_of) as late
    from reference.corrective_action as planned
    cross join days
    where planned.done_date is null
)

select
    case
        when clocks.clocks = 0 then 'No clock is open[ as of {as_of}].'
        else
            '{clocks:clock is|clocks are} open as of {as_of}: {overdue} overdue, {soon} due within fourteen '
            || 'days, {undated} without a day to answer.'
    end
    || case
        when actions.actions = 0 then ' No corrective action is open.'
        else ' {actions:corrective action is|corrective actions are} open, {late} past the day to have it done.'
    end as said,
    clocks.clocks,
    clocks.overdue,
    clocks.soon,
    clocks.undated,
    actions.actions,
    actions.late,
    days.as_of
from clocks
cross join actions
cross join days

/* ---
title: Clocks
reading: Open ones first, the most overdue on top; the days are those compliance entered.
columns: {matter: text, state: text, days_left: {label: Days left, format: number},
  due_date: {label: Due, format: date}, requested_date: {label: Requested, format: date},
  started_date: {label: Investigation began, format: date},
  identified_date: {label: "Identified, as entered", format: date},
  closed_date: {label: Closed, format: date}, owner: text}
unknown: none
empty: No clock is kept (audit_clocks.csv of the practice folder).
note: >
  audit_clocks.csv, one row per matter. Days left count to the day entered as due; below zero it has
  passed. No day is filled in, and nothing here decides that an overpayment is identified.

  42 CFR 401.305, for whoever enters the days: sixty days from the day an overpayment is identified to
  report and return it; since 2025-01-01 a timely investigation in good faith of related overpayments
  suspends them, for up to 180 days. Not legal advice.
--- */
with days as (
    select greatest(
        (select cast(max(runs.started_at) as date) from audit.run as runs),
        (select max(cuts.as_of_date) from audit.data_cut as cuts)
    ) as as_of
)

select
    entered.matter,
    case
        when entered.closed_date is not null then 'closed'
        when entered.due_date is null then 'no day to answer'
        when entered.due_date < days.as_of then 'OVERDUE'
        when entered.due_date <= days.as_of + interval 14 day then 'due soon'
        else 'open'
    end as state,
    case
        when entered.closed_date is null then date_diff('day', days.as_of, entered.due_date)
    end as days_left,
    entered.due_date,
    entered.requested_date,
    entered.started_date,
    entered.identified_date,
    entered.closed_date,
    entered.owner
from reference.audit_clock as entered
cross join days
order by
    entered.closed_date is not null,
    case when entered.due_date <= days.as_of + interval 14 day then 1 else 2 end,
    entered.due_date nulls first, entered.matter

/* ---
columns: {matter: text, authority: {label: What sets the clock, format: text}, note: text,
  source: {label: Entered from, format: text}}
unknown: none
empty: ""
note: What the practice wrote beside each matter, by name.
--- */
select
    entered.matter,
    entered.authority,
    entered.note,
    entered.source
from reference.audit_clock as entered
order by entered.matter, entered.effective_from

/* ---
title: Corrective actions
reading: Open ones first, by the day to have them done.
columns: {action_id: {label: Name, format: code}, root_cause: text, action: text, state: text, owner: text,
  opened_date: {label: Opened, format: date}, due_date: {label: Due, format: date},
  done_date: {label: Done, format: date}, reaudit_date: {label: Audited again, format: date}}
unknown: none
empty: No corrective action is kept (corrective_actions.csv of the practice folder).
note: >
  corrective_actions.csv, one row per action. Audited again: the day set for the next audit of the matter;
  overdue where it has passed and no kept audit was drawn since.
--- */
with days as (
    select greatest(
        (select cast(max(runs.started_at) as date) from audit.run as runs),
        (select max(cuts.as_of_date) from audit.data_cut as cuts)
    ) as as_of
),

audited as (
    select max(results.drawn_date) as last_drawn
    from reference.audit_result as results
)

select
    planned.action_id,
    planned.root_cause,
    planned.action,
    case
        when planned.done_date is null and planned.due_date < days.as_of then 'OVERDUE'
        when planned.done_date is null then 'open'
        when
            planned.reaudit_date < days.as_of
            and coalesce(audited.last_drawn, planned.done_date) < planned.reaudit_date
            then 'RE-AUDIT OVERDUE'
        when planned.reaudit_date is null then 'done; no re-audit set'
        else 'done'
    end as state,
    planned.owner,
    planned.opened_date,
    planned.due_date,
    planned.done_date,
    planned.reaudit_date
from reference.corrective_action as planned
cross join days
cross join audited
order by planned.done_date is not null, planned.due_date, planned.action_id

/* ---
title: What came of it
reading: Findings of the rule each action answers, and those on services since it was done.
columns: {action_id: {label: Name, format: code}, rule: code, what: {label: What it says, format: text},
  standing: {label: Findings that stand, format: number},
  since: {label: Of services since it was done, format: number}, note: text}
unknown: none
empty: No corrective action is kept.
note: >
  Standing, undismissed findings of the rule over all dates on file; beside them those on services after
  the day the action was done, none where it is open. An action without a rule has no findings to count.
--- */
with found as (
    select
        planned.action_id,
        count(*) as standing,
        count(*) filter (where findings.date_of_service > planned.done_date) as since
    from reference.corrective_action as planned
    inner join audit.coding_finding as findings on planned.rule_id = findings.rule_id
    where findings.is_counted
    group by planned.action_id
)

select
    planned.action_id,
    nullif(planned.rule_id, '') as rule,
    rules.summary as what,
    case when planned.rule_id <> '' then coalesce(found.standing, 0) end as standing,
    case
        when planned.rule_id <> '' and planned.done_date is not null then coalesce(found.since, 0)
    end as since,
    planned.note
from reference.corrective_action as planned
left join found on planned.action_id = found.action_id
left join audit.rule as rules on planned.rule_id = rules.rule_id
order by planned.done_date is not null, planned.due_date, planned.action_id
