/* ---
page: From Medicare's fee to the payment
pack: reimbursement
order: 20
intro: >
  Each payer's lines from Medicare's full fee to what was paid, step by step. The steps add up to
  the cent.
--- */

/* ---
title: All payers
chart: waterfall
reading: >
  Expected is {expected_share} of Medicare's full fee on {lines:line}; allowed is {allowed_share}
  of expected.
hidden: is_total expected_share allowed_share lines
x: step
y: amount
total: is_total
shareable: no
columns: {step: {label: Step, format: text}, amount: {label: Dollars, format: money},
  of_medicare: {label: Of Medicare's full fee, format: percent}, expected_share: percent,
  allowed_share: percent, lines: count}
n: lines
empty: No line of this period is priced and answered.
note: >
  Lines with an expected amount, answered by the primary payer and comparable, denied ones with it,
  for which Medicare's schedule of the day of service gives a fee. Medicare's full fee is RVU x GPCI
  x conversion factor of the code, day, locality and setting, times the units. Contract: the fee by
  the contract loaded, less that. Multiple procedures and modifiers (both sides, assistant, shares
  of the global fee, not participating, non-physician) are taken in this order; a cent of rounding
  goes with the later one. Lower of charge: what is lost where the charge is below the fee.

  Recoded or ranked anew: the payer adjudicated another code, or what was left of the day after
  denials ranks otherwise. Denied: the expected amount of denied lines. Under- and overpaid are
  variances that count; tolerance, set aside: differences within tolerance and of patterns marked
  invalid. Paid and the patient's share are by the remittances, the share at most what was allowed
  and not paid; the rest, sequestration above all, is what is between.

  Sources: audit.payment_month, of audit.expected_payment, audit.payment_variance and
  core.service_line.
--- */
with steps as (
    select
        u.step.place as place,
        u.step.step as step,
        u.step.is_total as is_total,
        cast(sum(months.bridged_lines) as bigint) as lines,
        sum(u.step.amount) as amount
    from audit.payment_month as months
    cross join unnest(bridge_steps(months)) as u (step)
    where months.bridged_lines > 0 and in_period(months.month)
    group by all
),

levels as (
    select
        max(steps.amount) filter (where steps.place = 1) as medicare_fee,
        max(steps.amount) filter (where steps.place = 6) as expected,
        max(steps.amount) filter (where steps.place = 12) as allowed
    from steps
)

select
    steps.step,
    steps.amount,
    steps.amount / nullif(levels.medicare_fee, 0) as of_medicare,
    steps.is_total,
    steps.lines,
    levels.expected / nullif(levels.medicare_fee, 0) as expected_share,
    levels.allowed / nullif(levels.expected, 0) as allowed_share
from steps
cross join levels
order by steps.place

/* ---
title: Payer by payer, as percent of Medicare
chart: heat
reading: "{highest_payer} is expected to allow {highest} of Medicare's full fee, {lowest_payer} {lowest}."
hidden: highest_payer highest lowest_payer lowest
x: payer
y: step
value: of_medicare
n: lines
columns: {of_medicare: {label: Of Medicare's full fee, format: percent}, lines: count,
  highest: percent, lowest: percent, step: {label: Step, format: text}}
rows: 180
empty: No line of this period is priced and answered.
note: >
  The steps above for each payer, as a share of Medicare's full fee for the same lines: the bold
  rows of the bridge (Medicare's full fee, expected, allowed, paid) are levels, the others what is
  added or taken away. The twelve payers with most lines.
--- */
with payers as (
    select
        months.payer,
        cast(sum(months.bridged_lines) as bigint) as lines,
        sum(months.medicare_fee) as medicare_fee,
        sum(months.expected) / nullif(sum(months.medicare_fee), 0) as share
    from audit.payment_month as months
    where months.bridged_lines > 0 and in_period(months.month)
    group by months.payer
    order by lines desc, months.payer
    limit 12
),

ends as (
    select
        first(payers.payer order by payers.share desc, payers.payer) as highest_payer,
        max(payers.share) as highest,
        first(payers.payer order by payers.share, payers.payer) as lowest_payer,
        min(payers.share) as lowest
    from payers
),

steps as (
    select
        months.payer,
        u.step.place as place,
        u.step.step as step,
        sum(u.step.amount) as amount
    from audit.payment_month as months
    cross join unnest(bridge_steps(months)) as u (step)
    where in_period(months.month)
    group by all
)

select
    payers.payer,
    steps.step,
    payers.lines,
    case
        when abs(steps.amount) < 0.0005 * payers.medicare_fee then 0
        else steps.amount / nullif(payers.medicare_fee, 0)
    end as of_medicare,
    ends.highest_payer,
    ends.highest,
    ends.lowest_payer,
    ends.lowest
from payers
inner join steps on payers.payer = steps.payer
cross join ends
order by payers.lines desc, payers.payer, steps.place

/* ---
title: Payer by payer, in dollars
chart: heat
reading: Down a column, the steps add up to the cent.
x: payer
y: step
value: amount
n: lines
columns: {amount: {label: Dollars, format: money}, lines: count,
  step: {label: Step, format: text}}
shareable: no
empty: No line of this period is priced and answered.
note: >
  The same steps in dollars, for every payer; across, they add up to the bridge of all payers. Lines
  of the period that cannot stand in the bridge are counted under Method.
--- */
select
    months.payer,
    u.step.step as step,
    cast(sum(months.bridged_lines) as bigint) as lines,
    sum(u.step.amount) as amount
from audit.payment_month as months
cross join unnest(bridge_steps(months)) as u (step)
where months.bridged_lines > 0 and in_period(months.month)
group by months.payer, u.step.place, u.step.step
order by lines desc, months.payer, u.step.place
