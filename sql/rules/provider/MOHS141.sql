/* ---
id: MOHS141
name: slides-read-by-another
summary: The chart says that somebody else than the surgeon read the slides of a stage.
severity: error
category: provider
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [pathologist_npi]
scope: patient
effective: {from: 2007-01-01}
carc: [B20, "50"]
citation:
  - title: CMS MLN SE1318, revised 2020-10-27 (one physician is surgeon and pathologist)
    grade: authority
    checked: 2026-11-23
  - title: LCD L35494 (one MD or DO is surgeon and pathologist)
    grade: authority
    checked: 2026-11-23
why: >
  Mohs surgery is paid to one physician who cuts and reads. Where another read the slides it was an
  excision and pathology, each billed by who did it, whatever the claim says.
exceptions:
  - A pathologist read separate tissue, and the surgeon the Mohs layers.
  - The chart does not say who cut or who read.
remedy: >
  See who read the frozen layers. If it was not the surgeon, recode as excision, with pathology by
  the reader, and refund the stages.
--- */
with read_stages as (
    select
        stages.lesion_key,
        min(stages.stage) as stage
    from core.chart_stage as stages
    where
        stages.surgeon_npi <> ''
        and stages.pathologist_npi <> ''
        and stages.surgeon_npi <> stages.pathologist_npi
    group by stages.lesion_key
)

select
    stage.line_id,
    'the chart says that the slides of stage ' || cast(read_stages.stage as varchar)
    || ' of lesion ' || lesions.lesion || ' were read by another than the surgeon' as reason
from core.chart_lesion as lesions
inner join read_stages on lesions.lesion_key = read_stages.lesion_key
inner join core.mohs_line as stage on lesions.encounter_id = stage.encounter_id
left join core.chart_line as ties
    on stage.line_id = ties.line_id and lesions.lesion_key = ties.lesion_key
where ties.line_id is not null or stage.line_id = lesions.line_id
