/* ---
title: Key figures by month
meaning: >
  Measures of claims, denials and payment as defined in reference.kpi, with numerator, denominator,
  interval and whether the month is mature. Those that claims and remittances cannot answer say why.
grain: one row per measure, month and payer
parameters:
  kpi: {type: text, meaning: 'only this measure, as initial_denial_rate'}
  payer: {type: text, default: all payers, meaning: this payer; all payers together otherwise}
--- */
select
    figures.kpi,
    figures.month,
    figures.payer,
    figures.unit,
    figures.numerator,
    figures.denominator,
    figures.value,
    figures.lower,
    figures.upper,
    figures.n,
    figures.is_mature,
    figures.is_computable,
    figures.reason
from audit.kpi as figures
where
    (getvariable('kpi') is null or figures.kpi = getvariable('kpi'))
    and figures.payer = coalesce(getvariable('payer'), 'all payers')
order by figures.kpi asc, figures.month asc nulls last
