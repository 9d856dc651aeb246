/* ---
id: MOHS108
name: repeat-modifier-on-mohs
summary: 76 stands on an additional stage or block, or on a first stage that repeats nothing.
severity: warning
category: modifier
population: core.mohs_line where has_76
needs: [claims]
requires: [rendering_npi]
parameters:
  second_lesion_modifiers: modifiers by which the payer wants a second tumour told apart
scope: patient
effective: {from: 2007-01-01}
carc: ["4"]
citation:
  - title: American Academy of Dermatology coding column 2020 (76 only occasionally, for a second
      tumour)
    grade: secondary
    checked: 2026-11-23
why: >
  More stages and blocks are units of 17312, 17314 and 17315, not repeats. A second tumour wants
  XS or 59; some payers want 76 on its first stage, which is let pass where another line has the
  same code that day without it. A payer that names 76 among its
  second_lesion_modifiers is not held to this.
exceptions:
  - A second first stage of the same code that day.
remedy: >
  Bill stages and blocks as units of one line per tumour. For a second tumour use XS with its own
  diagnosis, unless the payer's policy names 76.
--- */
select
    lines.line_id,
    lines.procedure_code || case
        when lines.is_first_stage then ' carries 76, but no earlier line of the day has this code'
        else ' carries 76: stages and blocks are counted in units'
    end as reason
from core.mohs_line as lines
anti join core.mohs_line as earlier
    on
        lines.encounter_id = earlier.encounter_id
        and lines.procedure_code = earlier.procedure_code
        and lines.is_first_stage
        and not earlier.has_76
anti join core.threshold as accepted
    on
        accepted.rule_id = 'MOHS108'
        and accepted.parameter = 'second_lesion_modifiers'
        and lines.payer = accepted.payer
        and lines.date_of_service between accepted.effective_from and accepted.effective_to
        and accepted.value = '76'
where lines.has_76
