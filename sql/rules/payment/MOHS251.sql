/* ---
id: MOHS251
name: bundled-line-was-paid
summary: Both codes of an NCCI pair were paid, and no modifier could or did free it.
severity: error
category: payment
population: core.encounter_line where not is_denied
needs: [claims, remits]
requires: [rendering_npi]
releases: [ptp]
scope: patient
effective: {from: 2007-01-01}
carc: ["236", "97"]
citation:
  - title: NCCI procedure-to-procedure edits for practitioners, 2024Q3
    grade: authority
    checked: 2026-11-23
  - title: 42 CFR 401.305 (overpayments are returned within 60 days of being identified)
    grade: recalled
    checked: 2026-11-23
why: >
  What the edit should have denied and the payer paid is owed back, net of take-backs. The billing
  error has its own finding; this one says that money came with it, and starts the clock.
exceptions:
  - The line was denied.
  - A modifier frees the pair.
  - The payment was taken back.
  - The column 1 code was denied.
remedy: >
  Look into it; the period to report and return the overpayment runs from its identification.
--- */
with paid_lines as (
    select
        lines.line_id,
        lines.paid
    from core.encounter_line as lines
    where lines.is_adjudicated and not lines.is_denied and lines.paid > 0
)

select
    bundled.line_id,
    cast(bundled.paid as varchar) || ' was paid for ' || pairs.procedure_code
    || ', which is bundled into ' || pairs.related_procedure_code || ', paid as well' as reason,
    pairs.related_line_id
from core.encounter_pair as pairs
inner join paid_lines as bundled on pairs.line_id = bundled.line_id
inner join paid_lines as comprehensive on pairs.related_line_id = comprehensive.line_id
where
    pairs.modifier_indicator = '0'
    or (pairs.modifier_indicator = '1' and not pairs.has_ncci_modifier)
