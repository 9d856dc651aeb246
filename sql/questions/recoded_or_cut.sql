/* ---
title: Lines answered with another code or fewer units
meaning: >
  The payer adjudicated a code that was not billed, or paid fewer units than were billed, without
  denying the line.
grain: one row per adjudicated line
columns:
  billed_code: code billed
  adjudicated_code: code the payer adjudicated
  billed_units: units billed
  kind: recoded, units cut, or both
--- */
select
    lines.line_id,
    lines.payer,
    lines.date_of_service,
    lines.procedure_code as billed_code,
    remits.procedure_code as adjudicated_code,
    lines.units as billed_units,
    remits.units_paid,
    case
        when lines.procedure_code = remits.procedure_code then 'units cut'
        when remits.units_paid < lines.units then 'both'
        else 'recoded'
    end as kind,
    remits.allowed,
    prices.expected_allowed
from core.remit_line as remits
inner join core.service_line as lines on remits.line_id = lines.line_id
left join audit.expected_payment as prices on lines.line_id = prices.line_id
where
    not remits.is_reversal
    and remits.payer_sequence not in ('S', 'T')
    and remits.paid > 0
    and (lines.procedure_code <> remits.procedure_code or remits.units_paid < lines.units)
order by lines.date_of_service, lines.line_id, remits.remit_line_id
