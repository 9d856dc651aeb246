/* ---
title: Pathology billed beside Mohs surgery
meaning: >
  Pathology that Mohs surgery already holds, billed for the patient on the day of the surgery by
  whomever, with and without 59 or an X modifier.
grain: one row per pathology line
columns:
  surgery_npi: who did the surgery that day
  is_same_provider: the pathology is billed by the surgeon
  shares_diagnosis: it points to a diagnosis of the surgery
--- */
with surgeries as (
    select
        lines.patient_id,
        lines.date_of_service,
        min(lines.rendering_npi) as rendering_npi,
        list(distinct diagnoses.code) as codes
    from core.mohs_line as lines
    left join core.line_diagnosis as diagnoses on lines.line_id = diagnoses.line_id
    group by lines.patient_id, lines.date_of_service
)

select
    lines.line_id,
    lines.payer,
    lines.date_of_service,
    lines.rendering_npi,
    surgeries.rendering_npi as surgery_npi,
    lines.rendering_npi = surgeries.rendering_npi as is_same_provider,
    lines.procedure_code,
    lines.modifier_key,
    lines.has_distinct_modifier,
    list_has_any(lines.diagnosis_codes, surgeries.codes) as shares_diagnosis,
    lines.charge,
    lines.allowed,
    lines.is_denied
from core.patient_line as lines
inner join surgeries
    on lines.patient_id = surgeries.patient_id and lines.date_of_service = surgeries.date_of_service
where lines.is_pathology
order by lines.date_of_service, lines.line_id
