/* ---
id: MOHS250
name: qualified-beneficiary-billed
summary: The patient has paid on a claim whose remittance says that nothing may be collected.
severity: warning
category: payment
population: core.encounter_line where line_of_business = 'medicare'
needs: [claims, remits]
requires: []
scope: patient
effective: {from: 2013-01-01}
carc: []
citation:
  - title: CMS Qualified Medicare Beneficiary program, remark codes N781 and N782 (no deductible, no
      coinsurance from the patient)
    grade: recalled
    checked: 2026-11-23
why: >
  A qualified beneficiary owes neither deductible nor coinsurance. The remark stands on the line or
  the claim of the remittance; what the patient paid stands on the claim (AMT*F5) or in the export.
  One line of the claim is told.
exceptions:
  - The patient paid nothing.
  - The remittance does not name the program.
remedy: >
  Refund the patient and take the balance off the account; bill Medicaid for the shares.
--- */
with qualified as (
    select remits.claim_id
    from core.remit_line as remits
    where
        coalesce(list_contains(remits.remarks, 'N781'), false)
        or coalesce(list_contains(remits.remarks, 'N782'), false)
    union all
    select remits.claim_id
    from core.remit_claim as remits
    where
        coalesce(list_contains(remits.remarks, 'N781'), false)
        or coalesce(list_contains(remits.remarks, 'N782'), false)
),

told_lines as (
    select
        lines.claim_id,
        min(lines.line_id) as line_id
    from core.encounter_line as lines
    semi join qualified on lines.claim_id = qualified.claim_id
    where lines.line_of_business = 'medicare' and lines.is_adjudicated
    group by lines.claim_id
)

select
    told_lines.line_id,
    'The patient paid ' || cast(payments.patient_paid as varchar)
    || ', of a claim of which nothing may be collected' as reason
from told_lines
inner join core.patient_payment as payments on told_lines.claim_id = payments.claim_id
