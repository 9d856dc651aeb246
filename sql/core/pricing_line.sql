-- Primary billed lines as the price calculator reads them. What a claim does not say takes the
-- calculator's defaults: participating, assigned, not an APM participant, no MIPS factor. The
-- deductible is what the remittances took [PR-1], net of take-backs; without one it is taken as
-- met.
with primary_claims as (
    select claims.remit_claim_id
    from core.remit_claim as claims
    where claims.payer_sequence = 'P'
),

deductibles as (
    select
        adjustments.line_id,
        cast(sum(adjustments.amount) as decimal(12, 2)) as deductible
    from core.adjustment as adjustments
    semi join primary_claims on adjustments.remit_claim_id = primary_claims.remit_claim_id
    where
        adjustments.group_code = 'PR' and adjustments.carc = '1'
        and adjustments.line_id is not null
    group by adjustments.line_id
),

-- N781 and N782: the deductible and coinsurance of a qualified Medicare beneficiary [CMS QMB]
qmb_lines as (
    select distinct remits.line_id
    from core.remit_line as remits
    where
        coalesce(list_contains(remits.remarks, 'N781'), false)
        or coalesce(list_contains(remits.remarks, 'N782'), false)
)

select
    lines.line_id,
    coalesce(lines.submitted_date, cast('9999-12-31' as date)) as submitted_date,
    lines.ordinal,
    lines.patient_id,
    case when lines.line_of_business = 'medicare' then '' else lines.payer || ' ' end
    || case
        when lines.group_id is not null and lines.specialty is not null
            then 'group ' || lines.group_id || ' ' || lines.specialty
        else 'npi ' || coalesce(lines.rendering_npi, '')
    end as pricing_group,
    lines.payer,
    lines.line_of_business,
    lines.date_of_service,
    lines.procedure_code,
    lines.modifiers,
    lines.modifier_key,
    lines.units,
    lines.place_of_service,
    lines.locality,
    cast(null as varchar) as locality_note,
    lines.charge,
    coalesce(roster.participating, true) as participating,
    coalesce(claims.assignment, 'A') <> 'C' as assigned,
    coalesce(roster.apm_qualifying, false) as apm_qualifying,
    lines.rendering_type,
    coalesce(roster.mips_factor, cast(0 as decimal(8, 4))) as mips_factor,
    case
        when lines.is_adjudicated and not lines.is_denied
            then greatest(
                coalesce(deductibles.deductible, cast(0 as decimal(12, 2))),
                cast(0 as decimal(12, 2))
            )
    end as deductible,
    cast(null as decimal(12, 2)) as deductible_remaining,
    qmb_lines.line_id is not null as qmb
from core.service_line as lines
left join core.claim as claims on lines.claim_id = claims.claim_id
left join reference.provider as roster
    on
        lines.rendering_npi = roster.npi
        and lines.date_of_service between roster.effective_from and roster.effective_to
left join deductibles on lines.line_id = deductibles.line_id
left join qmb_lines on lines.line_id = qmb_lines.line_id
where lines.payer_sequence = 'P'
