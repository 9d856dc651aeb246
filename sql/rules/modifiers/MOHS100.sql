/* ---
id: MOHS100
name: visit-on-the-day-of-mohs-without-25
summary: A visit is billed for the day of a first Mohs stage by the same physician or specialty
  without 25.
severity: error
category: modifier
population: core.patient_line where is_evaluation_management and first_stage_line_id is not null
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["97", "236", B15]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (established and hospital
      visits)
    grade: authority
    checked: 2026-11-23
  - title: CMS physician fee schedule, text of global days 000 (visits of the day are included)
    grade: authority
    checked: 2026-11-23
  - title: Medicare Claims Processing Manual 100-04 ch. 12 s. 40.1 and 40.2
    grade: recalled
    checked: 2026-11-23
why: >
  Mohs surgery includes the visit of its day, new patients not excepted. A visit that is
  significant and separately identifiable is paid with modifier 25. Physicians of one group and
  specialty count as one.
exceptions:
  - Another specialty of the group saw the patient.
  - The visit carries 25.
  - The visit carries 57, the decision for major surgery.
  - The visit was the day before.
remedy: >
  Add 25 only where the note shows work beyond the decision for and the preparation of the
  surgery; otherwise write the visit off.
supersedes: [MOHS061]
--- */
select
    visit.line_id,
    visit.procedure_code || ' on the day of ' || stage.procedure_code
    || ' by the same physician or specialty has no modifier 25' as reason,
    stage.line_id as related_line_id
from core.patient_line as visit
inner join core.mohs_line as stage on visit.first_stage_line_id = stage.line_id
where visit.is_evaluation_management and not visit.has_25 and not visit.has_57
