-- The submission that stands, with what the practice's crosswalk and the reference tables say of
-- it.
with service_days as (
    select
        lines.claim_key,
        min(lines.date_of_service) as first_day
    from staged.service_line as lines
    group by lines.claim_key
),

standing_claims as (
    select
        claims.claim_key,
        service_days.first_day,
        coalesce(
            nullif(claims.facility_zip, ''), nullif(claims.billing_zip, ''), nullif(claims.zip, '')
        ) as service_zip
    from staged.claim as claims
    inner join service_days on claims.claim_key = service_days.claim_key
    where claims.is_standing
),

zip_days as (
    select distinct
        standing_claims.service_zip,
        standing_claims.first_day
    from standing_claims
    where standing_claims.service_zip is not null
),

zip_candidates as (
    select
        zip_days.service_zip,
        zip_days.first_day,
        localities.locality,
        row_number() over (
            partition by zip_days.service_zip, zip_days.first_day
            order by
                case
                    when zip_days.first_day < localities.effective_from
                        then date_diff('day', zip_days.first_day, localities.effective_from)
                    when zip_days.first_day > localities.effective_to
                        then date_diff('day', localities.effective_to, zip_days.first_day)
                    else 0
                end,
                localities.effective_from desc,
                localities.locality asc
        ) as candidate_rank
    from zip_days
    inner join reference.zip_locality as localities
        on zip_days.service_zip between localities.zip_from and localities.zip_to
),

zip_localities as (
    select
        zip_candidates.service_zip,
        zip_candidates.first_day,
        zip_candidates.locality
    from zip_candidates
    where zip_candidates.candidate_rank = 1
)

select
    claims.claim_id,
    claims.claim_key,
    claims.claim_number,
    claims.payer_sequence,
    coalesce(
        by_identifier.payer, by_name.payer, nullif(claims.payer_name, ''),
        nullif(claims.payer_identifier, ''), 'unknown'
    ) as payer,
    coalesce(
        by_identifier.line_of_business, by_name.line_of_business,
        nullif(claims.line_of_business, ''), indicators.line_of_business, 'unknown'
    ) as line_of_business,
    claims.billing_npi,
    claims.patient_id,
    claims.rendering_type,
    claims.patient_sex,
    claims.charge,
    claims.frequency_code,
    claims.submission,
    claims.submitted_date,
    claims.received_date,
    claims.place_of_service,
    coalesce(zip_localities.locality, nullif(claims.locality, '')) as locality,
    claims.original_reference,
    claims.assignment,
    claims.prior_authorization,
    claims.clia_number,
    claims.source,
    claims.file_id
from staged.claim as claims
inner join standing_claims on claims.claim_key = standing_claims.claim_key
left join zip_localities
    on
        standing_claims.service_zip = zip_localities.service_zip
        and standing_claims.first_day = zip_localities.first_day
left join reference.payer as by_identifier
    on
        claims.payer_identifier = by_identifier.payer_identifier
        and claims.payer_identifier <> ''
        and standing_claims.first_day
        between by_identifier.effective_from and by_identifier.effective_to
left join reference.payer as by_name
    on
        claims.payer_name = by_name.export_payer_name
        and claims.payer_name <> ''
        and claims.source = 'export'
        and standing_claims.first_day between by_name.effective_from and by_name.effective_to
left join reference.filing_indicator as indicators
    on
        claims.filing_indicator = indicators.filing_indicator
        and standing_claims.first_day between indicators.effective_from and indicators.effective_to
