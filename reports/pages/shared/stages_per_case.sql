-- Stages per case of the surgeons placed among colleagues, at sites of one family (H, T).
create or replace temp macro placed_surgeons(site) as table
    select
        mirror.rendering_npi,
        mirror.n,
        round(mirror.value, 2) as value,
        round(sum(mirror.total) over () / nullif(sum(mirror.n) over (), 0), 2) as practice,
        round(mirror.funnel_lower_95, 2) as funnel_lower_95,
        round(mirror.funnel_upper_95, 2) as funnel_upper_95,
        round(mirror.funnel_lower, 2) as funnel_lower,
        round(mirror.funnel_upper, 2) as funnel_upper,
        count(mirror.practice_rank) over () as placed,
        count(*) over () - placed as left_out,
        count(*) filter (where is_outlier(mirror.reading)) over () as outliers
    from audit.practice_mirror as mirror
    where
        mirror.period = 'last_12_months' and mirror.measure = 'stages_per_case'
        and mirror.site_family = site
    qualify mirror.practice_rank is not null;

-- Stages per case of every surgeon, at sites of one family (H, T).
create or replace temp macro surgeon_stages(site) as table
    select
        mirror.rendering_npi,
        mirror.n,
        round(mirror.value, 2) as value,
        round(mirror.lower, 2) as lower,
        round(mirror.upper, 2) as upper,
        round(mirror.shrunk_value, 2) as shrunk_value,
        round(mirror.others_value, 2) as others_value,
        cast(round(mirror.cohort_percentile) as integer) as cohort_percentile,
        cast(mirror.percentile_year as varchar) as percentile_year,
        round(mirror.cohort_mean, 2) as cohort_mean,
        cast(mirror.cohort_year as varchar) as cohort_year,
        mirror.reading as reading_of
    from audit.practice_mirror as mirror
    where
        mirror.period = 'last_12_months' and mirror.measure = 'stages_per_case'
        and mirror.site_family = site;
