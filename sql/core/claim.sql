-- The submission that stands, with what the practice's crosswalk and the reference tables say of
-- it.
with zip_days as (
    select distinct
        claims.first_date_of_service as first_day,
        coalesce(
            nullif(claims.facility_zip, ''), nullif(claims.billing_zip, ''), nullif(claims.zip, '')
        ) as service_zip
    from staged.claim as claims
    where claims.is_standing
),

zips as (
    select distinct zip_days.service_zip
    from zip_days
    where zip_days.service_zip is not null
),

zip_rows as (
    select
        zips.service_zip,
        localities.locality,
        localities.effective_from,
        localities.effective_to
    from zips
    inner join reference.zip_locality as localities
        on zips.service_zip between localities.zip_from and localities.zip_to
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
    inner join zip_rows as localities on zip_days.service_zip = localities.service_zip
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
left join zip_localities
    on
        coalesce(
            nullif(claims.facility_zip, ''), nullif(claims.billing_zip, ''), nullif(claims.zip, '')
        ) = zip_localities.service_zip
        and claims.first_date_of_service = zip_localities.first_day
left join reference.payer as by_identifier
    on
        claims.payer_identifier = by_identifier.payer_identifier
        and claims.payer_identifier <> ''
        and claims.first_date_of_service
        between by_identifier.effective_from and by_identifier.effective_to
left join reference.payer as by_name
    on
        claims.payer_name = by_name.export_payer_name
        and claims.payer_name <> ''
        and claims.source = 'export'
        and claims.first_date_of_service between by_name.effective_from and by_name.effective_to
left join reference.filing_indicator as indicators
    on
        claims.filing_indicator = indicators.filing_indicator
        and claims.first_date_of_service
        between indicators.effective_from and indicators.effective_to
where claims.is_standing
