/* ---
id: MOHS181
name: no-exact-site
summary: The chart names no site of a lesion, no side where there are two, or words we do not know.
severity: error
severity_when:
  info: the words of the site are none of those known
category: documentation
population: core.mohs_line
needs: [claims, chart]
requires: []
chart: [site]
scope: patient
effective: {from: 2013-01-01}
carc: ["50", "112", "16"]
citation:
  - title: MLN Matters SE1318 (rev. 2020-10-27) on documenting Mohs surgery, as retold by AAD 2020
    grade: secondary
    checked: 2026-11-23
  - title: Our reading, by which a site has sides where ICD-10-CM has a left and a right code for
      it
    grade: inference
    checked: 2026-11-23
why: >
  Site and side are what tells one lesion from another and one code family from the other. A
  site whose words are none of reference.site_word is no fault of the chart, but no rule about
  sites can judge the lesion.
exceptions:
  - A site that has no side.
  - The side stands in the words of the site.
  - The chart file has no column for it.
remedy: >
  Name site and side as the map shows them. For words we do not know, read the site and add them
  to site_word in the reference folder of the practice.
--- */
with unplaced_lesions as (
    select
        lesions.line_id,
        lesions.lesion,
        case
            when lesions.site_reading = 'blank' then 'no site'
            when
                lesions.is_sided_site
                and coalesce(lesions.laterality, 'left') not in ('left', 'right')
                and instr(lower(lesions.site), 'left') = 0
                and instr(lower(lesions.site), 'right') = 0
                then 'no side'
            when lesions.site_reading = 'unknown' then 'unknown words'
        end as flaw
    from core.chart_lesion as lesions
    where lesions.line_id is not null
)

select
    lesions.line_id,
    case lesions.flaw
        when 'no site' then 'the chart names no site of lesion ' || lesions.lesion
        when 'no side' then 'the chart names no side of lesion ' || lesions.lesion
        else 'the words of the site of lesion ' || lesions.lesion || ' are not known here'
    end as reason,
    case when lesions.flaw = 'unknown words' then 'info' end as severity
from unplaced_lesions as lesions
where lesions.flaw is not null
