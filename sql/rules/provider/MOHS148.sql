/* ---
id: MOHS148
name: billed-under-the-physician
summary: A physician is billed as rendering, and the chart says that somebody else cut.
severity: error
category: provider
population: core.mohs_line where rendering_type in ('MD', 'DO')
needs: [claims, chart]
requires: [rendering_type]
chart: [surgeon_type]
scope: patient
effective: {from: 2007-01-01}
carc: ["170", "8", B7]
citation:
  - title: CMS MLN SE1318, revised 2020-10-27 (one physician is surgeon and pathologist)
    grade: authority
    checked: 2026-11-23
  - title: LCD L35494 (one MD or DO is surgeon and pathologist)
    grade: authority
    checked: 2026-11-23
why: >
  Only a physician is paid for Mohs surgery. A nurse practitioner or physician assistant who cuts
  under a physician's supervision does not make it the physician's; incident-to billing does not
  reach it. A line billed in the assistant's own name is MOHS140's.
exceptions:
  - The chart does not say what the surgeon is.
  - A nurse practitioner closed the wound.
remedy: >
  Read who cut. If it was no physician, take the stages off and refund them; if the chart is wrong,
  correct it.
--- */
select
    stage.line_id,
    stage.procedure_code || ' is billed under ' || stage.rendering_type
    || ', and the chart says that lesion ' || lesions.lesion || ' was cut by '
    || lesions.surgeon_type as reason
from core.mohs_line as stage
inner join core.chart_lesion as lesions on stage.encounter_id = lesions.encounter_id
left join core.chart_line as ties
    on stage.line_id = ties.line_id and lesions.lesion_key = ties.lesion_key
where
    stage.rendering_type in ('MD', 'DO')
    and not stage.has_assistant_modifier
    and upper(lesions.surgeon_type) not in ('MD', 'M.D.', 'DO', 'D.O.', '')
    and (ties.line_id is not null or stage.line_id = lesions.line_id)
