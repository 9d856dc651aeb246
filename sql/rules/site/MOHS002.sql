/* ---
id: MOHS002
name: head-code-on-a-trunk-diagnosis
summary: 17311 or 17312 points only to lesions of the trunk.
severity: warning
severity_when:
  error: the chart places the lesion on the trunk or a limb and names no deep structure
category: site
population: core.mohs_line where site_family = 'H'
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2015-10-01}
carc: ["11", "150"]
citation:
  - title: CPT guideline on Mohs surgery (17311 also where muscle, cartilage, bone, tendon, a major
      nerve or vessel is involved), as retold by AAPC
    grade: secondary
    checked: 2026-11-23
  - title: ICD-10-CM April 2026 codes read as site families
    grade: inference
    checked: 2026-11-23
why: >
  On the trunk 17311 is right only where surgery directly involved muscle, cartilage, bone, tendon,
  a major nerve or vessel. A claim cannot say so, the chart can. Where it names none the difference
  to 17313 was overpaid.
exceptions:
  - One diagnosis is of another site than the trunk.
  - The diagnosis is of anal skin, which is neither family for sure.
  - The chart names a deep structure.
  - The chart says that the site is of the head, neck, a hand, a foot or the genitalia; the
    diagnosis is wrong, see MOHS008.
remedy: >
  Look for the named deep structure in the operative note. Without it recode to 17313 or 17314, send
  a corrected claim and refund the difference.
evidence:
  - the site in the operative note
  - a deep structure the note names as involved
--- */
with charted_encounters as (
    select
        lesions.encounter_id,
        min(lesions.code_family) as code_family,
        min(lesions.site) as site
    from core.chart_lesion as lesions
    where lesions.encounter_id is not null
    group by lesions.encounter_id
    having
        count(*) = count(lesions.code_family)
        and min(lesions.code_family) = max(lesions.code_family)
),

-- T before H: one lesion of the line without a deep structure is enough
charted_lines as (
    select
        ties.line_id,
        max(lesions.code_family) as code_family,
        min(lesions.site) filter (where lesions.code_family = 'T') as site
    from core.chart_line as ties
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    group by ties.line_id
),

trunk_lines as (
    select
        stage.line_id,
        stage.procedure_code,
        stage.is_first_stage,
        coalesce(charted_lines.code_family, charted_encounters.code_family) as code_family,
        coalesce(charted_lines.site, charted_encounters.site) as site
    from core.mohs_line as stage
    left join charted_lines on stage.line_id = charted_lines.line_id
    left join charted_encounters on stage.encounter_id = charted_encounters.encounter_id
    where
        stage.site_family = 'H'
        and stage.pointers > 0
        and stage.trunk_pointers = stage.pointers
)

select
    trunk_lines.line_id,
    trunk_lines.procedure_code || ' on a diagnosis of the trunk is right only where a deep '
    || 'structure was involved'
    || case
        when trunk_lines.code_family = 'T'
            then '; the chart names none (' || trunk_lines.site || ')'
        else ''
    end as reason,
    case
        when trunk_lines.code_family = 'T' and trunk_lines.is_first_stage then '17313'
        when trunk_lines.code_family = 'T' then '17314'
    end as suggested_code,
    case when trunk_lines.code_family = 'T' then 'error' end as severity
from trunk_lines
where coalesce(trunk_lines.code_family, '') <> 'H'
