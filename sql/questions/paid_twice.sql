/* ---
title: Services paid twice
meaning: >
  One patient, day, provider, code, modifiers and units on more than one live line, each of them
  paid. A repeat that was meant carries 76, 77 or 91 and is left out.
grain: one row per line that may be the repeat
columns:
  first_line_id: line of the service that stands first
  modifiers: modifiers sorted
--- */
with placed as (
    select
        lines.line_id,
        lines.claim_id,
        lines.payer,
        lines.date_of_service,
        lines.rendering_npi,
        lines.procedure_code,
        lines.modifier_key,
        lines.units,
        lines.paid,
        first_value(lines.line_id) over service as first_line_id,
        row_number() over service as place
    from core.service_line as lines
    where
        lines.paid > 0
        and lines.payer_sequence not in ('S', 'T')
        and not list_has_any(lines.modifiers, ['76', '77', '91'])
    window
        service as (
            partition by
                lines.patient_id,
                lines.date_of_service,
                lines.rendering_npi,
                lines.procedure_code,
                lines.modifier_key,
                lines.units,
                lines.diagnosis_key
            order by lines.claim_id, lines.line_id
        )
)

select
    placed.line_id,
    placed.first_line_id,
    placed.payer,
    placed.date_of_service,
    placed.rendering_npi,
    placed.procedure_code,
    placed.modifier_key as modifiers,
    placed.units,
    placed.paid
from placed
where placed.place > 1
order by placed.date_of_service, placed.line_id
