/* ---
title: What the last audit came to
meaning: >
  One row over everything on file: rows in, accepted and set aside; findings that stand, by
  severity; what the fee schedule or the contract gives against what was allowed where both are
  known; dollars at risk. Findings that a person has dismissed are counted nowhere.
grain: one row
columns:
  rows_superseded: >
    rows accepted whose payment is not counted, since a later export or an 835 says it again
  paid_superseded: payments in those rows
  errors: findings of severity error that stand
  warnings: of severity warning
  infos: of severity info
  lines_compared: lines with an expected and an allowed amount
  expected_allowed: expected on the lines compared
  allowed: allowed by the payers on the same lines
  lines_at_risk: lines that at_risk counts, each once
  at_risk: >
    of lines that await adjudication: probability of denial x expected allowed where there is a
    probability (audit.denial_risk), nothing where such a line has no price; where there is no
    probability, the expected allowed (else charge) of those that break an error rule, in full
--- */
with intake as (
    select
        coalesce(sum(files.rows_in), 0) as rows_in,
        coalesce(sum(files.rows_accepted), 0) as rows_accepted,
        coalesce(sum(files.rows_quarantined), 0) as rows_quarantined,
        coalesce(sum(files.rows_superseded), 0) as rows_superseded,
        coalesce(sum(files.paid_superseded), 0) as paid_superseded
    from audit.intake as files
),

dismissed as (
    select
        dismissals.rule_id,
        dismissals.line_id
    from audit.dismissal as dismissals
    where dismissals.state = 'standing'
),

standing as (
    select
        count(*) filter (where findings.severity = 'error') as errors,
        count(*) filter (where findings.severity = 'warning') as warnings,
        count(*) filter (where findings.severity = 'info') as infos
    from audit.finding as findings
    anti join dismissed
        on findings.rule_id = dismissed.rule_id and findings.line_id = dismissed.line_id
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
    anti join dismissed
        on findings.rule_id = dismissed.rule_id and findings.line_id = dismissed.line_id
    where
        findings.state <> 'gone'
        and findings.severity = 'error'
        and not lines.is_adjudicated
    group by findings.line_id
),

-- a line without a price has no dollars at risk, and its charge does not stand in for them
weighed as (
    select
        risks.line_id,
        coalesce(risks.at_risk, 0) as at_risk
    from audit.denial_risk as risks
    where risks.basis = 'waiting' and risks.probability is not null
),

risk as (
    select
        count(*) as lines_at_risk,
        coalesce(sum(coalesce(weighed.at_risk, waiting.dollars)), 0) as at_risk
    from weighed
    full outer join waiting on weighed.line_id = waiting.line_id
)

select
    intake.rows_in,
    intake.rows_accepted,
    intake.rows_quarantined,
    intake.rows_superseded,
    cast(intake.paid_superseded as decimal(14, 2)) as paid_superseded,
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
