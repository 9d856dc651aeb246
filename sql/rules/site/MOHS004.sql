/* ---
id: MOHS004
name: trunk-code-at-a-head-site
summary: 17313 or 17314 is billed, and the chart places the lesion on the head, neck, a hand, a foot
  or the genitalia, or names a deep structure that was involved.
severity: error
category: site
population: core.mohs_line where site_family = 'T'
needs: [claims, chart]
requires: []
chart: [site]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: CPT guideline on Mohs surgery (codes are split by site; 17311 also where muscle,
      cartilage, bone, tendon, a major nerve or vessel is involved), as retold by AAPC
    grade: secondary
    checked: 2026-11-23
why: >
  The trunk codes pay less than 17311 and 17312, and no payer denies the line: the difference is
  lost without a word. MOHS001 sees it only where the diagnosis says so too; this is the chart's
  word, whatever the diagnosis. Where surgery directly involved muscle, cartilage, bone, tendon, a
  major nerve or vessel, 17311 and 17312 are right on the trunk too.
exceptions:
  - The chart says wrist or ankle.
  - The chart also has a lesion of the trunk, and the line may be of that one.
remedy: >
  Read the site in the operative note. Correct the code to 17311 or 17312 and send a corrected claim
  within the payer's time limit.
evidence:
  - the site in the operative note
  - a deep structure the note names as involved
--- */
with head_encounters as (
    select
        lesions.encounter_id,
        min(
            case
                when lesions.site_family = 'H' then lesions.site
                else lesions.site || ' and a deep structure (' || lesions.deep_structure || ')'
            end
        ) as site
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
    having bool_and(coalesce(lesions.code_family = 'H', false))
),

head_lines as (
    select
        ties.line_id,
        min(
            case
                when lesions.site_family = 'H' then lesions.site
                else lesions.site || ' and a deep structure (' || lesions.deep_structure || ')'
            end
        ) as site
    from core.chart_line as ties
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    where lesions.code_family = 'H'
    group by ties.line_id
)

select
    stage.line_id,
    stage.procedure_code || ' is for the trunk, arms and legs, but the chart says '
    || coalesce(head_lines.site, head_encounters.site) as reason,
    case when stage.is_first_stage then '17311' else '17312' end as suggested_code
from core.mohs_line as stage
left join head_lines on stage.line_id = head_lines.line_id
left join head_encounters on stage.encounter_id = head_encounters.encounter_id
where
    stage.site_family = 'T'
    and (head_lines.line_id is not null or head_encounters.encounter_id is not null)
