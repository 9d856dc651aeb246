/* ---
id: MOHS001
name: trunk-code-on-a-head-diagnosis
summary: 17313 or 17314 points only to lesions of the head, neck, hands, feet or genitalia.
severity: error
category: site
population: core.mohs_line where site_family = 'T'
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["11", "16"]
citation:
  - title: CPT guideline on Mohs surgery (codes are split by site), as retold by AAPC
    grade: secondary
    checked: 2026-11-23
  - title: ICD-10-CM April 2026 codes read as site families
    grade: inference
    checked: 2026-11-23
why: >
  17311 and 17312 are for the head, neck, hands, feet and genitalia, 17313 and 17314 for the
  trunk, arms and legs. The trunk codes pay less, so this is usually money left behind, and a
  payer that compares code and diagnosis denies the line.
exceptions:
  - One diagnosis is of the trunk, a limb or an ambiguous site.
  - The chart places the lesion on the trunk, an arm or a leg; the diagnosis is wrong, see MOHS008.
remedy: >
  Read the site in the operative note. Correct the code to 17311 or 17312, or the diagnosis, and
  send a corrected claim.
evidence:
  - the site in the operative note and on the map
--- */
with trunk_encounters as (
    select lesions.encounter_id
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
    having bool_and(coalesce(lesions.site_family = 'T', false))
),

trunk_lines as (
    select ties.line_id
    from core.chart_line as ties
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    where lesions.site_family = 'T'
)

select
    stage.line_id,
    stage.procedure_code || ' is for the trunk, arms and legs, but the diagnosis is of the head, '
    || 'neck, hands, feet or genitalia' as reason,
    case when stage.is_first_stage then '17311' else '17312' end as suggested_code
from core.mohs_line as stage
anti join trunk_encounters on stage.encounter_id = trunk_encounters.encounter_id
anti join trunk_lines on stage.line_id = trunk_lines.line_id
where
    stage.site_family = 'T'
    and stage.pointers > 0
    and stage.head_pointers = stage.pointers
