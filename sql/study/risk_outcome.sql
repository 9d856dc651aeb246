-- What the payer said first of each line as it stands: one row per line that a remittance received
-- since its submission adjudicates. Denied as in core.service_line: nothing allowed, for a reason
-- neither contractual nor the patient's share.
with primary_remits as (
    select
        remits.remit_claim_id,
        remits.claim_id,
        remits.payment_date,
        remits.paid,
        remits.source
    from core.remit_claim as remits
    inner join core.claim as claims
        on remits.claim_id = claims.claim_id and remits.payer_sequence = claims.payer_sequence
    where
        not remits.is_reversal
        and remits.payment_date is not null
        and (
            claims.submission = 1
            or claims.submitted_date is null
            or remits.payment_date > claims.submitted_date
        )
),

reasons as (
    select
        adjustments.remit_claim_id,
        adjustments.remit_line_id,
        sum(adjustments.amount) as taken_off,
        bool_or(
            adjustments.amount > 0
            and not coalesce(categories.is_contractual, false)
            and not (adjustments.group_code = 'PR' and adjustments.carc in ('1', '2', '3'))
        ) as has_reason
    from core.adjustment as adjustments
    semi join primary_remits on adjustments.remit_claim_id = primary_remits.remit_claim_id
    left join reference.carc_category as categories on adjustments.carc = categories.carc
    group by adjustments.remit_claim_id, adjustments.remit_line_id
),

line_decisions as (
    select
        lines.line_id,
        primary_remits.remit_claim_id,
        primary_remits.payment_date,
        sum(lines.allowed) = 0 and count(*) = count(lines.allowed)
        and (
            bool_or(coalesce(reasons.has_reason, false))
            or bool_and(primary_remits.source = 'export')
            and sum(lines.charge - lines.paid - coalesce(reasons.taken_off, 0)) > 0
        ) as is_denied
    from core.remit_line as lines
    inner join primary_remits on lines.remit_claim_id = primary_remits.remit_claim_id
    left join reasons on lines.remit_line_id = reasons.remit_line_id
    group by lines.line_id, primary_remits.remit_claim_id, primary_remits.payment_date
),

-- a remittance may decide a claim without naming its lines
claim_decisions as (
    select
        billed.line_id,
        primary_remits.remit_claim_id,
        primary_remits.payment_date,
        primary_remits.paid = 0 and coalesce(reasons.has_reason, false) as is_denied
    from primary_remits
    inner join core.service_line as billed on primary_remits.claim_id = billed.claim_id
    anti join core.remit_line as lines on primary_remits.remit_claim_id = lines.remit_claim_id
    left join reasons
        on primary_remits.remit_claim_id = reasons.remit_claim_id and reasons.remit_line_id is null
),

decisions as (
    select
        line_decisions.line_id,
        line_decisions.remit_claim_id,
        line_decisions.payment_date,
        line_decisions.is_denied
    from line_decisions
    union all
    select
        claim_decisions.line_id,
        claim_decisions.remit_claim_id,
        claim_decisions.payment_date,
        claim_decisions.is_denied
    from claim_decisions
),

ranked as (
    select
        decisions.line_id,
        decisions.payment_date,
        decisions.is_denied,
        row_number() over (
            partition by decisions.line_id
            order by decisions.payment_date, decisions.remit_claim_id
        ) as decision_rank
    from decisions
)

select
    ranked.line_id,
    ranked.payment_date as known_date,
    ranked.is_denied
from ranked
where ranked.decision_rank = 1
