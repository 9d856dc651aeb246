/* ---
title: Closures on days of Mohs surgery
meaning: >
  How wounds were closed, by surgeon: encounters with Mohs surgery and the gravest closure billed
  beside it. Second intent and closures by others are `none`.
grain: one row per surgeon and closure
columns:
  closure: gravest closure of the encounter, or none
  encounters: encounters with Mohs surgery
  share: of the surgeon's encounters with Mohs surgery
  allowed: allowed on all lines of those encounters
--- */
with graded as (
    select
        days.rendering_npi,
        case
            when contains(days.closures, 'flap') then 'flap'
            when contains(days.closures, 'graft') then 'graft'
            when contains(days.closures, 'complex') then 'complex'
            when contains(days.closures, 'intermediate') then 'intermediate'
            when contains(days.closures, 'simple') then 'simple'
            else 'none'
        end as closure,
        days.allowed
    from v_mohs_day as days
)

select
    graded.rendering_npi,
    graded.closure,
    count(*) as encounters,
    round(count(*) / sum(count(*)) over (partition by graded.rendering_npi), 4) as share,
    sum(graded.allowed) as allowed
from graded
group by graded.rendering_npi, graded.closure
order by graded.rendering_npi asc, encounters desc, graded.closure asc
