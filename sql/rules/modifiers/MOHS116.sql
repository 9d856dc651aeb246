/* ---
id: MOHS116
name: stopped-stage-that-went-on
summary: 53 stands on an additional stage or block, or on a first stage that further stages follow.
severity: warning
severity_when:
  error: a first stage was stopped, yet additional stages of its tumour are billed
category: modifier
population: core.mohs_line
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: CPT appendix A; Medicare Claims Processing Manual 100-04 ch. 12 s. 20.4.6 (53 is priced
      by report)
    grade: recalled
    checked: 2026-11-23
  - title: Our reading of a stopped stage that further stages follow
    grade: inference
    checked: 2026-11-23
why: >
  53 is for an operation that was begun and given up for the patient's safety. A first stage that
  was stopped has no later stages; a later stage is billed when its tissue was cut and read, and
  not at all otherwise. Where several first stages share the day, nothing says which of them a
  later stage follows.
exceptions:
  - The first stage was begun and stopped.
  - Another tumour of the family may own the later stage.
remedy: >
  Take 53 off stages that were finished and leave out those that were not; for a first stage that
  was stopped, send the note with the reason.
--- */
select
    lines.line_id,
    lines.procedure_code || case
        when lines.is_first_stage then ' carries 53, yet additional stages follow it'
        else ' carries 53: a later stage or block is billed whole or not at all'
    end as reason,
    case when lines.is_first_stage then 'error' end as severity
from core.mohs_line as lines
where
    coalesce(list_contains(lines.modifiers, '53'), false)
    and (
        not lines.is_first_stage
        or (
            lines.site_family = 'H' and lines.first_stages_h = 1 and lines.additional_stages_h > 0
        )
        or (
            lines.site_family = 'T' and lines.first_stages_t = 1 and lines.additional_stages_t > 0
        )
    )
