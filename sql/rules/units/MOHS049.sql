/* ---
id: MOHS049
name: first-stages-counted-as-blocks
summary: A first-stage line has three units or more, but one diagnosis, and no other line of the day
  names a second tumour.
severity: warning
category: units
population: core.mohs_line where is_first_stage
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
scope: patient
effective: {from: 2007-01-01}
carc: ["151"]
citation:
  - title: Medicare by provider and service 2021 (first stages per day 1.07 on average, 1.29 at the
      99th percentile of surgeons)
    grade: authority
    checked: 2026-11-23
why: >
  Units of a first stage are tumours, not specimens or blocks. Three tumours with one diagnosis code
  between them happen, but a count of blocks is likelier. A chart that shows as many tumours clears
  the line; it is not read yet.
exceptions:
  - The line points to several tumours.
  - Another line of the day points to another tumour.
remedy: >
  Count the tumours in the record. Correct the units, bill stages and blocks with their own codes,
  or give each tumour its own line and diagnosis.
--- */
select
    stage.line_id,
    stage.procedure_code || ': '
    || cast(cast(floor(stage.units) as bigint) as varchar)
    || ' first stages under one diagnosis; units are tumours, not blocks' as reason
from core.mohs_line as stage
anti join core.encounter_line as other
    on
        stage.encounter_id = other.encounter_id
        and other.malignant_pointers > 0
        and stage.diagnosis_key <> other.diagnosis_key
where stage.is_first_stage and stage.units >= 3 and stage.pointers = 1
