/* ---
id: MOHS212
name: replacement-without-the-original-number
summary: A replacement claim (frequency 7) does not name the payer's number of the claim it
  replaces.
severity: error
category: duplicate
population: core.filed_line where frequency_code = '7'
needs: [claims]
requires: [original_reference]
scope: patient
effective: {from: 2012-01-01}
carc: ["16", "18"]
citation:
  - title: X12 interpretation 2173 (the payer's claim control number is required on a replacement or
      void; it quotes the institutional guide)
    url: https://x12.org/resources/requests-for-interpretation/rfi-2173-loop-2300-ref01f8-control
    grade: secondary
    checked: 2026-11-23
  - title: X12 005010X222A1, claim frequency 7 and 8
    grade: recalled
    checked: 2026-11-23
why: >
  Without its number the payer cannot find what the claim replaces. It is returned, or taken for a
  duplicate. Whether Medicare takes replacements at all is the contractor's matter. A void
  (frequency 8) leaves no line to judge.
exceptions:
  - The claim names the payer's number.
  - The claim is an original (frequency 1).
remedy: >
  Take the payer's claim control number from the remittance of the first claim and send the
  replacement with it (837 REF F8).
--- */
select
    lines.line_id,
    lines.procedure_code || ' is on a replacement that does not name the claim it replaces'
        as reason
from core.filed_line as lines
where lines.frequency_code = '7' and lines.original_reference = ''
