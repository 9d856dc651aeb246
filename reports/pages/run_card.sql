/* ---
page: Run card
pack: run
order: 10
basis: run
intro: >
  Whether this run can be relied on, what it found that is new, and what needs a look before the
  next one.
--- */

/* ---
chart: sentence
text: >
  {verdict}: {reason}. {files:file was|files were} read, {rows} rows: {aside} set aside. The rules
  flag {lines:line}, {new} of them for the first time[; {at_risk} expected (priced lines only) on
  {waiting:line that breaks an error rule and awaits|lines that break an error rule and await}
  adjudication].
columns: {files: number, rows: number, aside: number, lines: count, new: count, waiting: count,
  at_risk: exposure}
--- */
with intake as (
    select
        count(*) as files,
        coalesce(sum(files.rows_in), 0) as rows_in,
        coalesce(sum(files.rows_quarantined), 0) as rows_aside,
        count(*) filter (where files.status not in ('accepted', 'partial')) as unused_files,
        coalesce(
            bool_or(
                files.rows_in <> files.rows_accepted + files.rows_quarantined
                or files.charge_in <> files.charge_accepted + files.charge_quarantined
            ),
            false
        ) as is_unbalanced
    from audit.intake as files
),

remits as (
    select
        count(*) as lines,
        count(*) filter (where remits.match_method = 'none') as unmatched
    from core.remit_line as remits
    where not remits.is_reversal
),

flagged as (
    select
        findings.line_id,
        bool_and(findings.state = 'new') as is_new,
        bool_or(findings.severity = 'error') as has_error
    from standing_findings() as findings
    where findings.line_id is not null
    group by findings.line_id
),

totals as (
    select
        count(*) as lines,
        count(*) filter (where flagged.is_new) as new_lines,
        count(*) filter (where flagged.has_error and not lines.is_adjudicated) as waiting,
        coalesce(
            sum(prices.expected_allowed) filter (
                where flagged.has_error and not lines.is_adjudicated
            ),
            0
        ) as at_risk
    from flagged
    inner join core.service_line as lines on flagged.line_id = lines.line_id
    left join audit.expected_payment as prices on flagged.line_id = prices.line_id
)

select
    case
        when intake.files = 0 or intake.is_unbalanced then 'Red'
        when intake.rows_aside > 0.05 * intake.rows_in then 'Red'
        when remits.unmatched > 0.1 * remits.lines then 'Red'
        when intake.rows_aside > 0 or intake.unused_files > 0 then 'Amber'
        when remits.unmatched > 0.01 * remits.lines then 'Amber'
        else 'Green'
    end as verdict,
    case
        when intake.files = 0 then 'no file has been read'
        when intake.is_unbalanced then 'rows or dollars of a file are unaccounted for'
        when intake.rows_aside > 0.05 * intake.rows_in then 'many rows were set aside'
        when remits.unmatched > 0.1 * remits.lines then 'many remitted lines fit no billed line'
        when intake.rows_aside > 0 then 'some rows were set aside'
        when intake.unused_files > 0 then 'some files could not be used'
        when remits.unmatched > 0.01 * remits.lines then 'some remitted lines fit no billed line'
        else 'every row and dollar read is accounted for'
    end as reason,
    intake.files,
    intake.rows_in as rows,
    intake.rows_aside as aside,
    totals.lines,
    totals.new_lines as new,
    totals.waiting,
    case when totals.waiting > 0 then totals.at_risk end as at_risk
from intake
cross join remits
cross join totals

/* ---
title: Can it be relied on?
reading: >
  {red:gate is|gates are} red, {amber:gate is|gates are} amber, {green:gate is|gates are} green.
hidden: red amber green
columns: {gate: text, verdict: verdict, found: {label: What was found, format: text}, limit: text,
  red: number, amber: number, green: number}
note: >
  The run is as its worst gate of the data says. Limits are our own, chosen to be looked at, not an
  authority's. A release is out of date where services on file lie after its last day: prices and
  edits of such days are missing or rest on another release, and the pages say so.

  Green says that the data could be read and tied together. It does not say that the claims are
  right: a line without a finding is a line on which the rules that could be run found nothing.
--- */
with intake as (
    select
        count(*) as files,
        coalesce(sum(files.rows_in), 0) as rows_in,
        coalesce(sum(files.rows_quarantined), 0) as rows_aside,
        count(*) filter (where files.status not in ('accepted', 'partial')) as unused_files,
        count(*) filter (
            where files.rows_in <> files.rows_accepted + files.rows_quarantined
            or files.charge_in <> files.charge_accepted + files.charge_quarantined
        ) as unbalanced_files
    from audit.intake as files
),

remits as (
    select
        count(*) as lines,
        count(*) filter (where remits.match_method = 'none') as unmatched
    from core.remit_line as remits
    where not remits.is_reversal
),

prices as (
    select
        count(*) as lines,
        count(*) filter (where prices.status <> 'priced') as unpriced
    from audit.expected_payment as prices
),

services as (
    select max(lines.date_of_service) as last_day
    from core.service_line as lines
),

releases as (
    select
        releases.series,
        max(releases.effective_to) as last_day
    from reference.release as releases
    where releases.effective_to < date '9999-12-31'
    group by releases.series
),

ended as (
    select
        count(*) as series,
        string_agg(
            replace(releases.series, '_', ' ') || ' to ' || releases.last_day, ', ' order by releases.series
        ) as which
    from releases
    cross join services
    where releases.last_day < services.last_day
),

gates as (
    select
        1 as position,
        'Every row and dollar read is accepted or set aside' as gate,
        case when intake.files = 0 or intake.unbalanced_files > 0 then 'red' else 'green' end
            as verdict,
        figure(intake.unbalanced_files) || ' of ' || counted(intake.files, 'file') || ' do not add up'
            as found,
        'red from one file' as limit
    from intake
    union all
    select
        2 as position,
        'Rows set aside' as gate,
        case
            when intake.rows_aside > 0.05 * intake.rows_in then 'red'
            when intake.rows_aside > 0 then 'amber'
            else 'green'
        end as verdict,
        figure(intake.rows_aside) || ' of ' || counted(intake.rows_in, 'row') as found,
        'amber from one row, red over 5%' as limit
    from intake
    union all
    select
        3 as position,
        'Files that could not be used' as gate,
        case when intake.unused_files > 0 then 'amber' else 'green' end as verdict,
        figure(intake.unused_files) || ' of ' || counted(intake.files, 'file') as found,
        'amber from one file' as limit
    from intake
    union all
    select
        4 as position,
        'Remitted lines that fit no billed line' as gate,
        case
            when remits.unmatched > 0.1 * remits.lines then 'red'
            when remits.unmatched > 0.01 * remits.lines then 'amber'
            else 'green'
        end as verdict,
        case
            when remits.lines = 0 then 'no remittance'
            when remits.unmatched > 0.1 * remits.lines then 'over 10% of them'
            when remits.unmatched > 0.01 * remits.lines then '1% to 10% of them'
            else 'at most 1% of them'
        end as found,
        'amber over 1%, red over 10%' as limit
    from remits
    union all
    select
        5 as position,
        'Lines due a price that have none' as gate,
        case when prices.unpriced > 0.02 * prices.lines then 'amber' else 'green' end as verdict,
        case
            when prices.lines = 0 then 'no line due one'
            when prices.unpriced > 0.02 * prices.lines then 'over 2% of them'
            else 'at most 2% of them'
        end as found,
        'amber over 2%' as limit
    from prices
    union all
    select
        6 as position,
        'Releases that end before the last service on file' as gate,
        case when ended.series > 0 then 'amber' else 'green' end as verdict,
        coalesce(ended.which, 'none') as found,
        'amber from one' as limit
    from ended
)

select
    gates.gate,
    gates.verdict,
    gates.found,
    gates.limit,
    count(*) filter (where gates.verdict = 'red') over () as red,
    count(*) filter (where gates.verdict = 'amber') over () as amber,
    count(*) filter (where gates.verdict = 'green') over () as green
from gates
order by gates.position

/* ---
title: From files to findings
chart: bars
reading: What each stage handed on to the next, in rows or lines.
x: rows
y: stage
columns: {rows: {label: Rows or lines, format: number}, stage: text, of: text}
note: >
  Rows of files are service lines (837, export), adjudicated lines (835) and lesions or stages
  (chart). A billed line stands when no later submission replaced its claim. Compared: priced,
  adjudicated and not denied.
empty: No file has been read.
--- */
with intake as (
    select
        sum(files.rows_in) as rows_in,
        sum(files.rows_accepted) as rows_accepted
    from audit.intake as files
),

lines as (
    select
        count(*) as lines,
        count(*) filter (where lines.is_adjudicated) as adjudicated
    from core.service_line as lines
    where lines.source <> '835'
),

prices as (
    select
        count(*) as lines,
        count(*) filter (where prices.status = 'priced') as priced
    from audit.expected_payment as prices
),

compared as (
    select count(*) filter (where variances.status in ('as_expected', 'under', 'over')) as lines
    from audit.payment_variance as variances
),

flagged as (
    select count(distinct findings.line_id) as lines
    from standing_findings() as findings
),

stages as (
    select
        1 as position,
        'Rows read' as stage,
        'files' as of,
        intake.rows_in as rows
    from intake
    union all
    select
        2 as position,
        'Rows accepted' as stage,
        'files' as of,
        intake.rows_accepted as rows
    from intake
    union all
    select
        3 as position,
        'Billed lines that stand' as stage,
        'claims' as of,
        lines.lines as rows
    from lines
    union all
    select
        4 as position,
        'Adjudicated' as stage,
        'claims' as of,
        lines.adjudicated as rows
    from lines
    union all
    select
        5 as position,
        'Due a price' as stage,
        'claims' as of,
        prices.lines as rows
    from prices
    union all
    select
        6 as position,
        'Priced' as stage,
        'claims' as of,
        prices.priced as rows
    from prices
    union all
    select
        7 as position,
        'Compared with what was allowed' as stage,
        'claims' as of,
        compared.lines as rows
    from compared
    union all
    select
        8 as position,
        'Flagged by a rule' as stage,
        'claims' as of,
        flagged.lines as rows
    from flagged
)

select
    stages.stage,
    stages.of,
    stages.rows
from stages
where stages.rows is not null
order by stages.position

/* ---
title: Findings since the last run
reading: "{new} new, {known} known and {gone} gone, of severity error."
columns: {new: count, known: count, gone: count, dollars: {label: Dollars that stand, format: exposure},
  severity: text}
empty: There is no finding.
note: >
  New: the last run did not have it. Gone: it had it, and this one does not, because the line
  changed, a rule changed or a value did. Findings that another finding stands in for, and those
  a person has dismissed, are left out. Dollars count once per line and severity: expected
  allowed, else the charge; of findings that stand.
--- */
with by_line as (
    select
        findings.severity,
        findings.line_id,
        findings.rule_id,
        findings.state,
        case
            when findings.state <> 'gone'
                and row_number() over (
                    partition by findings.severity, findings.line_id, findings.state = 'gone'
                    order by findings.dollars desc nulls last
                ) = 1
                then findings.dollars
        end as dollars
    from audit.finding as findings
    anti join audit.dismissal as dismissals
        on
            findings.rule_id = dismissals.rule_id
            and findings.line_id = dismissals.line_id
            and dismissals.state = 'standing'
    where not findings.is_superseded
)

select
    by_line.severity,
    count(*) filter (where by_line.state = 'new') as new,
    count(*) filter (where by_line.state = 'known') as known,
    count(*) filter (where by_line.state = 'gone') as gone,
    coalesce(sum(by_line.dollars), 0) as dollars
from by_line
group by by_line.severity
order by case by_line.severity when 'error' then 1 when 'warning' then 2 else 3 end

/* ---
columns: {rule: code, what: {label: What it says, format: text}, new: count, gone: count}
rows: 25
empty: No rule has a finding that is new or gone.
note: The rules whose findings changed since the last run, most changes first.
--- */
select
    findings.rule_id as rule,
    findings.severity,
    any_value(rules.summary) as what,
    count(*) filter (where findings.state = 'new') as new,
    count(*) filter (where findings.state = 'gone') as gone
from audit.finding as findings
left join audit.rule as rules on findings.rule_id = rules.rule_id
anti join audit.dismissal as dismissals
    on
        findings.rule_id = dismissals.rule_id
        and findings.line_id = dismissals.line_id
        and dismissals.state = 'standing'
where not findings.is_superseded and findings.state in ('new', 'gone')
group by findings.rule_id, findings.severity
order by new + gone desc, rule, findings.severity

/* ---
title: Alerts
columns: {alert: text, lines: count, expected: exposure, detail: text}
empty: There is no alert.
unknown: not asked
note: >
  Deadlines are counted from the day the files reach to (audit.data_cut), by the clocks of
  Medicare or of the practice's clocks.csv; a clock nobody gave is unknown, never guessed. An edit
  release ends before these services: rules that rest on it weigh one severity less there, or
  could not judge them.
--- */
with cut as (
    select max(cuts.as_of_date) as as_of_date
    from audit.data_cut as cuts
),

near as (
    select
        1 as position,
        'Deadline within 14 days: ' || episodes.action as alert,
        count(*) as lines,
        sum(episodes.unrecovered) as expected,
        'first on ' || min(episodes.action_deadline) as detail
    from audit.denial_episode as episodes
    cross join cut
    where
        episodes.action_deadline between cut.as_of_date and cut.as_of_date + interval 14 day
        and not episodes.is_closed
    group by episodes.action
),

late as (
    select
        2 as position,
        'Denial that ran out of time' as alert,
        count(*) as lines,
        sum(episodes.unrecovered) as expected,
        'in the 30 days before ' || any_value(cut.as_of_date) as detail
    from audit.denial_episode as episodes
    cross join cut
    where
        episodes.current_state = 'expired'
        and episodes.final_date between cut.as_of_date - interval 30 day and cut.as_of_date
    having count(*) > 0
),

unread as (
    select
        3 as position,
        'Services after the last day of a release: ' || replace(releases.series, '_', ' ') as alert,
        count(*) as lines,
        cast(null as decimal(12, 2)) as expected,
        any_value(releases.release) || ' ends ' || any_value(releases.last_day) as detail
    from core.service_line as lines
    inner join (
        select
            each.series,
            max_by(each.release, each.effective_to) as release,
            max(each.effective_to) as last_day
        from reference.release as each
        group by each.series
    ) as releases on lines.date_of_service > releases.last_day
    where lines.source <> '835'
    group by releases.series
)

select
    alerts.alert,
    alerts.lines,
    alerts.expected,
    alerts.detail
from (
    select near.* from near
    union all
    select late.* from late
    union all
    select unread.* from unread
) as alerts
order by alerts.position, alerts.alert

/* ---
title: Inputs
reading: "{files:file} on file, each with the beginning of its digest."
hidden: files
columns: {kind: text, path: {label: File, format: file}, file_id: {label: Digest, format: file},
  rows_in: {label: Rows, format: number}, rows_quarantined: {label: Set aside, format: number},
  rows_superseded: {label: Not counted, format: number},
  paid_superseded: {label: Payments not counted, format: money},
  charge_in: {label: Dollars read, format: money}, files: number, status: text}
rows: 80
empty: No file has been read.
note: >
  The digest is the beginning of the SHA-256 of the file's bytes; the data digest of the footer is
  made of all of them. Dollars are the charges a file names; claims and remittances tell of the
  same services and are not to be added. Not counted are accepted rows of an export whose payment
  a later export, or an 835, says again.
--- */
select
    files.path,
    files.kind,
    files.status,
    files.file_id,
    files.rows_in,
    files.rows_quarantined,
    files.rows_superseded,
    files.paid_superseded,
    files.charge_in,
    count(*) over () as files
from audit.intake as files
order by files.kind, files.path, files.file_id

/* ---
title: Runs
columns: {run_number: {label: Run, format: number}, run_id: code,
  input_digest: {label: Data, format: code}, rule_book_version: {label: Rule book, format: code},
  app_version: {label: mohs, format: code}, patients: {label: Patients rebuilt, format: count},
  what: {label: What changed, format: text}}
rows: 15
empty: Nothing has been audited yet.
note: >
  A run's identity is made of its files, the practice's folder, the rule book and the version, so
  that the same inputs make the same run. Runs come when somebody starts one; with mohs serve
  every night, and a report on the third of each month for the month before.
--- */
with runs as (
    select
        runs.*,
        lag(runs.input_digest) over (order by runs.run_number) as input_before,
        lag(runs.rule_book_version) over (order by runs.run_number) as book_before,
        lag(runs.practice_digest) over (order by runs.run_number) as practice_before,
        lag(runs.app_version) over (order by runs.run_number) as app_before
    from audit.run as runs
)

select
    runs.run_number,
    runs.run_id,
    runs.input_digest,
    runs.rule_book_version,
    runs.app_version,
    runs.patients,
    case
        when runs.input_before is null then 'first run'
        else concat_ws(
            ', ',
            case when runs.input_digest <> runs.input_before then 'files' end,
            case when runs.rule_book_version <> runs.book_before then 'rule book' end,
            case when runs.practice_digest <> runs.practice_before then 'practice folder' end,
            case when runs.app_version <> runs.app_before then 'version' end
        )
    end as what
from runs
order by runs.run_number desc
