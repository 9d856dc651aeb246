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
parameters:
  lookback_months: months a patient has to be away from the group to be new to it
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
        and visit.practitioner_key <> ''
        and visit.date_of_service > earlier.date_of_service
        and not earlier.is_pathology
        and not earlier.is_immunostain
inner join core.threshold as lookback
    on
        lookback.rule_id = 'MOHS225'
        and lookback.parameter = 'lookback_months'
        and visit.payer = lookback.payer
        and visit.date_of_service between lookback.effective_from and lookback.effective_to
        -- whole months only: the day before the one of the month the last visit fell on is short
        and (year(visit.date_of_service) - year(earlier.date_of_service)) * 12
        + month(visit.date_of_service) - month(earlier.date_of_service)
        - case when day(visit.date_of_service) < day(earlier.date_of_service) then 1 else 0 end
        < lookback.number
where visit.is_new_patient_visit
