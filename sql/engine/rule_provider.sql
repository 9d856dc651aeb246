-- The providers of a rule's population, once each, with what stops it from judging one: who has a
-- row that can be judged is judged.
select
    population.rendering_npi,
    case
        when count(*) = count(population.missing) then min(population.missing)
    end as missing
from population
where
    population.period_to between $first_day and $last_day
    and population.usual_setting <> 'off'
group by population.rendering_npi
