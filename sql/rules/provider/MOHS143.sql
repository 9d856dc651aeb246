/* ---
id: MOHS143
name: slow-mohs
summary: By the chart a pathologist read the layers, who bills permanent sections or is known as a
  pathologist; a staged excision is billed as Mohs surgery.
severity: error
category: provider
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [pathologist_npi]
parameters:
  window_days: days from the surgery on in which the reader's permanent sections are looked for
scope: patient
effective: {from: 2007-01-01}
carc: ["50", B20]
citation:
  - title: AAD on slow Mohs surgery (2011)
    grade: secondary
    checked: 2026-11-23
  - title: CMS MLN SE1318, revised 2020-10-27 (one physician is surgeon and pathologist)
    grade: authority
    checked: 2026-11-23
  - title: LCD L35494 (one MD or DO is surgeon and pathologist)
    grade: authority
    checked: 2026-11-23
why: >
  Layers that are fixed, sent out and read by a pathologist are a staged excision, with pathology of
  its own; where a flap closes it the same day the excision is in the flap. The chart file does not
  say how tissue was processed. What it says is who read it; that the reader is a pathologist by the
  roster, or bills permanent sections of the patient within days, says the rest. Any other reader is
  MOHS141's alone.
exceptions:
  - The reader is another surgeon and bills no permanent sections.
  - The chart says that the sections were of separate tissue.
  - The sections are of weeks later.
remedy: >
  Recode to an excision (later stages with 58), nothing for it where a flap closed it the same day,
  and refund the difference. The pathology is its reader's.
--- */
with sent_stages as (
    select
        stages.lesion_key,
        stages.patient_id,
        stages.date_of_service,
        stages.pathologist_npi,
        min(stages.stage) as stage
    from core.chart_stage as stages
    where
        stages.surgeon_npi <> ''
        and stages.pathologist_npi <> ''
        and stages.surgeon_npi <> stages.pathologist_npi
    group by
        stages.lesion_key, stages.patient_id, stages.date_of_service, stages.pathologist_npi
),

pathologists as (
    select distinct
        sent_stages.lesion_key,
        sent_stages.stage
    from sent_stages
    inner join reference.provider as roster
        on
            sent_stages.pathologist_npi = roster.npi
            and lower(roster.specialty) like '%pathology%'
            and sent_stages.date_of_service
            between roster.effective_from and roster.effective_to
    union
    select distinct
        sent_stages.lesion_key,
        sent_stages.stage
    from sent_stages
    inner join core.patient_line as sections
        on
            sent_stages.patient_id = sections.patient_id
            and sent_stages.pathologist_npi = sections.rendering_npi
            and sections.procedure_code between '88302' and '88309'
    inner join core.threshold as near
        on
            near.rule_id = 'MOHS143'
            and near.parameter = 'window_days'
            and sections.payer = near.payer
            and sections.date_of_service between near.effective_from and near.effective_to
    where
        date_diff('day', sent_stages.date_of_service, sections.date_of_service)
        between 0 and near.number
)

select
    stage.line_id,
    'the chart says that a pathologist read stage ' || cast(pathologists.stage as varchar)
    || ' of lesion ' || lesions.lesion || ', which makes it a staged excision' as reason
from core.chart_lesion as lesions
inner join pathologists on lesions.lesion_key = pathologists.lesion_key
inner join core.mohs_line as stage on lesions.encounter_id = stage.encounter_id
left join core.chart_line as ties
    on stage.line_id = ties.line_id and lesions.lesion_key = ties.lesion_key
where
    (ties.line_id is not null or stage.line_id = lesions.line_id)
    and not coalesce(lesions.is_separate_tissue, false)
