/* ---
id: MOHS063
name: frozen-section-without-a-biopsy
summary: A frozen section is billed as distinct from Mohs surgery, but nothing else was taken that
  day.
severity: error
severity_when:
  warning: a biopsy stands beside it, yet the chart has an earlier report that proved that diagnosis
category: bundling
population: core.encounter_line where is_frozen_section and has_first_stage
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2019-01-01}
carc: ["236", "97"]
citation:
  - title: Coding articles on frozen sections the day of Mohs surgery (codingintel, Ellzey)
    grade: secondary
    checked: 2026-11-23
  - title: NCCI policy manual, chapter III section F
    grade: recalled
    checked: 2026-11-23
why: >
  The modifier on 88331 or 88332 says that the section was not of Mohs tissue. Then a biopsy or an
  excision it was made of has to stand beside it; with nothing but Mohs that day the sections are
  the surgery's own. Without a modifier the line is MOHS062's. A biopsy of what the chart shows as
  proven before is no reason for a section either; whether claims show it is MOHS065's.
exceptions:
  - A biopsy with its modifier stands beside the frozen section.
  - Another lesion was excised and read as a frozen section.
remedy: >
  Take the frozen section off, or refund it, unless the record names the specimen; then bill what
  was taken too. 88332 also needs its 88331.
--- */
with proven_lines as (
    select distinct ties.line_id
    from core.chart_line as ties
    inner join core.chart_lesion as lesions on ties.lesion_key = lesions.lesion_key
    where
        ties.tied_by = 'diagnosis'
        and lesions.has_biopsy_report
        and lesions.biopsy_date < lesions.date_of_service
),

specimens as (
    select
        lines.encounter_id,
        bool_or(lines.is_excision or proven_lines.line_id is null) as is_reason
    from core.encounter_line as lines
    left join proven_lines on lines.line_id = proven_lines.line_id
    where
        lines.is_excision
        or (lines.is_biopsy and (lines.has_distinct_modifier or lines.has_58))
    group by lines.encounter_id
)

select
    section.line_id,
    section.procedure_code || ' is billed as distinct, but beside ' || stage.procedure_code
    || case
        when specimens.encounter_id is null
            then ' no biopsy with its modifier and no excision was billed'
        else ' a biopsy only, of what an earlier report of the chart had proven'
    end as reason,
    stage.line_id as related_line_id,
    case when specimens.encounter_id is not null then 'warning' end as severity
from core.encounter_line as section
inner join core.mohs_line as stage
    on section.encounter_id = stage.encounter_id and stage.is_first_stage
left join specimens on section.encounter_id = specimens.encounter_id
where
    section.is_frozen_section
    and (section.has_distinct_modifier or section.has_58)
    and not coalesce(specimens.is_reason, false)
