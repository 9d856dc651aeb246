/* ---
id: MOHS279
name: repair-escalation
summary: A surgeon's repairs are flaps, grafts or complex far more often than colleagues'.
severity: info
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and (measure = 'flap_or_graft' or
  measure = 'closure_complex')
needs: [claims]
requires: [practice_rank, funnel_upper]
scope: provider
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Our reading, compared with colleagues of the practice
    grade: inference
    checked: 2026-11-23
why: >
  Flaps and grafts are paid at a multiple of a layered closure. A share far above colleagues'
  may be a matter of who gets the large wounds, or of how closures are coded. Days with a
  closure are counted.
exceptions:
  - Fewer than 30 days with a closure.
  - There are no colleagues with 30 to compare with.
remedy: >
  Compare defect sizes and operative notes with the closures billed. Look at records of such
  days before anything else; an outlier is a reason to look, not a verdict.
--- */
select
    providers.rendering_npi,
    case providers.measure
        when 'flap_or_graft' then 'flaps and grafts: ' else 'complex repairs: '
    end
    || cast(cast(round(100 * providers.value, 1) as decimal(9, 1)) as varchar)
    || ' % of ' || providers.n || ' ' || providers.n_of
    || ', of colleagues'' '
    || cast(cast(round(100 * providers.others_value, 1) as decimal(9, 1)) as varchar)
    || ' %: more than chance once in 1,000 ('
    || cast(cast(round(100 * providers.funnel_upper, 1) as decimal(9, 1)) as varchar)
    || ' %)' as reason
from audit.practice_mirror as providers
where
    providers.period = 'last_12_months'
    and providers.measure in ('flap_or_graft', 'closure_complex')
    and providers.practice_rank is not null
    and providers.value > providers.funnel_upper
