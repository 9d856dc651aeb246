/* ---
page: Findings by rule
pack: compliance
order: 30
intro: >
  Which rules flag lines, on whose authority, what a correction would change in either direction, and
  how often payers agree with the rule.
--- */

/* ---
chart: sentence
text: said
columns: {rules: number, all_rules: number, lines: count, dismissed: count}
--- */
with stands as (
    select
        findings.rule_id,
        findings.line_id,
        findings.is_dismissed
    from audit.coding_finding as findings
    where
        findings.since_month <> 'gone'
        and in_period(findings.date_of_service)
),

found as (
    select
        count(distinct stands.rule_id) filter (where not stands.is_dismissed) as rules,
        count(distinct stands.line_id) filter (where not stands.is_dismissed) as lines,
        count(*) filter (where stands.is_dismissed) as dismissed
    from stands
),

book as (
    select count(*) as all_rules
    from audit.rule as rules
    where rules.basis <> 'payment'
)

select
    case
        when found.lines = 0 then 'No rule of {all_rules} flags a line in this period.'
        else '{rules} of {all_rules:rule} flag at least one line.'
    end as said,
    found.rules,
    book.all_rules,
    cast(null as bigint) as lines,
    cast(null as bigint) as dismissed
from found
cross join book
union all
select
    '[{lines:line is|lines are} flagged. ]Findings that a person has dismissed are left out[: {dismissed}].'
        as said,
    cast(null as bigint) as rules,
    cast(null as bigint) as all_rules,
    found.lines,
    found.dismissed
from found
order by rules nulls last

/* ---
title: Kinds of error by payer
chart: heat
reading: Share of each payer's billed lines with a potential error, by what the rule is about.
x: payer
y: category
value: error_rate
n: billed
columns: {error_rate: {label: Lines with a potential error, format: percent}, lines: count,
  billed: {label: Billed lines, format: count}, category: text}
empty: No line has a potential error in this period.
note: >
  Billed lines with a standing, undismissed error finding of the category / billed lines of the
  payer. The eight payers with most billed lines are shown. A dot: none, or too few to tell.
--- */
with payers as (
    select
        lines.payer,
        count(*) as billed
    from core.service_line as lines
    where lines.source <> '835' and in_period(lines.date_of_service)
    group by lines.payer
    order by billed desc, lines.payer
    limit 8
),

flagged as (
    select
        findings.payer,
        replace(findings.category, '-', ' ') as category,
        count(distinct findings.line_id) as lines
    from audit.coding_finding as findings
    where
        findings.is_counted and findings.severity = 'error' and findings.line_id is not null
        and in_period(findings.date_of_service)
    group by findings.payer, findings.category
)

select
    payers.payer,
    flagged.category,
    flagged.lines,
    payers.billed,
    flagged.lines / payers.billed as error_rate
from payers
inner join flagged on payers.payer = flagged.payer
order by sum(flagged.lines) over (partition by flagged.category) desc, flagged.category,
    payers.billed desc, payers.payer

/* ---
title: Rule, authority, findings
reading: >
  {errors:rule flags|rules flag} lines as errors, {warnings} as warnings; the authority stands beside
  each.
hidden: errors warnings
columns: {rule: code, what: {label: What it says, format: text},
  citation: {label: Authority and the day it was checked, format: text},
  lines: count, confirmed: {label: Confirmed on review, format: count},
  overturned: {label: Overturned on review, format: count},
  dollars: {label: Expected allowed, format: exposure}, errors: number,
  warnings: number}
n: lines
rows: 60
empty: There is no finding in this period.
unknown: none
note: >
  Lines with a standing finding of the rule that nobody has dismissed. Findings that another finding
  stands in for are left out. A finding about a surgeon has no line and no month,
  and stands on the scorecards. Dollars are the expected allowed amount, else the charge; rules must
  not be added up: a line may break several. On review: of these lines, those whose finding a person
  accepted or corrected, and those where it was rejected, by the latest row of dispositions.csv;
  the others have not been decided.

  Error: the line should not stand as billed. Warning: look before it is sent. Info: for knowledge.
--- */
with fired as (
    select
        findings.rule_id,
        findings.severity,
        count(distinct findings.line_id) as lines,
        sum(findings.dollars) as dollars
    from audit.coding_finding as findings
    where
        findings.is_counted and findings.line_id is not null
        and in_period(findings.date_of_service)
    group by findings.rule_id, findings.severity
),

decided as (
    select
        dispositions.rule_id,
        dispositions.line_id,
        dispositions.disposition
    from reference.disposition as dispositions
    where dispositions.rule_id <> ''
    qualify row_number() over (
        partition by dispositions.line_id, dispositions.rule_id
        order by dispositions.decided_date desc, dispositions.disposition
    ) = 1
),

reviewed as (
    select
        findings.rule_id,
        findings.severity,
        count(distinct findings.line_id) filter (
            where decided.disposition in ('accepted', 'corrected')
        ) as confirmed,
        count(distinct findings.line_id) filter (where decided.disposition = 'rejected')
            as overturned
    from audit.coding_finding as findings
    inner join decided
        on findings.line_id = decided.line_id and findings.rule_id = decided.rule_id
    where findings.is_counted and in_period(findings.date_of_service)
    group by findings.rule_id, findings.severity
)

select
    fired.rule_id as rule,
    fired.severity,
    rules.summary as what,
    rules.citation,
    fired.lines,
    coalesce(reviewed.confirmed, 0) as confirmed,
    coalesce(reviewed.overturned, 0) as overturned,
    fired.dollars,
    count(*) filter (where fired.severity = 'error') over () as errors,
    count(*) filter (where fired.severity = 'warning') over () as warnings
from fired
left join reviewed on fired.rule_id = reviewed.rule_id and fired.severity = reviewed.severity
left join audit.rule as rules on fired.rule_id = rules.rule_id
order by
    case fired.severity when 'error' then 1 when 'warning' then 2 else 3 end,
    fired.lines desc, fired.rule_id

/* ---
title: What a correction would change
reading: >
  Corrections that could be priced go both ways[: {lower} would lower the claim][ by {too_high}][, {higher} would
  raise it][ by {too_low}].
hidden: lower higher too_high too_low
columns: {rule: code, what: {label: What it says, format: text}, corrections: count,
  lowered: {label: Would lower the claim, format: count}, down: {label: By, format: exposure},
  raised: {label: Would raise it, format: count}, up: {label: By, format: exposure},
  unpriced: {label: Not priced, format: count}, lower: count, higher: count,
  too_high: exposure, too_low: exposure}
rows: 30
empty: No finding of this period names a code or units to put right.
unknown: none
note: >
  Standing findings whose correction is determinate: a code or units they name, or a line that is not
  billable. The day is priced anew with the correction in place (audit.counterfactual); both
  directions stand apart and are not set off. Superseded corrections, where another of the same line comes
  first, are left out. These are questions to the record, not amounts owed.
--- */
with corrections as (
    select
        effects.rule_id,
        effects.status,
        effects.difference
    from audit.counterfactual as effects
    left join audit.dismissal as dismissals
        on
            effects.line_id = dismissals.line_id and effects.rule_id = dismissals.rule_id
            and dismissals.state = 'standing'
    where
        effects.status <> 'superseded' and in_period(effects.date_of_service)
        and dismissals.line_id is null
),

by_rule as (
    select
        corrections.rule_id,
        count(*) as corrections,
        count(*) filter (where corrections.difference < 0) as lowered,
        -sum(corrections.difference) filter (where corrections.difference < 0) as down,
        count(*) filter (where corrections.difference > 0) as raised,
        sum(corrections.difference) filter (where corrections.difference > 0) as up,
        count(*) filter (where corrections.status = 'not_priced') as unpriced
    from corrections
    group by corrections.rule_id
)

select
    by_rule.rule_id as rule,
    rules.summary as what,
    by_rule.corrections,
    by_rule.lowered,
    by_rule.down,
    by_rule.raised,
    by_rule.up,
    by_rule.unpriced,
    cast(sum(by_rule.lowered) over () as bigint) as lower,
    cast(sum(by_rule.raised) over () as bigint) as higher,
    cast(sum(by_rule.down) over () as decimal(12, 2)) as too_high,
    cast(sum(by_rule.up) over () as decimal(12, 2)) as too_low
from by_rule
left join audit.rule as rules on by_rule.rule_id = rules.rule_id
order by by_rule.corrections desc, by_rule.rule_id

/* ---
title: Track record
chart: sentence
text: >
  Over all dates on file, {judged:rule} flagged {fewest} adjudicated lines or more; of
  {enough} of them payers deny flagged lines more often than the others, beyond chance.
  [{lowered:rule is|rules are} shown as informational, for payers hardly ever deny what {lowered:it flags|they flag}.]
columns: {judged: number, fewest: number, enough: number, lowered: number}
--- */
with records as (
    select *
    from audit.rule_record as records
    where records.payer = '' and records.quarter = '' and records.period = ''
)

select
    count(*) filter (where records.fired >= 11) as judged,
    11 as fewest,
    count(*) filter (
        where records.fired >= 11 and records.denial_rate_fired_lower > records.denial_rate_silent_upper
    ) as enough,
    nullif(count(*) filter (where records.shown_because is not null), 0) as lowered
from records

/* ---
chart: rates
x: denial_rate
y: rule
interval: interval
n: fired
rows: 15
columns: {rule: text, fired: {label: Flagged and adjudicated, format: count},
  denied: {label: Of them denied, format: count}, denial_rate: {label: Denied when flagged, format: percent},
  interval: {label: 95% interval, format: interval},
  silent_rate: {label: Denied when not flagged, format: percent}, lift: number,
  recall: {label: Of its denials it flagged, format: percent}, shown_as: {label: Shown as, format: text}}
empty: No rule has flagged an adjudicated line.
unknown: none
note: >
  Rules that rest on the claim or the chart, over all dates on file and all payers (audit.rule_record):
  adjudicated lines flagged that were denied, whatever the reason / adjudicated lines flagged. Lift
  is that rate / the rate of the lines the rule judged and did not flag. Recall is of the judged
  lines denied with a reason code the rule names. Intervals are Wilson's, 95%. Payers paying a line
  does not make the rule wrong; policy and payers are told apart.
--- */
select
    records.rule_id || ' ' || replace(replace(rules.name, '-', ' '), 'mohs', 'Mohs') as rule,
    records.fired,
    records.fired_denied as denied,
    records.denial_rate_fired as denial_rate,
    wilson(records.fired_denied, records.fired) as interval,
    records.denial_rate_silent as silent_rate,
    records.lift,
    records.recall,
    records.shown_as
from audit.rule_record as records
inner join audit.rule as rules on records.rule_id = rules.rule_id
where
    records.payer = '' and records.quarter = '' and records.period = ''
    and records.fired > 0 and records.denial_rate_fired is not null
order by records.fired desc, records.rule_id

/* ---
columns: {rule: code, what: {label: What it says, format: text}, severity: text, payer: text,
  shown_because: {label: Why it is shown as informational, format: text},
  fired: {label: Flagged and adjudicated, format: count}}
rows: 40
empty: No rule's record is below the floor; each is shown with its own severity.
note: >
  Below the floor of reference.record_floor a rule is listed as informational. Its findings keep
  their severity, and this pack counts by that.
--- */
select
    records.rule_id as rule,
    rules.summary as what,
    rules.severity,
    case when records.payer = '' then 'all payers' else records.payer end as payer,
    records.shown_because,
    records.fired
from audit.rule_record as records
inner join audit.rule as rules on records.rule_id = rules.rule_id
where
    records.quarter = '' and records.period = ''
    and records.shown_because is not null and records.fired > 0
order by records.rule_id, records.payer
