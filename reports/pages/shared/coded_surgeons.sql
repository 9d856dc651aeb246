-- Surgeons' Mohs encounters of the period, those with a potential error, and the practice's rate of these.
create or replace temp macro coded_surgeons() as table
    select
        encounters.rendering_npi,
        count(*) as encounters,
        count(*) filter (where encounters.gravest = 'error') as flagged,
        sum(flagged) over () / sum(count(*)) over () as practice_rate
    from audit.coding_unit as encounters
    where
        encounters.has_mohs and encounters.rendering_npi is not null
        and in_period(encounters.date_of_service)
    group by encounters.rendering_npi;
