/* ---
title: Denial rate by month of service
meaning: >
  Lines denied in the end over lines adjudicated, with Wilson's 95 % interval. Months whose lines
  are not all adjudicated yet will still move; `waiting` says how many.
grain: one row per month and payer
parameters:
  payer: {type: text, meaning: only this payer}
  is_mohs: {type: yes_no, meaning: 'yes: only codes of Mohs surgery, no: only others'}
columns:
  month: month of service, YYYY-MM
  adjudicated: lines a payer has answered
  denied: of them denied, net of all remittances
  denial_rate: denied over adjudicated
  low: lower end of Wilson's 95 % interval
  high: upper end
  waiting: lines not answered yet
  denied_charge: billed on the lines denied
--- */
with counted as (
    select
        lines.month,
        lines.payer,
        count(*) filter (where lines.is_adjudicated) as adjudicated,
        count(*) filter (where lines.is_denied) as denied,
        count(*) filter (where not lines.is_adjudicated) as waiting,
        coalesce(sum(lines.charge) filter (where lines.is_denied), 0) as denied_charge
    from v_line as lines
    where
        (getvariable('payer') is null or lines.payer = getvariable('payer'))
        and (getvariable('is_mohs') is null or lines.is_mohs = getvariable('is_mohs'))
    group by lines.month, lines.payer
)

select
    counted.month,
    counted.payer,
    counted.adjudicated,
    counted.denied,
    round(counted.denied / nullif(counted.adjudicated, 0), 4) as denial_rate,
    round(wilson(counted.denied, counted.adjudicated).low, 4) as low,
    round(wilson(counted.denied, counted.adjudicated).high, 4) as high,
    counted.waiting,
    counted.denied_charge
from counted
order by counted.month, counted.payer
