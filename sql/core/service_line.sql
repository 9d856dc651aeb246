-- Live billed lines with the net of what their payer did, and a line for each adjudicated one that
-- no claim on file explains. Remittances are summed with their sign: a reversal and its correction
-- leave the corrected amounts.
with payer_lines as (
    select
        remits.line_id,
        remits.claim_id,
        remits.remit_line_id,
        remits.remit_claim_id,
        remits.is_reversal,
        remits.source,
        remits.allowed,
        remits.allowed_method,
        remits.paid,
        remits.patient_responsibility,
        remits.remarks,
        remits.payment_date
    from core.remit_line as remits
    left join core.claim as claims on remits.claim_id = claims.claim_id
    where remits.payer_sequence = coalesce(claims.payer_sequence, remits.payer_sequence)
),

line_totals as (
    select
        payer_lines.line_id,
        case
            when count(*) = count(payer_lines.allowed)
                then cast(sum(payer_lines.allowed) as decimal(12, 2))
        end as allowed,
        case
            when count(*) = count(payer_lines.allowed) then min(payer_lines.allowed_method)
        end as allowed_method,
        cast(sum(payer_lines.paid) as decimal(12, 2)) as paid,
        -- a denial to the patient that was paid later, without a reversal, is no longer owed
        cast(
            case
                when
                    sum(payer_lines.allowed) > 0
                    and min(payer_lines.payment_date) < max(payer_lines.payment_date)
                    then
                        sum(
                            case
                                when payer_lines.allowed = 0 then 0
                                else payer_lines.patient_responsibility
                            end
                        )
                else sum(payer_lines.patient_responsibility)
            end as decimal(12, 2)
        ) as patient_responsibility,
        sum(case when payer_lines.is_reversal then -1 else 1 end) > 0 as is_adjudicated,
        bool_and(payer_lines.source = 'export') as is_posted,
        max(payer_lines.payment_date) as remitted_date
    from payer_lines
    group by payer_lines.line_id
),

line_reasons as (
    select
        payer_lines.line_id,
        adjustments.group_code,
        adjustments.carc,
        sum(adjustments.amount) as amount
    from payer_lines
    inner join core.adjustment as adjustments
        on payer_lines.remit_line_id = adjustments.remit_line_id
    group by payer_lines.line_id, adjustments.group_code, adjustments.carc
),

line_reductions as (
    select
        line_reasons.line_id,
        sum(line_reasons.amount) as taken_off
    from line_reasons
    group by line_reasons.line_id
),

denial_reasons as (
    select
        line_reasons.line_id,
        line_reasons.carc,
        coalesce(categories.category, 'unmapped') as category,
        row_number() over (
            partition by line_reasons.line_id
            order by
                coalesce(categories.decision_rank, 999) asc, line_reasons.amount desc,
                line_reasons.carc asc, line_reasons.group_code asc
        ) as reason_rank
    from line_reasons
    left join reference.carc_category as categories on line_reasons.carc = categories.carc
    where
        line_reasons.amount > 0
        and not coalesce(categories.is_contractual, false)
        and not (line_reasons.group_code = 'PR' and line_reasons.carc in ('1', '2', '3'))
),

line_remarks as (
    select
        payer_lines.line_id,
        u.rarc
    from payer_lines
    cross join unnest(payer_lines.remarks) as u (rarc)
),

first_remarks as (
    select
        line_remarks.line_id,
        min(line_remarks.rarc) as rarc
    from line_remarks
    group by line_remarks.line_id
),

-- An 835 may adjudicate a claim without its lines; its adjustments stay with the claim (no double
-- count), but its lines are then adjudicated, and denied where the claim was.
whole_claims as (
    select
        remits.claim_id,
        sum(case when remits.is_reversal then -1 else 1 end) > 0 as is_adjudicated,
        sum(remits.paid) as paid,
        max(remits.payment_date) as remitted_date
    from core.remit_claim as remits
    inner join core.claim as claims
        on remits.claim_id = claims.claim_id and remits.payer_sequence = claims.payer_sequence
    anti join core.remit_line as lines on remits.remit_claim_id = lines.remit_claim_id
    group by remits.claim_id
),

whole_claim_reasons as (
    select
        adjustments.claim_id,
        adjustments.group_code,
        adjustments.carc,
        sum(adjustments.amount) as amount
    from core.adjustment as adjustments
    inner join whole_claims on adjustments.claim_id = whole_claims.claim_id
    anti join core.remit_line as lines on adjustments.remit_claim_id = lines.remit_claim_id
    where adjustments.remit_line_id is null
    group by adjustments.claim_id, adjustments.group_code, adjustments.carc
),

whole_claim_denials as (
    select
        whole_claim_reasons.claim_id,
        whole_claim_reasons.carc,
        coalesce(categories.category, 'unmapped') as category,
        row_number() over (
            partition by whole_claim_reasons.claim_id
            order by
                coalesce(categories.decision_rank, 999) asc, whole_claim_reasons.amount desc,
                whole_claim_reasons.carc asc, whole_claim_reasons.group_code asc
        ) as reason_rank
    from whole_claim_reasons
    inner join whole_claims on whole_claim_reasons.claim_id = whole_claims.claim_id
    left join reference.carc_category as categories
        on whole_claim_reasons.carc = categories.carc
    where
        whole_claim_reasons.amount > 0
        and whole_claims.paid = 0
        and not coalesce(categories.is_contractual, false)
        and not (
            whole_claim_reasons.group_code = 'PR' and whole_claim_reasons.carc in ('1', '2', '3')
        )
),

billed_lines as (
    select
        claims.claim_id || '-' || lines.line_number as line_id,
        claims.claim_id,
        lines.claim_key,
        lines.line_number,
        lines.patient_id,
        claims.payer_sequence,
        lines.rendering_npi,
        lines.rendering_taxonomy,
        claims.rendering_type as exported_type,
        lines.date_of_service,
        lines.date_of_service_end is not null
        and lines.date_of_service_end <> lines.date_of_service as has_date_range,
        lines.place_of_service,
        lines.procedure_code,
        lines.modifiers,
        lines.modifier_key,
        lines.units,
        lines.diagnosis_codes,
        lines.diagnosis_key,
        lines.clia_number,
        lines.charge,
        claims.submitted_date,
        claims.payer,
        claims.line_of_business,
        claims.locality,
        claims.source,
        lines.file_id,
        lines.ordinal,
        lines.byte_offset,
        lines.byte_end,
        claims.payer_sequence = 'P' as is_primary
    from staged.service_line as lines
    inner join core.claim as claims on lines.claim_key = claims.claim_key
),

known_claims as (
    select distinct submissions.claim_id
    from staged.claim as submissions
),

-- a line that a corrected claim dropped and whose remittances were all taken back
dropped_lines as (
    select remits.line_id
    from core.remit_line as remits
    inner join core.claim as claims on remits.claim_id = claims.claim_id
    where remits.match_method = 'none'
    group by remits.line_id
    having
        sum(case when remits.is_reversal then -1 else 1 end) <= 0
        and coalesce(sum(remits.charge), 0) = 0
        and sum(remits.paid) = 0
),

remitted_lines as (
    select
        remits.line_id,
        remits.claim_id,
        remits.patient_id,
        remits.remit_line_id,
        remits.remit_claim_id,
        row_number() over (
            partition by remits.line_id
            order by remits.payment_date desc, remits.remit_line_id desc
        ) as recency
    from core.remit_line as remits
    left join core.claim as claims on remits.claim_id = claims.claim_id
    left join known_claims on remits.claim_id = known_claims.claim_id
    anti join dropped_lines on remits.line_id = dropped_lines.line_id
    where
        remits.match_method = 'none'
        -- a voided claim's remittances make no line
        and (known_claims.claim_id is null or claims.claim_id is not null)
        -- nor do another payer's, or what only prices ahead
        and remits.payer_sequence = coalesce(claims.payer_sequence, remits.payer_sequence)
        and remits.payer_sequence <> 'N'
        and remits.date_of_service is not null
),

made_lines as (
    select
        remitted_lines.line_id,
        remitted_lines.claim_id,
        remitted_lines.patient_id,
        remit_claims.payer_sequence,
        coalesce(nullif(lines.rendering_npi, ''), nullif(remit_claims.rendering_npi, ''))
            as rendering_npi,
        lines.date_of_service,
        coalesce(nullif(lines.submitted_code, ''), lines.procedure_code) as procedure_code,
        case
            when lines.submitted_code <> '' then lines.submitted_modifiers
            else lines.modifiers
        end as modifiers,
        lines.modifier_key,
        abs(coalesce(lines.units_submitted, lines.units_paid)) as units,
        abs(lines.charge) as charge,
        remit_claims.payer,
        indicators.line_of_business,
        lines.file_id,
        lines.ordinal,
        lines.byte_offset,
        lines.byte_end,
        remit_claims.payer_sequence = 'P' and not remit_claims.is_matched as is_primary
    from remitted_lines
    inner join staged.remit_line as lines on remitted_lines.remit_line_id = lines.remit_line_id
    inner join core.remit_claim as remit_claims
        on remitted_lines.remit_claim_id = remit_claims.remit_claim_id
    left join reference.filing_indicator as indicators
        on
            remit_claims.filing_indicator = indicators.filing_indicator
            and lines.date_of_service
            between indicators.effective_from and indicators.effective_to
    where remitted_lines.recency = 1
),

all_lines as (
    select
        billed_lines.line_id,
        billed_lines.claim_id,
        billed_lines.claim_key,
        billed_lines.line_number,
        billed_lines.patient_id,
        billed_lines.payer_sequence,
        billed_lines.rendering_npi,
        billed_lines.rendering_taxonomy,
        billed_lines.exported_type,
        billed_lines.date_of_service,
        billed_lines.has_date_range,
        billed_lines.place_of_service,
        billed_lines.procedure_code,
        billed_lines.modifiers,
        billed_lines.modifier_key,
        billed_lines.units,
        billed_lines.diagnosis_codes,
        billed_lines.diagnosis_key,
        billed_lines.clia_number,
        billed_lines.charge,
        billed_lines.submitted_date,
        billed_lines.payer,
        billed_lines.line_of_business,
        billed_lines.locality,
        billed_lines.source,
        billed_lines.file_id,
        billed_lines.ordinal,
        billed_lines.byte_offset,
        billed_lines.byte_end,
        billed_lines.is_primary
    from billed_lines
    union all
    select
        made_lines.line_id,
        made_lines.claim_id,
        cast(null as varchar) as claim_key,
        made_lines.line_id as line_number,
        made_lines.patient_id,
        made_lines.payer_sequence,
        made_lines.rendering_npi,
        cast(null as varchar) as rendering_taxonomy,
        cast(null as varchar) as exported_type,
        made_lines.date_of_service,
        false as has_date_range,
        cast(null as varchar) as place_of_service,
        made_lines.procedure_code,
        made_lines.modifiers,
        made_lines.modifier_key,
        made_lines.units,
        cast(null as varchar[]) as diagnosis_codes,
        cast(null as varchar) as diagnosis_key,
        cast(null as varchar) as clia_number,
        made_lines.charge,
        cast(null as date) as submitted_date,
        made_lines.payer,
        coalesce(made_lines.line_of_business, 'unknown') as line_of_business,
        cast(null as varchar) as locality,
        '835' as source,
        made_lines.file_id,
        made_lines.ordinal,
        made_lines.byte_offset,
        made_lines.byte_end,
        made_lines.is_primary
    from made_lines
),

-- read anew, with the few columns it takes: the lines above are wide
primary_lines as (
    select
        lines.patient_id,
        lines.rendering_npi,
        lines.date_of_service,
        claims.claim_id || '-' || lines.line_number as line_id
    from staged.service_line as lines
    inner join core.claim as claims on lines.claim_key = claims.claim_key
    where claims.payer_sequence = 'P'
    union all
    select
        made_lines.patient_id,
        made_lines.rendering_npi,
        made_lines.date_of_service,
        made_lines.line_id
    from made_lines
    where made_lines.is_primary
),

encounters as (
    select
        primary_lines.patient_id,
        primary_lines.rendering_npi,
        primary_lines.date_of_service,
        min(primary_lines.line_id) as encounter_id
    from primary_lines
    group by
        primary_lines.patient_id, primary_lines.rendering_npi, primary_lines.date_of_service
)

select
    all_lines.line_id,
    all_lines.claim_id,
    all_lines.claim_key,
    all_lines.line_number,
    case when all_lines.is_primary then encounters.encounter_id end as encounter_id,
    all_lines.patient_id,
    all_lines.payer_sequence,
    all_lines.rendering_npi,
    roster.group_id,
    coalesce(roster.specialty, taxonomies.specialty) as specialty,
    coalesce(roster.rendering_type, nullif(all_lines.exported_type, ''), taxonomies.rendering_type)
        as rendering_type,
    all_lines.date_of_service,
    all_lines.has_date_range,
    all_lines.place_of_service,
    all_lines.procedure_code,
    all_lines.modifiers,
    all_lines.modifier_key,
    all_lines.units,
    all_lines.diagnosis_codes,
    all_lines.diagnosis_key,
    all_lines.clia_number,
    all_lines.charge,
    case
        when line_totals.line_id is not null then line_totals.allowed
        when whole_claim_denials.claim_id is not null and whole_claims.is_adjudicated
            then cast(0 as decimal(12, 2))
    end as allowed,
    case
        when line_totals.line_id is not null then line_totals.allowed_method
        when whole_claim_denials.claim_id is not null and whole_claims.is_adjudicated then 'claim'
    end as allowed_method,
    case
        when line_totals.line_id is not null then line_totals.paid
        when whole_claim_denials.claim_id is not null and whole_claims.is_adjudicated
            then cast(0 as decimal(12, 2))
    end as paid,
    line_totals.patient_responsibility,
    coalesce(line_totals.is_adjudicated, whole_claims.is_adjudicated, false) as is_adjudicated,
    coalesce(
        line_totals.is_adjudicated and line_totals.allowed = 0
        and (
            denial_reasons.line_id is not null
            -- posted payments may name no reason: what nothing explains was not paid
            or line_totals.is_posted
            and all_lines.charge - line_totals.paid - coalesce(line_reductions.taken_off, 0) > 0
        ),
        whole_claims.is_adjudicated and whole_claim_denials.claim_id is not null, false
    ) as is_denied,
    case
        when
            line_totals.is_adjudicated and line_totals.allowed = 0
            and denial_reasons.line_id is not null
            then denial_reasons.category
        when
            line_totals.is_adjudicated and line_totals.allowed = 0 and line_totals.is_posted
            and all_lines.charge - line_totals.paid - coalesce(line_reductions.taken_off, 0) > 0
            then 'unexplained'
        when line_totals.line_id is null and whole_claims.is_adjudicated
            then whole_claim_denials.category
    end as denial_category,
    case
        when line_totals.is_adjudicated and line_totals.allowed = 0 then denial_reasons.carc
        when line_totals.line_id is null and whole_claims.is_adjudicated
            then whole_claim_denials.carc
    end as driver_carc,
    case
        when
            line_totals.is_adjudicated and line_totals.allowed = 0
            and denial_reasons.line_id is not null
            then first_remarks.rarc
    end as driver_rarc,
    coalesce(line_totals.remitted_date, whole_claims.remitted_date) as remitted_date,
    all_lines.submitted_date,
    all_lines.payer,
    all_lines.line_of_business,
    all_lines.locality,
    all_lines.source,
    all_lines.file_id,
    all_lines.ordinal,
    all_lines.byte_offset,
    all_lines.byte_end
from all_lines
left join encounters
    on
        all_lines.patient_id = encounters.patient_id
        and all_lines.date_of_service = encounters.date_of_service
        and all_lines.rendering_npi is not distinct from encounters.rendering_npi
left join reference.provider as roster
    on
        all_lines.rendering_npi = roster.npi
        and all_lines.date_of_service between roster.effective_from and roster.effective_to
left join reference.taxonomy as taxonomies
    on all_lines.rendering_taxonomy = taxonomies.taxonomy
left join line_totals on all_lines.line_id = line_totals.line_id
left join line_reductions on all_lines.line_id = line_reductions.line_id
left join denial_reasons
    on all_lines.line_id = denial_reasons.line_id and denial_reasons.reason_rank = 1
left join first_remarks on all_lines.line_id = first_remarks.line_id
left join whole_claims on all_lines.claim_id = whole_claims.claim_id
left join whole_claim_denials
    on
        all_lines.claim_id = whole_claim_denials.claim_id
        and whole_claim_denials.reason_rank = 1
