/* ---
id: MOHS047
name: additional-stages-unlike-the-chart
summary: The additional stages billed are not the stages after the first in the chart.
severity: error
category: units
population: core.mohs_line
needs: [claims, chart]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["151"]
citation:
  - title: CPT guideline on Mohs surgery (each stage after the first), as retold by AAPC
    grade: secondary
    checked: 2026-11-23
why: >
  17312 and 17314 are paid for each stage after a tumour's first. Lines are compared lesion by
  lesion where all of them can be tied to one, else by site family. The chart file has no place for
  a stage that was read and could not be billed; look for one in the note. A line of the other
  family than its tumour is MOHS001's to 005's.
exceptions:
  - The stages of the chart cannot be counted for one of the lesions.
  - A lesion of the day cannot be told to be this surgeon's or another's.
  - The lines cannot be told apart, but their sum is right.
remedy: >
  Count the stages on the map and send a corrected claim; refund what was too much.
evidence:
  - the stages on the map
--- */
with uncounted_days as (
    select distinct
        lesions.patient_id,
        lesions.date_of_service
    from core.chart_lesion as lesions
    where lesions.encounter_id is null or lesions.last_stage is null
),

later_lines as (
    select
        stage.line_id,
        stage.encounter_id,
        stage.units,
        count(ties.lesion_key) as lesions,
        min(ties.lesion_key) as lesion_key
    from core.mohs_line as stage
    left join core.chart_line as ties on stage.line_id = ties.line_id
    where stage.is_additional_stage
    group by stage.line_id, stage.encounter_id, stage.units
),

loose_encounters as (
    select distinct later_lines.encounter_id
    from later_lines
    where later_lines.lesions <> 1
),

lesion_units as (
    select
        later_lines.lesion_key,
        sum(later_lines.units) as units
    from later_lines
    where later_lines.lesions = 1
    group by later_lines.lesion_key
),

counted_lesions as (
    select
        lesions.lesion_key,
        lesions.encounter_id,
        lesions.line_id,
        lesions.code_family,
        lesions.last_stage - 1 as later_stages,
        coalesce(lesion_units.units, 0) as units
    from core.chart_lesion as lesions
    left join lesion_units on lesions.lesion_key = lesion_units.lesion_key
    anti join uncounted_days
        on
            lesions.patient_id = uncounted_days.patient_id
            and lesions.date_of_service = uncounted_days.date_of_service
),

unlike_lesions as (
    select
        coalesce(later_lines.line_id, counted_lesions.line_id) as line_id,
        counted_lesions.units,
        counted_lesions.later_stages
    from counted_lesions
    left join later_lines on counted_lesions.lesion_key = later_lines.lesion_key
    anti join loose_encounters on counted_lesions.encounter_id = loose_encounters.encounter_id
    where counted_lesions.units <> counted_lesions.later_stages
),

encounter_sums as (
    select
        counted_lesions.encounter_id,
        sum(counted_lesions.later_stages) as later_stages,
        coalesce(
            sum(counted_lesions.later_stages) filter (where counted_lesions.code_family = 'H'), 0
        ) as later_stages_h,
        bool_and(counted_lesions.code_family is not null) as has_families
    from counted_lesions
    group by counted_lesions.encounter_id
),

unlike_families as (
    select
        stage.line_id,
        case
            when not sums.has_families then stage.additional_stages_h + stage.additional_stages_t
            when stage.site_family = 'H' then stage.additional_stages_h
            else stage.additional_stages_t
        end as units,
        case
            when not sums.has_families then sums.later_stages
            when stage.site_family = 'H' then sums.later_stages_h
            else sums.later_stages - sums.later_stages_h
        end as later_stages
    from core.mohs_line as stage
    semi join loose_encounters on stage.encounter_id = loose_encounters.encounter_id
    inner join encounter_sums as sums on stage.encounter_id = sums.encounter_id
    where stage.is_additional_stage
),

unlike_lines as (
    select
        unlike_lesions.line_id,
        unlike_lesions.units,
        unlike_lesions.later_stages
    from unlike_lesions
    union all
    select
        unlike_families.line_id,
        unlike_families.units,
        unlike_families.later_stages
    from unlike_families
    where unlike_families.units <> unlike_families.later_stages
    union all
    select
        counted_lesions.line_id,
        0 as units,
        counted_lesions.later_stages
    from counted_lesions
    semi join loose_encounters on counted_lesions.encounter_id = loose_encounters.encounter_id
    inner join core.mohs_line as stage on counted_lesions.line_id = stage.line_id
    where
        counted_lesions.later_stages > 0
        and case
            when counted_lesions.code_family = 'H' then stage.additional_stages_h = 0
            when counted_lesions.code_family = 'T' then stage.additional_stages_t = 0
        end
)

select
    unlike_lines.line_id,
    stage.procedure_code || ': '
    || cast(cast(floor(unlike_lines.units) as bigint) as varchar)
    || ' additional stages are billed and the chart has '
    || cast(cast(unlike_lines.later_stages as bigint) as varchar) as reason,
    case
        when stage.is_additional_stage and stage.code_lines = 1 and unlike_lines.later_stages > 0
            then cast(unlike_lines.later_stages as decimal(9, 3))
    end as suggested_units
from unlike_lines
inner join core.mohs_line as stage on unlike_lines.line_id = stage.line_id
