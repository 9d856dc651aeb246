-- Every time a bill was sent, in order; core.claim has the one that stands. Exports that overlap
-- tell of one submission (0 but in the last of them).
with repeated_bills as (
    select claims.claim_id
    from staged.claim as claims
    where claims.submission > 0
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
    where claims.submission > 0
),

repeated_claims as (
    select
        claims.claim_key,
        claims.claim_id,
        claims.is_standing,
        claims.payer_identifier,
        claims.payer_name,
        claims.filing_indicator,
        claims.line_of_business,
        claims.billing_npi,
        claims.billing_zip,
        claims.facility_zip,
        claims.zip,
        claims.locality,
        claims.rendering_type,
        claims.patient_sex,
        claims.patient_birth_date,
        claims.place_of_service,
        claims.assignment,
        claims.prior_authorization,
        claims.clia_number
    from staged.claim as claims
    semi join repeated_bills on claims.claim_id = repeated_bills.claim_id
),

-- what rules read of the claim beside its lines, days of sending apart
same_claims as (
    select others.claim_key
    from repeated_claims as others
    semi join repeated_claims as stands
        on
            others.claim_id = stands.claim_id
            and stands.is_standing
            and others.payer_identifier is not distinct from stands.payer_identifier
            and others.payer_name is not distinct from stands.payer_name
            and others.filing_indicator is not distinct from stands.filing_indicator
            and others.line_of_business is not distinct from stands.line_of_business
            and others.billing_npi is not distinct from stands.billing_npi
            and others.billing_zip is not distinct from stands.billing_zip
            and others.facility_zip is not distinct from stands.facility_zip
            and others.zip is not distinct from stands.zip
            and others.locality is not distinct from stands.locality
            and others.rendering_type is not distinct from stands.rendering_type
            and others.patient_sex is not distinct from stands.patient_sex
            and others.patient_birth_date is not distinct from stands.patient_birth_date
            and others.place_of_service is not distinct from stands.place_of_service
            and others.assignment is not distinct from stands.assignment
            and others.prior_authorization is not distinct from stands.prior_authorization
            and others.clia_number is not distinct from stands.clia_number
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
        same_claims.claim_key is not null
        and compared_lines.lines = compared_lines.same_lines
        and compared_lines.lines = standing_lines.lines, false
    ) as is_as_standing,
    claims.submitted_date,
    claims.received_date,
    claims.first_date_of_service,
    claims.charge,
    claims.source,
    claims.file_id
from staged.claim as claims
left join same_claims on claims.claim_key = same_claims.claim_key
left join compared_lines on claims.claim_key = compared_lines.claim_key
left join standing_lines on claims.claim_id = standing_lines.claim_id
where claims.submission > 0
