/* ---
title: Visits on the day of Mohs surgery
meaning: >
  Evaluation and management billed beside Mohs surgery, by surgeon, payer and whether it carries
  modifier 25 or 57. A visit without either is bundled.
grain: one row per surgeon, payer and kind of modifier
columns:
  modifier: 25, 57 or none
  visits: visits on a day of Mohs surgery
  per_day: visits over the surgeon's days of Mohs surgery with that payer
  denied: of them denied
  allowed: allowed on them
--- */
with days as (
    select
        mohs_days.rendering_npi,
        mohs_days.payer,
        count(*) as days
    from v_mohs_day as mohs_days
    group by mohs_days.rendering_npi, mohs_days.payer
),

visits as (
    select
        lines.rendering_npi,
        lines.payer,
        case when lines.has_25 then '25' when lines.has_57 then '57' else 'none' end as modifier,
        lines.is_denied,
        lines.allowed
    from core.encounter_line as lines
    where lines.is_evaluation_management
)

select
    visits.rendering_npi,
    visits.payer,
    visits.modifier,
    count(*) as visits,
    round(count(*) / days.days, 4) as per_day,
    count(*) filter (where visits.is_denied) as denied,
    sum(visits.allowed) as allowed
from visits
inner join days on visits.rendering_npi = days.rendering_npi and visits.payer = days.payer
group by visits.rendering_npi, visits.payer, visits.modifier, days.days
order by visits.rendering_npi, visits.payer, visits.modifier
