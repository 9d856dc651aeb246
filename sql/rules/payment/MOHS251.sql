/* ---
id: MOHS251
name: bundled-or-invalid-line-was-paid
summary: A line was paid that an NCCI pair bundles, or on which another rule finds an error.
severity: error
severity_when:
  warning: an NCCI pair of a day outside the release that is loaded
category: payment
population: core.encounter_line where not is_denied
needs: [claims, remits]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["236", "97"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3
    grade: authority
    checked: 2026-11-23
  - title: 42 CFR 401.305 (overpayments are returned within 60 days of being identified)
    grade: recalled
    checked: 2026-11-23
why: >
  What an edit or the policy should have denied and the payer paid may be owed back, net of
  take-backs. The billing error has its own finding; this one says that money came with it, and
  starts the clock once somebody has looked. An error that rests on another line is none of this
  rule where that line was not paid: of a pair, or of a line billed twice, one may stand.
exceptions:
  - The line was denied.
  - A modifier frees the pair.
  - The payment was taken back.
  - The column 1 code was denied.
  - The rule only warns.
  - The line it is a duplicate of was denied.
remedy: >
  Look into it; the period to report and return the overpayment runs from its identification.
--- */
with paid_lines as (
    select
        lines.line_id,
        lines.paid
    from core.encounter_line as lines
    where lines.is_adjudicated and not lines.is_denied and lines.paid > 0
),

-- The error rests on a line that was not paid: of the two, this one may stand.
alone as (
    select
        findings.rule_id,
        findings.line_id
    from audit.finding as findings
    inner join core.service_line as related on findings.related_line_id = related.line_id
    where related.is_denied or not related.is_adjudicated or coalesce(related.paid, 0) <= 0
),

errors as (
    select
        findings.line_id,
        findings.rule_id,
        findings.reason,
        findings.related_line_id,
        findings.severity,
        row_number() over (
            partition by findings.line_id
            order by findings.severity, findings.rule_id, findings.line_id
        ) as place
    from audit.finding as findings
    anti join alone
        on findings.rule_id = alone.rule_id and findings.line_id = alone.line_id
    where
        (
            findings.basis <> 'payment'
            and findings.severity = 'error'
            and not findings.is_superseded
        )
        -- outside the release that is loaded a pair weighs less, and so does what supersedes it
        or (
            findings.severity in ('error', 'warning')
            and findings.rule_id in ('MOHS060', 'MOHS061')
        )
)

select
    paid_lines.line_id,
    cast(paid_lines.paid as varchar) || ' was paid, and ' || errors.rule_id
    || ' finds an error: ' || errors.reason as reason,
    errors.related_line_id,
    case when errors.severity = 'warning' then 'warning' end as severity
from paid_lines
inner join errors on paid_lines.line_id = errors.line_id
where errors.place = 1
