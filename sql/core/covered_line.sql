-- Mohs lines with the list of covered diagnoses that speaks for them: a payer's own, or for
-- Medicare that of the contractor whose carrier number the locality begins with.
with lists as (
    select distinct
        lists.article,
        lists.version,
        lists.carrier,
        lists.payer,
        lists.effective_from,
        lists.effective_to
    from reference.covered_diagnosis as lists
),

listed_lines as (
    select
        lines.line_id,
        min(lists.article || ' version ' || lists.version) as covered_list
    from core.mohs_line as lines
    inner join lists
        on
            lines.date_of_service between lists.effective_from and lists.effective_to
            and case
                when lists.payer <> '' then lines.payer = lists.payer
                else
                    lines.line_of_business = 'medicare'
                    and starts_with(lines.locality, lists.carrier)
            end
    group by lines.line_id
)

select
    lines.line_id,
    lines.claim_id,
    lines.encounter_id,
    lines.patient_id,
    lines.rendering_npi,
    lines.date_of_service,
    lines.procedure_code,
    lines.diagnosis_codes,
    lines.charge,
    lines.payer,
    lines.line_of_business,
    lines.locality,
    lines.source,
    listed_lines.covered_list
from core.mohs_line as lines
left join listed_lines on lines.line_id = listed_lines.line_id
