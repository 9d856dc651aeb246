/* ---
id: MOHS120
name: assistant-that-is-never-paid
summary: An assistant at surgery is billed for a code for which the fee schedule bars assistants.
severity: error
category: modifier
population: core.patient_line where has_assistant_modifier and has_mohs_day
needs: [claims]
requires: [assistant]
releases: [mpfs]
scope: patient
effective: {from: 2007-01-01}
carc: ["54"]
citation:
  - title: CMS physician fee schedule RVU files, assistant at surgery indicator 1 (statutory bar)
    grade: authority
    checked: 2026-11-23
why: >
  Indicator 1 means that Medicare may not pay an assistant. All five Mohs codes and most
  closures have it, so 80, 81, 82 and AS on them are never paid.
exceptions:
  - The code allows an assistant (14301, 14302).
  - The code allows an assistant with documentation (15731, 67961).
remedy: >
  Take the assistant's line off. The bar is statutory, so the patient may not be billed either.
correction: remove
evidence:
  - who is named in the operative note, and what that person billed
--- */
select
    lines.line_id,
    lines.procedure_code || ' with an assistant modifier: the fee schedule bars assistants'
        as reason
from core.patient_line as lines
where lines.has_assistant_modifier and lines.assistant = '1'
