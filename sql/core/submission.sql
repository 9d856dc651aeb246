-- Every time a bill was sent, in order; core.claim has the one that stands.
with repeated_bills as (
    select claims.claim_id
    from staged.claim as claims
    group by claims.claim_id
    having count(*) > 1
),

repeated_lines as (
    select
        lines.claim_key,
        claims.claim_id,
        claims.is_standing,
        lines.line_number,
        lines.procedure_code,
        lines.modifier_key,
        lines.units,
        lines.diagnosis_key,
        lines.charge,
        lines.date_of_service,
        lines.place_of_service,
        lines.rendering_npi,
        lines.clia_number
    from staged.service_line as lines
    inner join staged.claim as claims on lines.claim_key = claims.claim_key
    semi join repeated_bills on claims.claim_id = repeated_bills.claim_id
),

compared_lines as (
    select
        others.claim_key,
        count(*) as lines,
        count(stands.line_number) as same_lines
    from repeated_lines as others
    left join repeated_lines as stands
        on
            others.claim_id = stands.claim_id
            and stands.is_standing
            and others.line_number = stands.line_number
            and others.procedure_code = stands.procedure_code
            and others.modifier_key = stands.modifier_key
            and others.units = stands.units
            and others.diagnosis_key is not distinct from stands.diagnosis_key
            and others.charge = stands.charge
            and others.date_of_service = stands.date_of_service
            and others.place_of_service is not distinct from stands.place_of_service
            and others.rendering_npi is not distinct from stands.rendering_npi
            and others.clia_number is not distinct from stands.clia_number
    group by others.claim_key
),

standing_lines as (
    select
        repeated_lines.claim_id,
        count(*) as lines
    from repeated_lines
    where repeated_lines.is_standing
    group by repeated_lines.claim_id
)

select
    claims.claim_key,
    claims.claim_id,
    claims.patient_id,
    claims.payer_sequence,
    claims.submission,
    claims.frequency_code,
    claims.is_standing,
    claims.is_standing
    or coalesce(
        compared_lines.lines = compared_lines.same_lines
        and compared_lines.lines = standing_lines.lines, false
    ) as is_as_standing,
    claims.submitted_date,
    claims.received_date,
    claims.first_date_of_service,
    claims.charge,
    claims.source,
    claims.file_id
from staged.claim as claims
left join compared_lines on claims.claim_key = compared_lines.claim_key
left join standing_lines on claims.claim_id = standing_lines.claim_id
