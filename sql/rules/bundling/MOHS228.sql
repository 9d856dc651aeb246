/* ---
id: MOHS228
name: anaesthesia-by-the-surgeon
summary: An anaesthesia code is billed by the surgeon of the day's Mohs surgery.
severity: error
category: bundling
population: core.patient_line where procedure_code between '00100' and '01999' and has_mohs_day
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["97", "236"]
citation:
  - title: Noridian on modifier 47 (anaesthesia by the physician who operates is in the surgery's
      fee)
    url: https://med.noridianmedicare.com/web/jfb/topics/modifiers/47
    grade: secondary
    checked: 2026-11-23
  - title: NCCI policy manual, chapter II (anaesthesia by the surgeon)
    grade: recalled
    checked: 2026-11-23
why: >
  Anaesthesia codes are for whoever does nothing but the anaesthesia. Medicare pays the physician
  who operates nothing more for it. Nerve blocks and sedation by the surgeon are MOHS060's.
exceptions:
  - Somebody else gave the anaesthesia.
remedy: >
  Write the line off. If somebody else gave the anaesthesia, bill it under that number.
correction: remove
evidence:
  - who gave the anaesthesia, in the record of the day
supersedes: [MOHS060, MOHS061]
--- */
select
    lines.line_id,
    lines.procedure_code || ' is anaesthesia by the physician who operated that day' as reason
from core.patient_line as lines
where lines.procedure_code between '00100' and '01999' and lines.has_mohs
