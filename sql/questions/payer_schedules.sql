/* ---
title: The fee schedules payers pay by, inferred from their remittances
meaning: >
  Per payer and year of service: the Medicare year and percent that give most of the amounts
  allowed to the cent, and codes that depart from it. Contracts that are loaded stand beside it and
  are not used for it.
grain: one row per payer, year of service and code that departs (blank for all other codes)
columns:
  lines: lines the row rests on
  lag_weeks: weeks of the year in which the schedule before was still paid
  percent_of_medicare: percent that gives most of the amounts, 100 for Medicare's own
  percent_lower: lower end of the 95 % interval of the median multiple, in percent
  percent_upper: its upper end
  terms: whether contract terms of the payer are loaded
  is_reliable: at least 30 lines, eight of ten of them to the cent
--- */
select
    schedules.payer,
    schedules.service_year,
    schedules.procedure_code,
    schedules.lines,
    schedules.medicare_year,
    cast(round(schedules.percent_of_medicare * 100, 3) as decimal(9, 3)) as percent_of_medicare,
    cast(round(schedules.lower * 100, 3) as decimal(9, 3)) as percent_lower,
    cast(round(schedules.upper * 100, 3) as decimal(9, 3)) as percent_upper,
    schedules.fee,
    round(schedules.exact_share, 3) as exact_share,
    schedules.further_rate,
    schedules.lag_weeks,
    schedules.missed_escalator,
    schedules.is_reliable,
    case
        when schedules.payer in (select contracts.payer from reference.contract as contracts)
            then 'loaded'
        when
            schedules.payer in (
                select claims.payer
                from core.claim as claims
                where claims.line_of_business = 'medicare'
            )
            then 'Medicare'
        else 'none'
    end as terms
from audit.payer_schedule as schedules
where schedules.procedure_code = '' or schedules.is_carve_out
order by schedules.payer, schedules.service_year, schedules.procedure_code
