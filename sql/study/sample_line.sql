-- Billed lines of the units drawn, as the reviewer is shown them. What our rules say of a line is
-- left out, so that the review is blind to it; who coded goes into the manifest only.
select
    case $unit
        when 'line' then lines.line_id
        when 'claim' then lines.claim_id
        else lines.encounter_id
    end as unit_id,
    lines.line_id,
    lines.date_of_service,
    lines.rendering_npi,
    lines.payer,
    lines.procedure_code,
    array_to_string(lines.modifiers, ' ') as modifiers,
    lines.units,
    lines.allowed,
    lines.paid,
    coders.coder
from core.service_line as lines
left join audit.line_coder as coders on lines.line_id = coders.line_id
where
    lines.source <> '835'
    and lines.encounter_id is not null
    and list_contains(
        $drawn,
        case $unit
            when 'line' then lines.line_id
            when 'claim' then lines.claim_id
            else lines.encounter_id
        end
    )
order by unit_id, lines.line_id
