/* ---
page: Patterns
pack: reimbursement
order: 40
intro: >
  Variances of one payer, code, set of modifiers, cause and ratio are one pattern, and one project:
  decide once, for all of its lines.
--- */

/* ---
chart: sentence
text: >
  {patterns:pattern has|patterns have} lines in this period; {under:of them is an underpayment
  that counts|of them are underpayments that count}[, worth {dollars}: {recoverable} in time, {past}
  past every deadline, {unclear} with no deadline on file]. {decided:pattern has|patterns have} been
  decided about by somebody.
columns: {patterns: number, under: number, decided: number, dollars: exposure, recoverable: exposure,
  past: exposure, unclear: exposure}
--- */
with seen as (
    select distinct results.pattern_id
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where results.pattern_id is not null and in_period(lines.date_of_service)
),

owed as (
    select
        patterns.*,
        patterns.direction = 'under' and patterns.is_counted as is_owed
    from audit.variance_pattern as patterns
    semi join seen on patterns.pattern_id = seen.pattern_id
)

select
    count(*) as patterns,
    count(*) filter (where owed.is_owed) as under,
    count(*) filter (where owed.status <> 'detected') as decided,
    coalesce(-sum(owed.dollars) filter (where owed.is_owed), 0) as dollars,
    coalesce(sum(owed.recoverable) filter (where owed.is_owed), 0) as recoverable,
    coalesce(sum(owed.past_deadline) filter (where owed.is_owed), 0) as past,
    coalesce(sum(owed.unknown_deadline) filter (where owed.is_owed), 0) as unclear
from owed

/* ---
title: Underpayments
chart: worklist
due: next_deadline
days: days_left
detail: statement
columns: {next_deadline: {label: Next deadline, format: date}, days_left: {label: Days left,
  format: number}, lines: count, underpaid: exposure, in_time: {label: In time, format: exposure},
  first_service: {label: First service, format: date}, last_service: {label: Last, format: date},
  status: text, recovery: text, statement: text}
rows: 40
shareable: no
unknown: unknown
empty: No underpayment has been found in this period.
note: >
  Patterns with a line in this period, with the figures of all their lines, by dollars underpaid.
  The next deadline is the earliest appeal or reopening deadline that is not past; days count from
  the latest remittance or submission on file, so that the same files give the same answer on any
  day: look at the calendar too. Decide with `mohs patterns --out`, and take it back with --take.
--- */
with seen as (
    select distinct results.pattern_id
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where results.pattern_id is not null and in_period(lines.date_of_service)
)

select
    patterns.payer,
    least(patterns.appeal_deadline, patterns.reopening_deadline) as next_deadline,
    date_diff(
        'day', patterns.as_of_date, least(patterns.appeal_deadline, patterns.reopening_deadline)
    ) as days_left,
    patterns.lines,
    -patterns.dollars as underpaid,
    patterns.recoverable as in_time,
    patterns.first_date_of_service as first_service,
    patterns.last_date_of_service as last_service,
    patterns.recovery,
    patterns.status,
    patterns.statement || '.' as statement,
    'The largest: ' || first_value(patterns.statement) over (
        order by patterns.dollars, patterns.pattern_id
    ) || '.' as reading
from audit.variance_pattern as patterns
semi join seen on patterns.pattern_id = seen.pattern_id
where patterns.direction = 'under' and patterns.is_counted
order by patterns.dollars, patterns.pattern_id

/* ---
title: Potential overpayments
columns: {statement: {label: What the payer does, format: text}, lines: count,
  overpaid: {label: Above expected, format: exposure},
  first_service: {label: First service, format: date}, last_service: {label: Last, format: date},
  status: text}
rows: 15
shareable: no
empty: No line was allowed more than expected in this period.
note: >
  Patterns with a line in this period, with the figures of all their lines. Potential: what was
  allowed is more than what we expect; somebody has to look before anything follows from it.
--- */
with seen as (
    select distinct results.pattern_id
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where results.pattern_id is not null and in_period(lines.date_of_service)
)

select
    patterns.statement,
    patterns.lines,
    patterns.dollars as overpaid,
    patterns.first_date_of_service as first_service,
    patterns.last_date_of_service as last_service,
    patterns.status
from audit.variance_pattern as patterns
semi join seen on patterns.pattern_id = seen.pattern_id
where patterns.direction = 'over' and patterns.is_counted
order by patterns.dollars desc, patterns.pattern_id

/* ---
title: Example lines, with the sum
columns: {pattern: {label: Pattern, format: text}, line_id: line, date_of_service: {label: Service,
  format: date}, expected: money, allowed: money, chain: {label: How it was expected, format: text}}
rows: 30
empty: No variance counts in this period.
note: >
  Up to three lines of each pattern, those with the largest variance, for the ten patterns worth
  most. Only the part of the sum that leads to the allowed amount is shown. The sum can be redone
  with a pencil; `mohs explain LINE` prints it one step a line.
--- */
with seen as (
    select distinct results.pattern_id
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where results.pattern_id is not null and in_period(lines.date_of_service)
),

largest as (
    select
        patterns.pattern_id,
        patterns.payer,
        patterns.procedure_code,
        patterns.modifier_key,
        patterns.cause,
        patterns.dollars,
        [patterns.first_example, patterns.second_example, patterns.third_example] as examples
    from audit.variance_pattern as patterns
    semi join seen on patterns.pattern_id = seen.pattern_id
    where patterns.is_counted
    order by abs(patterns.dollars) desc, patterns.pattern_id
    limit 10
),

-- found first, so that the wide tables are read for their lines alone
examples as materialized (
    select
        largest.pattern_id,
        largest.payer,
        largest.procedure_code,
        largest.modifier_key,
        largest.cause,
        largest.dollars,
        u.line_id
    from largest
    cross join unnest(largest.examples) as u (line_id)
    where u.line_id is not null
)

select
    examples.payer || ', ' || examples.procedure_code
    || case when examples.modifier_key = '' then '' else ' ' || examples.modifier_key end
    || ', ' || replace(examples.cause, '_', ' ') as pattern,
    examples.line_id,
    lines.date_of_service,
    results.expected_allowed as expected,
    results.allowed,
    regexp_replace(prices.explanation, '; (deductible|the patient).*$', '') as chain
from examples
inner join audit.payment_variance as results on examples.line_id = results.line_id
inner join core.service_line as lines on examples.line_id = lines.line_id
inner join audit.expected_payment as prices on examples.line_id = prices.line_id
order by abs(examples.dollars) desc, examples.pattern_id, abs(results.variance) desc, examples.line_id

/* ---
title: What was decided
columns: {pattern: text, dollars: {label: Allowed less expected, format: exposure}, lines: count,
  status: text, decided_date: {label: Decided, format: date}, author: text,
  term: {label: Term of ours to correct, format: text}, note: text}
rows: 60
shareable: no
unknown: none
empty: Nobody has decided about a pattern yet.
note: >
  By the practice's own list (patterns.csv). Invalid says that our expectation was wrong: such
  patterns are in no total of under- or overpayment, and name the term to correct.
--- */
select
    patterns.statement as pattern,
    patterns.lines,
    patterns.dollars,
    patterns.status,
    patterns.decided_date,
    patterns.author,
    patterns.term_to_correct as term,
    patterns.note
from audit.variance_pattern as patterns
where patterns.decided_date is not null
order by patterns.decided_date desc, abs(patterns.dollars) desc, patterns.pattern_id

/* ---
title: Paid, though a rule finds an error
columns: {rule: code, what: {label: What the rule says, format: text}, lines: count,
  paid: {label: Paid, format: exposure}}
rows: 40
empty: No line with an error finding was paid in this period.
note: >
  Findings of MOHS251, split by the rule they rest on; a line may stand under several. Potential
  only, and in no figure of over- or underpayment: the payer may be right, or the rule.
--- */
with found as (
    select
        nullif(regexp_extract(findings.reason, '(MOHS[0-9]{3}) finds an error', 1), '') as rule_id,
        findings.line_id
    from audit.finding as findings
    inner join core.service_line as lines on findings.line_id = lines.line_id
    where
        findings.rule_id = 'MOHS251' and findings.state <> 'gone' and not findings.is_superseded
        and in_period(lines.date_of_service)
),

rule_lines as (
    select distinct
        found.rule_id,
        found.line_id
    from found
)

select
    rule_lines.rule_id as rule,
    rules.summary as what,
    count(*) as lines,
    sum(lines.paid) as paid
from rule_lines
inner join core.service_line as lines on rule_lines.line_id = lines.line_id
left join audit.rule as rules on rule_lines.rule_id = rules.rule_id
group by rule_lines.rule_id, rules.summary
order by lines desc, rule
