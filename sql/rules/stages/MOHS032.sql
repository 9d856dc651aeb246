/* ---
id: MOHS032
name: stage-after-a-clear-margin
summary: A stage is billed that the chart describes after the margin was clear.
severity: error
category: add-on
population: core.mohs_line where is_additional_stage
needs: [claims, chart]
requires: [rendering_npi]
chart: [margin]
scope: patient
effective: {from: 2013-01-01}
carc: ["50", "151"]
citation:
  - title: CMS MLN SE1318, revised 2020-10-27 (excision goes on until the margins are clear)
    grade: authority
    checked: 2026-11-23
why: >
  A further stage is needed only while tumour is left. What was cut after a clear margin is no stage
  of Mohs surgery. The chart file has no place for a second cut because tissue was lost or spoilt;
  look for one in the note.
exceptions:
  - The margin before was positive, or is not told.
  - The stage after the clear margin was not billed.
remedy: >
  Take the stage off and refund it, unless the note says why tissue was cut again.
--- */
with needless_stages as (
    select
        stages.lesion_key,
        stages.encounter_id,
        count(*) as stages,
        min(stages.stage) as stage
    from core.chart_stage as stages
    inner join core.chart_stage as before
        on
            stages.lesion_key = before.lesion_key
            and stages.stage = before.stage + 1
            and before.margin = 'negative'
    where stages.encounter_id is not null
    group by stages.lesion_key, stages.encounter_id
),

needless_counts as (
    select
        needless_stages.encounter_id,
        sum(needless_stages.stages) as stages
    from needless_stages
    group by needless_stages.encounter_id
),

charted_counts as (
    select
        stages.encounter_id,
        count(*) as stages
    from core.chart_stage as stages
    where stages.encounter_id is not null
    group by stages.encounter_id
)

select
    stage.line_id,
    stage.procedure_code || ': stage ' || cast(needless.stage as varchar) || ' of lesion '
    || lesions.lesion || ' follows a clear margin' as reason
from core.mohs_line as stage
inner join charted_counts on stage.encounter_id = charted_counts.encounter_id
inner join needless_counts on stage.encounter_id = needless_counts.encounter_id
inner join needless_stages as needless on stage.encounter_id = needless.encounter_id
inner join core.chart_lesion as lesions on needless.lesion_key = lesions.lesion_key
left join core.chart_line as ties on stage.line_id = ties.line_id
where
    stage.is_additional_stage
    and stage.first_stages_h + stage.first_stages_t
    + stage.additional_stages_h + stage.additional_stages_t
    > charted_counts.stages - needless_counts.stages
    and coalesce(
        ties.lesion_key = needless.lesion_key, stage.site_family = lesions.code_family, true
    )
