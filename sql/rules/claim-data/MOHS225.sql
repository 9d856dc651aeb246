/* ---
id: MOHS225
name: new-patient-who-is-not-new
summary: A new-patient visit is billed for a patient whom the same group and specialty saw in the
  three years before.
severity: warning
category: claim-data
population: core.patient_line where is_new_patient_visit
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: [B16]
citation:
  - title: Medicare Claims Processing Manual 100-04 ch. 12 s. 30.6.7 (new patient)
    grade: recalled
    checked: 2026-11-23
why: >
  A patient is new to a physician if neither that physician nor one of the same group and specialty
  served them in person within three years. Only what the files on hand go back to is seen, and only
  patients who ever had Mohs surgery.
exceptions:
  - Another specialty saw the patient before.
  - Only pathology was read before.
remedy: >
  Bill an established-patient visit of the level the note supports.
--- */
select
    visit.line_id,
    visit.procedure_code || ', but ' || earlier.procedure_code || ' was billed '
    || cast(date_diff('day', earlier.date_of_service, visit.date_of_service) as varchar)
    || ' days before by the same physician or specialty' as reason,
    earlier.line_id as related_line_id
from core.patient_line as visit
inner join core.patient_line as earlier
    on
        visit.patient_id = earlier.patient_id
        and visit.practitioner_key = earlier.practitioner_key
        and visit.date_of_service > earlier.date_of_service
        and visit.date_of_service < cast(earlier.date_of_service + interval 36 month as date)
        and not earlier.is_pathology
        and not earlier.is_immunostain
where visit.is_new_patient_visit
