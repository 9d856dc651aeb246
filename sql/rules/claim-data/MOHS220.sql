/* ---
id: MOHS220
name: filed-after-a-year
summary: A Medicare claim was filed more than a calendar year after the service.
severity: error
category: claim-data
population: core.encounter_line where line_of_business = 'medicare'
needs: [claims]
requires: [submitted_date]
scope: patient
effective: {from: 2010-01-01}
carc: ["29"]
citation:
  - title: MAC pages on timely filing
    grade: secondary
    checked: 2026-11-23
  - title: 42 CFR 424.44 (services since 2010)
    grade: recalled
    checked: 2026-11-23
why: >
  Medicare takes claims for one calendar year after the day of service, counted to the day they
  arrive; where that is not known the day they were sent stands for it. Retroactive entitlement
  opens the year again, which a claim does not show. Other payers have other terms.
exceptions:
  - The claim replaces a timely one (frequency 7).
  - Medicare Advantage and commercial payers have their own terms.
remedy: >
  Write it off, unless the claim was sent in time and can be shown to have been, or entitlement was
  granted late. The patient may not be billed.
--- */
select
    lines.line_id,
    lines.procedure_code || ' was filed more than a calendar year after the day of service'
        as reason
from core.encounter_line as lines
inner join core.claim as claims on lines.claim_id = claims.claim_id
where
    lines.line_of_business = 'medicare'
    and claims.frequency_code <> '7'
    and coalesce(claims.received_date, lines.submitted_date)
    > cast(lines.date_of_service + interval 12 month as date)
