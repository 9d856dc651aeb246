/* ---
title: Surgeons beside their colleagues and the published cohort
meaning: >
  Measures of the practice mirror for the last twelve months: each surgeon's value with its
  interval, the practice's other surgeons and the nearest Medicare cohort. An outlier is a reason to
  look, not a verdict; below 30 cases nothing is compared.
grain: one row per surgeon, measure and site family
parameters:
  reading:
    type: text
    choices: [high outlier, low outlier, within, not compared]
    meaning: only this reading
--- */
select
    mirror.rendering_npi,
    mirror.measure,
    mirror.site_family,
    mirror.n,
    mirror.n_of,
    mirror.value,
    mirror.lower,
    mirror.upper,
    mirror.others_value,
    mirror.cohort_year,
    mirror.cohort_mean,
    mirror.cohort_percentile,
    mirror.reading
from audit.practice_mirror as mirror
where
    mirror.period = 'last_12_months'
    and (getvariable('reading') is null or mirror.reading = getvariable('reading'))
order by mirror.measure, mirror.site_family, mirror.rendering_npi
