/* ---
id: MOHS221
name: service-before-birth
summary: The day of service lies before the patient's birth date on the claim.
severity: error
category: claim-data
population: core.filed_line
needs: [claims]
requires: [is_before_birth]
scope: patient
effective: {from: 2007-01-01}
carc: ["14"]
citation:
  - title: Our reading of the order of the dates of a claim
    grade: inference
    checked: 2026-11-23
why: >
  Nobody is operated on before birth, so one of the two dates is mistyped. A service after death
  or outside of coverage cannot be seen - no file says when a patient died or was insured.
exceptions:
  - A service on the day of birth.
remedy: >
  Check birth date and day of service against the record and send a corrected claim.
--- */
select
    lines.line_id,
    lines.procedure_code || ' lies before the birth date on the claim' as reason
from core.filed_line as lines
where lines.is_before_birth
