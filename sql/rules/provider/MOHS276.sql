/* ---
id: MOHS276
name: split-visits
summary: Patients come back to a surgeon within two weeks far more often than to colleagues.
severity: info
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and measure = 'split_visits'
needs: [claims]
requires: [practice_rank, funnel_upper]
scope: provider
effective: {from: 2007-01-01}
parameters:
  window_days: days within which a visit counts as split; the mirror counts by it
carc: []
citation:
  - title: Our reading, compared with colleagues of the practice
    grade: inference
    checked: 2026-11-23
why: >
  The second procedure of a day is paid at half. Lesions or repairs spread over visits days
  apart are paid in full. Of patients with a first stage those are counted who have another
  first stage or a repair by the same surgeon 1 to 14 days later.
exceptions:
  - Fewer than 30 patients.
  - There are no colleagues with 30 to compare with.
  - A colleague closes the wound.
remedy: >
  See why the visits were apart: the patient's wish, another tumour found, a wound left open.
  Look at records of such days before anything else; an outlier is a reason to look, not a
  verdict.
--- */
select
    providers.rendering_npi,
    'a further first stage or repair by the same surgeon within '
    || cast(cast(floor(thresholds.number) as bigint) as varchar) || ' days: '
    || cast(cast(round(100 * providers.value, 1) as decimal(9, 1)) as varchar)
    || ' % of ' || providers.n || ' ' || providers.n_of
    || ', of colleagues'' '
    || cast(cast(round(100 * providers.others_value, 1) as decimal(9, 1)) as varchar)
    || ' %: more than chance once in 1,000 ('
    || cast(cast(round(100 * providers.funnel_upper, 1) as decimal(9, 1)) as varchar)
    || ' %)' as reason
from audit.practice_mirror as providers
inner join reference.threshold as thresholds
    on
        thresholds.rule_id = 'MOHS276'
        and thresholds.parameter = 'window_days'
        and thresholds.payer = ''
        and providers.period_to between thresholds.effective_from and thresholds.effective_to
where
    providers.period = 'last_12_months'
    and providers.measure = 'split_visits'
    and providers.value > providers.funnel_upper
