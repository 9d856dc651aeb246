/* ---
id: MOHS115
name: reduced-service-on-mohs
summary: A Mohs line carries 52, a reduced service.
severity: warning
severity_when:
  error: additional stages of the same tumour are billed in full that day
category: modifier
population: core.mohs_line
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: CPT appendix A; Medicare Claims Processing Manual 100-04 ch. 12 s. 20.4.6 (52 is priced
      by report)
    grade: recalled
    checked: 2026-11-23
  - title: Our reading of a reduced stage that further stages follow (SE1318, stage by stage until
      the margin is clear)
    grade: inference
    checked: 2026-11-23
why: >
  52 is for less than the code describes and is priced by report. A stage that was cut and read is
  whole; a stage whose slides somebody else read is not a reduced stage but no Mohs surgery. A chart
  may clear it, and is not read yet. Where several first stages share the day, nothing says which
  of them a later stage follows.
exceptions: []
remedy: >
  Read the operative note. Send it with the claim where the stage was cut short, take 52 off where
  it was whole, and recode as excision and pathology where another physician read the slides.
--- */
with followed as (
    select distinct lines.line_id
    from core.mohs_line as lines
    inner join core.mohs_line as later
        on
            lines.encounter_id = later.encounter_id
            and lines.site_family = later.site_family
            and later.is_additional_stage
            and not coalesce(list_contains(later.modifiers, '52'), false)
    where
        lines.is_first_stage
        and (
            (lines.site_family = 'H' and lines.first_stages_h = 1)
            or (lines.site_family = 'T' and lines.first_stages_t = 1)
        )
)

select
    lines.line_id,
    lines.procedure_code || ' carries 52' || case
        when followed.line_id is not null
            then ', yet additional stages are billed in full that day'
        else ': a stage that was cut and read is whole'
    end as reason,
    case when followed.line_id is not null then 'error' end as severity
from core.mohs_line as lines
left join followed on lines.line_id = followed.line_id
where coalesce(list_contains(lines.modifiers, '52'), false)
