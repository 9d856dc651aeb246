/* ---
page: Fee schedules in force
pack: reimbursement
order: 50
intro: >
  What each payer has agreed to pay by, as loaded, beside what it seems to pay by, as its
  remittances show. What is inferred is no contract.
--- */

/* ---
chart: sentence
text: >
  Of {payers:payer}, {years:year of service|years of service} could be solved, {reliable} of them
  reliably: {agree} with the percent and schedule on file[, {apart} with another one].
  {missed:missed escalator|missed escalators}; {late:new year was|new years were} loaded late.
columns: {payers: number, years: number, reliable: number, agree: number, apart: number,
  missed: number, late: number}
--- */
select
    count(distinct loaded.payer) as payers,
    count(*) as years,
    count(*) filter (where loaded.is_reliable) as reliable,
    count(*) filter (
        where loaded.is_reliable and abs(loaded.percent_of_medicare - loaded.value) < 0.001
        and loaded.medicare_year = loaded.loaded_year
    ) as agree,
    nullif(count(*) filter (
        where loaded.is_reliable and loaded.value is not null and not (
            abs(loaded.percent_of_medicare - loaded.value) < 0.001
            and loaded.medicare_year = loaded.loaded_year
        )
    ), 0) as apart,
    count(*) filter (where loaded.missed_escalator > 0) as missed,
    count(*) filter (where loaded.lag_weeks > 0) as late
from loaded_schedules() as loaded

/* ---
title: Loaded and back-solved
columns: {service_year: {label: Year, format: text}, loaded: {label: Loaded, format: percent},
  loaded_year: {label: of schedule, format: text}, back_solved: {label: Back-solved,
  format: percent}, medicare_year: {label: of schedule, format: text},
  interval: {label: 95% interval, format: interval}, lines: count,
  fit: {label: To the cent, format: percent}, lag_weeks: {label: Lag (weeks), format: number},
  missed: {label: Missed raise, format: percent}, reliable: text}
n: lines
rows: 60
unknown: "-"
empty: No payer has paid lines from which a schedule could be inferred.
note: >
  All codes together, by payer and year of service, over all dates on file. Loaded: percent of which
  year's Medicare schedule by the terms in force at the end of the year (contracts.csv); Medicare
  itself is 100% of the year. Back-solved: the percent and Medicare year that give most lines to the
  cent, from lines that nothing but the fee decides (audit.payer_schedule, docs/variances.md); the
  interval is for the median multiple, by order statistics. To the cent: share of the lines allowed
  to a cent a unit.

  Lag: weeks of the year in which remittances still followed the schedule before; begun ones are
  counted; 0 is none, a dash cannot be told. Missed raise: the raise of the year before that this
  year lacks. Reliable: thirty lines and eight of ten to the cent, or five where another year says
  the same.
--- */
select
    loaded.payer,
    cast(loaded.service_year as varchar) as service_year,
    cast(loaded.value as double) as loaded,
    cast(loaded.loaded_year as varchar) as loaded_year,
    cast(loaded.percent_of_medicare as double) as back_solved,
    cast(loaded.medicare_year as varchar) as medicare_year,
    {'low': cast(loaded.lower as double), 'high': cast(loaded.upper as double)} as interval,
    loaded.lines,
    loaded.exact_share as fit,
    cast(ceil(loaded.lag_weeks) as integer) as lag_weeks,
    loaded.missed_escalator as missed,
    case when loaded.is_reliable then 'yes' else 'no' end as reliable
from loaded_schedules() as loaded
order by loaded.payer, loaded.service_year desc

/* ---
title: Code by code
chart: heat
reading: >
  The last year of service, {last_year}: what each payer seems to pay for the Mohs codes, as percent
  of the Medicare schedule it follows.
hidden: last_year
x: payer
y: procedure_code
value: back_solved
n: lines
columns: {back_solved: {label: Percent of Medicare, format: percent}, lines: count,
  procedure_code: code, last_year: text, reliable: text, fee: {label: Flat fee, format: money},
  medicare_year: {label: Schedule, format: text}, fit: {label: To the cent, format: percent},
  loaded: {label: Loaded, format: percent}}
n: lines
rows: 100
unknown: "-"
empty: No Mohs line was paid from which a schedule could be inferred.
note: >
  Back-solved by code, over the last year of service on file. Its lines, schedule, fit and the terms
  loaded for the code (or for all codes; Medicare itself is 100%) are in the figures of this chart. A
  figure that rests on a few lines is a hint, not a term.
--- */
with latest as (
    select max(schedules.service_year) as service_year
    from audit.payer_schedule as schedules
),

medicare_payers as (
    select distinct lines.payer
    from core.service_line as lines
    where lines.line_of_business = 'medicare'
),

loaded as (
    select
        schedules.*,
        coalesce(contracts.value, case when medicare_payers.payer is not null then 1 end) as value,
        row_number() over (
            partition by schedules.payer, schedules.procedure_code
            order by contracts.procedure_code desc, contracts.effective_from desc
        ) as choice
    from audit.payer_schedule as schedules
    semi join latest on schedules.service_year = latest.service_year
    left join reference.contract as contracts
        on
            schedules.payer = contracts.payer
            and contracts.procedure_code in ('', schedules.procedure_code)
            and contracts.basis = 'percent_of_medicare'
            and make_date(schedules.service_year, 12, 31) >= contracts.effective_from
            and make_date(schedules.service_year, 1, 1) <= contracts.effective_to
    left join medicare_payers on schedules.payer = medicare_payers.payer
    where schedules.procedure_code between '17311' and '17315'
)

select
    loaded.payer,
    loaded.procedure_code,
    cast(loaded.percent_of_medicare as double) as back_solved,
    loaded.lines,
    cast(loaded.medicare_year as varchar) as medicare_year,
    loaded.fee,
    loaded.exact_share as fit,
    cast(loaded.value as double) as loaded,
    case when loaded.is_reliable then 'yes' else 'no' end as reliable,
    cast(loaded.service_year as varchar) as last_year
from loaded
where loaded.choice = 1
order by loaded.payer, loaded.procedure_code

/* ---
title: Codes that depart from their payer's percent
columns: {service_year: {label: Year, format: text}, procedure_code: {label: Code, format: code},
  back_solved: {label: Percent of Medicare, format: percent}, fee: {label: Flat fee, format: money},
  all_codes: {label: All codes, format: percent}, lines: count,
  fit: {label: To the cent, format: percent}, reliable: text}
n: lines
rows: 40
unknown: "-"
empty: No code departs from its payer's percent.
note: >
  Carve-outs as the remittances show them: five lines or more of the code, of which less than half
  follow the payer's percent and eight of ten follow one of their own, or a flat fee.
--- */
select
    schedules.payer,
    cast(schedules.service_year as varchar) as service_year,
    schedules.procedure_code,
    case
        when schedules.basis = 'percent_of_medicare'
            then cast(schedules.percent_of_medicare as double)
    end as back_solved,
    schedules.fee,
    cast(overall.percent_of_medicare as double) as all_codes,
    schedules.lines,
    schedules.exact_share as fit,
    case when schedules.is_reliable then 'yes' else 'no' end as reliable
from audit.payer_schedule as schedules
left join audit.payer_schedule as overall
    on
        schedules.payer = overall.payer
        and schedules.service_year = overall.service_year
        and overall.procedure_code = ''
where schedules.is_carve_out and schedules.procedure_code <> ''
order by schedules.payer, schedules.procedure_code, schedules.service_year desc

/* ---
title: Charges below the fee
columns: {procedure_code: {label: Code, format: code}, lines: count,
  charge: {label: Charged, format: exposure}, fee: {label: By the fee, format: exposure},
  lost: {label: Lost to the lower charge, format: exposure}}
rows: 40
empty: No charge of this period is below the fee that was due.
note: >
  Lines on which the charge is below what the schedule or the contract gives, so that the payer owes
  the charge only. By the fee: what would have been expected without that limit; for contracts the
  product of the rates of the line, to a cent. Raising a charge is the practice's decision.
--- */
with capped as (
    select
        lines.payer,
        lines.procedure_code,
        lines.charge,
        case
            when prices.expected_basis = 'medicare' then prices.medicare_allowed
            else cast(round(
                prices.full_fee * prices.mppr_rate * prices.modifier_rate, 2
            ) as decimal(12, 2))
        end as fee
    from audit.expected_payment as prices
    inner join core.service_line as lines on prices.line_id = lines.line_id
    where
        prices.status = 'priced' and prices.expected_allowed = lines.charge
        and in_period(lines.date_of_service)
)

select
    capped.payer,
    capped.procedure_code,
    count(*) as lines,
    sum(capped.charge) as charge,
    sum(capped.fee) as fee,
    sum(capped.fee - capped.charge) as lost
from capped
where capped.fee > capped.charge
group by capped.payer, capped.procedure_code
order by lost desc, capped.payer, capped.procedure_code
