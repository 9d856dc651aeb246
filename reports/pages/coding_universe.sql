/* ---
page: Universe and frame
pack: compliance
order: 20
intro: >
  The encounters a coding audit may sample, what is left out and why, and how large a sample must be
  to find anything.
--- */

/* ---
chart: sentence
text: said
columns: {units: count, framed: count, lines: count, paid: money}
n: units
note: >
  An encounter is what one surgeon did for one patient on one day. The frame holds encounters of
  the period with Mohs surgery whose every billed line is adjudicated and that were paid something:
  as mohs sample takes them where no option says otherwise. Its hash is made and sealed when a sample
  is drawn.
--- */
with units as (
    select
        lines.encounter_id,
        count(*) as lines,
        sum(lines.paid) as paid,
        bool_and(lines.is_adjudicated) as is_final,
        bool_or(mohs_lines.line_id is not null) as has_mohs
    from core.service_line as lines
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    where
        lines.source <> '835' and lines.encounter_id is not null
        and in_period(lines.date_of_service)
    group by lines.encounter_id
),

framed as (
    select
        count(*) as units,
        count(*) filter (where units.has_mohs and units.is_final and units.paid > 0) as framed,
        sum(units.lines) filter (where units.has_mohs and units.is_final and units.paid > 0) as lines,
        sum(units.paid) filter (where units.has_mohs and units.is_final and units.paid > 0) as paid
    from units
)

select
    case
        when framed.units = 0 then 'No encounters are on file for this period.'
        else
            '{framed} of {units:encounter} ({rate}) make the frame[: {lines:line}, {paid} paid]. '
            || 'A sample is drawn from these.'
    end as said,
    framed.units,
    framed.framed,
    framed.framed / nullif(framed.units, 0) as rate,
    framed.lines,
    framed.paid
from framed

/* ---
title: What is in the frame and what is not
reading: The first reason that applies leaves an encounter out.
columns: {standing: text, encounters: count, lines: count, charge: money,
  paid: money}
empty: No encounters are on file for this period.
note: Reasons in the order of mohs sample; its options --any-code and --with-unpaid lift two of them.
--- */
with units as (
    select
        lines.encounter_id,
        count(*) as lines,
        sum(lines.charge) as charge,
        sum(lines.paid) as paid,
        bool_and(lines.is_adjudicated) as is_final,
        bool_or(mohs_lines.line_id is not null) as has_mohs
    from core.service_line as lines
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    where
        lines.source <> '835' and lines.encounter_id is not null
        and in_period(lines.date_of_service)
    group by lines.encounter_id
),

judged as (
    select
        units.lines,
        units.charge,
        units.paid,
        case
            when not units.is_final then 2
            when not units.has_mohs then 3
            when coalesce(units.paid, 0) <= 0 then 4
            else 1
        end as position
    from units
)

select
    case judged.position
        when 1 then 'In the frame'
        when 2 then 'Left out: a line is not adjudicated'
        when 3 then 'Left out: no Mohs surgery'
        else 'Left out: nothing was paid'
    end as standing,
    count(*) as encounters,
    sum(judged.lines) as lines,
    sum(judged.charge) as charge,
    sum(judged.paid) as paid
from judged
group by judged.position
order by judged.position

/* ---
title: Where the risk lies
reading: Encounters of the frame by their gravest finding, as mohs sample --stratify risk may draw them.
columns: {gravest: {label: Gravest finding, format: text}, encounters: count,
  share: {label: Of the frame, format: percent}, paid: money,
  mean_paid: {label: Mean paid, format: dollars},
  deviation: {label: Standard deviation of paid, format: dollars}}
n: whole
hidden: whole
empty: The frame is empty.
note: >
  Encounters of the frame by their gravest standing, undismissed finding. Neyman's rule draws from a
  stratum in proportion to its encounters times the standard deviation of what was paid. mohs sample
  counts findings about payments and dismissed ones in, so its strata may be a little larger.
--- */
with flagged_lines as (
    select
        changes.line_id,
        max(case changes.severity when 'error' then 2 when 'warning' then 1 else 0 end) as weight
    from audit.change as changes
    where
        changes.kind = 'finding'
        and changes.label not in (
            select ours.rule_id from audit.rule as ours where ours.basis = 'payment'
        )
        and changes.since_month <> 'gone' and not changes.is_dismissed
        and changes.line_id is not null
    group by changes.line_id
),

units as (
    select
        lines.encounter_id,
        sum(lines.paid) as paid,
        max(coalesce(flagged_lines.weight, 0)) as weight
    from core.service_line as lines
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    left join flagged_lines on lines.line_id = flagged_lines.line_id
    where
        lines.source <> '835' and lines.encounter_id is not null
        and in_period(lines.date_of_service)
    group by lines.encounter_id
    having
        bool_and(lines.is_adjudicated) and bool_or(mohs_lines.line_id is not null)
        and sum(lines.paid) > 0
)

select
    case units.weight when 2 then 'error' when 1 then 'warning' else 'none' end as gravest,
    count(*) as encounters,
    count(*) / sum(count(*)) over () as share,
    sum(units.paid) as paid,
    avg(units.paid) as mean_paid,
    stddev_samp(units.paid) as deviation,
    cast(sum(count(*)) over () as bigint) as whole
from units
group by units.weight
order by units.weight desc

/* ---
title: What an encounter is paid
chart: histogram
reading: "Half of the encounters were paid {half} or less; the largest tenth holds {top} of the dollars."
x: paid
y: encounters
columns: {paid: {label: Paid per encounter, format: dollars}, encounters: count, half: dollars,
  top: percent}
hidden: half top
empty: The frame is empty.
note: >
  Encounters of the frame in steps of 250 dollars, named by the middle of the step; 5,000 dollars
  and more stand in the last. A long tail makes an estimate from few encounters lopsided: take the
  largest all (mohs sample --certainty-above) or draw more.
--- */
with units as (
    select
        lines.encounter_id,
        sum(lines.paid) as paid
    from core.service_line as lines
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    where
        lines.source <> '835' and lines.encounter_id is not null
        and in_period(lines.date_of_service)
    group by lines.encounter_id
    having
        bool_and(lines.is_adjudicated) and bool_or(mohs_lines.line_id is not null)
        and sum(lines.paid) > 0
),

placed as (
    select
        units.paid,
        percent_rank() over (order by units.paid, units.encounter_id) as place
    from units
),

whole as (
    select
        median(placed.paid) as half,
        sum(placed.paid) filter (where placed.place >= 0.9) / sum(placed.paid) as top
    from placed
)

select
    least(floor(placed.paid / 250) * 250, 5000) + 125 as paid,
    count(*) as encounters,
    any_value(whole.half) as half,
    any_value(whole.top) as top
from placed
cross join whole
group by least(floor(placed.paid / 250) * 250, 5000)
order by least(floor(placed.paid / 250) * 250, 5000)

/* ---
title: Chance of finding nothing
chart: heat
reading: >
  If one encounter in twenty is in error, a sample of 30 finds none of them in {nothing} of draws.
x: size
y: error_rate
value: chance
columns: {size: {label: Encounters drawn, format: number},
  error_rate: {label: Encounters in error, format: percent},
  chance: {label: Finds nothing, format: percent}, nothing: percent}
hidden: nothing
empty: The frame is too small to draw from.
note: >
  Hypergeometric: the chance that a simple sample of that many encounters of this frame holds none
  of those in error. mohs sample --rehearse draws the design thousands of times on this frame and gives
  coverage and width of its limits as well.
--- */
with units as (
    select lines.encounter_id
    from core.service_line as lines
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    where
        lines.source <> '835' and lines.encounter_id is not null
        and in_period(lines.date_of_service)
    group by lines.encounter_id
    having
        bool_and(lines.is_adjudicated) and bool_or(mohs_lines.line_id is not null)
        and sum(lines.paid) > 0
),

frame as (
    select count(*) as units
    from units
),

designs as (
    select
        sizes.size,
        rates.error_rate,
        frame.units,
        greatest(1, cast(round(rates.error_rate * frame.units) as bigint)) as wrong
    from frame
    cross join (values (30), (50), (100), (200)) as sizes (size)
    cross join (values (0.02), (0.05), (0.1), (0.3)) as rates (error_rate)
    where sizes.size <= frame.units
),

chances as (
    select
        designs.size,
        designs.error_rate,
        case
            when designs.size > designs.units - designs.wrong then 0.0
            else
                exp(
                    list_sum(
                        list_transform(
                            range(designs.size),
                            lambda i: ln(
                                (designs.units - designs.wrong - i) / (designs.units - i)
                            )
                        )
                    )
                )
        end as chance
    from designs
)

select
    chances.size,
    chances.error_rate,
    chances.chance,
    max(chances.chance) filter (where chances.size = 30 and chances.error_rate = 0.05) over ()
        as nothing
from chances
order by chances.error_rate, chances.size
