/* ---
title: What the last audit came to
meaning: >
  One row over everything on file: rows in, accepted and set aside; findings that stand, by
  severity; what the fee schedule or the contract gives against what was allowed where both are
  known; dollars at risk.
grain: one row
columns:
  expected_allowed: expected on the lines compared
  allowed: allowed by the payers on the same lines
  at_risk: >
    expected allowed (else charge) of lines that break an error rule and await adjudication; each
    line once
--- */
with intake as (
    select
        coalesce(sum(files.rows_in), 0) as rows_in,
        coalesce(sum(files.rows_accepted), 0) as rows_accepted,
        coalesce(sum(files.rows_quarantined), 0) as rows_quarantined
    from audit.intake as files
),

standing as (
    select
        count(*) filter (where findings.severity = 'error') as errors,
        count(*) filter (where findings.severity = 'warning') as warnings,
        count(*) filter (where findings.severity = 'info') as infos
    from audit.finding as findings
    where findings.state <> 'gone' and not findings.is_superseded
),

compared as (
    select
        count(*) as lines_compared,
        coalesce(sum(variances.expected_allowed), 0) as expected_allowed,
        coalesce(sum(variances.allowed), 0) as allowed
    from audit.payment_variance as variances
    where variances.status in ('as_expected', 'under', 'over')
),

waiting as (
    select
        findings.line_id,
        max(findings.dollars) as dollars
    from audit.finding as findings
    inner join core.service_line as lines on findings.line_id = lines.line_id
    where
        findings.state <> 'gone'
        and findings.severity = 'error'
        and not lines.is_adjudicated
    group by findings.line_id
),

risk as (
    select
        count(*) as lines_at_risk,
        coalesce(sum(waiting.dollars), 0) as at_risk
    from waiting
)

select
    intake.rows_in,
    intake.rows_accepted,
    intake.rows_quarantined,
    standing.errors,
    standing.warnings,
    standing.infos,
    compared.lines_compared,
    cast(compared.expected_allowed as decimal(14, 2)) as expected_allowed,
    cast(compared.allowed as decimal(14, 2)) as allowed,
    risk.lines_at_risk,
    cast(risk.at_risk as decimal(14, 2)) as at_risk
from intake
cross join standing
cross join compared
cross join risk
