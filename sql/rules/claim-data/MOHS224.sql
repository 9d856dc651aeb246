/* ---
id: MOHS224
name: provider-number-missing-or-wrong
summary: The NPI of the rendering or the billing provider is missing or fails its check digit.
severity: error
category: claim-data
population: core.encounter_line
needs: [claims]
requires: [rendering_npi]
scope: patient
effective: {from: 2008-05-23}
carc: ["16", "208"]
citation:
  - title: Our reading of what a claim must carry
    grade: inference
    checked: 2026-11-23
  - title: NPI check digit (Luhn with the prefix 80840; CMS's example is 1234567893)
    grade: recalled
    checked: 2026-11-23
  - title: NPI rule of HIPAA (numbers wanted on every claim since 2008-05-23)
    grade: recalled
    checked: 2026-11-23
why: >
  A claim without its providers' numbers, or with one whose check digit is wrong, is returned
  unprocessed.
exceptions:
  - The source has no place for the billing provider.
remedy: >
  Complete the number and send the claim again.
--- */
with numbers as (
    select lines.rendering_npi as npi
    from core.encounter_line as lines
    where lines.rendering_npi <> ''
    union
    select claims.billing_npi as npi
    from core.claim as claims
    where claims.billing_npi <> ''
),

-- 24 is what the prefix 80840 adds; each second digit counts double, its own digits summed, which
-- is its place among 0516273849
sums as (
    select
        numbers.npi,
        24
        + instr('0516273849', substr(numbers.npi, 1, 1)) - 1
        + instr('0123456789', substr(numbers.npi, 2, 1)) - 1
        + instr('0516273849', substr(numbers.npi, 3, 1)) - 1
        + instr('0123456789', substr(numbers.npi, 4, 1)) - 1
        + instr('0516273849', substr(numbers.npi, 5, 1)) - 1
        + instr('0123456789', substr(numbers.npi, 6, 1)) - 1
        + instr('0516273849', substr(numbers.npi, 7, 1)) - 1
        + instr('0123456789', substr(numbers.npi, 8, 1)) - 1
        + instr('0516273849', substr(numbers.npi, 9, 1)) - 1
        + instr('0123456789', substr(numbers.npi, 10, 1)) - 1
            as total
    from numbers
),

wrong_numbers as (
    select sums.npi
    from sums
    where sums.total % 10 <> 0
),

faulty_claims as (
    select
        claims.claim_id,
        claims.billing_npi
    from core.claim as claims
    left join wrong_numbers on claims.billing_npi = wrong_numbers.npi
    where claims.billing_npi = '' or wrong_numbers.npi is not null
)

select
    lines.line_id,
    lines.procedure_code
    || case
        when lines.rendering_npi = '' then ' has no NPI of the rendering provider'
        when claims.billing_npi = '' then ' has no NPI of the billing provider'
        when wrong_numbers.npi is not null
            then ': the NPI of the rendering provider fails its check digit'
        else ': the NPI of the billing provider fails its check digit'
    end as reason
from core.encounter_line as lines
left join faulty_claims as claims on lines.claim_id = claims.claim_id
left join wrong_numbers on lines.rendering_npi = wrong_numbers.npi
where lines.rendering_npi = '' or claims.claim_id is not null or wrong_numbers.npi is not null
