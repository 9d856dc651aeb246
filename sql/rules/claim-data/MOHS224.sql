/* ---
id: MOHS224
name: provider-number-missing
summary: A line has no NPI of the rendering provider, or its claim none of the billing provider.
severity: error
category: claim-data
population: core.encounter_line
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2008-05-23}
carc: ["16", "208"]
citation:
  - title: Our reading of what a claim must carry
    grade: inference
    checked: 2026-11-23
  - title: NPI rule of HIPAA (numbers wanted on every claim since 2008-05-23)
    grade: recalled
    checked: 2026-11-23
why: >
  A claim without its providers' numbers is returned unprocessed. Whether a number passes its check
  digit is not judged here.
exceptions:
  - The source has no place for the billing provider.
remedy: >
  Complete the number and send the claim again.
--- */
select
    lines.line_id,
    lines.procedure_code || ' has no NPI of the '
    || case when lines.rendering_npi = '' then 'rendering' else 'billing' end
    || ' provider' as reason
from core.encounter_line as lines
left join core.claim as claims on lines.claim_id = claims.claim_id
where lines.rendering_npi = '' or coalesce(claims.billing_npi = '', false)
