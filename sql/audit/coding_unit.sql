-- Encounters as `mohs sample` frames them without options (sql/study/sample_unit.sql).
with graded_lines as (
    select
        findings.line_id,
        max(case findings.severity when 'error' then 2 when 'warning' then 1 else 0 end) as gravity
    from audit.coding_finding as findings
    where findings.is_counted and findings.line_id is not null
    group by findings.line_id
),

units as (
    select
        lines.encounter_id,
        lines.rendering_npi,
        lines.date_of_service,
        count(*) as lines,
        cast(sum(lines.charge) as decimal(12, 2)) as charge,
        cast(sum(lines.paid) as decimal(12, 2)) as paid,
        bool_and(lines.is_adjudicated) as is_final,
        bool_or(mohs_lines.line_id is not null) as has_mohs,
        max(coalesce(graded_lines.gravity, 0)) as gravity
    from core.service_line as lines
    left join core.mohs_line as mohs_lines on lines.line_id = mohs_lines.line_id
    left join graded_lines on lines.line_id = graded_lines.line_id
    where lines.source <> '835' and lines.encounter_id is not null
    group by lines.encounter_id, lines.rendering_npi, lines.date_of_service
)

select
    units.encounter_id,
    units.rendering_npi,
    units.date_of_service,
    units.lines,
    units.charge,
    units.paid,
    units.is_final,
    units.has_mohs,
    units.is_final and units.has_mohs and coalesce(units.paid, 0) > 0 as is_framed,
    case units.gravity when 2 then 'error' when 1 then 'warning' else 'none' end as gravest
from units
