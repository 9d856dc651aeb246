/* ---
page: Data and definitions
pack: denials
order: 80
basis: run
intro: >
  What was read and what of it counts, which months may be compared, and how each indicator is made.
  Over all dates on file.
--- */

/* ---
title: Files
chart: sentence
text: >
  {files:file} read: {rows_in} rows, {accepted} taken in, {aside} set aside. Claims reach to
  {last_submitted}, remittances to {last_paid}[; {unmatched} of {remitted:remitted line|remitted
  lines} fit no billed line].
columns: {files: number, rows_in: number, accepted: number, aside: number, last_submitted: text,
  last_paid: text, unmatched: count, remitted: count}
--- */
with intake as (
    select
        count(*) as files,
        coalesce(sum(files.rows_in), 0) as rows_in,
        coalesce(sum(files.rows_accepted), 0) as accepted,
        coalesce(sum(files.rows_quarantined), 0) as aside
    from audit.intake as files
),

remits as (
    select
        count(*) as remitted,
        count(*) filter (where lines.match_method = 'none') as unmatched
    from core.remit_line as lines
    where not lines.is_reversal
),

cuts as (
    select
        max(cuts.last_submitted_date) as last_submitted_date,
        max(cuts.last_payment_date) as last_payment_date
    from audit.data_cut as cuts
)

select
    intake.files,
    intake.rows_in,
    intake.accepted,
    intake.aside,
    coalesce(cast(cuts.last_submitted_date as varchar), 'no date on file') as last_submitted,
    coalesce(cast(cuts.last_payment_date as varchar), 'no date on file') as last_paid,
    remits.unmatched,
    remits.remitted
from intake
cross join remits
cross join cuts

/* ---
columns: {path: file, kind: text, status: text, rows_in: {label: Rows in, format: number},
  rows_accepted: {label: Accepted, format: number}, rows_quarantined: {label: Set aside, format: number},
  charge_in: {label: Dollars in, format: dollars},
  charge_quarantined: {label: Dollars set aside, format: dollars}, reasons: text}
rows: 30
unknown: none
empty: No file has been read.
note: >
  Files with rows set aside first, then the latest; thirty are shown, all are in the workbook.
  Dollars are charges, of posted payments the payments. Source: audit.intake.
--- */
select
    files.path,
    files.kind,
    files.status,
    files.rows_in,
    files.rows_accepted,
    files.rows_quarantined,
    files.charge_in,
    files.charge_quarantined,
    nullif(array_to_string(files.reasons, ', '), '') as reasons
from audit.intake as files
order by files.rows_quarantined desc, files.status = 'accepted', files.path desc, files.file_id

/* ---
title: Remittances that fit no claim
columns: {month: text, unmatched: {label: Lines that fit nothing, format: count},
  remitted: {label: Remitted lines, format: count}, unmatched_share: percent, charge: money}
n: remitted
rows: 13
empty: Every remitted line fits a billed line.
note: >
  Remitted lines, reversals left out, that fit no billed line on file, by month of payment; the
  thirteen latest months with any. They count in no figure of a claim. Source: core.remit_line.
--- */
select
    coalesce(strftime(lines.payment_date, '%Y-%m'), 'no date') as month,
    count(*) filter (where lines.match_method = 'none') as unmatched,
    count(*) as remitted,
    count(*) filter (where lines.match_method = 'none') / count(*) as unmatched_share,
    sum(lines.charge) filter (where lines.match_method = 'none') as charge
from core.remit_line as lines
where not lines.is_reversal
group by coalesce(strftime(lines.payment_date, '%Y-%m'), 'no date')
having count(*) filter (where lines.match_method = 'none') > 0
order by month desc

/* ---
title: Months too young to compare
columns: {payer: text, by_service: {label: Last month by service or denial, format: text},
  by_posting: {label: Last month by posting, format: text},
  mature_days: {label: Days a month must be over, format: number},
  immature: {label: Months of service still young, format: text}}
unknown: none yet
rows: 20
empty: Nothing has been answered yet.
note: >
  A month by service or by first denial is compared once it is over by the payer's 90th percentile
  of days from service to first answer, sixty at least; a month by posting once it is over. Younger
  months are greyed on every chart and are in no comparison. Sources: audit.kpi, audit.payer_lag.
--- */
select
    lags.payer,
    strftime(max(kpis.month) filter (where kpis.is_mature and kpis.basis = 'service'), '%Y-%m')
        as by_service,
    strftime(max(kpis.month) filter (where kpis.is_mature and kpis.basis = 'posting'), '%Y-%m')
        as by_posting,
    lags.mature_days,
    nullif(array_to_string(list_sort(list(distinct strftime(kpis.month, '%Y-%m')) filter (
        where kpis.basis = 'service' and not kpis.is_mature
    )), ', '), '') as immature
from audit.payer_lag as lags
left join audit.kpi as kpis on lags.payer = kpis.payer and kpis.month is not null
group by lags.payer, lags.mature_days, lags.claims
order by lags.payer = 'all payers' desc, lags.claims desc, lags.payer

/* ---
title: Indicators
columns: {label: {label: Indicator, format: text}, month: text, value: figure,
  interval: {label: 95% interval, format: interval}, n: {label: "n", format: count},
  basis: {label: Month of, format: text}}
n: n
hidden: format
rows: 60
unknown: none
shareable: yes
note: >
  Each indicator in its last finished month, all payers; the month asked for where that is finished.
  n: claims, lines, remittances or denied lines it rests on. Definitions follow. Source: audit.kpi.
--- */
with latest as (
    select
        kpis.kpi,
        kpis.month,
        kpis.value,
        kpis.lower,
        kpis.upper,
        kpis.n,
        row_number() over (partition by kpis.kpi order by kpis.month desc) as place
    from audit.kpi as kpis
    where
        kpis.payer = 'all payers' and kpis.is_mature
        and (
            getvariable('month') is null
            or kpis.basis = 'cut'
            or kpis.month <= cast(getvariable('month') || '-01' as date)
        )
)

select
    definitions.label,
    strftime(latest.month, '%Y-%m') as month,
    cast(latest.value as double) as value,
    case definitions.unit
        when 'share' then 'percent'
        when 'ratio' then case
            when definitions.kpi in ('allowed_per_work_rvu', 'allowed_per_mohs_case') then 'money'
            else 'percent'
        end
        when 'dollars' then 'exposure'
        else 'number'
    end as format,
    if(latest.lower is null, null, {
        'low': cast(latest.lower as double), 'high': cast(latest.upper as double)
    }) as interval,
    latest.n,
    case definitions.basis
        when 'service' then 'service'
        when 'posting' then 'first answer or payment'
        when 'denial' then 'first denial'
        when 'cut' then 'last day on file'
    end as basis
from reference.kpi as definitions
left join latest on definitions.kpi = latest.kpi and latest.place = 1
where definitions.is_computable
order by definitions.basis, definitions.label

/* ---
title: How each is made
columns: {label: {label: Indicator, format: text}, numerator: text, denominator: text,
  remark: {label: To mind, format: text}}
rows: 60
unknown: none
shareable: yes
empty: No indicator is defined.
note: >
  Numerator / denominator in our words; those without a denominator are sums or days. Not computable
  ones say what they would need. An id such as CL-1 names the published indicator whose idea ours
  follows; it is no claim of compliance with it. Source: reference.kpi.
--- */
select
    definitions.label,
    definitions.numerator,
    nullif(definitions.denominator, '') as denominator,
    nullif(concat_ws(
        '; ',
        if(definitions.is_computable, null, 'not computable'),
        nullif(definitions.reason, ''),
        'idea of ' || nullif(definitions.published_id, '')
    ), '') as remark
from reference.kpi as definitions
order by definitions.is_computable desc, definitions.basis, definitions.label

/* ---
title: Benchmarks
columns: {who: {label: Who, format: text}, n: number, unit: text,
  years: {label: Years, format: text}, measures: {label: Of what, format: text},
  origin: text, source: text}
reading: >
  No outside benchmark stands on the pages of denials: each payer is held against its own past.
shareable: yes
rows: 12
empty: No cohort is on file.
note: >
  Published denial rates are of hospitals, of all specialties or of consumers' plans, count claims,
  dollars or charges, first or final denials; none known to us is of Mohs surgery by line. The
  cohorts listed serve the practice mirror only, each with who, how many, unit and years. Source:
  reference.peer_cohort.
--- */
select
    cohorts.who,
    max(cohorts.n) as n,
    cohorts.unit,
    case
        when year(cohorts.effective_to) = 9999 then year(cohorts.effective_from) || ' and later'
        when year(cohorts.effective_from) = year(cohorts.effective_to)
            then cast(year(cohorts.effective_from) as varchar)
        else year(cohorts.effective_from) || ' to ' || year(cohorts.effective_to)
    end as years,
    array_to_string(list_sort(list(distinct replace(cohorts.measure, '_', ' '))), ', ') as measures,
    cohorts.origin,
    min(cohorts.source) as source
from reference.peer_cohort as cohorts
group by cohorts.who, cohorts.unit, years, cohorts.origin
order by years desc, n desc, cohorts.who, cohorts.unit, cohorts.origin

/* ---
title: Limits
chart: sentence
text: "{said}"
columns: {said: text}
--- */
select
    'Figures come from the files named above and from what people entered; what is in neither is '
    || 'unknown. Nothing here is billing or legal advice, and nothing says that a claim was wrong '
    || 'or that money is owed: findings, variances and preventable denials are potential and need '
    || 'review. CPT codes belong to the American Medical Association; reason and remark codes to '
    || 'X12, named here in our own words.' as said
