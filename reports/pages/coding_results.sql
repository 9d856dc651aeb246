/* ---
page: Error rates
pack: compliance
order: 45
basis: sample
intro: >
  What reviewers of records found in the audits that were completed and kept, and whether it changed.
  Rules say where to look; these rates are what the records said.
--- */

/* ---
chart: sentence
text: said
columns: {drawn_date: date, unit: text, scope: text, reviewed: count, rate: percent, low: percent,
  high: percent, earlier: date}
n: reviewed
note: >
  Records without error: units of the sample with no line the reviewer found wrong and no missed
  charge, as an estimate for the frame. mohs estimate --keep keeps a completed audit in audits.csv of
  the practice folder; the latest by the day it was drawn stands first.
--- */
with latest as (
    select compared.*
    from audit.audit_comparison as compared
    where compared.subject = 'audit' and compared.measure = 'records without error'
    order by compared.drawn_date desc, compared.audit_id desc
    limit 1
)

select
    'The latest audit was drawn on {drawn_date} ({unit}; {scope}): {rate} of records are without error'
    || '[, 90% interval {low} to {high}][, from {reviewed} reviewed]. '
    || case
        when latest.why_not is null then 'It is compared with the audit drawn on {earlier}.'
        else 'It is not compared: ' || latest.why_not || '.'
    end as said,
    latest.drawn_date,
    latest.unit,
    latest.scope,
    latest.reviewed,
    latest.rate,
    latest.low,
    latest.high,
    latest.earlier_drawn_date as earlier
from latest
union all
select
    'No completed audit is kept yet: no error rate is known, and there is nothing to compare with. '
    || 'mohs sample draws one, mohs estimate --keep keeps its result.' as said,
    cast(null as date) as drawn_date,
    cast(null as varchar) as unit,
    cast(null as varchar) as scope,
    cast(null as bigint) as reviewed,
    cast(null as double) as rate,
    cast(null as double) as low,
    cast(null as double) as high,
    cast(null as date) as earlier
where not exists (select latest.audit_id from latest)

/* ---
title: The latest audit beside the one before
reading: An interval of the difference that leaves out zero is a change beyond chance.
columns: {measure: text, reviewed: {label: Reviewed, format: count}, rate: {label: Latest audit, format: percent},
  interval: {label: 90% interval, format: interval},
  earlier_reviewed: {label: Reviewed before, format: count},
  earlier_rate: {label: Audit before, format: percent}, difference: percent,
  change_interval: {label: 90% interval of it, format: interval}}
unknown: none
empty: No completed audit is kept.
note: >
  Estimates for the frame. Codes correct: of lines (code over code). Records without error: of units
  (record over record). Payment would not change: units whose payment stays the same. The last four are
  dollars as shares of what was paid in the frame, by the difference estimator: overpaid and underpaid
  each alone, net and gross of the two. Potential, until a person decides.

  Compared are audits of the same unit and scope only. The interval of a difference is put together from
  those of both rates (Newcombe 1998, method 10; Zou and Donner 2008). None where nothing varied in a sample.
--- */
with latest as (
    select compared.audit_id
    from audit.audit_comparison as compared
    where compared.subject = 'audit'
    order by compared.drawn_date desc, compared.audit_id desc
    limit 1
)

select
    compared.measure,
    compared.reviewed,
    compared.rate,
    case when compared.low is not null then {'low': compared.low, 'high': compared.high} end as interval,
    compared.earlier_reviewed,
    compared.earlier_rate,
    compared.difference,
    difference_interval(
        compared.rate, compared.low, compared.high,
        compared.earlier_rate, compared.earlier_low, compared.earlier_high
    ) as change_interval
from audit.audit_comparison as compared
inner join latest on compared.audit_id = latest.audit_id
where compared.subject = 'audit'
order by
    case
        compared.measure
        when 'codes correct' then 1 when 'records without error' then 2
        when 'payment would not change' then 3 when 'overpaid, of paid' then 4
        when 'underpaid, of paid' then 5 when 'net, of paid' then 6 else 7
    end,
    compared.measure

/* ---
title: Surgeons and coders in the latest audit
reading: In the order of units reviewed; below 30 no rate is given, and nobody is ranked.
n: reviewed
columns: {subject: {label: Role, format: text}, who: {label: Surgeon or coder, format: surgeon},
  reviewed: {label: Units reviewed, format: count}, right: {label: Without error, format: count},
  rate: {label: Share without error, format: percent},
  interval: {label: 90% interval, format: interval},
  education: {label: Education needed, format: text}, change: {label: Since the audit before, format: text}}
unknown: not given
empty: No completed audit is kept.
note: >
  Units of the sample with a line of the surgeon or coder, and those without error in these. Education
  needed: the most frequent label of the error. Change is told where 30 were reviewed in both audits and
  the 90% interval of the difference leaves out zero.
--- */
with latest as (
    select compared.audit_id
    from audit.audit_comparison as compared
    where compared.subject = 'audit'
    order by compared.drawn_date desc, compared.audit_id desc
    limit 1
)

select
    compared.subject,
    compared.who,
    compared.reviewed,
    compared.right,
    case when compared.reviewed >= 30 then compared.rate end as rate,
    case
        when compared.reviewed >= 30 then {'low': compared.low, 'high': compared.high}
    end as interval,
    coalesce(compared.top_error, 'none found') as education,
    case
        when compared.reviewed < 30 or coalesce(compared.earlier_reviewed, 0) < 30
            then 'too few to compare'
        when
            difference_interval(
                compared.rate, compared.low, compared.high,
                compared.earlier_rate, compared.earlier_low, compared.earlier_high
            ).low > 0 then 'fewer errors'
        when
            difference_interval(
                compared.rate, compared.low, compared.high,
                compared.earlier_rate, compared.earlier_low, compared.earlier_high
            ).high < 0 then 'more errors'
        else 'no change beyond chance'
    end as change
from audit.audit_comparison as compared
inner join latest on compared.audit_id = latest.audit_id
where compared.subject <> 'audit'
order by compared.subject desc, compared.reviewed desc, compared.who

/* ---
title: Audits kept
reading: The completed audits, the latest first.
n: reviewed
columns: {drawn_date: {label: Drawn, format: date}, kept_date: {label: Completed, format: date},
  unit: {label: Unit and design, format: text}, scope: text, first_day: {label: From, format: date},
  last_day: {label: To, format: date}, reviewed: {label: Records reviewed, format: count},
  rate: {label: Without error, format: percent}, audit: {label: Seal begins, format: code}}
unknown: all on file
empty: No completed audit is kept.
note: >
  From and to: dates of service of the frame. The seal is that of the sample's manifest; mohs sample
  --redraw draws it again.
--- */
select
    results.drawn_date,
    results.effective_from as kept_date,
    results.unit || ', ' || results.design as unit,
    results.scope,
    results.first_day,
    results.last_day,
    results.reviewed,
    results.rate,
    left(results.audit_id, 8) as audit
from reference.audit_result as results
where results.subject = 'audit' and results.measure = 'records without error'
order by results.drawn_date desc, results.audit_id desc
