/* ---
id: MOHS149
name: unusual-specialty
summary: Mohs surgery is billed by a specialty that hardly ever does it.
severity: info
category: provider
population: core.mohs_line
needs: [claims]
requires: [specialty]
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Medicare by provider and service 2021 (specialties that bill 17311)
    grade: authority
    checked: 2026-11-23
why: >
  Dermatologists, Mohs surgeons among them, bill nearly all of it, plastic and ear, nose and throat
  surgeons some. Another specialty is either wrong in the roster or worth a look. An assistant's
  line is not judged; who is no physician is MOHS140's.
exceptions:
  - Plastic and ear, nose and throat surgeons do Mohs surgery.
  - The line is an assistant's.
  - Whoever rendered is no physician; that is MOHS140's.
remedy: >
  Check the specialty in providers.csv and the taxonomy on the claim. Nothing has to be corrected if
  both are right.
--- */
select
    stage.line_id,
    stage.procedure_code || ' by ' || stage.specialty || ', a specialty that hardly ever bills it'
        as reason
from core.mohs_line as stage
where
    lower(stage.specialty) not in (
        '', 'dermatology', 'micrographic dermatologic surgery', 'procedural dermatology',
        'plastic surgery', 'otolaryngology'
    )
    and coalesce(stage.rendering_type, '') in ('MD', 'DO', '')
    and not stage.has_assistant_modifier
