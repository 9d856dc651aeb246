/* ---
id: MOHS073
name: repair-inside-a-flap-or-graft
summary: A repair is billed beside a flap or graft for the same diagnosis and no modifier says
  another defect.
severity: error
category: bundling
population: core.encounter_line where closure in ('simple', 'intermediate', 'complex')
needs: [claims]
requires: [rendering_npi, diagnosis_codes]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: ["236"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3 (14000 to 14302 and 15050
      to 15260 with 12001 to 13153)
    grade: authority
    checked: 2026-11-23
why: >
  One defect is closed once. A flap includes the repair of its defect and of the place the tissue
  came from, and every pair of the two says so. Two defects may have one diagnosis code; then the
  modifier on the repair tells them apart. Under another diagnosis the line is MOHS061's.
exceptions:
  - The repair points to another lesion.
  - A modifier says that the repair was of another defect (59 or an X modifier).
  - A graft and a flap may both be needed for one large defect (15260, 14060).
remedy: >
  Take the repair off, or, where it closed another defect, add the modifier and that lesion's
  diagnosis.
supersedes: [MOHS061]
--- */
select
    pairs.line_id,
    pairs.procedure_code || ' closes what ' || pairs.related_procedure_code
    || ' closes - they point to one diagnosis and no modifier says another defect' as reason,
    pairs.related_line_id
from core.encounter_pair as pairs
inner join core.encounter_line as repair on pairs.line_id = repair.line_id
inner join core.encounter_line as closure on pairs.related_line_id = closure.line_id
where
    pairs.shares_diagnosis
    and repair.closure in ('simple', 'intermediate', 'complex')
    and closure.closure in ('flap', 'graft')
    and not pairs.has_ncci_modifier
