-- Findings that say what a line should be: a code, units, or nothing at all. Those of a day are put
-- in order; one that would change what an earlier one changed is superseded (no step).
with days as (
    select
        lines.line_id,
        lines.procedure_code,
        lines.units,
        min(lines.line_id) over (
            partition by lines.patient_id, lines.date_of_service, lines.pricing_group
        ) as day_id
    from core.pricing_line as lines
),

found as (
    select
        findings.rule_id,
        findings.line_id,
        findings.claim_id,
        findings.patient_id,
        findings.rendering_npi,
        findings.severity,
        days.day_id,
        days.procedure_code,
        days.units,
        case findings.severity when 'error' then 1 when 'warning' then 2 else 3 end as weight,
        rules.correction = 'remove' or coalesce(findings.suggested_units <= 0, false) as is_removal,
        nullif(findings.suggested_code, days.procedure_code) as code,
        case when findings.suggested_units <> days.units then findings.suggested_units end
            as units_to,
        coalesce(nullif(array_to_string(rules.evidence, '; '), ''), rules.remedy) as evidence
    from audit.finding as findings
    inner join audit.rule as rules on findings.rule_id = rules.rule_id
    inner join days on findings.line_id = days.line_id
    where findings.state <> 'gone' and not findings.is_superseded
),

determinate as (
    select
        found.*,
        count(*) filter (where found.is_removal) over earlier as removals,
        count(*) filter (where found.code is not null) over earlier as codes,
        count(*) filter (where found.units_to is not null) over earlier as unit_counts
    from found
    where found.is_removal or found.code is not null or found.units_to is not null
    window earlier as (
        partition by found.line_id
        order by found.weight, found.rule_id
        rows between unbounded preceding and 1 preceding
    )
),

weighed as (
    select
        determinate.*,
        determinate.removals = 0
        and (
            determinate.is_removal
            or not (
                determinate.code is not null and determinate.codes > 0
                or determinate.units_to is not null and determinate.unit_counts > 0
            )
        ) as is_made
    from determinate
)

select
    weighed.rule_id,
    weighed.line_id,
    weighed.claim_id,
    weighed.patient_id,
    weighed.rendering_npi,
    weighed.severity,
    weighed.day_id,
    weighed.procedure_code,
    weighed.units,
    weighed.is_removal,
    case when not weighed.is_removal then weighed.code end as code,
    case when not weighed.is_removal then weighed.units_to end as units_to,
    weighed.evidence,
    case
        when weighed.is_made
            then row_number() over (
                partition by weighed.day_id, weighed.is_made
                order by weighed.weight, weighed.rule_id, weighed.line_id
            )
    end as step
from weighed
