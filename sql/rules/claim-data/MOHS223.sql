/* ---
id: MOHS223
name: dates-out-of-order
summary: A line was sent, received or paid before the day of service.
severity: error
category: claim-data
population: core.encounter_line
needs: [claims]
requires: [submitted_date]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Our reading of the order of the dates of a claim
    grade: inference
    checked: 2026-11-23
why: >
  A service is done, then billed, received and paid. Any other order means that a date was mistyped,
  mostly the day of service, or that something was billed before it was done.
exceptions:
  - A claim may be sent on the day of service.
remedy: >
  Read the day of service in the record, correct the date and send a corrected claim.
--- */
with early_payments as (
    select services.line_id
    from core.service_line as services
    where coalesce(services.remitted_date < services.date_of_service, false)
),

received_claims as (
    select
        claims.claim_id,
        claims.received_date
    from core.claim as claims
    where claims.received_date is not null
)

select
    lines.line_id,
    lines.procedure_code || ' was '
    || case
        when lines.submitted_date < lines.date_of_service then 'sent'
        when claims.received_date < lines.date_of_service then 'received'
        else 'paid'
    end
    || ' before its day of service' as reason
from core.encounter_line as lines
left join received_claims as claims on lines.claim_id = claims.claim_id
left join early_payments as payments on lines.line_id = payments.line_id
where
    coalesce(lines.submitted_date < lines.date_of_service, false)
    or coalesce(claims.received_date < lines.date_of_service, false)
    or payments.line_id is not null
