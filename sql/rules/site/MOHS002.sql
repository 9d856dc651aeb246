/* ---
id: MOHS002
name: head-code-on-a-trunk-diagnosis
summary: 17311 or 17312 points only to lesions of the trunk.
severity: info
category: site
population: core.mohs_line where site_family = 'H'
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["11", "150"]
citation:
  - title: CPT guideline on Mohs surgery (17311 also where muscle, cartilage, bone, tendon, a major
      nerve or vessel is involved), as retold by AAPC
    grade: secondary
    checked: 2026-11-23
  - title: ICD-10-CM April 2026 codes read as site families
    grade: inference
    checked: 2026-11-23
why: >
  On the trunk 17311 is right only where surgery directly involved muscle, cartilage, bone, tendon,
  a major nerve or vessel. A claim cannot say so; the chart can, and is not read yet, so this is a
  line to look at and no more.
exceptions:
  - One diagnosis is of another site than the trunk.
  - The diagnosis is of anal skin, which is neither family for sure.
remedy: >
  Look for the named deep structure in the operative note. Without it recode to 17313 or 17314, send
  a corrected claim and refund the difference.
--- */
select
    stage.line_id,
    stage.procedure_code || ' on a diagnosis of the trunk is right only where a deep structure was '
    || 'involved' as reason
from core.mohs_line as stage
where
    stage.site_family = 'H'
    and stage.pointers > 0
    and stage.trunk_pointers = stage.pointers
