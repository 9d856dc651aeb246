/* ---
page: Reviewed sample
pack: sample
order: 10
basis: sample
intro: >
  What the reviewers found in the sample, and what it means for the frame it was drawn from. All of
  it is potential until a person decides.
--- */

/* ---
chart: sentence
text: said
columns: {units: count, wrong: count, frame_units: count, point: dollars, low: dollars, high: dollars,
  limit: dollars}
n: units
note: >
  Error: a record with at least one line that the reviewer did not find correct, or a missed charge.
  The interval of the sample is exact (Clopper-Pearson), 95%. The overpaid total sets nothing off
  against it; it is the difference estimator: the mean of the units reviewed times the units of the
  frame, stratum by stratum, with finite-population correction. Lower limit: one-sided, 90%.
--- */
with records as (
    select
        found.of as units,
        found.of - found.count as wrong,
        1 - found.rate as error_rate,
        {'low': 1 - found.exact_high, 'high': 1 - found.exact_low} as interval
    from estimate.accuracy as found
    where found.measure = 'records without error'
)

select
    case
        when verdict.is_advisable
            then 'Of {units} records reviewed, {wrong} have a potential error[ ({error_rate}, exact 95% interval '
            || '{interval})]. For the frame of {frame_units:unit} the overpaid total is estimated at {point} '
            || '(90% interval {low} to {high}); its one-sided 90% lower limit is {limit}.'
        else
            'Of {units} records reviewed, {wrong} have a potential error[ ({error_rate}, exact 95% interval '
            || '{interval})]. A projection to the frame of {frame_units:unit} is not advisable.'
    end as said,
    records.units,
    records.wrong,
    records.error_rate,
    records.interval,
    verdict.frame_units,
    totals.point,
    totals.lower as low,
    totals.upper as high,
    totals.lower_one_sided as limit
from records
cross join estimate.verdict as verdict
cross join estimate.dollars as totals
where totals.measure = 'overpaid only' and totals.estimator = 'difference'

/* ---
title: Whether to project
chart: sentence
text: sentence
--- */
select advice.sentence
from estimate.advice as advice
order by advice.position

/* ---
title: Accuracy
chart: rates
reading: "{correct:record is|records are} without error, of {reviewed}."
x: rate
y: measure
interval: exact
n: of
columns: {measure: text, count: {label: Right, format: count}, of: {label: Of, format: count},
  rate: {label: Right in the sample, format: percent},
  exact: {label: "Exact 95% interval", format: interval},
  wilson: {label: "Wilson 95% interval", format: interval},
  frame_rate: {label: For the frame, format: percent},
  frame_interval: {label: "90% interval for the frame", format: interval},
  correct: count, reviewed: count}
hidden: correct reviewed
note: >
  Codes correct: of the lines reviewed (code over code). Records without error: of the units (record
  over record). Payment would not change: units whose payment stays the same. Intervals of the
  sample: Clopper-Pearson, drawn, and Wilson. Lines of a unit hang together: for codes read the
  interval for the frame, which weighs strata by size.
--- */
select
    found.measure,
    found.count,
    found.of,
    found.rate,
    {'low': found.exact_low, 'high': found.exact_high} as exact,
    {'low': found.wilson_low, 'high': found.wilson_high} as wilson,
    found.frame_rate,
    {'low': found.frame_low, 'high': found.frame_high} as frame_interval,
    max(found.count) filter (where found.measure = 'records without error') over () as correct,
    max(found.of) filter (where found.measure = 'records without error') over () as reviewed
from estimate.accuracy as found
order by
    case found.measure
        when 'codes correct' then 1 when 'records without error' then 2 else 3
    end

/* ---
title: What was found
reading: Labels exclude each other; dollars are what the payer paid too much or too little.
columns: {label: text, lines: count, overpaid: {label: Overpaid, format: money},
  underpaid: {label: Underpaid, format: money}}
note: >
  One row per label of the worksheet, in the sample. Potentially overpaid and underpaid, each alone: paid
  less the payer's share of what the record supports.
--- */
select
    labels.label,
    labels.lines,
    labels.overpaid,
    labels.underpaid
from estimate.labels as labels
order by labels.lines desc, labels.label

/* ---
title: Dollars
reading: >
  Overpaid alone: {share} of what was paid in the sample[; one-sided 90% lower limit for the frame
  {limit}].
n: differing
columns: {measure: text, differing: {label: Records that differ, format: count}, in_sample: money, share_of_paid: {label: Of paid, format: percent},
  estimator: text, point: {label: Frame, format: money}, error: {label: Standard error, format: money},
  lower: {label: "90% interval, low", format: money}, upper: {label: "90% interval, high", format: money},
  lower_one_sided: {label: "One-sided 90% lower limit", format: money}, precision: percent,
  share: percent, limit: dollars}
hidden: share limit
unknown: none
note: >
  Overpaid only does not set underpayments off, as the OIG's self-disclosure protocol asks; net does.
  Gross adds both. Difference: mean of the units times units of the frame. Ratio: by what was
  paid. Finite-population correction; Student's t for one stratum, the normal quantile for several.
  Precision: half the two-sided interval over the point. A figure here is advice for a decision, not
  an amount owed.
--- */
with differing as (
    select found.of - found.count as records
    from estimate.accuracy as found
    where found.measure = 'payment would not change'
)

select
    totals.measure,
    differing.records as differing,
    totals.in_sample,
    totals.share_of_paid,
    totals.estimator,
    totals.point,
    totals.error,
    totals.lower,
    totals.upper,
    totals.lower_one_sided,
    totals.precision,
    max(totals.share_of_paid) filter (where totals.measure = 'overpaid only') over () as share,
    max(totals.lower_one_sided) filter (
        where
        totals.measure = 'overpaid only' and totals.estimator = 'difference'
        and verdict.is_advisable
    ) over () as limit
from estimate.dollars as totals
cross join estimate.verdict as verdict
cross join differing
order by
    case totals.measure
        when 'overpaid only' then 1 when 'underpaid only' then 2 when 'net' then 3 else 4
    end,
    totals.estimator

/* ---
title: What changes the answer
reading: The estimate by another method, and without its largest unit.
columns: {measure: text, change: text, point: {label: Frame, format: money},
  lower_one_sided: {label: "One-sided 90% lower limit", format: money}}
unknown: none
note: >
  Without the largest: the unit with the largest difference is left out of its stratum. Where the
  limit moves much, one record decides it, and more of them are needed.
--- */
select
    changes.measure,
    changes.change,
    changes.point,
    changes.lower_one_sided
from estimate.sensitivity as changes

/* ---
title: By surgeon
reading: In the order of units reviewed; below 30 no rate is given and nothing is compared.
n: units
columns: {rendering_npi: surgeon, units: {label: Units reviewed, format: count},
  without_error: {label: Without error, format: count}, rate: {label: Share without error, format: percent},
  wilson: {label: "95% interval", format: interval}, most_frequent_error: text, note: text}
unknown: none
note: >
  Units without error / units reviewed of the surgeon, Wilson 95%. An audit sample is seldom large
  enough to compare surgeons; the scorecards of the compliance pack rest on all lines.
--- */
select
    surgeons.rendering_npi,
    surgeons.units,
    surgeons.without_error,
    case when surgeons.units >= 30 then surgeons.rate end as rate,
    case
        when surgeons.units >= 30 then {'low': surgeons.wilson_low, 'high': surgeons.wilson_high}
    end as wilson,
    surgeons.most_frequent_error,
    surgeons.note
from estimate.surgeons as surgeons
order by surgeons.units desc, surgeons.rendering_npi

/* ---
title: By coder
reading: In the order of units reviewed; below 30 no rate is given and nothing is compared.
n: units
columns: {coder: surgeon, units: {label: Units reviewed, format: count},
  without_error: {label: Without error, format: count}, rate: {label: Share without error, format: percent},
  wilson: {label: "95% interval", format: interval}, most_frequent_error: text, note: text}
unknown: none
empty: Nothing said who coded these lines when the sample was drawn (coders.csv of the practice folder).
note: >
  Units with a line of the coder and without error in any of these / units with a line of the coder,
  Wilson 95%. A missed charge counts where one coder coded the whole unit. The reviewer was not shown
  who coded.
--- */
select
    coders.coder,
    coders.units,
    coders.without_error,
    case when coders.units >= 30 then coders.rate end as rate,
    case
        when coders.units >= 30 then {'low': coders.wilson_low, 'high': coders.wilson_high}
    end as wilson,
    coders.most_frequent_error,
    coders.note
from estimate.coders as coders
order by coders.units desc, coders.coder

/* ---
title: Beside the last audit
chart: sentence
text: said
columns: {earlier: date}
--- */
select
    case
        when min(compared.why_not) is null then
            'Beside the audit drawn on {earlier}, of the same unit and scope. An interval that leaves out '
            || 'zero is a change beyond chance.'
        else 'Not compared with an earlier audit: ' || min(compared.why_not) || '.'
    end as said,
    min(compared.earlier_drawn_date) as earlier
from estimate.comparison as compared
where compared.subject = 'audit'

/* ---
columns: {measure: text, reviewed: {label: Reviewed, format: count},
  rate: {label: This audit, format: percent},
  earlier_reviewed: {label: Reviewed before, format: count},
  earlier_rate: {label: Earlier audit, format: percent}, difference: percent,
  difference_interval: {label: "90% interval of it", format: interval}}
unknown: none
empty: ""
note: >
  Estimates for the frame, of counts and of dollars as a share of what was paid. The interval of a
  difference is put together from those of both rates (Newcombe 1998, method 10; Zou and Donner 2008);
  none where nothing varied in a sample. Audits are kept by mohs estimate --keep.
--- */
select
    compared.measure,
    compared.reviewed,
    compared.rate,
    compared.earlier_reviewed,
    compared.earlier_rate,
    compared.difference,
    case
        when compared.difference_low is not null
            then {'low': compared.difference_low, 'high': compared.difference_high}
    end as difference_interval
from estimate.comparison as compared
where compared.subject = 'audit' and compared.why_not is null
order by case when compared.measure like '%paid' then 2 else 1 end, compared.measure

/* ---
title: How it was drawn
reading: Anybody can draw it again from the seed and the frame (mohs sample --redraw).
columns: {fact: text, value: text}
note: >
  The seal is the hash of the manifest, made before the review. Row i of the frame gets the i-th
  output of the generator; within a stratum the smallest are the sample, the next the spares.
--- */
select
    facts.fact,
    facts.value
from estimate.facts as facts
order by facts.position

/* ---
columns: {stratum: text, units: count, lines: count, paid: money, sample: count, spares: count}
note: The strata of the frame, what was drawn of each, and spares for records that cannot be had.
--- */
select
    strata.stratum,
    strata.units,
    strata.lines,
    cast(strata.paid as decimal(14, 2)) as paid,
    strata.sample,
    strata.spares
from estimate.strata as strata
order by strata.stratum

/* ---
columns: {reason: {label: Left out of the frame, format: text}, units: count, lines: count, charge: money,
  paid: money}
empty: Nothing was left out of the frame.
note: Units of the period, payers and surgeons asked for that the frame does not hold.
--- */
select
    excluded.reason,
    excluded.units,
    excluded.lines,
    cast(excluded.charge as decimal(14, 2)) as charge,
    cast(excluded.paid as decimal(14, 2)) as paid
from estimate.excluded as excluded
order by excluded.reason

/* ---
title: What the design could find
reading: Tried on this frame before anything was drawn.
columns: {error_rate: {label: If this share is in error, format: percent},
  coverage: {label: Limit holds, format: percent},
  lower_limit: {label: Lower limit of the truth, format: percent}, precision: percent,
  finds_nothing: {label: Finds nothing, format: percent}}
note: >
  Each rate takes that share of the units as overpaid in full and draws the design thousands of times.
  Limit holds: draws whose one-sided 90% lower limit is at or below the truth. Lower limit and
  precision are medians, as shares of the truth.
--- */
select
    tried.error_rate,
    tried.coverage,
    tried.lower_limit,
    tried.precision,
    tried.finds_nothing
from estimate.rehearsal as tried
order by tried.error_rate

/* ---
title: Second reviews
chart: sentence
text: said
columns: {rows: count, agreement: percent, kappa: number}
n: rows
--- */
select
    case
        when agreements.kappa is null then
            'Two reviewers judged {rows:row} and agree on {agreement}. Kappa is undefined: they gave '
            || 'one label only.'
        else
            'Two reviewers judged {rows:row}, each without the other, and agree on {agreement}; Cohen''s '
            || 'kappa, agreement beyond chance, is {kappa}.'
    end as said,
    agreements.rows,
    agreements.agreement,
    agreements.kappa
from estimate.agreement as agreements
union all
select
    'No row has a second review: how far reviewers agree is not known.' as said,
    cast(null as bigint) as rows,
    cast(null as double) as agreement,
    cast(null as double) as kappa
where not exists (select agreements.rows from estimate.agreement as agreements)

/* ---
title: Index of decisions
reading: Each line reviewed, who decided what, and what a second reviewer said; the whole list is in the workbook.
columns: {unit_id: line, line_id: line, code: code, label: text, reviewer: text,
  second_label: {label: Second label, format: text}, second_reviewer: text, paid: money,
  difference: {label: Potentially overpaid, format: money}, note: text}
rows: 40
unknown: none
note: >
  In the order of the draw. Potentially overpaid: paid less the payer's share of what the record
  supports; below zero where too little was paid. mohs explain LINE shows the line's raw segment, with file
  and byte. Working copy only.
--- */
select
    decisions.unit_id,
    decisions.line_id,
    decisions.procedure_code as code,
    decisions.label,
    decisions.reviewer,
    decisions.second_label,
    decisions.second_reviewer,
    decisions.paid,
    decisions.difference,
    decisions.note
from estimate.decisions as decisions
order by decisions.role, decisions.stratum, decisions.place, decisions.line_id

/* ---
title: Units drawn
reading: The sample, its spares in their order, and what became of each.
columns: {role: text, stratum: text, place: number, row: {label: Row of the frame, format: number},
  unit_id: line, became: {label: What became of it, format: text}}
rows: 40
note: >
  A spare is reviewed only in place of a unit of its stratum whose record cannot be had, the first
  one first. Working copy only.
--- */
select
    drawn.role,
    drawn.stratum,
    drawn.place,
    drawn.row,
    drawn.unit_id,
    drawn.became
from estimate.drawn as drawn
order by drawn.role, drawn.stratum, drawn.place
