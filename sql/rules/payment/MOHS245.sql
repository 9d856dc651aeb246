/* ---
id: MOHS245
name: conversion-factor-of-another-period
summary: The amount allowed rests on a conversion factor that is not the one of the day, or not this
  provider's.
severity: error
category: payment
population: core.encounter_line where not is_denied
needs: [claims, remits]
requires: [locality, place_of_service]
scope: patient
effective: {from: 2013-01-01}
carc: ["45"]
supersedes: [MOHS240]
citation:
  - title: CMS physician fee schedule RVU files RVU24A and RVU24AR (32.7442, from 2024-03-09
      33.2875) and RVU26C (33.4009)
    grade: authority
    checked: 2026-11-23
  - title: Part B News on the CY 2026 final rule (33.5675 for a qualifying APM participant)
    grade: secondary
    checked: 2026-11-23
why: >
  2024 has two conversion factors by day, 2026 two by provider. Everything else being as on the day,
  the factor of a neighbouring period, or of the other kind of provider, gives the amount. Whether a
  provider is a qualifying participant stands in providers.csv (apm_qualifying).
exceptions:
  - The whole schedule is that of the year before.
  - The factor is the right one.
remedy: >
  Ask for the claim to be reprocessed with the factor of the day. If the provider is a qualifying
  participant after all, correct apm_qualifying in providers.csv.
--- */
select
    lines.line_id,
    case variances.status when 'under' then 'Underpaid' else 'Overpaid' end || ' by '
    || cast(abs(variances.variance) as varchar) || ': ' || cast(variances.allowed as varchar)
    || ' follows from ' || variances.explanation as reason
from core.encounter_line as lines
inner join audit.payment_variance as variances on lines.line_id = variances.line_id
where not lines.is_denied and variances.cause in ('other_factor', 'qp_factor')
