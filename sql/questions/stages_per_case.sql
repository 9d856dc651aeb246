/* ---
title: Stages per case by surgeon
meaning: >
  First plus additional stages over first stages, by surgeon and site family. A published reference
  for head, neck, hands, feet and genitalia is a mean of 1.74 (Medicare 2012 to 2014, JAMA
  Dermatology 2017); it is dated and no verdict. Fewer than 30 cases say little.
grain: one row per surgeon and site family
parameters:
  fewest: {type: integer, default: 1, meaning: only surgeons with at least this many first stages}
columns:
  site_family: H 17311 and 17312, T 17313 and 17314
  cases: first stages
  stages: first and additional stages
  stages_per_case: stages over cases
  with_four: encounters with four stages or more
  blocks_per_case: extra blocks over cases, of both families together
--- */
with families as (
    select
        days.rendering_npi,
        'H' as site_family,
        days.first_stages_h as first_stages,
        days.additional_stages_h as additional_stages,
        days.extra_blocks
    from v_mohs_day as days
    union all
    select
        days.rendering_npi,
        'T' as site_family,
        days.first_stages_t as first_stages,
        days.additional_stages_t as additional_stages,
        days.extra_blocks
    from v_mohs_day as days
)

select
    families.rendering_npi,
    families.site_family,
    sum(families.first_stages) as cases,
    sum(families.first_stages + families.additional_stages) as stages,
    round(
        sum(families.first_stages + families.additional_stages) / sum(families.first_stages), 3
    ) as stages_per_case,
    count(*) filter (where families.first_stages + families.additional_stages >= 4) as with_four,
    round(sum(families.extra_blocks) / sum(families.first_stages), 3) as blocks_per_case
from families
where families.first_stages > 0
group by families.rendering_npi, families.site_family
having sum(families.first_stages) >= coalesce(getvariable('fewest'), 1)
order by stages_per_case desc, families.rendering_npi asc, families.site_family asc
