/* ---
id: MOHS125
name: liability-modifiers-that-contradict
summary: A Mohs line carries liability modifiers that exclude each other, or GY for a tumour.
severity: warning
category: modifier
population: core.mohs_line
needs: [claims]
requires: [diagnosis_codes]
scope: patient
effective: {from: 2010-04-01}
carc: ["50"]
citation:
  - title: Medicare Claims Processing Manual 100-04 ch. 30 (GA, GX, GY and GZ)
    grade: recalled
    checked: 2026-11-23
why: >
  GA says that the patient signed for a denial, GZ that nobody did, GX that a notice was given
  although none was due, GY that the law excludes the service. GA and GX each exclude GZ, GX
  excludes GA, and Mohs surgery of a malignant tumour is not excluded by law.
exceptions:
  - GA alone.
  - GZ alone.
  - GY on a diagnosis that is not malignant.
remedy: >
  Look for the signed notice: with one keep GA, without one GZ, and take the others off. GZ denies
  the line, and the patient owes nothing.
--- */
with marked_lines as (
    select
        lines.line_id,
        lines.procedure_code,
        lines.malignant_pointers,
        coalesce(list_contains(lines.modifiers, 'GA'), false) as has_ga,
        coalesce(list_contains(lines.modifiers, 'GX'), false) as has_gx,
        coalesce(list_contains(lines.modifiers, 'GY'), false) as has_gy,
        coalesce(list_contains(lines.modifiers, 'GZ'), false) as has_gz
    from core.mohs_line as lines
)

select
    lines.line_id,
    lines.procedure_code || case
        when lines.has_ga and lines.has_gz then ' carries GA and GZ, which exclude each other'
        when lines.has_gx and lines.has_ga then ' carries GX and GA, which exclude each other'
        when lines.has_gx and lines.has_gz then ' carries GX and GZ, which exclude each other'
        else ' carries GY for a malignant tumour, which no law excludes'
    end as reason
from marked_lines as lines
where
    (lines.has_ga and lines.has_gz)
    or (lines.has_gx and (lines.has_ga or lines.has_gz))
    or (lines.has_gy and lines.malignant_pointers > 0)
