/* ---
id: MOHS214
name: denial-billed-anew
summary: A line denied as not necessary was billed again as a new claim instead of appealed.
severity: info
category: duplicate
population: core.filed_line
needs: [claims]
requires: [submitted_date, rendering_npi]
scope: patient
effective: {from: 2007-01-01}
carc: ["18"]
citation:
  - title: Our reading of a new claim after a denial for medical necessity (the way is an appeal)
    grade: inference
    checked: 2026-11-23
why: >
  A denial for medical necessity (50 and its kin, sql/reference/carc_category.csv) is a decision,
  and a new claim for the same service is mostly denied as a duplicate while the days for an appeal
  run. Seen are denials in the remittances on file that are older than the new claim. Some payers
  want a new claim all the same; switch the rule off for them.
exceptions:
  - The new claim is a correction (frequency 7).
  - The first denial was for another reason.
  - The denial came after the second claim was sent.
  - The second line says that it is another service (59, an X modifier or 76).
remedy: >
  Appeal the first denial with the records, within its deadline. Withdraw the second claim if it is
  still open.
--- */
with denials as (
    select
        remits.line_id,
        remits.claim_id,
        remits.patient_id,
        remits.payment_date,
        min(adjustments.carc) as carc
    from core.remit_line as remits
    inner join core.adjustment as adjustments
        on
            remits.remit_line_id = adjustments.remit_line_id
            and adjustments.amount > 0
    inner join reference.carc_category as categories
        on
            adjustments.carc = categories.carc
            and categories.category = 'medical_necessity'
    where remits.allowed = 0 and not remits.is_reversal
    group by remits.line_id, remits.claim_id, remits.patient_id, remits.payment_date
),

denied_lines as (
    select
        denials.line_id,
        denials.claim_id,
        denials.payment_date,
        denials.carc,
        lines.encounter_id,
        lines.procedure_code
    from denials
    inner join core.encounter_line as lines on denials.line_id = lines.line_id
),

again as (
    select
        lines.line_id,
        denied_lines.carc,
        denied_lines.payment_date,
        case when lines.line_id <> denied_lines.line_id then denied_lines.line_id end
            as related_line_id,
        row_number() over (
            partition by lines.line_id
            order by denied_lines.payment_date desc, denied_lines.line_id asc
        ) as choice
    from core.filed_line as lines
    inner join core.encounter_line as services on lines.line_id = services.line_id
    inner join denied_lines
        on
            lines.encounter_id = denied_lines.encounter_id
            and lines.procedure_code = denied_lines.procedure_code
            and lines.submitted_date > denied_lines.payment_date
            and (
                lines.claim_id <> denied_lines.claim_id
                or (lines.line_id = denied_lines.line_id and lines.submission > 1)
            )
    where
        lines.frequency_code = '1'
        and not services.has_distinct_modifier
        and not services.has_76
)

select
    again.line_id,
    'Denied as not necessary (' || again.carc || ') on ' || cast(again.payment_date as varchar)
    || ' and billed anew' as reason,
    again.related_line_id
from again
where again.choice = 1
