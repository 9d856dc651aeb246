/* ---
title: Why lines were denied
meaning: >
  Denied lines by payer, our category and the reason code that decides. A line is denied when
  nothing was allowed for a reason that is neither contractual nor the patient's share.
grain: one row per payer, category and reason code
columns:
  carc: reason code that decides
  denied_lines: lines denied for it
  adjudicated_lines: the payer's lines it has answered
  priced_lines: denied lines with an expected amount
--- */
with adjudicated as (
    select
        lines.payer,
        count(*) as adjudicated_lines
    from core.service_line as lines
    where lines.is_adjudicated and lines.payer_sequence not in ('S', 'T')
    group by lines.payer
)

select
    lines.payer,
    lines.denial_category,
    lines.driver_carc as carc,
    count(*) as denied_lines,
    adjudicated.adjudicated_lines,
    sum(lines.charge) as charge,
    sum(prices.expected_allowed) as expected_allowed,
    count(prices.expected_allowed) as priced_lines
from core.service_line as lines
inner join adjudicated on lines.payer = adjudicated.payer
left join audit.expected_payment as prices on lines.line_id = prices.line_id
where lines.is_denied and lines.payer_sequence not in ('S', 'T')
group by lines.payer, lines.denial_category, lines.driver_carc, adjudicated.adjudicated_lines
order by denied_lines desc, lines.payer asc, carc asc
