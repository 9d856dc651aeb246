-- Allowed as a share of expected, in steps of two percent; the last holds everything above 200%.
create or replace temp macro ratio_step(allowed, expected) as (
    least(round(50 * cast(allowed as double) / nullif(expected, 0)) / 50, 2.02)
);
