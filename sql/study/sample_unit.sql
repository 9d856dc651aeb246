-- Units a coding audit may sample, of the period, payers and surgeons asked for: what they were
-- paid, and what keeps a unit out of the frame. An empty list of payers or surgeons means all. The
-- risk tier leaves out what was dismissed and what rules say of payments, as the report does.
with members as (
    select
        lines.line_id,
        lines.rendering_npi,
        lines.payer,
        lines.date_of_service,
        lines.charge,
        lines.allowed,
        lines.paid,
        lines.is_adjudicated,
        case $unit
            when 'line' then lines.line_id
            when 'claim' then lines.claim_id
            else lines.encounter_id
        end as unit_id,
        mohs_lines.line_id is not null as is_mohs
    from core.service_line as lines
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    where lines.source <> '835' and lines.encounter_id is not null
),

flagged as (
    select
        findings.line_id,
        max(case findings.severity when 'error' then 2 when 'warning' then 1 else 0 end) as weight
    from audit.coding_finding as findings
    where findings.is_counted and findings.line_id is not null
    group by findings.line_id
)

select
    members.unit_id,
    min(members.rendering_npi) as rendering_npi,
    min(members.date_of_service) as date_of_service,
    count(*) as lines,
    cast(sum(members.charge) as decimal(12, 2)) as charge,
    cast(sum(members.allowed) as decimal(12, 2)) as allowed,
    cast(sum(members.paid) as decimal(12, 2)) as paid,
    bool_and(members.is_adjudicated) as is_final,
    bool_or(members.is_mohs) as has_mohs,
    case max(coalesce(flagged.weight, 0))
        when 2 then 'error' when 1 then 'warning' else 'none'
    end as tier
from members
left join flagged on members.line_id = flagged.line_id
group by members.unit_id
having
    min(members.date_of_service) between $first_day and $last_day
    and (len($payers) = 0 or bool_and(list_contains($payers, members.payer)))
    and (len($surgeons) = 0 or bool_and(list_contains($surgeons, members.rendering_npi)))
order by members.unit_id
