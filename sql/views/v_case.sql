/* ---
title: Lesions of the charts with the line they were billed on
meaning: >
  The chart beside the claim: one lesion with its stages and what the claim says of it. Empty
  without a chart file.
grain: one row per charted lesion
columns:
  month: month of service, YYYY-MM
  billed_code: procedure of the line that is tied to the lesion
  billed_units: its units
--- */
select
    lesions.lesion_key,
    lesions.encounter_id,
    lesions.line_id,
    lesions.date_of_service,
    strftime(lesions.date_of_service, '%Y-%m') as month,
    lesions.site_family,
    lesions.code_family,
    lesions.laterality,
    lesions.diagnosis_code,
    lesions.histology,
    lesions.stages,
    lesions.blocks,
    lesions.last_margin,
    lesions.closure,
    lines.procedure_code as billed_code,
    lines.units as billed_units,
    lines.payer
from core.chart_lesion as lesions
left join core.service_line as lines on lesions.line_id = lines.line_id
