/* ---
id: MOHS272
name: uniform-stage-count
summary: A surgeon's lesions nearly all take the same number of stages, two or more.
severity: warning
category: provider
population: >
  audit.practice_mirror where period = 'last_12_months' and measure = 'same_stage_count'
needs: [claims]
requires: [practice_rank]
scope: provider
effective: {from: 2007-01-01}
parameters:
  largest_share: share of lesions with one stage count from which they are alike
carc: []
citation:
  - title: Accounts of the Rosin case (four stages every time), as retold by medicalxpress
    grade: secondary
    checked: 2026-11-23
  - title: Our reading, four in five lesions alike
    grade: inference
    checked: 2026-11-23
why: >
  Tumours differ, and so do the stages they take. The surgeon of the best known fraud case
  billed four stages every time. Days with one first stage are looked at, of which the stages
  can be told from the claim. Where four in five are alike the standard deviation is small as
  well, and asks nothing more.
exceptions:
  - Most lesions take one stage.
  - Fewer than 30 lesions.
remedy: >
  Compare maps and slides of several such days with the stages billed. Look at records of such
  days before anything else; an outlier is a reason to look, not a verdict.
--- */
select
    providers.rendering_npi,
    cast(cast(floor(providers.total) as bigint) as varchar)
    || ' of ' || providers.n
    || ' lesions took ' || providers.note as reason
from audit.practice_mirror as providers
inner join reference.threshold as thresholds
    on
        thresholds.rule_id = 'MOHS272'
        and thresholds.parameter = 'largest_share'
        and thresholds.payer = ''
        and providers.period_to between thresholds.effective_from and thresholds.effective_to
where
    providers.period = 'last_12_months'
    and providers.measure = 'same_stage_count'
    and providers.value >= cast(thresholds.number as double)
