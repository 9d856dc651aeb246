-- The lines of a rule's population, with what stops it from judging one and the severity it would
-- have. A payer's row in overlays.csv wins; `off` takes its lines out.
select
    population.line_id,
    population.claim_id,
    population.patient_id,
    population.rendering_npi,
    population.charge,
    population.missing,
    population.judged_by,
    case
        when overlays.severity is not null then overlays.severity
        when population.is_demoted then cast($lower_severity as varchar)
        else cast($severity as varchar)
    end as severity
from population
left join reference.overlay as overlays
    on
        overlays.rule_id = $rule_id
        and population.payer = overlays.payer
        and population.date_of_service between overlays.effective_from and overlays.effective_to
where
    population.date_of_service between $first_day and $last_day
    and population.encounter_id is not null
    and population.charge > 0
    and coalesce(overlays.severity, '') <> 'off'
