/* ---
id: MOHS244
name: fee-of-the-other-setting
summary: The facility fee was allowed for a service in the office, or the other way about.
severity: error
category: payment
population: core.encounter_line where not is_denied
needs: [claims, remits]
requires: [locality, place_of_service]
scope: patient
effective: {from: 2013-01-01}
carc: ["45"]
supersedes: [MOHS240]
citation:
  - title: CMS physician fee schedule RVU files, facility and non-facility practice expense
    grade: authority
    checked: 2026-11-23
why: >
  The place of service decides which practice expense is paid; for 17311 the office's fee is about
  twice the facility's. The line's own place of service is what is expected of it.
exceptions:
  - The contract pays one site of service everywhere (its own terms are what is compared).
  - The amount fits the setting, and differs for another reason.
remedy: >
  Underpaid: appeal with the place of service. Overpaid: check the place of service billed; where it
  is wrong, correct the claim.
--- */
select
    lines.line_id,
    case variances.status when 'under' then 'Underpaid' else 'Overpaid' end || ' by '
    || cast(abs(variances.variance) as varchar) || ': place of service '
    || lines.place_of_service || ', allowed ' || cast(variances.allowed as varchar) || ' is '
    || variances.explanation as reason
from core.encounter_line as lines
inner join audit.payment_variance as variances on lines.line_id = variances.line_id
where not lines.is_denied and variances.cause = 'other_setting'
