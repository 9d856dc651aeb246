/* ---
id: MOHS253
name: denied-though-clean
summary: A line was denied, and no rule finds an error or a warning on it as it was billed.
severity: info
category: payment
population: core.encounter_line where is_denied or not is_adjudicated
needs: [claims, remits]
requires: []
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Our reading of a denial that no edit, policy or chart check we know explains
    grade: inference
    checked: 2026-11-23
  - title: Denial pages of two Medicare contractors (MA130 is not a decision and cannot be appealed)
    grade: secondary
    checked: 2026-11-23
why: >
  What the published policy would pay and the payer denied is where an appeal has grounds. The
  finding says that no rule which could judge the line speaks against it, not that the claim is
  right: what a rule could not judge for want of a chart or a column is in audit.rule_coverage. It
  disagrees with the payer and blames nobody.
exceptions:
  - A rule finds an error or a warning on the line.
  - The payer could not process the claim (MA130).
  - The line was paid.
remedy: >
  Read the reason first. A denial for records is answered with the records, one about the member or
  an approval with the payer's own file; else appeal within the payer's deadline, with the
  operative note, the map and the policy the line meets.
--- */
with faults as (
    select distinct findings.line_id
    from audit.finding as findings
    where
        findings.basis <> 'payment'
        and findings.severity in ('error', 'warning')
        and not findings.is_superseded
),

-- no decision was made on these, so there is none to appeal
unprocessable as (
    select distinct remits.line_id
    from core.remit_line as remits
    inner join core.remit_claim as claims on remits.remit_claim_id = claims.remit_claim_id
    inner join core.service_line as lines
        on remits.line_id = lines.line_id and remits.payment_date = lines.remitted_date
    where
        not remits.is_reversal
        and (
            coalesce(list_contains(remits.remarks, 'MA130'), false)
            or coalesce(list_contains(claims.remarks, 'MA130'), false)
        )
)

select
    lines.line_id,
    'Denied ' || coalesce('with ' || lines.driver_carc, 'without a reason code')
    || ', and no rule finds fault with the line as billed' as reason
from core.encounter_line as denied
inner join core.service_line as lines on denied.line_id = lines.line_id
anti join faults on denied.line_id = faults.line_id
anti join unprocessable on denied.line_id = unprocessable.line_id
where denied.is_denied
