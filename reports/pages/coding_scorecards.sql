/* ---
page: Surgeons and coders
pack: compliance
order: 50
intro: >
  How often each surgeon's encounters and each coder's claims have a potential error, what to teach,
  and where a surgeon bills unlike colleagues. A reason to look at records, never a verdict; below 30
  nothing is compared, and nobody is ranked.
--- */

/* ---
chart: sentence
text: said
columns: {surgeons: number, compared: number, outside: number, encounters: count}
n: encounters
note: >
  Of a hundred surgeons who do not differ, five lie outside such limits by chance.
--- */
select
    case
        when count(*) = 0 then 'No encounter with Mohs surgery is on file for this period.'
        when count(*) filter (where surgeons.encounters >= 30) < 2
            then 'Fewer than two surgeons have 30 encounters with Mohs surgery: nothing is compared.'
        else
            '{compared} of {surgeons:surgeon} can be compared, over {encounters:encounter}; '
            || '{outside:surgeon lies|surgeons lie} outside what chance alone explains at 95%.'
    end as said,
    count(*) as surgeons,
    count(*) filter (where surgeons.encounters >= 30) as compared,
    cast(sum(surgeons.encounters) as bigint) as encounters,
    count(*) filter (
        where surgeons.encounters >= 30
        and abs(surgeons.flagged / surgeons.encounters - surgeons.practice_rate)
        > 1.96 * sqrt(
            surgeons.practice_rate * (1 - surgeons.practice_rate) / surgeons.encounters
        )
    ) as outside
from coded_surgeons() as surgeons

/* ---
title: Potential errors by surgeon
chart: funnel
reading: "The practice's rate is {centre}; the curves are where 95 and 99.8 in 100 surgeons like it would lie."
x: encounters
y: error_rate
label: rendering_npi
centre: centre
low: low
high: high
outer_low: outer_low
outer_high: outer_high
n: encounters
columns: {rendering_npi: surgeon, encounters: count, flagged: count,
  error_rate: {label: Encounters with a potential error, format: percent},
  interval: {label: 95% interval, format: interval}, centre: {label: Practice, format: percent},
  low: percent, high: percent, outer_low: percent, outer_high: percent}
hidden: low high outer_low outer_high
empty: No surgeon has 30 encounters with Mohs surgery in this period; nothing is compared.
note: >
  Encounters with Mohs surgery that have a standing, undismissed error finding on any billed line /
  encounters with Mohs surgery, of surgeons with 30 or more. Limits are the practice's rate plus and minus
  1.96 and 3.09 binomial standard errors at the surgeon's n. Patients differ, and charts are not on
  file for all: a point outside is a reason to look. Surgeons stand in the order of their n; no rank is given.
--- */
with spread as (
    select
        surgeons.rendering_npi,
        surgeons.encounters,
        surgeons.flagged,
        surgeons.practice_rate as centre,
        sqrt(
            surgeons.practice_rate * (1 - surgeons.practice_rate) / surgeons.encounters
        ) as error
    from coded_surgeons() as surgeons
    where surgeons.encounters >= 30
)

select
    spread.rendering_npi,
    spread.encounters,
    spread.flagged,
    spread.flagged / spread.encounters as error_rate,
    wilson(spread.flagged, spread.encounters) as interval,
    spread.centre,
    greatest(0, spread.centre - 1.96 * spread.error) as low,
    least(1, spread.centre + 1.96 * spread.error) as high,
    greatest(0, spread.centre - 3.09 * spread.error) as outer_low,
    least(1, spread.centre + 3.09 * spread.error) as outer_high
from spread
order by spread.encounters desc, spread.rendering_npi

/* ---
title: Scorecards
reading: What to teach, one by one, in the order of n; surgeons first, then coders.
n: n
columns: {role: text, who: {label: Surgeon or coder, format: surgeon}, n: count,
  clean_rate: {label: Without a potential error, format: percent},
  interval: {label: 95% interval, format: interval}, trend: text,
  most: {label: Most frequent potential error, format: text},
  education: {label: Education needed, format: text}}
empty: No billed line names a surgeon in this period.
unknown: not given
rows: 60
note: >
  Surgeons: everybody who renders a line of an encounter with Mohs surgery; n counts these encounters.
  Coders: everybody whom coders.csv names for a claim with Mohs surgery; n counts these claims. Without a
  potential error: no line has a standing, undismissed error finding / n; 95% Wilson interval; not
  given below 30. The most frequent potential error is the rule with most such lines of theirs;
  education is what it asks to do instead.

  Trend: the six months up to the last encounter on file against the six before, whatever month is asked
  for; told where 30 stand in both, and where the 95% interval of the difference (Newcombe 1998,
  method 10) leaves out zero.
--- */
with broken as (
    select
        findings.line_id,
        findings.rendering_npi,
        findings.rule_id,
        findings.date_of_service
    from audit.coding_finding as findings
    where
        findings.is_counted and findings.severity = 'error' and findings.line_id is not null
),

units as (
    select
        'surgeon' as role,
        encounters.rendering_npi as who,
        encounters.date_of_service,
        encounters.gravest = 'error' as is_flagged
    from audit.coding_unit as encounters
    where encounters.has_mohs and encounters.rendering_npi is not null
    union all
    select
        'coder' as role,
        coders.coder as who,
        min(lines.date_of_service) as date_of_service,
        bool_or(flagged_lines.line_id is not null) as is_flagged
    from core.service_line as lines
    inner join audit.line_coder as coders on lines.line_id = coders.line_id
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    left join (select distinct broken.line_id from broken) as flagged_lines
        on lines.line_id = flagged_lines.line_id
    group by coders.coder, lines.claim_id
    having bool_or(mohs_lines.line_id is not null)
),

halves as (
    select
        max(units.date_of_service) as last_day,
        max(units.date_of_service) - interval 6 month as middle,
        max(units.date_of_service) - interval 12 month as first_day
    from units
),

counted_units as (
    select
        units.role,
        units.who,
        count(*) filter (where in_period(units.date_of_service)) as n,
        count(*) filter (where in_period(units.date_of_service) and not units.is_flagged) as clean,
        count(*) filter (where units.date_of_service > halves.middle) as n_now,
        count(*) filter (where units.date_of_service > halves.middle and units.is_flagged) as now,
        count(*) filter (
            where units.date_of_service > halves.first_day
            and units.date_of_service <= halves.middle
        ) as n_before,
        count(*) filter (
            where units.date_of_service > halves.first_day
            and units.date_of_service <= halves.middle and units.is_flagged
        ) as before
    from units
    cross join halves
    group by units.role, units.who
),

rated as (
    select
        counted_units.role,
        counted_units.who,
        counted_units.n,
        counted_units.clean,
        counted_units.n_now >= 30 and counted_units.n_before >= 30 as has_trend,
        counted_units.now / nullif(counted_units.n_now, 0) as now,
        counted_units.before / nullif(counted_units.n_before, 0) as before,
        wilson(counted_units.now, counted_units.n_now) as now_interval,
        wilson(counted_units.before, counted_units.n_before) as before_interval
    from counted_units
    where counted_units.n > 0
),

by_rule as (
    select
        'surgeon' as role,
        broken.rendering_npi as who,
        broken.rule_id,
        count(distinct broken.line_id) as lines
    from broken
    where in_period(broken.date_of_service)
    group by broken.rendering_npi, broken.rule_id
    union all
    select
        'coder' as role,
        coders.coder as who,
        broken.rule_id,
        count(distinct broken.line_id) as lines
    from broken
    inner join audit.line_coder as coders on broken.line_id = coders.line_id
    where in_period(broken.date_of_service)
    group by coders.coder, broken.rule_id
),

most as (
    select
        by_rule.role,
        by_rule.who,
        by_rule.rule_id,
        row_number() over (
            partition by by_rule.role, by_rule.who order by by_rule.lines desc, by_rule.rule_id
        ) as place
    from by_rule
)

select
    rated.role,
    rated.who,
    rated.n,
    case when rated.n >= 30 then rated.clean / rated.n end as clean_rate,
    case when rated.n >= 30 then wilson(rated.clean, rated.n) end as interval,
    case
        when not rated.has_trend then 'too few to tell'
        when
            difference_interval(
                rated.now, rated.now_interval.low, rated.now_interval.high,
                rated.before, rated.before_interval.low, rated.before_interval.high
            ).low > 0 then 'more errors'
        when
            difference_interval(
                rated.now, rated.now_interval.low, rated.now_interval.high,
                rated.before, rated.before_interval.low, rated.before_interval.high
            ).high < 0 then 'fewer errors'
        else 'no change beyond chance'
    end as trend,
    most.rule_id || coalesce(': ' || rules.summary, '') as most,
    rules.remedy as education
from rated
left join most on rated.role = most.role and rated.who = most.who and most.place = 1
left join audit.rule as rules on most.rule_id = rules.rule_id
order by rated.role desc, rated.n desc, rated.who

/* ---
chart: sentence
text: said
columns: {coded: count, lines: count}
n: lines
--- */
with lines as (
    select
        count(*) as lines,
        count(coders.line_id) as coded
    from core.service_line as billed
    left join audit.line_coder as coders on billed.line_id = coders.line_id
    where billed.source <> '835' and in_period(billed.date_of_service)
)

select
    case
        when lines.coded = 0 then
            'Nothing on file says who coded a line, so no coder has a scorecard: coders.csv of the '
            || 'practice folder may say it, by claim or by surgeon and period.'
        else
            'Of {lines:billed line}, {coded} name a coder, by coders.csv of the practice folder.'
    end as said,
    lines.coded,
    lines.lines
from lines

/* ---
title: Stages beside colleagues
chart: funnel
reading: Stages per first stage, head, neck, hands, feet and genitalia; the curves are drawn from colleagues.
x: n
y: value
label: rendering_npi
centre: centre
low: low
high: high
outer_low: outer_low
outer_high: outer_high
n: n
columns: {rendering_npi: surgeon, n: {label: First stages, format: count},
  value: {label: Stages per first stage, format: number}, centre: {label: Practice, format: number},
  low: number, high: number, outer_low: number, outer_high: number,
  percentile: {label: Percentile of the cohort, format: number},
  cohort_n: {label: Surgeons in the cohort, format: number}, cohort_year: {label: Its year, format: code},
  reading_of: {label: Beside colleagues, format: text}}
hidden: low high outer_low outer_high
empty: No surgeon has 30 first stages in the last twelve months; nothing is compared.
note: >
  audit.practice_mirror, stages_per_case of 17311 and 17312 in the twelve months up to the last first
  stage on file, whatever month is asked for; all payers, as billed. Practice: all its surgeons, those
  with fewer than 30 too. Curves: where 95 and 99.8 in 100
  values of this n lie, were the surgeon as the colleagues are. Cohort: surgeons in CMS's Medicare
  file of the year named (docs/practice_mirror.md); Medicare only, so it is context and not a target.
--- */
select
    mirrors.rendering_npi,
    mirrors.n,
    mirrors.value,
    sum(mirrors.total) over () / sum(mirrors.n) over () as centre,
    mirrors.funnel_lower_95 as low,
    mirrors.funnel_upper_95 as high,
    mirrors.funnel_lower as outer_low,
    mirrors.funnel_upper as outer_high,
    mirrors.cohort_percentile as percentile,
    mirrors.cohort_n,
    cast(mirrors.percentile_year as varchar) as cohort_year,
    mirrors.reading as reading_of
from audit.practice_mirror as mirrors
where
    mirrors.measure = 'stages_per_case' and mirrors.site_family = 'H'
    and mirrors.period = 'last_12_months'
qualify mirrors.n >= 30
order by mirrors.n desc, mirrors.rendering_npi

/* ---
title: Unlike colleagues
reading: Measures on which a surgeon lies outside 998 in 1,000 values of that n; a reason to look at records.
n: n
columns: {rendering_npi: surgeon, measure: text, family: {label: Site family, format: code}, n: count,
  n_of: {label: n counts, format: text}, value: number, others_value: {label: Colleagues, format: number},
  low: {label: Lower limit, format: number}, high: {label: Upper limit, format: number},
  reading_of: {label: Reading, format: text}}
rows: 40
empty: No surgeon with n of 30 or more lies outside the limits on any measure.
note: >
  audit.practice_mirror, the twelve months up to the last first stage on file, n of 30 or more. H: head,
  neck, hands, feet, genitalia; T: trunk, arms, legs. Many measures are looked at: some lie outside by
  chance. The rules about surgeons (MOHS270 and after) read the same table.
--- */
select
    mirrors.rendering_npi,
    replace(mirrors.measure, '_', ' ') as measure,
    mirrors.site_family as family,
    mirrors.n,
    mirrors.n_of,
    mirrors.value,
    mirrors.others_value,
    mirrors.funnel_lower as low,
    mirrors.funnel_upper as high,
    mirrors.reading as reading_of
from audit.practice_mirror as mirrors
where
    mirrors.period = 'last_12_months' and mirrors.n >= 30
    and mirrors.reading in ('low outlier', 'high outlier')
order by mirrors.measure, mirrors.site_family, mirrors.rendering_npi
