/* ---
page: Surgeons
pack: compliance
order: 50
intro: >
  How often each surgeon's encounters have a potential error, and where a surgeon bills unlike
  colleagues. A reason to look at records, never a verdict; below 30 encounters nothing is compared.
--- */

/* ---
chart: sentence
text: said
columns: {surgeons: number, compared: number, outside: number, encounters: count}
n: encounters
note: >
  Of a hundred surgeons who do not differ, five lie outside such limits by chance.
--- */
with flagged_lines as (
    select distinct changes.line_id
    from audit.change as changes
    where
        changes.kind = 'finding'
        and changes.label not in (
            select ours.rule_id from audit.rule as ours where ours.basis = 'payment'
        )
        and changes.since_month <> 'gone' and not changes.is_dismissed
        and changes.severity = 'error' and changes.line_id is not null
),

units as (
    select
        lines.rendering_npi,
        lines.encounter_id,
        bool_or(flagged_lines.line_id is not null) as is_flagged
    from core.service_line as lines
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    left join flagged_lines on lines.line_id = flagged_lines.line_id
    where
        lines.source <> '835' and lines.encounter_id is not null
        and lines.rendering_npi is not null and in_period(lines.date_of_service)
    group by lines.rendering_npi, lines.encounter_id
    having bool_or(mohs_lines.line_id is not null)
),

surgeons as (
    select
        units.rendering_npi,
        count(*) as encounters,
        count(*) filter (where units.is_flagged) as flagged
    from units
    group by units.rendering_npi
),

whole as (
    select sum(surgeons.flagged) / sum(surgeons.encounters) as rate
    from surgeons
)

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
        and abs(surgeons.flagged / surgeons.encounters - whole.rate)
        > 1.96 * sqrt(whole.rate * (1 - whole.rate) / surgeons.encounters)
    ) as outside
from surgeons
cross join whole

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
with flagged_lines as (
    select distinct changes.line_id
    from audit.change as changes
    where
        changes.kind = 'finding'
        and changes.label not in (
            select ours.rule_id from audit.rule as ours where ours.basis = 'payment'
        )
        and changes.since_month <> 'gone' and not changes.is_dismissed
        and changes.severity = 'error' and changes.line_id is not null
),

units as (
    select
        lines.rendering_npi,
        lines.encounter_id,
        bool_or(flagged_lines.line_id is not null) as is_flagged
    from core.service_line as lines
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    left join flagged_lines on lines.line_id = flagged_lines.line_id
    where
        lines.source <> '835' and lines.encounter_id is not null
        and lines.rendering_npi is not null and in_period(lines.date_of_service)
    group by lines.rendering_npi, lines.encounter_id
    having bool_or(mohs_lines.line_id is not null)
),

surgeons as (
    select
        units.rendering_npi,
        count(*) as encounters,
        count(*) filter (where units.is_flagged) as flagged
    from units
    group by units.rendering_npi
),

whole as (
    select sum(surgeons.flagged) / sum(surgeons.encounters) as centre
    from surgeons
),

spread as (
    select
        surgeons.rendering_npi,
        surgeons.encounters,
        surgeons.flagged,
        whole.centre,
        sqrt(whole.centre * (1 - whole.centre) / surgeons.encounters) as error
    from surgeons
    cross join whole
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
reading: What each surgeon's findings are about most often, for teaching; in the order of n.
n: encounters
columns: {rendering_npi: surgeon, encounters: count, lines: {label: Billed lines, format: count},
  flagged: {label: Lines with a potential error, format: count},
  most: {label: Most frequent rule, format: code},
  what: {label: What it says, format: text}, compared: {label: Compared, format: text}}
empty: No billed line names a surgeon in this period.
unknown: none
rows: 40
note: >
  Everybody who renders a line of an encounter with Mohs surgery. Lines with a standing, undismissed
  error finding; the most frequent rule is that with most such lines of the surgeon. Below 30 encounters nothing
  is compared, and no rate is given.
--- */
with flagged_lines as (
    select distinct changes.line_id
    from audit.change as changes
    where
        changes.kind = 'finding'
        and changes.label not in (
            select ours.rule_id from audit.rule as ours where ours.basis = 'payment'
        )
        and changes.since_month <> 'gone' and not changes.is_dismissed
        and changes.severity = 'error' and changes.line_id is not null
),

surgeons as (
    select
        lines.rendering_npi,
        count(distinct mohs_lines.encounter_id) as encounters,
        count(*) as lines,
        count(flagged_lines.line_id) as flagged
    from core.service_line as lines
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    left join flagged_lines on lines.line_id = flagged_lines.line_id
    where
        lines.source <> '835' and lines.rendering_npi is not null
        and in_period(lines.date_of_service)
    group by lines.rendering_npi
    having count(distinct mohs_lines.encounter_id) > 0
),

by_rule as (
    select
        changes.rendering_npi,
        changes.label as rule_id,
        count(distinct changes.line_id) as lines
    from audit.change as changes
    where
        changes.kind = 'finding'
        and changes.label not in (
            select ours.rule_id from audit.rule as ours where ours.basis = 'payment'
        )
        and changes.since_month <> 'gone' and not changes.is_dismissed
        and changes.severity = 'error' and changes.line_id is not null
        and in_period(changes.date_of_service)
    group by changes.rendering_npi, changes.label
),

most as (
    select
        by_rule.rendering_npi,
        by_rule.rule_id,
        row_number() over (
            partition by by_rule.rendering_npi order by by_rule.lines desc, by_rule.rule_id
        ) as place
    from by_rule
)

select
    surgeons.rendering_npi,
    surgeons.encounters,
    surgeons.lines,
    surgeons.flagged,
    most.rule_id as most,
    rules.summary as what,
    case when surgeons.encounters >= 30 then 'yes' else 'too few to compare' end as compared
from surgeons
left join most on surgeons.rendering_npi = most.rendering_npi and most.place = 1
left join audit.rule as rules on most.rule_id = rules.rule_id
order by surgeons.encounters desc, surgeons.rendering_npi

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
  stage on file, whatever month is asked for; all payers, as billed. Curves: where 95 and 99.8 in 100
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
    and mirrors.period = 'last_12_months' and mirrors.n >= 30
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
