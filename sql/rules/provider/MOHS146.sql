/* ---
id: MOHS146
name: unlikely-place-of-service
summary: Mohs surgery is billed for a place where it is hardly ever done.
severity: warning
severity_when:
  error: the place is telehealth (02, 10) or an ambulance (41, 42)
  info: the place is a home or a nursing facility (12, 31, 32, 33)
category: provider
population: core.mohs_line
needs: [claims]
requires: [place_of_service]
scope: patient
effective: {from: 2007-01-01}
carc: ["5", "58", "16"]
citation:
  - title: Medicare by provider and service 2021 (95 of 100 Mohs services in the office)
    grade: authority
    checked: 2026-11-23
  - title: ASDSA on Novitas, which denied 19 and 22 in 2016 and took that back
    grade: secondary
    checked: 2026-11-23
why: >
  Mohs surgery needs a room and a laboratory - an office (11), a hospital department (19, 22), a
  surgery centre (24) or an independent clinic (49). Telehealth (02, 10) and ambulances (41, 42)
  cannot be right; homes and nursing facilities happen and are worth a look; the rest is likely a
  slip.
exceptions:
  - Hospital departments and surgery centres are usual places (19, 22, 24).
remedy: >
  Read in the record where the surgery was done, correct the place and send a corrected claim. The
  place decides the price.
--- */
select
    stage.line_id,
    stage.procedure_code || ' at place of service ' || stage.place_of_service
    || case
        when stage.place_of_service in ('02', '10', '41', '42') then ', where no surgery can be'
        when stage.place_of_service in ('12', '31', '32', '33')
            then ', which happens and is worth a look'
        else ', where Mohs surgery is hardly ever done'
    end as reason,
    case
        when stage.place_of_service in ('02', '10', '41', '42') then 'error'
        when stage.place_of_service in ('12', '31', '32', '33') then 'info'
    end as severity
from core.mohs_line as stage
where
    stage.place_of_service not in ('', '11', '19', '22', '24', '49')
