/* ---
page: The audit
pack: run
order: 30
shareable: no
intro: >
  What was read, which billed lines break a coding rule, what the fee schedule gives against what
  was allowed, what was denied, and what could not be checked.
--- */

/* ---
chart: sentence
--- */
select
    case
        when count(*) = 0 then 'No billed lines are on file for this period.'
        else
            counted(count(*), 'billed line') || ' with dates of service from '
            || min(lines.date_of_service) || ' to ' || max(lines.date_of_service) || ', '
            || coalesce(
                'remittances to ' || max(lines.remitted_date) || ': '
                || percent(count(*) filter (where lines.is_adjudicated) / count(*))
                || ' of the lines are adjudicated.',
                'no remittances.'
            )
    end as reading
from core.service_line as lines
where lines.source <> '835' and in_period(lines.date_of_service)

/* ---
chart: answer
figure: figure
text: meaning
note: >
  Billed lines are service lines of claims that stand (837 or export), each bill to a second payer
  counted as a bill of its own. A line with an error finding breaks at least one rule of severity
  error; findings that another one stands in for, that a person dismissed or that are gone are left out.
  Its dollars are the expected allowed amount, or the charge where it could not be priced, and
  count once per line.

  A denied line is adjudicated, was allowed nothing, and a reason that is neither contractual nor
  patient share carries the balance. The denial rate is denied adjudicated lines / adjudicated
  lines, whoever billed them: lines known only from a remittance are in it.

  Intervals are Wilson's, 95%. Dates are dates of service; files are counted whole whatever the
  month.
--- */
with flagged_lines as (
    select
        findings.line_id,
        max(findings.dollars) as dollars,
        bool_or(findings.severity = 'error') as has_error
    from standing_findings() as findings
    where findings.line_id is not null
    group by findings.line_id
),

billed as (
    select
        count(*) as lines,
        count(*) filter (where flagged_lines.has_error) as error_lines,
        count(*) filter (where not flagged_lines.has_error) as other_lines,
        sum(flagged_lines.dollars) filter (where flagged_lines.has_error) as error_dollars,
        sum(flagged_lines.dollars) filter (where not flagged_lines.has_error) as other_dollars
    from core.service_line as lines
    left join flagged_lines on lines.line_id = flagged_lines.line_id
    where lines.source <> '835' and in_period(lines.date_of_service)
),

intake as (
    select
        count(*) as files,
        sum(files.rows_in) as rows_in,
        sum(files.rows_quarantined) as rows_aside,
        sum(files.charge_in) filter (where files.kind <> '835') as billed_in,
        sum(files.charge_quarantined) filter (where files.kind <> '835') as billed_aside,
        sum(files.charge_in) filter (where files.kind = '835') as remitted_in,
        sum(files.charge_quarantined) filter (where files.kind = '835') as remitted_aside
    from audit.intake as files
),

compared as (
    select
        count(*) filter (where variances.status in ('as_expected', 'under', 'over')) as lines,
        count(*) filter (where variances.status = 'under' and variances.is_counted) as under_lines,
        count(*) filter (where variances.status = 'over' and variances.is_counted) as over_lines,
        -sum(variances.variance) filter (
            where variances.status = 'under' and variances.is_counted
        ) as under_dollars,
        sum(variances.variance) filter (
            where variances.status = 'over' and variances.is_counted
        ) as over_dollars
    from audit.payment_variance as variances
    inner join core.service_line as lines on variances.line_id = lines.line_id
    where in_period(lines.date_of_service)
),

adjudicated as (
    select
        count(*) as lines,
        count(*) filter (where lines.is_denied) as denied_lines,
        sum(lines.charge) filter (where lines.is_denied) as charge,
        sum(prices.expected_allowed) filter (where lines.is_denied) as expected_allowed,
        count(prices.expected_allowed) filter (where lines.is_denied) as priced_lines
    from core.service_line as lines
    left join audit.expected_payment as prices on lines.line_id = prices.line_id
    where lines.is_adjudicated and in_period(lines.date_of_service)
),

priced as (
    select
        count(*) as lines,
        count(*) filter (where prices.status = 'priced') as priced_lines
    from audit.expected_payment as prices
    inner join core.service_line as lines on prices.line_id = lines.line_id
    where in_period(lines.date_of_service)
),

unchecked as (
    select
        count(distinct coverage.rule_id) as rules,
        sum(coverage.lines) as lines
    from audit.rule_coverage as coverage
    where coverage.outcome = 'not_evaluable' and coverage.lines > 0
),

answers as (
    select
        1 as position,
        figure(coalesce(intake.rows_aside, 0)) as figure,
        case when intake.rows_aside = 1 then 'row was' else 'rows were' end || ' set aside, of '
        || figure(coalesce(intake.rows_in, 0)) || ' in ' || counted(intake.files, 'file') || ': '
        || dollars(coalesce(intake.billed_aside, 0)) || ' of '
        || dollars(coalesce(intake.billed_in, 0)) || ' in claims, '
        || dollars(coalesce(intake.remitted_aside, 0)) || ' of '
        || dollars(coalesce(intake.remitted_in, 0))
        || ' in remittances.'
        || case when intake.rows_aside > 0
            then ' What was set aside is in none of the figures below.' else '' end as meaning
    from intake
    union all
    select
        2 as position,
        figure(billed.error_lines) as figure,
        case
            when billed.lines = 0 then 'lines with an error finding: no lines were billed.'
            else
                case when billed.error_lines = 1 then 'line has' else 'lines have' end
                || ' an error finding: ' || percent(billed.error_lines / billed.lines) || ' of '
                || counted(billed.lines, 'billed line') || ' ('
                || interval_text(billed.error_lines, billed.lines) || '), worth '
                || dollars(coalesce(billed.error_dollars, 0)) || '. '
                || figure(billed.other_lines) || ' more, worth '
                || dollars(coalesce(billed.other_dollars, 0))
                || ', have only findings of lesser severity.'
        end as meaning
    from billed
    union all
    select
        3 as position,
        dollars(coalesce(compared.under_dollars, 0)) as figure,
        'potential underpayment, on ' || counted(compared.under_lines, 'line') || ' of '
        || figure(compared.lines) || ' compared'
        || coalesce(
            ' (' || percent(compared.under_lines / nullif(compared.lines, 0)) || ', '
            || interval_text(compared.under_lines, compared.lines) || ')', ''
        ) || '.' as meaning
    from compared
    union all
    select
        4 as position,
        dollars(coalesce(compared.over_dollars, 0)) as figure,
        'potential overpayment, on ' || counted(compared.over_lines, 'line') || ' of '
        || figure(compared.lines) || ' compared'
        || coalesce(
            ' (' || percent(compared.over_lines / nullif(compared.lines, 0)) || ', '
            || interval_text(compared.over_lines, compared.lines) || ')', ''
        ) || '; needs review.' as meaning
    from compared
    union all
    select
        5 as position,
        figure(adjudicated.denied_lines) as figure,
        case
            when adjudicated.lines = 0 then 'lines denied: none has been adjudicated.'
            else
                case when adjudicated.denied_lines = 1 then 'line was' else 'lines were' end
                || ' denied: ' || percent(adjudicated.denied_lines / adjudicated.lines)
                || ' of ' || counted(adjudicated.lines, 'adjudicated line') || ' ('
                || interval_text(adjudicated.denied_lines, adjudicated.lines) || '), '
                || dollars(coalesce(adjudicated.charge, 0)) || ' charged, '
                || dollars(coalesce(adjudicated.expected_allowed, 0)) || ' expected allowed on the '
                || figure(adjudicated.priced_lines) || ' that could be priced.'
        end as meaning
    from adjudicated
    union all
    select
        6 as position,
        coalesce(percent(priced.priced_lines / nullif(priced.lines, 0)), 'none') as figure,
        'of ' || counted(priced.lines, 'line') || ' could be priced ('
        || figure(priced.priced_lines) || '). '
        || case when unchecked.rules = 0 then 'No rule lacked data for a line it applies to.'
            else 'Rules that could not judge some lines for want of data: '
                || figure(unchecked.rules) || '; see What was not checked.' end as meaning
    from priced
    cross join unchecked
)

select
    answers.figure,
    answers.meaning
from answers
order by answers.position

/* ---
title: What was read
chart: sentence
--- */
select
    case
        when count(*) = 0 then 'No file has been read.'
        when
            sum(files.rows_in) = sum(files.rows_accepted) + sum(files.rows_quarantined)
            and sum(files.charge_in) = sum(files.charge_accepted) + sum(files.charge_quarantined)
            then
                counted(count(*), 'file') || ', ' || counted(sum(files.rows_in), 'row')
                || ': every row and every dollar is either accepted or set aside. '
                || percent(sum(files.rows_quarantined) / nullif(sum(files.rows_in), 0))
                || ' of the rows are set aside.'
                || case
                    when sum(files.rows_superseded) > 0
                        then
                            ' ' || counted(sum(files.rows_superseded), 'accepted row')
                            || ' of exports, ' || dollars(sum(files.paid_superseded))
                            || ' paid, are not counted: a later export or an 835 says them again.'
                    else ''
                end
        else
            'The intake does not balance: rows or dollars read are neither accepted nor set aside. '
            || 'Do not rely on this report; tell whoever runs the job.'
    end as reading
from audit.intake as files

/* ---
columns: {rows_in: {label: Rows read, format: count},
  charge_in: {label: Dollars read, format: money},
  charge_accepted: {label: Dollars accepted, format: money},
  rows_quarantined: {label: Rows set aside, format: count},
  charge_quarantined: {label: Dollars set aside, format: money},
  rows_superseded: {label: Rows not counted, format: count},
  paid_superseded: {label: Payments not counted, format: money}}
empty: No file has been read.
note: >
  A row is a service line (837, export) or an adjudicated line (SVC of an 835). Dollars are the
  claim's charge (CLM02), the remitted claim's charge (CLP03) or the line charge of an export, as
  counted in the raw text. An 837 and an 835 tell of the same services: their dollars are not to
  be added. Not counted are accepted rows of an export whose payment a later export, or an 835,
  says again.
--- */
select
    files.kind,
    count(*) as files,
    sum(files.rows_in) as rows_in,
    sum(files.rows_accepted) as rows_accepted,
    sum(files.rows_quarantined) as rows_quarantined,
    sum(files.charge_in) as charge_in,
    sum(files.charge_accepted) as charge_accepted,
    sum(files.charge_quarantined) as charge_quarantined,
    sum(files.rows_superseded) as rows_superseded,
    sum(files.paid_superseded) as paid_superseded
from audit.intake as files
group by files.kind
order by sum(files.charge_in) desc, files.kind

/* ---
title: What was set aside
columns: {path: {label: File, format: file},
  rows_quarantined: {label: Rows set aside, format: count},
  rows_in: {label: Of rows, format: count}, claims_quarantined: {label: Claims, format: count},
  charge_quarantined: {label: Dollars set aside, format: money},
  charge_in: {label: Of dollars, format: money}, reasons: {label: Reasons, format: text}}
rows: 30
unknown: none given
empty: Nothing was set aside, and no file came with a remark.
note: >
  Every file with rows set aside, a reason or a status other than accepted, largest dollars first.
  A claim that cannot be read, or does not add up, is set aside whole.
--- */
select
    files.path,
    files.kind,
    files.status,
    files.rows_quarantined,
    files.rows_in,
    files.claims_quarantined,
    files.charge_quarantined,
    files.charge_in,
    files.reasons
from audit.intake as files
where files.rows_quarantined > 0 or files.status <> 'accepted' or len(files.reasons) > 0
order by files.charge_quarantined desc, files.rows_quarantined desc, files.path, files.file_id

/* ---
columns: {reason: code, files: count, what_is_wrong: text, remedy: text}
empty: ""
--- */
with reasons as (
    select
        u.reason,
        count(*) as files
    from audit.intake as files
    cross join unnest(files.reasons) as u (reason)
    group by u.reason
),

meanings as (
    select *
    from (
        values
        (
            'Q0',
            'The file is not X12, or cannot be decoded',
            'Ask for the file again; leave others out of the inbox'
        ),
        (
            'Q1',
            'The interchange envelope is broken or cut off',
            'Compare with the sender''s file: groups may be missing'
        ),
        (
            'Q2',
            'A transaction or bill of a kind that is not read',
            'Nothing, unless it should be: ask for the 005010 professional version'
        ),
        (
            'Q3',
            'A transaction set is cut off or does not count its segments right',
            'Ask the sender for it again: lines may be missing'
        ),
        (
            'Q4',
            'A needed amount, unit, date or code is missing or unreadable',
            'Correct it in the billing system and ingest the new file'
        ),
        (
            'Q5',
            'Segments or fields stand where none belong',
            'Correct the claim or row at its source and ingest again'
        ),
        (
            'Q6',
            'A claim''s charge is not the sum of its lines',
            'Ask the billing system for a corrected claim'
        ),
        (
            'Q7',
            'A remitted line''s charge less payment is not its adjustments',
            'Ask the payer for a corrected remittance'
        ),
        (
            'Q8',
            'A remitted claim''s charge less payment is not its adjustments',
            'Ask the payer for a corrected remittance'
        ),
        (
            'Q9',
            'A remitted claim is not the sum of its lines; kept',
            'Check the remittance with the payer'
        ),
        (
            'Q10',
            'A payment is not the sum of its claims less provider adjustments; kept',
            'Check the deposit against the remittance'
        ),
        (
            'Q11',
            'A value looks wrong; kept',
            'Check the value in the billing system'
        ),
        (
            'Q12',
            'Rows or dollars of the file do not balance',
            'Do not use the run; tell whoever runs the job'
        )
    ) as v (reason, what_is_wrong, remedy)
)

select
    reasons.reason,
    reasons.files,
    coalesce(
        meanings.what_is_wrong,
        'Column ' || nullif(split_part(reasons.reason, ':', 2), '') || ' fails the check '
        || split_part(reasons.reason, ':', 3)
    ) as what_is_wrong,
    coalesce(meanings.remedy, 'Correct the value at its source and ingest the new file') as remedy
from reasons
left join meanings on reasons.reason = meanings.reason
order by reasons.files desc, reasons.reason

/* ---
title: Findings by rule
chart: sentence
--- */
with rule_lines as (
    select
        findings.rule_id,
        count(distinct findings.line_id) as lines
    from standing_findings() as findings
    inner join core.service_line as lines on findings.line_id = lines.line_id
    where in_period(lines.date_of_service)
    group by findings.rule_id
),

ranked as (
    select
        rule_lines.rule_id,
        rule_lines.lines,
        row_number() over (order by rule_lines.lines desc, rule_lines.rule_id) as place
    from rule_lines
)

select
    case
        when count(ranked.rule_id) = 0 then 'No rule flags a line.'
        else
            'Rules that flag at least one line: ' || figure(count(ranked.rule_id)) || ' of '
            || figure(count(*)) || '. Most lines: ' || string_agg(
                ranked.rule_id || ' (' || replace(replace(rules.name, '-', ' '), 'mohs', 'Mohs') || ', '
                || counted(ranked.lines, 'line') || ')',
                ', ' order by ranked.place
            ) filter (where ranked.place <= 3)
            || '.'
    end as reading
from audit.rule as rules
left join ranked on rules.rule_id = ranked.rule_id

/* ---
chart: bars
rows: 15
x: lines_flagged
y: rule
colour: severity
columns: {lines_flagged: count}
empty: There is no finding in this period.
note: The fifteen rules that flag most lines; all are in the table that follows.
--- */
select
    findings.rule_id || ' ' || replace(replace(coalesce(rules.name, ''), '-', ' '), 'mohs', 'Mohs') as rule,
    findings.severity,
    count(distinct findings.line_id) as lines_flagged
from standing_findings() as findings
inner join core.service_line as lines on findings.line_id = lines.line_id
left join audit.rule as rules on findings.rule_id = rules.rule_id
where in_period(lines.date_of_service)
group by findings.rule_id, rules.name, findings.severity
order by lines_flagged desc, findings.rule_id

/* ---
n: lines_judged
columns: {rule: code, what: {label: What it says, format: text}, lines_flagged: count,
  dollars: money, lines_judged: {label: Lines judged, format: count},
  share_flagged: {label: Share flagged, format: percent},
  interval: {label: 95% interval, format: interval}}
rows: 60
unknown: none
empty: There is no finding in this period.
note: >
  Lines flagged and dollars are of the period; dollars count once per line within a rule, so that
  rules must not be added up: a line may break several. Lines judged are those the rule could
  decide on, flagged or passed, over all dates on file; the share is flagged / judged over the
  same dates. Lines the rule does not apply to are not in it. A finding with no line (a
  provider's) has no dollars.

  Severity: error, the line should not stand as billed; warning, look before it is sent; info, for
  knowledge.
--- */
with rule_lines as (
    select
        findings.rule_id,
        findings.line_id,
        findings.severity,
        max(findings.dollars) as dollars
    from standing_findings() as findings
    left join core.service_line as lines on findings.line_id = lines.line_id
    where in_period(lines.date_of_service)
    group by findings.rule_id, findings.line_id, findings.severity
),

judged as (
    select
        coverage.rule_id,
        sum(coverage.lines) filter (where coverage.outcome = 'flagged') as flagged,
        sum(coverage.lines) filter (where coverage.outcome in ('flagged', 'passed')) as lines
    from audit.rule_coverage as coverage
    group by coverage.rule_id
)

select
    rule_lines.rule_id as rule,
    rule_lines.severity,
    rules.summary as what,
    count(rule_lines.line_id) as lines_flagged,
    sum(rule_lines.dollars) as dollars,
    any_value(judged.lines) as lines_judged,
    any_value(coalesce(judged.flagged, 0) / nullif(judged.lines, 0)) as share_flagged,
    wilson(any_value(coalesce(judged.flagged, 0)), any_value(judged.lines)) as interval
from rule_lines
left join audit.rule as rules on rule_lines.rule_id = rules.rule_id
left join judged on rule_lines.rule_id = judged.rule_id
group by rule_lines.rule_id, rule_lines.severity, rules.summary
order by
    case rule_lines.severity when 'error' then 1 when 'warning' then 2 else 3 end,
    dollars desc, rule

/* ---
title: Findings by payer
chart: sentence
--- */
with flagged_lines as (
    select distinct findings.line_id
    from standing_findings() as findings
    where findings.severity = 'error'
),

payers as (
    select
        lines.payer,
        count(*) as billed_lines,
        count(flagged_lines.line_id) as error_lines
    from core.service_line as lines
    left join flagged_lines on lines.line_id = flagged_lines.line_id
    where lines.source <> '835' and in_period(lines.date_of_service)
    group by lines.payer
    having count(*) >= 11
)

select
    coalesce(
        'Of payers with at least 11 lines, '
        || max_by(payers.payer, payers.error_lines / payers.billed_lines)
        || ' has the largest share of lines with an error finding ('
        || percent(max(payers.error_lines / payers.billed_lines)) || '), '
        || min_by(payers.payer, payers.error_lines / payers.billed_lines) || ' the smallest ('
        || percent(min(payers.error_lines / payers.billed_lines)) || '). '
        || 'Where intervals overlap, the difference may be chance.',
        'No payer has 11 billed lines, too few to compare.'
    ) as reading
from payers

/* ---
chart: rates
rows: 20
x: error_share
y: payer
interval: interval
n: billed_lines
columns: {error_share: {label: Lines with an error finding, format: percent}, dollars: money,
  interval: {label: 95% interval, format: interval}}
empty: No lines were billed in this period.
note: >
  Lines with at least one finding of severity error / billed lines, by payer of the claim. The
  whisker is the 95% Wilson interval; a hollow dot rests on fewer than 11 lines. Dollars count
  once per line: expected allowed, else charge. The twenty payers with most billed lines are
  shown.
--- */
with flagged_lines as (
    select
        findings.line_id,
        max(findings.dollars) as dollars
    from standing_findings() as findings
    where findings.severity = 'error'
    group by findings.line_id
)

select
    lines.payer,
    count(*) as billed_lines,
    count(flagged_lines.line_id) as error_lines,
    count(flagged_lines.line_id) / count(*) as error_share,
    wilson(count(flagged_lines.line_id), count(*)) as interval,
    coalesce(sum(flagged_lines.dollars), 0) as dollars
from core.service_line as lines
left join flagged_lines on lines.line_id = flagged_lines.line_id
where lines.source <> '835' and in_period(lines.date_of_service)
group by lines.payer
order by billed_lines desc, lines.payer

/* ---
title: Findings by month
chart: trend
reading: "Most in {highest_month}: {highest} of the month's lines have an error finding."
hidden: highest_month highest
x: month
y: error_share
interval: interval
n: billed_lines
columns: {error_share: {label: Lines with an error finding, format: percent}, dollars: money,
  interval: {label: 95% interval, format: interval}, highest: percent}
empty: No lines were billed in this period.
note: Counted as by payer, by month of service.
--- */
with flagged_lines as (
    select
        findings.line_id,
        max(findings.dollars) as dollars
    from standing_findings() as findings
    where findings.severity = 'error'
    group by findings.line_id
)

select
    strftime(lines.date_of_service, '%Y-%m') as month,
    count(*) as billed_lines,
    count(flagged_lines.line_id) as error_lines,
    count(flagged_lines.line_id) / count(*) as error_share,
    wilson(count(flagged_lines.line_id), count(*)) as interval,
    coalesce(sum(flagged_lines.dollars), 0) as dollars,
    first_value(strftime(lines.date_of_service, '%Y-%m')) over (
        order by count(flagged_lines.line_id) / count(*) desc, month
    ) as highest_month,
    max(count(flagged_lines.line_id) / count(*)) over () as highest
from core.service_line as lines
left join flagged_lines on lines.line_id = flagged_lines.line_id
where lines.source <> '835' and in_period(lines.date_of_service)
group by month
order by month

/* ---
title: Expected against allowed
chart: sentence
--- */
select
    case
        when count(*) = 0 then 'No line could be compared: none is both priced and adjudicated.'
        else
            'On ' || counted(count(*), 'line') || ' that could be compared, '
            || dollars(sum(variances.allowed)) || ' was allowed and '
            || dollars(sum(variances.expected_allowed)) || ' expected, '
            || percent(sum(variances.allowed) / nullif(sum(variances.expected_allowed), 0))
            || ' of it. '
            || percent(count(*) filter (where variances.status = 'as_expected') / count(*))
            || ' of the lines were allowed as expected.'
    end as reading
from audit.payment_variance as variances
inner join core.service_line as lines on variances.line_id = lines.line_id
where variances.status in ('as_expected', 'under', 'over') and in_period(lines.date_of_service)

/* ---
chart: columns
x: allowed_of_expected
y: lines
columns: {allowed_of_expected: {label: "Allowed as a share of expected", format: text},
  lines: count}
empty: No line could be compared in this period.
note: >
  Lines compared (priced, adjudicated, not denied), by allowed / expected in steps of five
  percent; the last step holds everything above. A spike away from 100% is a pattern worth asking
  about: at 50% a second procedure reduced twice, near 98% sequestration taken for an allowed
  amount.
--- */
with ratios as (
    select
        least(
            cast(floor(20 * variances.allowed / variances.expected_allowed + 0.5) as integer), 31
        ) as step
    from audit.payment_variance as variances
    inner join core.service_line as lines on variances.line_id = lines.line_id
    where
        variances.status in ('as_expected', 'under', 'over')
        and variances.expected_allowed > 0
        and in_period(lines.date_of_service)
),

steps as (
    select unnest(range(
        (select least(min(ratios.step), 10) from ratios),
        (select greatest(max(ratios.step), 24) + 1 from ratios)
    )) as step
)

select
    case
        when steps.step = 31 then 'over 150%' else (5 * steps.step) || '%'
    end as allowed_of_expected,
    count(ratios.step) as lines
from steps
left join ratios on steps.step = ratios.step
group by steps.step
order by steps.step

/* ---
n: compared_lines
columns: {basis: {label: Expected by, format: text}, expected: dollars, allowed: dollars,
  difference: dollars, potential_underpayment: money, potential_overpayment: money,
  as_expected_share: {label: As expected, format: percent}}
empty: No line could be compared in this period.
note: >
  Expected is the fee schedule applied to the line as billed: fee, multiple-procedure reduction,
  modifiers. Basis medicare is the Physician Fee Schedule of the date and locality; contract is
  the practice's own contracts. Where no basis is known for a payer, nothing is compared.

  Difference is allowed less expected. Potential underpayment adds the shortfalls of lines allowed
  below expected, potential overpayment the surpluses of those above; they are never netted.
  Potential means needs review: the cause may be the payer, the billed code, or our price.
--- */
select
    lines.payer,
    prices.expected_basis as basis,
    count(*) as compared_lines,
    sum(variances.expected_allowed) as expected,
    sum(variances.allowed) as allowed,
    sum(variances.variance) as difference,
    count(*) filter (where variances.status = 'as_expected') / count(*) as as_expected_share,
    count(*) filter (where variances.status = 'under' and variances.is_counted) as under_lines,
    coalesce(-sum(variances.variance) filter (
        where variances.status = 'under' and variances.is_counted
    ), 0)
        as potential_underpayment,
    count(*) filter (where variances.status = 'over' and variances.is_counted) as over_lines,
    coalesce(sum(variances.variance) filter (
        where variances.status = 'over' and variances.is_counted
    ), 0)
        as potential_overpayment
from audit.payment_variance as variances
inner join core.service_line as lines on variances.line_id = lines.line_id
inner join audit.expected_payment as prices on variances.line_id = prices.line_id
where variances.status in ('as_expected', 'under', 'over') and in_period(lines.date_of_service)
group by lines.payer, prices.expected_basis
order by potential_underpayment + potential_overpayment desc, lines.payer, basis

/* ---
columns: {status: text, lines: count, share_of_lines: percent, charge: money, expected: money}
unknown: not priced
empty: No line is due a price in this period.
note: >
  Every billed line to a primary payer stands in exactly one row. Not priced: see What was not
  checked. Priced, not adjudicated: the remittance has not come.
--- */
with states as (
    select
        case
            when prices.status <> 'priced' then 'not priced'
            when variances.line_id is null then 'priced, not adjudicated'
            when variances.status = 'as_expected' then 'allowed as expected'
            when variances.status = 'under' then 'allowed less: potential underpayment'
            when variances.status = 'over' then 'allowed more: potential overpayment'
            when variances.status = 'denied' then 'denied'
            else 'not comparable'
        end as status,
        lines.charge,
        prices.expected_allowed
    from audit.expected_payment as prices
    inner join core.service_line as lines on prices.line_id = lines.line_id
    left join audit.payment_variance as variances on prices.line_id = variances.line_id
    where in_period(lines.date_of_service)
)

select
    states.status,
    count(*) as lines,
    count(*) / sum(count(*)) over () as share_of_lines,
    sum(states.charge) as charge,
    sum(states.expected_allowed) as expected
from states
group by states.status
order by lines desc, states.status

/* ---
title: Denials by payer
chart: sentence
--- */
with payers as (
    select
        lines.payer,
        count(*) as adjudicated_lines,
        count(*) filter (where lines.is_denied) as denied_lines
    from core.service_line as lines
    where lines.is_adjudicated and in_period(lines.date_of_service)
    group by lines.payer
    having count(*) >= 11
)

select
    coalesce(
        'Of payers with at least 11 adjudicated lines, '
        || max_by(payers.payer, payers.denied_lines / payers.adjudicated_lines) || ' denies most ('
        || percent(max(payers.denied_lines / payers.adjudicated_lines)) || ' of its lines), '
        || min_by(payers.payer, payers.denied_lines / payers.adjudicated_lines) || ' least ('
        || percent(min(payers.denied_lines / payers.adjudicated_lines)) || ').',
        'No payer has adjudicated 11 lines, too few to compare.'
    ) as reading
from payers

/* ---
chart: rates
rows: 20
x: denial_rate
y: payer
interval: interval
n: adjudicated_lines
columns: {denial_rate: percent, charge: {label: Charge denied, format: money},
  expected: {label: Expected allowed, format: money},
  interval: {label: 95% interval, format: interval}}
unknown: not priced
empty: No line has been adjudicated in this period.
note: >
  Denied adjudicated lines / adjudicated lines. A line is denied when, after all its remittances,
  nothing is allowed and a reason that is neither contractual nor patient share carries the
  balance; the claim status code never decides. Contractual write-offs (45, 59, 253 and their
  kin), deductible, coinsurance and copayment are not denials. Dollars are of the denied lines,
  each line once: as charged, and as expected where they could be priced (their count stands
  beside). The twenty payers with most adjudicated lines are shown.
--- */
select
    lines.payer,
    count(*) as adjudicated_lines,
    count(*) filter (where lines.is_denied) as denied_lines,
    count(*) filter (where lines.is_denied) / count(*) as denial_rate,
    wilson(count(*) filter (where lines.is_denied), count(*)) as interval,
    coalesce(sum(lines.charge) filter (where lines.is_denied), 0) as charge,
    sum(prices.expected_allowed) filter (where lines.is_denied) as expected,
    count(prices.expected_allowed) filter (where lines.is_denied) as priced_lines
from core.service_line as lines
left join audit.expected_payment as prices on lines.line_id = prices.line_id
where lines.is_adjudicated and in_period(lines.date_of_service)
group by lines.payer
order by adjudicated_lines desc, lines.payer

/* ---
title: Denials by reason
chart: sentence
--- */
with categories as (
    select
        coalesce(lines.denial_category, 'unmapped') as category,
        count(*) as lines,
        sum(lines.charge) as charge
    from core.service_line as lines
    where lines.is_denied and lines.is_adjudicated and in_period(lines.date_of_service)
    group by category
)

select
    coalesce(
        'Most lines: ' || replace(max_by(categories.category, categories.lines), '_', ' ') || ', '
        || figure(max(categories.lines)) || ' of ' || counted(sum(categories.lines), 'denied line')
        || ' (' || percent(max(categories.lines) / sum(categories.lines)) || '). Most dollars: '
        || replace(max_by(categories.category, categories.charge), '_', ' ') || ', '
        || dollars(max(categories.charge)) || ' of ' || dollars(sum(categories.charge))
        || ' charged.',
        'No line was denied in this period.'
    ) as reading
from categories

/* ---
chart: bars
x: charge
y: category
columns: {charge: {label: Charge denied, format: dollars},
  expected: {label: Expected allowed, format: money}, share_of_denied: percent,
  interval: {label: 95% interval, format: interval}}
n: of_denied_lines
unknown: not priced
empty: No line was denied in this period.
note: >
  Our own grouping of the reason that decides (the driver); unmapped reasons are shown as such.
  Each denied line stands in one category. The share is of all denied lines.
--- */
select
    replace(coalesce(lines.denial_category, 'unmapped'), '_', ' ') as category,
    count(*) as denied_lines,
    sum(count(*)) over () as of_denied_lines,
    count(*) / sum(count(*)) over () as share_of_denied,
    wilson(count(*), sum(count(*)) over ()) as interval,
    sum(lines.charge) as charge,
    sum(prices.expected_allowed) as expected,
    count(prices.expected_allowed) as priced_lines
from core.service_line as lines
left join audit.expected_payment as prices on lines.line_id = prices.line_id
where lines.is_denied and lines.is_adjudicated and in_period(lines.date_of_service)
group by category
order by charge desc, category

/* ---
columns: {carc: code, first_remark: {label: Most frequent RARC, format: code},
  charge: {label: Charge denied, format: money},
  expected: {label: Expected allowed, format: money}, share_of_adjudicated: percent,
  interval: {label: 95% interval, format: interval}}
n: of_adjudicated_lines
rows: 25
unknown: not priced
empty: No line was denied in this period.
note: >
  CARC is the claim adjustment reason code that decides, RARC the remark most often beside it. The
  share is denied lines with this reason / all adjudicated lines. X12 owns the texts of these
  codes; they are not reproduced here.
--- */
with adjudicated as (
    select count(*) as lines
    from core.service_line as lines
    where lines.is_adjudicated and in_period(lines.date_of_service)
)

select
    lines.driver_carc as carc,
    replace(coalesce(lines.denial_category, 'unmapped'), '_', ' ') as category,
    coalesce(mode(lines.driver_rarc order by lines.driver_rarc), 'none') as first_remark,
    count(*) as denied_lines,
    adjudicated.lines as of_adjudicated_lines,
    count(*) / adjudicated.lines as share_of_adjudicated,
    wilson(count(*), adjudicated.lines) as interval,
    sum(lines.charge) as charge,
    sum(prices.expected_allowed) as expected
from core.service_line as lines
cross join adjudicated
left join audit.expected_payment as prices on lines.line_id = prices.line_id
where lines.is_denied and lines.is_adjudicated and in_period(lines.date_of_service)
group by lines.driver_carc, category, adjudicated.lines
order by charge desc, carc, category

/* ---
title: Denials of the Mohs codes
chart: rates
reading: "Most denied: {highest_code}, {highest} of its adjudicated lines."
hidden: highest_code highest
x: denial_rate
y: procedure_code
interval: interval
n: adjudicated_lines
columns: {procedure_code: code, denial_rate: percent, highest: percent,
  charge: {label: Charge denied, format: money},
  expected: {label: Expected allowed, format: money},
  interval: {label: 95% interval, format: interval}}
unknown: not priced
empty: No Mohs line has been adjudicated in this period.
note: Counted as by payer, for 17311 to 17315.
--- */
select
    lines.procedure_code,
    count(*) as adjudicated_lines,
    count(*) filter (where lines.is_denied) as denied_lines,
    count(*) filter (where lines.is_denied) / count(*) as denial_rate,
    wilson(count(*) filter (where lines.is_denied), count(*)) as interval,
    coalesce(sum(lines.charge) filter (where lines.is_denied), 0) as charge,
    sum(prices.expected_allowed) filter (where lines.is_denied) as expected,
    first_value(lines.procedure_code) over (
        order by count(*) filter (where lines.is_denied) / count(*) desc, lines.procedure_code
    ) as highest_code,
    max(count(*) filter (where lines.is_denied) / count(*)) over () as highest
from core.service_line as lines
left join audit.expected_payment as prices on lines.line_id = prices.line_id
where
    lines.is_adjudicated and in_period(lines.date_of_service)
    and lines.procedure_code between '17311' and '17315'
group by lines.procedure_code
order by lines.procedure_code

/* ---
title: Denials by month
chart: trend
reading: "{unfinished_months:month is|months are} not finished; compare the others only."
hidden: unfinished_months
x: month
y: denial_rate
interval: interval
n: adjudicated_lines
unfinished: is_unfinished
columns: {denial_rate: percent, unfinished_months: number, adjudicated_share: percent,
  interval: {label: 95% interval, format: interval},
  is_unfinished: {label: Unfinished, format: text}}
empty: No lines are on file for this period.
note: >
  Counted as by payer, by month of service. Unfinished, and hollow: fewer than 90% of the month's
  lines are adjudicated. Payers answer clean claims first, so the rate of such a month will move;
  do not compare it.
--- */
select
    strftime(lines.date_of_service, '%Y-%m') as month,
    count(*) as lines,
    count(*) filter (where lines.is_adjudicated) as adjudicated_lines,
    count(*) filter (where lines.is_adjudicated) / count(*) as adjudicated_share,
    count(*) filter (where lines.is_denied and lines.is_adjudicated) as denied_lines,
    count(*) filter (where lines.is_denied and lines.is_adjudicated)
    / nullif(count(*) filter (where lines.is_adjudicated), 0) as denial_rate,
    wilson(
        count(*) filter (where lines.is_denied and lines.is_adjudicated),
        count(*) filter (where lines.is_adjudicated)
    ) as interval,
    count(*) filter (where lines.is_adjudicated) < 0.9 * count(*) as is_unfinished,
    sum(case when count(*) filter (where lines.is_adjudicated) < 0.9 * count(*) then 1 else 0 end)
        over () as unfinished_months
from core.service_line as lines
where in_period(lines.date_of_service)
group by month
order by month

/* ---
title: What was not checked
chart: sentence
--- */
with unmatched as (
    select
        count(*) as lines,
        sum(remits.charge) as charge
    from core.remit_line as remits
    where
        remits.match_method = 'none' and not remits.is_reversal
        and in_period(remits.date_of_service)
),

waiting as (
    select
        count(*) as lines,
        sum(lines.charge) as charge
    from core.service_line as lines
    where not lines.is_adjudicated and lines.source <> '835' and in_period(lines.date_of_service)
)

select
    'Remitted lines that fit no billed line on file: ' || figure(unmatched.lines) || ' ('
    || dollars(coalesce(unmatched.charge, 0)) || ' charged). Billed lines without a remittance: '
    || figure(waiting.lines) || ' (' || dollars(coalesce(waiting.charge, 0))
    || '). A line without a finding is not a clean line: it is a line on which the rules that '
    || 'could be run found nothing.' as reading
from unmatched
cross join waiting

/* ---
columns: {reason: text, lines: count, share_of_lines: percent, charge: money}
unknown: no reason given
empty: Every line could be priced.
note: >
  Billed lines to a primary payer that have no expected amount, by reason. Manual: priced by
  people, as the policy asks. They are in no figure of expected, underpaid or overpaid dollars.
  The share is of all lines due a price.
--- */
select
    unpriced.reason,
    unpriced.status,
    unpriced.lines,
    unpriced.share_of_lines,
    unpriced.charge
from unpriced_lines() as unpriced
order by charge desc, unpriced.reason

/* ---
columns: {rule: code, what: {label: What it says, format: text}, lines_not_checked: count,
  lines_judged: count, missing: {label: What is missing, format: text}}
rows: 60
empty: Every rule could judge every line it applies to.
unknown: not recorded
note: >
  Rules that could not judge lines they apply to, because a column is unknown in the source or a
  file of that kind (remittances, chart) was not read. Over all dates on file. Such lines are
  neither passed nor flagged.
--- */
with coverages as (
    select
        coverage.rule_id,
        sum(coverage.lines) filter (where coverage.outcome = 'not_evaluable') as lines_not_checked,
        sum(coverage.lines) filter (where coverage.outcome in ('flagged', 'passed'))
            as lines_judged,
        list_sort(list_distinct(flatten(list(coverage.missing) filter (
            where coverage.outcome = 'not_evaluable'
        )))) as missing
    from audit.rule_coverage as coverage
    group by coverage.rule_id
)

select
    coverages.rule_id as rule,
    rules.summary as what,
    coverages.lines_not_checked,
    coalesce(coverages.lines_judged, 0) as lines_judged,
    coverages.missing
from coverages
left join audit.rule as rules on coverages.rule_id = rules.rule_id
where coverages.lines_not_checked > 0
order by coverages.lines_not_checked desc, rule
