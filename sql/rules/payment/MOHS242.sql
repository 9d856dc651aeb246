/* ---
id: MOHS242
name: reduction-on-an-add-on
summary: The multiple procedure reduction was taken on an add-on code, which is exempt from it.
severity: error
category: payment
population: core.encounter_line where global_days = 'ZZZ' and not is_denied
needs: [claims, remits]
requires: [locality, place_of_service]
scope: patient
effective: {from: 2013-01-01}
carc: ["59"]
supersedes: [MOHS240]
citation:
  - title: CMS physician fee schedule RVU files, multiple procedure indicator 0 of 17312, 17314,
      17315 and the other add-on codes
    grade: authority
    checked: 2026-11-23
why: >
  Additional stages, extra blocks and the add-ons of closures carry indicator 0: they are neither
  ranked nor reduced. Allowed at half, the line is underpaid. Half of two units costs what one unit
  does; where the remittance says that it paid fewer units it is not this.
exceptions:
  - The remittance paid fewer units.
  - A line that is not an add-on and was reduced.
remedy: >
  Appeal with the indicator of the schedule. CARC 59 on the line tells that it was the reduction.
--- */
select
    lines.line_id,
    'Underpaid by ' || cast(-variances.variance as varchar) || ': ' || lines.procedure_code
    || ' is exempt from the multiple procedure reduction, allowed '
    || cast(variances.allowed as varchar) || ', expected '
    || cast(variances.expected_allowed as varchar) as reason
from core.encounter_line as lines
inner join audit.payment_variance as variances on lines.line_id = variances.line_id
where
    lines.global_days = 'ZZZ'
    and not lines.is_denied
    and variances.cause = 'add_on_halved'
