/* ---
id: MOHS240
name: allowed-differs-from-expected
summary: The payer allowed more or less than the schedule, or its contract, gives.
severity: warning
category: payment
population: core.encounter_line where not is_denied
needs: [claims, remits]
requires: [locality, place_of_service]
parameters:
  medicare_dollars: dollars by which Medicare's allowed amount may be off
  other_percent: percent of the expected amount by which another payer's may be off
scope: patient
effective: {from: 2013-01-01}
carc: ["45"]
citation:
  - title: CMS physician fee schedule RVU files 2020-2026, formula and multiple procedure indicator
    grade: authority
    checked: 2026-11-23
why: >
  The expected amount is the sum that `mohs explain` prints step by step. The reason names what
  would give the amount allowed (audit.payment_variance), or says that nothing tried does. A line
  that is not priced, priced by hand, of a payer without terms, or paid by another payer before is
  not compared and passes.
exceptions:
  - The difference is within the payer's tolerance.
  - No terms are loaded for the payer.
  - The line was denied.
remedy: >
  Underpaid: ask for a redetermination with the sum. Overpaid: look into it, and refund what is not
  due. Where our expectation is wrong, correct the term: locality, contract, roster or release.
--- */
select
    lines.line_id,
    case variances.status when 'under' then 'Underpaid' else 'Overpaid' end || ' by '
    || cast(abs(variances.variance) as varchar) || ': allowed '
    || cast(variances.allowed as varchar) || ', expected '
    || cast(variances.expected_allowed as varchar) || ' (' || variances.explanation || ')'
        as reason
from core.encounter_line as lines
inner join audit.payment_variance as variances on lines.line_id = variances.line_id
inner join core.threshold as tolerances
    on
        tolerances.rule_id = 'MOHS240'
        and tolerances.parameter
        = case
            when lines.line_of_business = 'medicare' then 'medicare_dollars'
            else 'other_percent'
        end
        and lines.payer = tolerances.payer
        and lines.date_of_service between tolerances.effective_from and tolerances.effective_to
where variances.status in ('under', 'over') and not lines.is_denied
