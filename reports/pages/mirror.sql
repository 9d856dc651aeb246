/* ---
page: Practice mirror
pack: compliance
order: 60
basis: run
intro: >
  How each surgeon bills, beside the colleagues of the practice and surgeons of the country. An outlier is a
  reason to look at records, never a verdict.
--- */

/* ---
chart: sentence
text: said
columns: {surgeons: number, placed: number, outliers: number, findings: number}
note: >
  audit.practice_mirror, as billed, denied or not, for all payers; assistants' lines are left out. The
  period is the twelve months that end with the last first stage on file, whatever month the report
  is for. A surgeon is placed in a measure from n = 30 on: below it there is no rank, no percentile
  and no reading. Outlier: outside the limits that one in 1,000 passes on either side by chance, were
  this surgeon as the colleagues are.
--- */
with mirror as (
    select
        count(distinct mirror.rendering_npi) as surgeons,
        count(distinct mirror.rendering_npi) filter (
            where mirror.measure = 'trunk_share' and mirror.practice_rank is not null
        ) as placed,
        count(distinct mirror.rendering_npi) filter (
            where is_outlier(mirror.reading)
        ) as outliers,
        min(mirror.period_from) as period_from,
        max(mirror.period_to) as period_to
    from audit.practice_mirror as mirror
    where mirror.period = 'last_12_months'
),

found as (
    select count(*) as findings
    from audit.finding as findings
    where
        findings.subject = 'provider' and findings.state <> 'gone' and not findings.is_superseded
        and findings.rule_id between 'MOHS270' and 'MOHS280'
)

select
    case
        when mirror.surgeons = 0 then 'No first stage of Mohs surgery is on file.'
        else
            'From {period_from} to {period_to} {surgeons:surgeon} began Mohs surgery; {placed} of them '
            || 'did so often enough to be placed. '
            || case mirror.outliers
                when 0 then 'Nobody lies outside the limits of chance in any measure. '
                else '{outliers:surgeon lies|surgeons lie} outside the limits of chance in some measure. '
            end
            || case found.findings
                when 0 then 'No rule about surgeons found anything.'
                else 'The rules about surgeons have {findings:finding}, to be reviewed.'
            end
    end as said,
    mirror.surgeons,
    mirror.placed,
    mirror.outliers,
    found.findings,
    mirror.period_from,
    mirror.period_to
from mirror
cross join found

/* ---
title: What the rules say
reading: Each row is a reason to look at records; what the record must show stands beside it.
columns: {rule_id: {label: Rule, format: code}, severity: verdict,
  reason: {label: What it says}, evidence: {label: What to look at}}
rows: 40
empty: No rule about surgeons (MOHS270 to MOHS280) found anything.
note: >
  Standing findings of MOHS270 to MOHS280. Their subject is a surgeon: no line and no dollars hang on
  them. A finding is potential and needs review.
--- */
select
    findings.rule_id,
    findings.rendering_npi,
    findings.severity,
    findings.reason,
    coalesce(nullif(array_to_string(rules.evidence, '; '), ''), rules.remedy) as evidence
from audit.finding as findings
left join audit.rule as rules on findings.rule_id = rules.rule_id
where
    findings.subject = 'provider' and findings.state <> 'gone' and not findings.is_superseded
    and findings.rule_id between 'MOHS270' and 'MOHS280'
order by
    case findings.severity when 'error' then 1 when 'warning' then 2 else 3 end,
    findings.rule_id, findings.rendering_npi

/* ---
title: Outside the limits of chance
reading: Surgeons whose value their colleagues' own would rarely give; look at records before anything else.
columns: {measure: text, n: count,
  n_of: {label: n counts}, value: figure, others_value: {label: Colleagues, format: figure},
  funnel_lower: {label: Lower limit, format: figure}, funnel_upper: {label: Upper limit, format: figure},
  reading_of: {label: Against colleagues}}
n: n
rows: 60
empty: Nobody lies outside the limits of chance in any measure.
note: >
  Each measure of each surgeon with n of 30 or more whose value lies outside the 99.8% limits the colleagues give.
  With 21 measures and many surgeons one or the other lies outside by chance: one in 500 of those compared.
--- */
select
    mirror.rendering_npi,
    replace(mirror.measure, '_', ' ')
    || case mirror.site_family when 'H' then ', 17311' when 'T' then ', 17313' else '' end as measure,
    mirror.n,
    mirror.n_of,
    round(mirror.value, 4) as value,
    round(mirror.others_value, 4) as others_value,
    round(mirror.funnel_lower, 4) as funnel_lower,
    round(mirror.funnel_upper, 4) as funnel_upper,
    mirror.reading as reading_of,
    case
        when mirror.measure in ('stages_per_case', 'lesions_per_day', 'extra_blocks_per_first_stage')
            then 'number'
        else 'percent'
    end as format
from audit.practice_mirror as mirror
where
    mirror.period = 'last_12_months' and is_outlier(mirror.reading)
order by mirror.measure, mirror.site_family, mirror.rendering_npi

/* ---
title: "Stages per case: head, neck, hands, feet, genitalia"
chart: funnel
x: n
y: value
label: rendering_npi
centre: practice
low: funnel_lower_95
high: funnel_upper_95
outer_low: funnel_lower
outer_high: funnel_upper
columns: {n: {label: First stages of 17311},
  value: {label: Stages per case}, practice: {label: Practice},
  funnel_lower_95: {label: Lower 95% limit},
  funnel_upper_95: {label: Upper 95% limit},
  funnel_lower: {label: Lower 99.8% limit},
  funnel_upper: {label: Upper 99.8% limit}, placed: number, left_out: number,
  outliers: number}
hidden: placed left_out outliers
n: n
empty: Nobody has 30 first stages of 17311 in these twelve months.
note: >
  (17311 + 17312 units) / 17311 units. The dashed line is the practice's mean. Limits are each surgeon's own: what the
  colleagues together make likely at this n, with the colleagues' own differences where three of them have
  30 cases. Outside 95% is marked; it takes the outer limits for an outlier.
--- */
select
    placed.*,
    surgeons_outside(placed.outliers)
    || case placed.left_out when 0 then '.' else ', {left_out} with too few cases left out.' end
        as reading
from placed_surgeons('H') as placed
order by placed.n desc, placed.rendering_npi

/* ---
columns: {n: {label: First stages},
  value: {label: Stages per case}, lower: {label: 95% from},
  upper: {label: 95% to}, shrunk_value: {label: Shrunk},
  others_value: {label: Colleagues},
  cohort_percentile: {label: Percentile in the country, format: number},
  percentile_year: {label: Of year}, cohort_mean: {label: Country's mean},
  cohort_year: {label: Mean of year}, reading_of: {label: Against colleagues}}
n: n
rows: 60
unknown: not placed
empty: No 17311 is on file.
note: >
  Shrunk: drawn towards the country's mean the more, the smaller n. The percentile is where the value would stand among
  surgeons of the nearest year whose tails are known; the cards below say who they are. The cohort is
  Medicare's alone, the mirror counts all payers.
--- */
select surgeons.*
from surgeon_stages('H') as surgeons
order by surgeons.rendering_npi

/* ---
title: "Stages per case: trunk, arms, legs"
chart: funnel
x: n
y: value
label: rendering_npi
centre: practice
low: funnel_lower_95
high: funnel_upper_95
outer_low: funnel_lower
outer_high: funnel_upper
columns: {n: {label: First stages of 17313},
  value: {label: Stages per case}, practice: {label: Practice},
  funnel_lower_95: {label: Lower 95% limit},
  funnel_upper_95: {label: Upper 95% limit},
  funnel_lower: {label: Lower 99.8% limit},
  funnel_upper: {label: Upper 99.8% limit}, placed: number, left_out: number,
  outliers: number}
hidden: placed left_out outliers
n: n
empty: Nobody has 30 first stages of 17313 in these twelve months.
note: (17313 + 17314 units) / 17313 units; limits as above.
--- */
select
    placed.*,
    surgeons_outside(placed.outliers)
    || case placed.left_out when 0 then '.' else ', {left_out} with too few cases left out.' end
        as reading
from placed_surgeons('T') as placed
order by placed.n desc, placed.rendering_npi

/* ---
columns: {n: {label: First stages},
  value: {label: Stages per case}, lower: {label: 95% from},
  upper: {label: 95% to}, shrunk_value: {label: Shrunk},
  others_value: {label: Colleagues},
  cohort_percentile: {label: Percentile in the country, format: number},
  percentile_year: {label: Of year}, cohort_mean: {label: Country's mean},
  cohort_year: {label: Mean of year}, reading_of: {label: Against colleagues}}
n: n
rows: 60
unknown: not placed
empty: No 17313 is on file.
note: As above, for 17313 and 17314.
--- */
select surgeons.*
from surgeon_stages('T') as surgeons
order by surgeons.rendering_npi

/* ---
title: Many stages
chart: rates
x: value
y: rendering_npi
interval: interval
n: n
columns: {value: {label: Lesions of four stages or more, format: percent}, n: {label: Lesions},
  others_value: {label: Colleagues, format: percent}, reading_of: {label: Against colleagues},
  placed: number, outliers: number}
hidden: placed outliers
rows: 40
empty: Nobody has 30 lesions that were the only one begun that day.
note: >
  Lesions of four stages or more / lesions that were the only one begun that day (stages of two lesions cannot be told
  apart). Wilson intervals. Surgeons with n below 30 are left out.
--- */
select
    mirror.rendering_npi,
    mirror.value,
    {'low': mirror.lower, 'high': mirror.upper} as interval,
    mirror.n,
    mirror.others_value,
    mirror.reading as reading_of,
    count(*) over () as placed,
    count(*) filter (where is_outlier(mirror.reading)) over () as outliers,
    surgeons_outside(outliers) || '.' as reading
from audit.practice_mirror as mirror
where
    mirror.period = 'last_12_months' and mirror.measure = 'four_or_more_stages'
    and mirror.practice_rank is not null
order by mirror.rendering_npi

/* ---
title: Uniformity
reading: "The most uniform surgeon: {largest} of lesions with one number of stages above one. Near 100%, look at the maps."
columns: {n: {label: Lesions},
  commonest: {label: Commonest number above one},
  value: {label: Lesions with it, format: percent}, interval: {label: 95% interval, format: interval},
  others_value: {label: Colleagues, format: percent}, spread: {label: Spread of stages},
  reading_of: {label: Against colleagues}, largest: percent}
hidden: largest
n: n
rows: 60
empty: No lesion was the only one begun that day.
unknown: not placed
note: >
  Lesions with the commonest number of stages above one / lesions that were the only one begun that day. Spread: standard
  deviation of their stages. Surgeons with n below 30 are left out.
--- */
select
    mirror.rendering_npi,
    mirror.n,
    mirror.note as commonest,
    mirror.value,
    {'low': mirror.lower, 'high': mirror.upper} as interval,
    mirror.others_value,
    round(spread.value, 2) as spread,
    mirror.reading as reading_of,
    max(mirror.value) over () as largest
from audit.practice_mirror as mirror
left join audit.practice_mirror as spread
    on
        mirror.rendering_npi = spread.rendering_npi and mirror.period = spread.period
        and spread.measure = 'stages_sd'
where
    mirror.period = 'last_12_months' and mirror.measure = 'same_stage_count'
    and mirror.practice_rank is not null
order by mirror.rendering_npi

/* ---
title: Trunk, arms and legs
chart: funnel
x: n
y: value
label: rendering_npi
centre: practice
low: funnel_lower_95
high: funnel_upper_95
outer_low: funnel_lower
outer_high: funnel_upper
columns: {n: {label: First stages},
  value: {label: Share of 17313, format: percent}, practice: {label: Practice, format: percent},
  shrunk_value: {label: Shrunk, format: percent},
  funnel_lower_95: {label: Lower 95% limit, format: percent},
  funnel_upper_95: {label: Upper 95% limit, format: percent},
  funnel_lower: {label: Lower 99.8% limit, format: percent},
  funnel_upper: {label: Upper 99.8% limit, format: percent},
  cohort_percentile: {label: Percentile in the country, format: number},
  percentile_year: {label: Of year}, placed: number, outliers: number}
hidden: placed outliers
n: n
empty: Nobody has 30 first stages in these twelve months.
note: >
  17313 units / 17311 and 17313 units. Surgeons with n below 30 are left out. The percentile is among surgeons of the
  country in the year beside it, Medicare's patients alone; this practice's share is of all payers.
--- */
select
    mirror.rendering_npi,
    mirror.n,
    mirror.value,
    sum(mirror.total) over () / nullif(sum(mirror.n) over (), 0) as practice,
    mirror.shrunk_value,
    mirror.funnel_lower_95,
    mirror.funnel_upper_95,
    mirror.funnel_lower,
    mirror.funnel_upper,
    cast(round(mirror.cohort_percentile) as integer) as cohort_percentile,
    cast(mirror.percentile_year as varchar) as percentile_year,
    count(mirror.practice_rank) over () as placed,
    count(*) filter (where is_outlier(mirror.reading)) over () as outliers,
    surgeons_outside(outliers) || '.' as reading
from audit.practice_mirror as mirror
where mirror.period = 'last_12_months' and mirror.measure = 'trunk_share'
qualify mirror.practice_rank is not null
order by mirror.n desc, mirror.rendering_npi

/* ---
title: 17315 and lesions per day
columns: {what: {label: Measure}, n: {label: n}, n_of: {label: n counts}, value: number,
  lower: {label: 95% from}, upper: {label: 95% to},
  shrunk_value: {label: Shrunk}, others_value: {label: Colleagues},
  cohort_percentile: {label: Percentile in the country, format: number},
  percentile_year: {label: Of year}, reading_of: {label: Against colleagues},
  placed: number, outliers: number}
hidden: placed outliers
n: n
rows: 90
unknown: not placed
empty: No first stage is on file.
note: >
  17315 units / first stages; first stages / days of surgery of a patient, by site family. Surgeons with n
  below 30 are left out. 17315 is published of one surgeon in twenty: its percentile is among those who bill it often.
--- */
select
    case
        when mirror.measure = 'extra_blocks_per_first_stage' then '17315 per first stage'
        when mirror.site_family = 'H' then 'Lesions per day, 17311'
        else 'Lesions per day, 17313'
    end as what,
    mirror.rendering_npi,
    mirror.n,
    mirror.n_of,
    round(mirror.value, 3) as value,
    round(mirror.lower, 3) as lower,
    round(mirror.upper, 3) as upper,
    round(mirror.shrunk_value, 3) as shrunk_value,
    round(mirror.others_value, 3) as others_value,
    cast(round(mirror.cohort_percentile) as integer) as cohort_percentile,
    cast(mirror.percentile_year as varchar) as percentile_year,
    mirror.reading as reading_of,
    count(*) over () as placed,
    count(*) filter (where is_outlier(mirror.reading)) over () as outliers,
    values_outside(outliers, 'value', '{placed} placed') as reading
from audit.practice_mirror as mirror
where
    mirror.period = 'last_12_months'
    and mirror.measure in ('extra_blocks_per_first_stage', 'lesions_per_day')
    and mirror.practice_rank is not null
order by what, mirror.rendering_npi

/* ---
title: Closures
chart: heat
x: rendering_npi
y: closure
value: value
n: n
columns: {closure: text,
  value: {label: Share of days, format: percent}, interval: {label: 95% interval, format: interval},
  n: {label: Days}, others_value: {label: Colleagues, format: percent},
  reading_of: {label: Against colleagues}, cells: number, outliers: number}
hidden: cells outliers
empty: Nobody has 30 days of surgery with a closure.
note: >
  Days with that closure / days with any closure; a day may have several. Without closure: nobody closed the wound within 14 days, and no
  further surgery followed / days of surgery whose 14 days have passed. Surgeons with n below 30 are left out. No
  figure of the country is published for closures.
--- */
select
    mirror.rendering_npi,
    closures.closure,
    mirror.value,
    {'low': mirror.lower, 'high': mirror.upper} as interval,
    mirror.n,
    mirror.others_value,
    mirror.reading as reading_of,
    count(*) over () as cells,
    count(*) filter (where is_outlier(mirror.reading)) over () as outliers,
    values_outside(outliers, 'cell', '{cells}') as reading
from audit.practice_mirror as mirror
inner join (
    values
    (1, 'closure_simple', 'Simple'),
    (2, 'closure_intermediate', 'Intermediate'),
    (3, 'closure_complex', 'Complex'),
    (4, 'closure_flap', 'Flap'),
    (5, 'closure_graft', 'Graft'),
    (6, 'second_intention', 'Without closure')
) as closures (position, measure, closure) on mirror.measure = closures.measure
where mirror.period = 'last_12_months' and mirror.practice_rank is not null
order by closures.position, mirror.rendering_npi

/* ---
title: Modifiers, pathology and repeat visits
chart: heat
x: rendering_npi
y: habit
value: value
n: n
columns: {habit: {label: What},
  value: {label: Share, format: percent}, interval: {label: 95% interval, format: interval},
  n: {label: Days or patients}, others_value: {label: Colleagues, format: percent},
  reading_of: {label: Against colleagues}, cells: number, outliers: number}
hidden: cells outliers
empty: Nobody has 30 days of surgery.
note: >
  Days with it / days of surgery. Modifier 25: on a visit that day; 59 or X: on any line. Pathology: codes that are part of Mohs surgery,
  billed that day. Biopsy and frozen section: both that day. Back in 14 days: patients with a further first stage or
  repair by the same surgeon 1 to 14 days later / patients. Surgeons with n below 30 are left out. No figure of
  the country is published for these.
--- */
select
    mirror.rendering_npi,
    habits.habit,
    mirror.value,
    {'low': mirror.lower, 'high': mirror.upper} as interval,
    mirror.n,
    mirror.others_value,
    mirror.reading as reading_of,
    count(*) over () as cells,
    count(*) filter (where is_outlier(mirror.reading)) over () as outliers,
    values_outside(outliers, 'cell', '{cells}') as reading
from audit.practice_mirror as mirror
inner join (
    values
    (1, 'modifier_25', 'Visit with modifier 25'),
    (2, 'modifier_59', 'Modifier 59 or X'),
    (3, 'modifier_22', 'Modifier 22'),
    (4, 'same_day_pathology', 'Pathology that day'),
    (5, 'same_day_biopsy', 'Biopsy that day'),
    (6, 'confirmatory_biopsy', 'Biopsy and frozen section'),
    (7, 'split_visits', 'Back in 14 days')
) as habits (position, measure, habit) on mirror.measure = habits.measure
where mirror.period = 'last_12_months' and mirror.practice_rank is not null
order by habits.position, mirror.rendering_npi

/* ---
title: Whom surgeons are compared with
reading: The cards of the cohorts above, each with its year; all of them are Medicare's patients alone.
columns: {what: {label: Measure}, year: {label: Year},
  used: {label: Used for}, n: {label: Surgeons, format: number}, mean: number,
  median: number, p95: {label: 95th percentile, format: number}, who: text}
unknown: none
empty: No cohort stands beside this practice's measures.
note: >
  reference.peer_cohort; a year is added with mohs peers --save. The percentile is computed from the nearest year of which both tails are known,
  the mean is of the nearest year there is. CMS leaves out rows of ten or fewer patients, so that surgeons who
  hardly ever need a second stage are not in it.
--- */
with used as (
    select
        mirror.measure,
        mirror.site_family,
        mirror.cohort_year as year,
        'mean' as used
    from audit.practice_mirror as mirror
    where mirror.period = 'last_12_months' and mirror.measure = 'stages_per_case'
    union all
    select
        mirror.measure,
        mirror.site_family,
        mirror.percentile_year as year,
        'percentile' as used
    from audit.practice_mirror as mirror
    where mirror.period = 'last_12_months'
    union all
    select
        mirror.measure,
        mirror.site_family,
        try_cast(split_part(mirror.shrunk_by, 'cohort ', 2) as bigint) as year,
        'shrinking' as used
    from audit.practice_mirror as mirror
    where mirror.period = 'last_12_months'
),

cards as (
    select
        used.measure,
        used.site_family,
        used.year,
        string_agg(distinct used.used, ', ' order by used.used) as used
    from used
    where used.year is not null
    group by used.measure, used.site_family, used.year
)

select
    case
        when cards.measure = 'stages_per_case' and cards.site_family = 'H' then 'Stages per case, 17311'
        when cards.measure = 'stages_per_case' then 'Stages per case, 17313'
        when cards.measure = 'lesions_per_day' and cards.site_family = 'H' then 'Lesions per day, 17311'
        when cards.measure = 'lesions_per_day' then 'Lesions per day, 17313'
        when cards.measure = 'trunk_share' then 'Share of 17313'
        else '17315 per first stage'
    end as what,
    cast(cards.year as varchar) as year,
    any_value(cards.used) as used,
    max(cohorts.n) filter (where cohorts.statistic in ('mean', 'median', 'p95')) as n,
    round(max(cohorts.value) filter (where cohorts.statistic = 'mean'), 2) as mean,
    round(max(cohorts.value) filter (where cohorts.statistic = 'median'), 2) as median,
    round(max(cohorts.value) filter (where cohorts.statistic = 'p95'), 2) as p95,
    any_value(cohorts.who) || '; '
    || string_agg(
        distinct split_part(cohorts.source, '; ', 1), '; '
        order by split_part(cohorts.source, '; ', 1)
    )
    || ', ' || string_agg(distinct cohorts.origin, ' and ' order by cohorts.origin) as who
from cards
inner join reference.peer_cohort as cohorts
    on
        cards.measure = cohorts.measure and cards.site_family = cohorts.site_family
        and cards.year = year(cohorts.effective_from)
        and cohorts.procedure_code = ''
group by cards.measure, cards.site_family, cards.year, what
order by what, cards.year
