-- The ladder from an adjudicated line to a billed one: the provider's own number of the line; then
-- code, modifiers, day and charge; then code, day and charge; equal candidates in line order. Each
-- rung sees only what the rungs above left over on both sides.
with adjudicated_lines as (
    select
        lines.remit_line_id,
        lines.remit_claim_id,
        lines.patient_id,
        claims.claim_id,
        lines.control_number,
        coalesce(nullif(lines.submitted_code, ''), lines.procedure_code) as billed_code,
        lines.modifier_key,
        lines.date_of_service,
        abs(lines.charge) as charge,
        lines.sequence,
        claims.source
    from staged.remit_line as lines
    inner join staged.remit_claim as claims on lines.remit_claim_id = claims.remit_claim_id
    where lines.superseded_by is null
),

adjudicated_claims as (
    select distinct adjudicated_lines.claim_id
    from adjudicated_lines
),

answered_claims as (
    select
        claims.claim_key,
        claims.claim_id
    from core.claim as claims
    semi join adjudicated_claims on claims.claim_id = adjudicated_claims.claim_id
),

billed_lines as (
    select
        claims.claim_id,
        claims.claim_id || '-' || lines.line_number as line_id,
        lines.line_number,
        lines.control_number,
        lines.procedure_code,
        lines.modifier_key,
        lines.date_of_service,
        lines.charge,
        lines.ordinal
    from staged.service_line as lines
    inner join answered_claims as claims on lines.claim_key = claims.claim_key
),

numbered_matches as (
    select
        adjudicated_lines.remit_line_id,
        adjudicated_lines.remit_claim_id,
        min(billed_lines.line_id) as line_id
    from adjudicated_lines
    inner join billed_lines
        on
            adjudicated_lines.claim_id = billed_lines.claim_id
            and adjudicated_lines.control_number = billed_lines.control_number
            -- an export numbers lines its own way
            and (
                adjudicated_lines.source = '835'
                or adjudicated_lines.billed_code = billed_lines.procedure_code
            )
    where adjudicated_lines.control_number <> ''
    group by adjudicated_lines.remit_line_id, adjudicated_lines.remit_claim_id
    having count(*) = 1
),

full_candidates as (
    select
        left_over.remit_line_id,
        left_over.remit_claim_id,
        left_over.claim_id,
        left_over.billed_code,
        left_over.modifier_key,
        left_over.date_of_service,
        left_over.charge,
        row_number() over (
            partition by
                left_over.remit_claim_id, left_over.billed_code, left_over.modifier_key,
                left_over.date_of_service, left_over.charge
            order by left_over.sequence, left_over.remit_line_id
        ) as candidate
    from adjudicated_lines as left_over
    anti join numbered_matches on left_over.remit_line_id = numbered_matches.remit_line_id
),

-- most remittances name every line by its number, and leave nothing to look for
remitted_claims as (
    select distinct
        full_candidates.remit_claim_id,
        full_candidates.claim_id
    from full_candidates
),

open_lines as (
    select
        remitted_claims.remit_claim_id,
        billed_lines.line_id,
        billed_lines.procedure_code,
        billed_lines.modifier_key,
        billed_lines.date_of_service,
        billed_lines.charge,
        billed_lines.ordinal
    from remitted_claims
    inner join billed_lines on remitted_claims.claim_id = billed_lines.claim_id
    anti join numbered_matches
        on
            remitted_claims.remit_claim_id = numbered_matches.remit_claim_id
            and billed_lines.line_id = numbered_matches.line_id
),

full_lines as (
    select
        open_lines.remit_claim_id,
        open_lines.line_id,
        open_lines.procedure_code,
        open_lines.modifier_key,
        open_lines.date_of_service,
        open_lines.charge,
        row_number() over (
            partition by
                open_lines.remit_claim_id, open_lines.procedure_code, open_lines.modifier_key,
                open_lines.date_of_service, open_lines.charge
            order by open_lines.ordinal, open_lines.line_id
        ) as candidate
    from open_lines
),

full_matches as (
    select
        full_candidates.remit_line_id,
        full_candidates.remit_claim_id,
        full_lines.line_id
    from full_candidates
    inner join full_lines
        on
            full_candidates.remit_claim_id = full_lines.remit_claim_id
            and full_candidates.billed_code = full_lines.procedure_code
            and full_candidates.modifier_key = full_lines.modifier_key
            and full_candidates.date_of_service = full_lines.date_of_service
            and full_candidates.charge = full_lines.charge
            and full_candidates.candidate = full_lines.candidate
),

partial_candidates as (
    select
        full_candidates.remit_line_id,
        full_candidates.remit_claim_id,
        full_candidates.billed_code,
        full_candidates.date_of_service,
        full_candidates.charge,
        row_number() over (
            partition by
                full_candidates.remit_claim_id, full_candidates.billed_code,
                full_candidates.date_of_service, full_candidates.charge
            order by full_candidates.candidate, full_candidates.remit_line_id
        ) as candidate
    from full_candidates
    anti join full_matches on full_candidates.remit_line_id = full_matches.remit_line_id
),

partial_lines as (
    select
        open_lines.remit_claim_id,
        open_lines.line_id,
        open_lines.procedure_code,
        open_lines.date_of_service,
        open_lines.charge,
        row_number() over (
            partition by
                open_lines.remit_claim_id, open_lines.procedure_code,
                open_lines.date_of_service, open_lines.charge
            order by open_lines.ordinal, open_lines.line_id
        ) as candidate
    from open_lines
    anti join full_matches
        on
            open_lines.remit_claim_id = full_matches.remit_claim_id
            and open_lines.line_id = full_matches.line_id
),

partial_matches as (
    select
        partial_candidates.remit_line_id,
        partial_lines.line_id
    from partial_candidates
    inner join partial_lines
        on
            partial_candidates.remit_claim_id = partial_lines.remit_claim_id
            and partial_candidates.billed_code = partial_lines.procedure_code
            and partial_candidates.date_of_service = partial_lines.date_of_service
            and partial_candidates.charge = partial_lines.charge
            and partial_candidates.candidate = partial_lines.candidate
),

uncharged_claims as (
    select distinct adjudicated_lines.claim_id
    from adjudicated_lines
    where adjudicated_lines.charge is null
),

counted_lines as (
    select
        billed_lines.claim_id,
        billed_lines.line_id,
        billed_lines.procedure_code,
        billed_lines.modifier_key,
        billed_lines.date_of_service,
        count(*) over (
            partition by
                billed_lines.claim_id, billed_lines.procedure_code, billed_lines.date_of_service
        ) as lines_of_code,
        count(*) over (
            partition by
                billed_lines.claim_id, billed_lines.procedure_code, billed_lines.modifier_key,
                billed_lines.date_of_service
        ) as lines_of_key
    from billed_lines
    semi join uncharged_claims on billed_lines.claim_id = uncharged_claims.claim_id
),

-- posted payments without a charge: only where no other line could be meant
uncharged_matches as (
    select
        adjudicated_lines.remit_line_id,
        counted_lines.line_id
    from adjudicated_lines
    inner join counted_lines
        on
            adjudicated_lines.claim_id = counted_lines.claim_id
            and adjudicated_lines.billed_code = counted_lines.procedure_code
            and adjudicated_lines.date_of_service = counted_lines.date_of_service
    where
        adjudicated_lines.charge is null
        and (
            counted_lines.lines_of_code = 1
            or counted_lines.lines_of_key = 1
            and adjudicated_lines.modifier_key = counted_lines.modifier_key
        )
)

select
    adjudicated_lines.remit_line_id,
    adjudicated_lines.patient_id,
    adjudicated_lines.claim_id,
    coalesce(
        numbered_matches.line_id, full_matches.line_id, partial_matches.line_id,
        uncharged_matches.line_id
    ) as line_id,
    case
        when numbered_matches.line_id is not null then 'control_number'
        when full_matches.line_id is not null then 'full'
        when partial_matches.line_id is not null then 'partial'
        when uncharged_matches.line_id is not null then 'partial'
        else 'none'
    end as match_method
from adjudicated_lines
left join numbered_matches on adjudicated_lines.remit_line_id = numbered_matches.remit_line_id
left join full_matches on adjudicated_lines.remit_line_id = full_matches.remit_line_id
left join partial_matches on adjudicated_lines.remit_line_id = partial_matches.remit_line_id
left join uncharged_matches on adjudicated_lines.remit_line_id = uncharged_matches.remit_line_id
