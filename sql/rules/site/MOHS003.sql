/* ---
id: MOHS003
name: head-code-on-an-arm-or-leg
summary: 17311 or 17312 points only to lesions of a limb, and the chart places the lesion on an arm
  or leg.
severity: error
category: site
population: core.mohs_line where site_family = 'H'
needs: [claims, chart]
requires: [diagnosis_codes]
chart: [site]
scope: patient
effective: {from: 2015-10-01}
carc: ["11", "150"]
citation:
  - title: CPT guideline on Mohs surgery (codes are split by site; 17311 also where muscle,
      cartilage, bone, tendon, a major nerve or vessel is involved), as retold by AAPC
    grade: secondary
    checked: 2026-11-23
  - title: ICD-10-CM April 2026 codes read as site families
    grade: inference
    checked: 2026-11-23
why: >
  A diagnosis of a limb does not tell a hand from an arm, or a foot from a leg. The chart does. On
  an arm or leg 17311 is right only where surgery directly involved muscle, cartilage, bone, tendon,
  a major nerve or vessel.
exceptions:
  - The chart says hand, finger, nail unit, foot, toe or sole.
  - The chart names a deep structure.
  - The chart says wrist or ankle, or does not say whether a deep structure was involved.
remedy: >
  Read the operative note. Recode to 17313 or 17314, send a corrected claim and refund the
  difference.
evidence:
  - the site in the operative note
  - a deep structure the note names as involved
--- */
with trunk_encounters as (
    select
        lesions.encounter_id,
        min(lesions.site) as site
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
    having bool_and(coalesce(lesions.code_family = 'T', false))
),

trunk_lines as (
    select
        ties.line_id,
        min(lesions.site) as site
    from core.chart_line as ties
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    where lesions.code_family = 'T'
    group by ties.line_id
)

select
    stage.line_id,
    stage.procedure_code || ': the chart places the lesion on an arm or leg ('
    || coalesce(trunk_lines.site, trunk_encounters.site) || ') and names no deep structure'
        as reason,
    case when stage.is_first_stage then '17313' else '17314' end as suggested_code
from core.mohs_line as stage
left join trunk_lines on stage.line_id = trunk_lines.line_id
left join trunk_encounters on stage.encounter_id = trunk_encounters.encounter_id
where
    stage.site_family = 'H'
    and stage.pointers > 0
    and stage.limb_pointers = stage.pointers
    and (trunk_lines.line_id is not null or trunk_encounters.encounter_id is not null)
