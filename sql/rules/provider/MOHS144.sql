/* ---
id: MOHS144
name: pathology-of-the-tumour-by-somebody-else
summary: Another physician bills pathology of the tumour within a week of its Mohs surgery.
severity: info
severity_when:
  warning: nothing else was removed or biopsied from the surgery to the pathology
category: provider
population: >
  core.patient_line where is_frozen_section or procedure_code between '88302' and '88309'
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
parameters:
  window_days: days from the surgery on in which pathology of its diagnosis is looked at
scope: patient
effective: {from: 2007-01-01}
carc: ["97", B20]
citation:
  - title: CMS MLN SE1318, revised 2020-10-27 (the Mohs surgeon reads the slides)
    grade: authority
    checked: 2026-11-23
  - title: Our reading of pathology by another number for the same diagnosis
    grade: inference
    checked: 2026-11-23
why: >
  The surgeon reads the tissue of Mohs surgery. Pathology of the same malignant diagnosis under
  another number, that day or in the week after, may mean that somebody else read it; then it was
  no Mohs surgery. A biopsy or excision of the patient between the surgery and the pathology may be
  what was read instead. The surgeon's own pathology is MOHS062's.
exceptions:
  - The surgeon reads pathology himself.
  - The pathology is of another lesion.
  - The pathology is of a week later or before the surgery.
  - The chart says that separate tissue was sent.
remedy: >
  Ask what was sent and who read the Mohs slides. A debulking specimen or a further margin read as
  permanents is fine and belongs in the record; if the layers themselves were sent, recode as
  excision and pathology and refund the stages.
--- */
with readings as (
    select
        specimen.line_id,
        specimen.patient_id,
        specimen.date_of_service,
        stage.encounter_id,
        stage.date_of_service as stage_date,
        stage.line_id as related_line_id,
        stage.procedure_code as related_procedure_code,
        diagnoses.code,
        row_number() over (
            partition by specimen.line_id
            order by stage.date_of_service desc, stage.line_id asc, diagnoses.code asc
        ) as choice
    from core.patient_line as specimen
    inner join core.mohs_line as stage
        on
            specimen.patient_id = stage.patient_id
            and specimen.rendering_npi <> stage.rendering_npi
            and specimen.date_of_service >= stage.date_of_service
            and stage.is_first_stage
    inner join core.threshold as near
        on
            near.rule_id = 'MOHS144'
            and near.parameter = 'window_days'
            and specimen.payer = near.payer
            and specimen.date_of_service between near.effective_from and near.effective_to
            and date_diff('day', stage.date_of_service, specimen.date_of_service) <= near.number
    inner join core.line_diagnosis as diagnoses
        on specimen.line_id = diagnoses.line_id and diagnoses.is_malignant
    inner join core.line_diagnosis as stage_diagnoses
        on stage.line_id = stage_diagnoses.line_id and diagnoses.code = stage_diagnoses.code
    anti join core.chart_lesion as lesions
        on
            stage.encounter_id = lesions.encounter_id
            and lesions.is_separate_tissue
            and (lesions.diagnosis_code is null or lesions.diagnosis_code in ('', diagnoses.code))
    where
        (specimen.is_frozen_section or specimen.procedure_code between '88302' and '88309')
        and specimen.rendering_npi <> ''
        and stage.rendering_npi <> ''
        and not stage.has_assistant_modifier
),

explained as (
    select distinct readings.line_id
    from readings
    inner join core.patient_line as sources
        on
            readings.patient_id = sources.patient_id
            and sources.date_of_service between readings.stage_date and readings.date_of_service
            and (sources.is_biopsy or sources.is_excision)
)

select
    lines.line_id,
    lines.procedure_code || ' by another physician has the diagnosis of '
    || readings.related_procedure_code || ' '
    || cast(date_diff('day', readings.stage_date, readings.date_of_service) as varchar)
    || ' days before' as reason,
    readings.related_line_id,
    case when explained.line_id is null then 'warning' end as severity
from core.patient_line as lines
inner join readings on lines.line_id = readings.line_id and readings.choice = 1
left join explained on lines.line_id = explained.line_id
