/* ---
page: Denials to come
pack: denials
order: 55
basis: run
intro: >
  How likely the lines that wait for their payer are to be denied, what that puts at risk, and how
  far such probabilities could be trusted in the months past. Based on all dates on file.
--- */

/* ---
title: What is at risk
chart: sentence
text: meaning
columns: {meaning: text, lines: count, known: count, unknown: count, unpriced: count, rate: percent,
  at_risk: exposure, expected: exposure}
n: lines
--- */
with waiting as (
    select
        count(*) as lines,
        count(risks.probability) as known,
        nullif(count(*) - count(risks.probability), 0) as unknown,
        sum(risks.at_risk) as at_risk,
        sum(risks.expected_allowed) filter (where risks.probability is not null) as expected,
        avg(risks.probability) as rate,
        nullif(
            count(*) filter (
                where risks.probability is not null and risks.expected_allowed is null
            ),
            0
        ) as unpriced
    from audit.denial_risk as risks
    where risks.basis = 'waiting'
)

select
    case
        when waiting.lines = 0 then 'No line waits for its payer.'
        when waiting.known = 0
            then '{lines:line waits|lines wait} for a payer; none has a probability of being denied.'
        else
            '{lines:line waits|lines wait} for a payer. On {known} with a probability[ (mean {rate})]'
            || '[, {at_risk} of {expected} expected allowed is at risk][; {unpriced} of them have no '
            || 'price][; {unknown} have no probability].'
    end as meaning,
    waiting.*
from waiting

/* ---
columns: {model: text, state: {label: In use, format: text}, why: text,
  first_day: {label: Claims from, format: date}, last_day: {label: Remittances to, format: date},
  lines: {label: Lines learned from, format: count}, denied: count}
n: lines
unknown: none
shareable: yes
reading: "{verdict}"
hidden: verdict
empty: No audit has looked for a model yet.
note: >
  Dollars at risk: probability of a denial at the first answer x expected allowed, summed over lines
  that wait for their payer; so much is denied first on average, and much of it is paid later. Lines
  without a price have a probability and no dollars. No probability is given where there is too
  little history; the limits are rows of reference.risk_parameter. The learner with the least log
  loss is used if it beats both baselines out of time, else the better baseline. Sources:
  audit.denial_risk, audit.risk_model.
--- */
select
    replace(models.model, '_', ' ') as model,
    if(models.is_chosen, 'yes', 'no') as state,
    replace(models.why, '_', ' ') as why,
    models.first_day,
    models.last_day,
    models.lines,
    models.denied,
    case
        when not bool_or(models.is_chosen) over () then 'There is no model, and so no probability.'
        else 'Probabilities come from ' || replace(
            first_value(models.model) over (order by models.is_chosen desc), '_', ' '
        ) || '.'
    end as verdict
from audit.risk_model as models
order by models.is_chosen desc, models.log_loss nulls last, models.model

/* ---
title: At risk by payer
chart: bars
reading: "Most: {payer}, on {lines:waiting line}."
x: at_risk
y: payer
columns: {payer: text, at_risk: {label: Dollars at risk, format: exposure},
  expected: {label: Expected allowed, format: exposure}, lines: {label: Waiting lines, format: count},
  known: {label: With a probability, format: count},
  mean_probability: {label: Mean probability, format: percent},
  flagged: {label: With an error or warning, format: count}}
n: known
rows: 15
empty: No line waits for its payer.
note: >
  Probability x expected allowed of waiting lines, by payer. Flagged: a rule's error or warning that
  was known at submission. Source: audit.denial_risk.
--- */
select
    risks.payer,
    sum(risks.at_risk) as at_risk,
    sum(risks.expected_allowed) as expected,
    count(*) as lines,
    count(risks.probability) as known,
    avg(risks.probability) as mean_probability,
    count(*) filter (where risks.severity in ('error', 'warning')) as flagged
from audit.denial_risk as risks
where risks.basis = 'waiting'
group by risks.payer
order by at_risk desc nulls last, risks.payer

/* ---
title: Where it abstains
columns: {why: {label: Why there is no probability, format: text},
  basis: {label: Lines, format: text}, severity: {label: Gravest finding, format: text},
  lines: count, expected: {label: Expected allowed, format: exposure}}
unknown: no finding
empty: Every line has a probability.
note: >
  Lines without a probability, by the reason; the severity of what rules found is all that is said
  of them. Source: audit.denial_risk.
--- */
select
    coalesce(risks.why_none, 'not recorded') as why,
    if(risks.basis = 'waiting', 'waiting', 'answered since') as basis,
    risks.severity,
    count(*) as lines,
    sum(risks.expected_allowed) as expected
from audit.denial_risk as risks
where risks.probability is null
group by risks.why_none, risks.basis, risks.severity
order by risks.basis desc, lines desc, why, risks.severity

/* ---
title: Foretold and happened
chart: calibration
reading: "Of ten equal groups of lines, {inside} have the foretold rate within the interval of what happened."
x: foretold
y: happened
interval: interval
n: lines
hidden: inside
columns: {decile: {label: Tenth, format: number}, foretold: {label: Foretold, format: percent},
  happened: {label: Denied, format: percent}, interval: {label: 95% interval, format: interval},
  lines: count, denied: count, inside: number}
empty: No line has been foretold and answered since.
note: >
  Lines of the last months, each foretold by a model that knew only the remittances before the
  month began, in ten groups of equal size by probability: mean probability against the share
  denied. Lines of one claim are denied together, so that intervals are too narrow. Source:
  audit.risk_reliability.
--- */
select
    tenths.decile,
    tenths.predicted_rate as foretold,
    tenths.denied_rate as happened,
    {'low': cast(tenths.lower as double), 'high': cast(tenths.upper as double)} as interval,
    tenths.lines,
    tenths.denied,
    count(*) filter (where tenths.predicted_rate between tenths.lower and tenths.upper) over ()
        as inside
from audit.risk_reliability as tenths
where tenths.payer is null
order by tenths.decile

/* ---
title: The model against plainer ones
columns: {model: text, in_use: {label: In use, format: text}, lines: count, denied: count,
  log_loss: {label: Log loss, format: number}, brier: {label: Brier, format: number},
  auc: {label: AUC, format: number},
  recall: {label: Found at 95% precision, format: percent},
  capture: {label: Dollars captured, format: percent},
  capture_lines: {label: In so many lines, format: count},
  calibration_error: {label: Calibration error, format: percent}}
reading: >
  In use: {model}. The {capture_lines:line} with most dollars at risk hold {capture} of all dollars
  denied; {recall} of the denied lines could be named with 95% precision.
n: denied
unknown: none
empty: No model has been evaluated.
note: >
  Out of time, all months together. Log loss and Brier: distance of probability and outcome, less
  is better. AUC: chance that a denied line ranks above a paid one. Found at 95% precision: the most
  denied lines a cut can name while 95 of 100 named are denied; zero means that no cut does, as many
  denials fall where no claim shows it. Dollars captured: of the denied lines' expected dollars, the
  share in the lines ranked highest by dollars at risk (capture_share of reference.risk_parameter).
  Payer code rate and rule only are the baselines a model must beat to be used. Source:
  audit.risk_evaluation.
--- */
select
    replace(scores.model, '_', ' ') as model,
    if(scores.is_chosen, 'yes', 'no') as in_use,
    scores.lines,
    scores.denied,
    round(scores.log_loss, 4) as log_loss,
    round(scores.brier, 4) as brier,
    round(scores.auc, 3) as auc,
    scores.recall_at_95_precision as recall,
    scores.capture,
    scores.capture_lines,
    scores.calibration_error
from audit.risk_evaluation as scores
where scores.month is null and scores.payer is null
order by scores.is_chosen desc, scores.log_loss, scores.model

/* ---
chart: heat
reading: "In {better} of {months:month} the model in use had less log loss than either baseline."
x: model
y: month
value: log_loss
n: lines
hidden: better months
columns: {month: text, model: text, log_loss: {label: Log loss, format: number}, lines: count,
  denied: count, better: number, months: number}
empty: No month has been evaluated.
note: >
  Log loss by month of submission, less is better; each month foretold by models that knew only the
  remittances before it. The newest month lacks slow decisions. Source: audit.risk_evaluation.
--- */
with scores as (
    select
        scores.model,
        scores.is_chosen,
        scores.month,
        scores.log_loss,
        scores.lines,
        scores.denied
    from audit.risk_evaluation as scores
    where scores.payer is null and scores.month is not null
),

months as (
    select
        scores.month,
        min(scores.log_loss) filter (where scores.is_chosen) as chosen,
        min(scores.log_loss) filter (
            where scores.model in ('payer_code_rate', 'rule_only') and not scores.is_chosen
        ) as baseline
    from scores
    group by scores.month
),

counts as (
    select
        count(*) filter (where months.chosen < months.baseline) as better,
        count(*) as months
    from months
)

select
    strftime(scores.month, '%Y-%m') as month,
    replace(scores.model, '_', ' ') as model,
    round(scores.log_loss, 3) as log_loss,
    scores.lines,
    scores.denied,
    counts.better,
    counts.months
from scores
cross join counts
order by scores.month, scores.is_chosen desc, scores.model

/* ---
title: By payer
columns: {payer: text, lines: count, denied: count, foretold: percent, happened: percent,
  interval: {label: 95% interval, format: interval}, auc: {label: AUC, format: number},
  recall: {label: Found at 95% precision, format: percent},
  capture: {label: Dollars captured, format: percent},
  calibration_error: {label: Calibration error, format: percent}}
n: lines
unknown: none
rows: 15
empty: No model has been evaluated.
note: >
  The model in use, out of time, all months together. Read the count of denied lines first: with few
  denials an AUC is mostly luck. Source: audit.risk_evaluation.
--- */
select
    scores.payer,
    scores.lines,
    scores.denied,
    scores.predicted_rate as foretold,
    scores.denied_rate as happened,
    wilson(scores.denied, scores.lines) as interval,
    round(scores.auc, 3) as auc,
    scores.recall_at_95_precision as recall,
    scores.capture,
    scores.calibration_error
from audit.risk_evaluation as scores
where scores.is_chosen and scores.month is null and scores.payer is not null
order by scores.lines desc, scores.payer
