/* ---
id: MOHS115
name: reduced-service-on-mohs
summary: A Mohs line carries 52, a reduced service.
severity: warning
category: modifier
population: core.mohs_line
needs: [claims]
requires: []
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: CPT appendix A; Medicare Claims Processing Manual 100-04 ch. 12 s. 20.4.6 (52 is priced
      by report)
    grade: recalled
    checked: 2026-11-23
why: >
  52 is for less than the code describes and is priced by report. A stage that was cut and read is
  whole; a stage whose slides somebody else read is not a reduced stage but no Mohs surgery. A chart
  may clear it, and is not read yet.
exceptions: []
remedy: >
  Read the operative note. Send it with the claim where the stage was cut short, take 52 off where
  it was whole, and recode as excision and pathology where another physician read the slides.
--- */
select
    lines.line_id,
    lines.procedure_code || ' carries 52' || case
        when lines.is_first_stage and lines.additional_stages_h + lines.additional_stages_t > 0
            then ', yet additional stages are billed that day'
        else ': a stage that was cut and read is whole'
    end as reason
from core.mohs_line as lines
where coalesce(list_contains(lines.modifiers, '52'), false)
