/* ---
id: MOHS109
name: repeat-by-another-physician-on-mohs
summary: A Mohs line says that another physician had done the same stage before (77).
severity: warning
severity_when:
  error: no other physician billed the code that day
category: modifier
population: core.mohs_line
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["4"]
citation:
  - title: Our reading of MLN SE1318 (one physician is surgeon and pathologist of Mohs surgery)
    grade: inference
    checked: 2026-11-23
why: >
  Mohs surgery is cut and read by one physician. 77 says that the stage repeats another's, which
  contradicts that, all the more where nobody else billed the code that day.
exceptions: []
remedy: >
  Find out who operated. A tumour of one's own is billed without 77; a case two physicians shared
  is not Mohs surgery for either.
--- */
with shared_days as (
    select
        stages.patient_id,
        stages.date_of_service,
        stages.procedure_code
    from core.mohs_line as stages
    group by stages.patient_id, stages.date_of_service, stages.procedure_code
    having count(distinct stages.rendering_npi) > 1
)

select
    lines.line_id,
    lines.procedure_code || ' carries 77'
    || case
        when shared_days.patient_id is null then ', and no other physician billed it that day'
        else ': Mohs surgery does not repeat another physician''s'
    end as reason,
    case when shared_days.patient_id is null then 'error' end as severity
from core.mohs_line as lines
left join shared_days
    on
        lines.patient_id = shared_days.patient_id
        and lines.date_of_service = shared_days.date_of_service
        and lines.procedure_code = shared_days.procedure_code
where coalesce(list_contains(lines.modifiers, '77'), false)
