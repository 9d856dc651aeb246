/* ---
id: MOHS145
name: laboratory-certificate-missing
summary: A Medicare claim for Mohs surgery has no CLIA number, or one that cannot be one.
severity: warning
category: provider
population: core.mohs_line where line_of_business = 'medicare'
needs: [claims]
requires: [clia_number]
scope: patient
effective: {from: 2007-01-01}
carc: ["16", "B7"]
citation:
  - title: CMS change request 3458 of 2005 (Mohs codes under the CLIA edits, high complexity)
    grade: secondary
    checked: 2026-11-23
  - title: Today's list of codes under the CLIA edits
    grade: recalled
    checked: 2026-11-23
why: >
  Reading the slides is laboratory work of high complexity, so Medicare wants the number of the
  laboratory's certificate and returns claims without it. A number has ten characters, the third a
  D. Whether the certificate is good for more than waived tests the claim does not say.
exceptions:
  - The laboratory of the facility has its own number on the claim (place of service 22 or 24).
  - Other payers do not ask for it.
remedy: >
  Put the number of the laboratory's certificate on the claim (837 REF X4) and send it again.
--- */
select
    stage.line_id,
    case
        when stage.clia_number = '' then stage.procedure_code || ' has no CLIA number'
        else stage.procedure_code || ' has a CLIA number that is not ten characters, the third a D'
    end as reason
from core.mohs_line as stage
where stage.line_of_business = 'medicare' and stage.clia_number not like '__D_______'
