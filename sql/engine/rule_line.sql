-- The lines of a rule's population, with what stops it from judging one and what weighs on its
-- severity. A payer's row in overlays.csv may take its lines out, or put them in where the rule is
-- off by default.
select
    population.line_id,
    population.claim_id,
    population.patient_id,
    population.rendering_npi,
    population.payer,
    population.date_of_service,
    population.charge,
    population.missing,
    population.judged_by,
    population.is_demoted,
    case when overlays.setting not in ('on', 'off') then overlays.setting end as payer_severity
from population
left join reference.overlay as overlays
    on
        overlays.rule_id = $rule_id
        and overlays.setting in ('off', 'on', 'error', 'warning', 'info')
        and population.payer = overlays.payer
        and population.date_of_service between overlays.effective_from and overlays.effective_to
where
    population.date_of_service between $first_day and $last_day
    and population.encounter_id is not null
    and population.charge > 0
    and coalesce(overlays.setting, population.usual_setting) <> 'off'
