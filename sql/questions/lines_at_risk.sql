/* ---
title: Lines waiting for an answer, by dollars at risk
meaning: >
  Probability of denial times what the line should be allowed, for lines no payer has answered, with
  what raises it most. Without enough history there is no probability, and `why_none` says so.
grain: one row per waiting line
parameters:
  top: {type: integer, least: 1, default: 50, meaning: so many lines}
--- */
select
    risks.line_id,
    risks.payer,
    lines.date_of_service,
    lines.procedure_code,
    lines.modifier_key,
    risks.probability,
    risks.lower,
    risks.upper,
    risks.expected_allowed,
    risks.at_risk,
    risks.severity,
    risks.top_reasons,
    risks.why_none
from audit.denial_risk as risks
left join core.service_line as lines on risks.line_id = lines.line_id
where risks.basis = 'waiting'
order by risks.at_risk desc nulls last, risks.probability desc nulls last, risks.line_id asc
limit coalesce(getvariable('top'), 50)
