/* ---
id: MOHS210
name: exact-duplicate-line
summary: A line of an earlier live claim is billed again, the same in every respect.
severity: error
category: duplicate
population: core.encounter_line
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
scope: patient
effective: {from: 2007-01-01}
carc: ["18"]
citation:
  - title: MAC pages on reason code 18
    grade: secondary
    checked: 2026-11-23
why: >
  Patient, renderer, day, code, modifiers, units, charge and diagnoses agree on two live claims.
  Payers deny the second, or pay twice and take it back.
exceptions:
  - A replacement claim (frequency 7) took the place of the first.
  - The second line carries a modifier that sets it apart (59, XS, 76).
  - The second line points to another diagnosis.
remedy: >
  If the claim was sent twice, void the second. If it was a second service, say so with a
  modifier, and if it was a correction, send it with frequency 7 and the payer's number of the
  first.
correction: remove
evidence:
  - the submission dates of both claims
  - a second service of that day in the record
--- */
select
    again.line_id,
    again.procedure_code || ' with the same modifiers, units, charge and diagnoses stands on an '
    || 'earlier claim of that day' as reason,
    earlier.line_id as related_line_id
from core.encounter_line as again
inner join core.encounter_line as earlier
    on
        again.encounter_id = earlier.encounter_id
        and again.procedure_code = earlier.procedure_code
        and again.modifier_key = earlier.modifier_key
        and again.units = earlier.units
        and again.charge = earlier.charge
        and again.diagnosis_key = earlier.diagnosis_key
        and again.claim_id <> earlier.claim_id
where
    again.code_lines > 1
    and earlier.code_lines > 1
    and (
        coalesce(earlier.submitted_date, earlier.date_of_service)
        < coalesce(again.submitted_date, again.date_of_service)
        or (
            coalesce(earlier.submitted_date, earlier.date_of_service)
            = coalesce(again.submitted_date, again.date_of_service)
            and earlier.claim_id < again.claim_id
        )
    )
