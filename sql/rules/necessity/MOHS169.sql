/* ---
id: MOHS169
name: prior-authorization-missing
summary: A claim for Mohs surgery has no prior authorization number, and its payer wants one.
severity: warning
category: necessity
population: core.filed_line where is_mohs
needs: [claims]
requires: [prior_authorization]
scope: patient
effective: {from: 2007-01-01}
default: off
carc: ["197"]
citation:
  - title: UnitedHealthcare's list of 2023 (authorization of Mohs surgery dropped)
    grade: secondary
    checked: 2026-11-23
  - title: Our reading of the payers that still ask for it; Medicare does not
    grade: inference
    checked: 2026-11-23
why: >
  Medicare asks for no authorization of Mohs surgery and large plans have dropped it. Off, unless
  overlays.csv says with its dates and document that a payer wants a number.
exceptions:
  - An authorization number is on the claim.
remedy: >
  Look for the authorization, put its number on the claim (837 REF G1) and send a corrected claim.
  Without one ask the payer whether it grants one afterwards.
--- */
select
    lines.line_id,
    lines.procedure_code || ' has no prior authorization number, which ' || lines.payer || ' wants'
        as reason
from core.filed_line as lines
where lines.is_mohs and lines.prior_authorization = ''
