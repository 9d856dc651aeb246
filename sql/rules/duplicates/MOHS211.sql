/* ---
id: MOHS211
name: same-first-stage-twice-on-a-claim
summary: Two first-stage lines of one claim and day have the same code and diagnosis and no
  modifier.
severity: warning
category: duplicate
population: core.mohs_line where is_first_stage
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2007-01-01}
carc: ["18"]
citation:
  - title: Our reading of two like lines on a claim
    grade: inference
    checked: 2026-11-23
why: >
  A payer takes the second of two like lines for a duplicate. Two tumours are told apart by a
  modifier and, where they can be, by their diagnoses.
exceptions:
  - One line has two units.
  - The second line points to another diagnosis.
  - The second line carries a modifier that sets it apart.
remedy: >
  If there were two tumours, add XS (or what the payer wants) to the second line and give each its
  own diagnosis; if there was one, take the second line off.
--- */
with first_stages as (
    select
        stage.line_id,
        stage.procedure_code,
        row_number() over (
            partition by
                stage.claim_id,
                stage.encounter_id,
                stage.procedure_code,
                stage.diagnosis_key
            order by stage.line_id
        ) as occurrence,
        min(stage.line_id) over (
            partition by
                stage.claim_id,
                stage.encounter_id,
                stage.procedure_code,
                stage.diagnosis_key
        ) as related_line_id
    from core.mohs_line as stage
    where stage.is_first_stage and stage.modifier_key = '' and stage.pointers > 0
)

select
    first_stages.line_id,
    first_stages.procedure_code || ' stands twice on the claim with the same diagnosis and no '
    || 'modifier' as reason,
    first_stages.related_line_id
from first_stages
where first_stages.occurrence > 1
