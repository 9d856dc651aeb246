/* ---
id: MOHS252
name: two-tumours-paid-as-one
summary: The payer paid one first stage of a code where two tumours were billed.
severity: warning
category: payment
population: core.mohs_line where is_first_stage
needs: [claims, remits]
requires: [rendering_npi, locality, place_of_service]
scope: patient
effective: {from: 2013-01-01}
carc: ["18", "97"]
supersedes: [MOHS240]
citation:
  - title: CMS physician fee schedule RVU files, bilateral indicator 0 (a right and a left line are
      paid as one)
    grade: authority
    checked: 2026-11-23
why: >
  Either the units of a line were cut, or of a right and a left line one was denied as a duplicate
  or as part of the other. Two tumours are two first stages, the second at half.
exceptions:
  - The second line was denied for another reason.
  - Both lines were paid.
remedy: >
  Appeal with the maps of both tumours; send XS or 59 on the second line (MOHS122).
--- */
select
    lines.line_id,
    'Underpaid by ' || cast(-variances.variance as varchar) || ': ' || lines.procedure_code || ' x '
    || cast(cast(floor(lines.units) as bigint) as varchar) || ', allowed '
    || cast(variances.allowed as varchar) || ' as for ' || variances.explanation as reason,
    cast(null as varchar) as related_line_id
from core.mohs_line as lines
inner join audit.payment_variance as variances on lines.line_id = variances.line_id
where lines.is_first_stage and variances.cause = 'fewer_units'
union all
select
    lines.line_id,
    lines.procedure_code || ' of one side was denied, of the other paid' as reason,
    other.line_id as related_line_id
from core.mohs_line as lines
inner join core.service_line as results
    on
        lines.line_id = results.line_id
        and results.denial_category in ('duplicate', 'bundling')
inner join core.mohs_line as other
    on
        lines.encounter_id = other.encounter_id
        and lines.procedure_code = other.procedure_code
        and lines.line_id <> other.line_id
        and other.allowed > 0
where
    lines.is_first_stage
    and lines.is_denied
    and (
        (
            coalesce(list_contains(lines.modifiers, 'RT'), false)
            and coalesce(list_contains(other.modifiers, 'LT'), false)
        )
        or (
            coalesce(list_contains(lines.modifiers, 'LT'), false)
            and coalesce(list_contains(other.modifiers, 'RT'), false)
        )
    )
