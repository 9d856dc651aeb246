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
with framed as (
    select
        count(*) as units,
        count(*) filter (where encounters.is_framed) as framed,
        sum(encounters.lines) filter (where encounters.is_framed) as lines,
        sum(encounters.paid) filter (where encounters.is_framed) as paid
    from audit.coding_unit as encounters
    where in_period(encounters.date_of_service)
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
with judged as (
    select
        encounters.lines,
        encounters.charge,
        encounters.paid,
        case
            when not encounters.is_final then 2
            when not encounters.has_mohs then 3
            when not encounters.is_framed then 4
            else 1
        end as position
    from audit.coding_unit as encounters
    where in_period(encounters.date_of_service)
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
  stratum in proportion to its encounters times the standard deviation of what was paid.
--- */
select
    encounters.gravest,
    count(*) as encounters,
    count(*) / sum(count(*)) over () as share,
    sum(encounters.paid) as paid,
    avg(encounters.paid) as mean_paid,
    stddev_samp(encounters.paid) as deviation,
    cast(sum(count(*)) over () as bigint) as whole
from audit.coding_unit as encounters
where encounters.is_framed and in_period(encounters.date_of_service)
group by encounters.gravest
order by case encounters.gravest when 'error' then 1 when 'warning' then 2 else 3 end

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
with placed as (
    select
        encounters.paid,
        percent_rank() over (order by encounters.paid, encounters.encounter_id) as place
    from audit.coding_unit as encounters
    where encounters.is_framed and in_period(encounters.date_of_service)
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
with frame as (
    select count(*) as units
    from audit.coding_unit as encounters
    where encounters.is_framed and in_period(encounters.date_of_service)
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
