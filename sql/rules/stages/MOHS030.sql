/* ---
id: MOHS030
name: stage-on-another-day-than-its-first
summary: An additional stage has no first stage that day, but one of the same surgeon and site
  family within a week.
severity: error
category: add-on
population: core.mohs_line where is_additional_stage
needs: [claims]
requires: [rendering_npi]
parameters:
  window_days: days before or after the stage in which its first stage is looked for
scope: patient
effective: {from: 2007-01-01}
carc: ["107", B15]
citation:
  - title: NCCI add-on code edits 2024, type 1 (17312 with 17311, 17314 with 17313, same day)
    grade: authority
    checked: 2026-11-23
why: >
  An add-on code is paid only beside its primary code of the same day, and this one's stands on
  another. That the line is denied is sure; how surgery of one tumour over several days should be
  billed is not - no text was found that says it for every payer.
exceptions:
  - A first stage stands on the same day.
remedy: >
  Check both dates. If one is a slip, send a corrected claim; if the surgery truly ran over several
  days, ask the payer how it wants that billed.
supersedes: [MOHS020, MOHS021]
--- */
with other_days as (
    select
        stage.line_id,
        first_stage.line_id as related_line_id,
        stage.procedure_code,
        first_stage.procedure_code as related_procedure_code,
        date_diff('day', first_stage.date_of_service, stage.date_of_service) as days
    from core.mohs_line as stage
    inner join core.mohs_line as first_stage
        on
            stage.patient_id = first_stage.patient_id
            and stage.rendering_npi = first_stage.rendering_npi
            and stage.rendering_npi <> ''
            and stage.site_family = first_stage.site_family
            and first_stage.is_first_stage
    inner join core.threshold as spans
        on
            spans.rule_id = 'MOHS030'
            and spans.parameter = 'window_days'
            and stage.payer = spans.payer
            and stage.date_of_service between spans.effective_from and spans.effective_to
            and abs(date_diff('day', first_stage.date_of_service, stage.date_of_service))
            <= spans.number
    where stage.is_additional_stage and not stage.has_first_stage
)

select
    other_days.line_id,
    other_days.procedure_code || ' has its ' || other_days.related_procedure_code || ' '
    || cast(abs(other_days.days) as varchar) || ' days '
    || case when other_days.days > 0 then 'before' else 'after' end
    || ' and none that day' as reason,
    other_days.related_line_id
from other_days
