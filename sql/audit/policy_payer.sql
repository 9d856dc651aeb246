-- What the rules say of every adjudicated line, and what its payer did: the four lists of policy x
-- payer. Findings about a payment judge the payer and not the claim, and are left out. Where the
-- payer's last answer was to a submission that was changed since, the line is judged as that billed
-- it.
with answered_before as (
    select
        formers.line_id,
        formers.submission
    from audit.submission_line as formers
    where formers.is_latest and array_length(formers.judged_by) > 0
),

all_faults as (
    select
        findings.line_id,
        findings.rule_id,
        findings.severity
    from audit.finding as findings
    anti join answered_before on findings.line_id = answered_before.line_id
    where
        findings.line_id is not null
        and findings.basis <> 'payment'
        and not findings.is_superseded
        and findings.state <> 'gone'
    union all
    select
        findings.line_id,
        findings.rule_id,
        findings.severity
    from audit.submission_finding as findings
    semi join answered_before
        on
            findings.line_id = answered_before.line_id
            and findings.submission = answered_before.submission
    where not findings.is_superseded
),

faults as (
    select
        all_faults.line_id,
        all_faults.rule_id,
        all_faults.severity,
        row_number() over (
            partition by all_faults.line_id
            order by
                case all_faults.severity when 'error' then 1 else 2 end, all_faults.rule_id
        ) as choice
    from all_faults
    where all_faults.severity in ('error', 'warning')
),

broken_lines as (
    select
        faults.line_id,
        max(case when faults.choice = 1 then faults.rule_id end) as rule_id,
        max(case when faults.choice = 1 then faults.severity end) as severity,
        count(*) as rules
    from faults
    group by faults.line_id
),

predicted_lines as (
    select distinct faults.line_id
    from faults
    inner join audit.rule as rules on faults.rule_id = rules.rule_id
    inner join core.service_line as lines on faults.line_id = lines.line_id
    where coalesce(list_contains(rules.carc, lines.driver_carc), false)
)

select
    lines.line_id,
    lines.claim_id,
    lines.patient_id,
    lines.payer,
    lines.line_of_business,
    lines.rendering_npi,
    lines.procedure_code,
    lines.date_of_service,
    cast(date_trunc('month', lines.date_of_service) as date) as month,
    broken_lines.line_id is null as is_clean,
    broken_lines.severity,
    broken_lines.rule_id,
    coalesce(broken_lines.rules, cast(0 as bigint)) as rules,
    case when lines.is_denied then 'denied' else 'paid' end as outcome,
    case when broken_lines.line_id is null then 'clean' else 'broken' end
    || case when lines.is_denied then '_denied' else '_paid' end as quadrant,
    case when lines.is_denied then lines.driver_carc end as driver_carc,
    case when lines.is_denied then lines.denial_category end as denial_category,
    lines.is_denied and broken_lines.line_id is not null as is_preventable,
    lines.is_denied and predicted_lines.line_id is not null as is_predicted,
    lines.charge,
    prices.expected_allowed,
    lines.allowed,
    lines.paid,
    coalesce(prices.expected_allowed, lines.charge) as dollars
from core.service_line as lines
left join broken_lines on lines.line_id = broken_lines.line_id
left join predicted_lines on lines.line_id = predicted_lines.line_id
left join audit.expected_payment as prices on lines.line_id = prices.line_id
where lines.is_adjudicated and lines.encounter_id is not null and lines.charge > 0
