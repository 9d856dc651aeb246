-- Denied lines, from the first denial to what stands, by the files alone. A full denial counts
-- while nothing is allowed: a duplicate of a line that was paid is no denial of it. Where the
-- primary and a later payer deny the same service it is the primary's line, and the later payer's
-- money counts.
with later_lines as (
    select
        lines.line_id,
        firsts.line_id as first_line_id,
        firsts.patient_responsibility as asked
    from core.service_line as lines
    inner join core.claim as claims on lines.claim_id = claims.claim_id
    inner join core.service_line as firsts
        on
            lines.patient_id = firsts.patient_id
            and claims.claim_id = firsts.claim_id || '/' || claims.payer_sequence
            and lines.line_number = firsts.line_number
    where claims.payer_sequence <> 'P' and firsts.payer_sequence = 'P'
),

denied_lines as (
    select distinct answers.line_id
    from core.answer as answers
    where answers.is_own and answers.is_denial
),

own_answers as (
    select
        answers.answer_id,
        answers.line_id,
        answers.claim_id,
        answers.patient_id,
        answers.remit_claim_id,
        answers.remit_line_id,
        answers.payer,
        answers.payer_sequence,
        answers.is_reversal,
        coalesce(answers.payment_date, cast('9999-12-31' as date)) as answer_date,
        answers.submission,
        answers.charge,
        answers.paid,
        answers.allowed,
        answers.denied,
        answers.kind,
        answers.is_denial,
        answers.category,
        answers.group_code,
        answers.carc,
        answers.rarc,
        answers.is_unappealable,
        answers.file_id,
        answers.ordinal,
        sum(coalesce(answers.allowed, 0)) over (
            partition by answers.line_id
            order by coalesce(answers.payment_date, cast('9999-12-31' as date))
        ) as allowed_then,
        max(case when answers.paid > 0 then 1 else 0 end) over (
            partition by answers.line_id
            order by coalesce(answers.payment_date, cast('9999-12-31' as date))
        ) as was_paid
    from core.answer as answers
    semi join denied_lines on answers.line_id = denied_lines.line_id
    where answers.is_own
),

denials as (
    select
        own_answers.answer_id,
        row_number() over (
            partition by own_answers.line_id
            order by
                own_answers.answer_date asc, own_answers.file_id asc, own_answers.ordinal asc,
                own_answers.answer_id asc
        ) as first_place,
        -- what a duplicate is denied for starts no clock
        row_number() over (
            partition by own_answers.line_id
            order by
                case when own_answers.category = 'duplicate' then 1 else 0 end asc,
                own_answers.answer_date desc, own_answers.file_id desc,
                own_answers.ordinal desc, own_answers.answer_id desc
        ) as last_place
    from own_answers
    where
        own_answers.is_denial
        and (own_answers.kind = 'partial_denial' or own_answers.allowed_then <= 0)
),

first_denials as (
    select
        answers.line_id,
        answers.claim_id,
        answers.patient_id,
        answers.remit_claim_id,
        answers.remit_line_id,
        answers.payer,
        answers.payer_sequence,
        answers.answer_date,
        answers.submission,
        answers.charge,
        answers.denied,
        answers.kind,
        answers.category,
        answers.group_code,
        answers.carc,
        answers.rarc,
        answers.allowed_then,
        answers.was_paid = 1 and answers.kind <> 'partial_denial' as is_take_back
    from own_answers as answers
    inner join denials on answers.answer_id = denials.answer_id
    where denials.first_place = 1
),

last_denials as (
    select
        answers.line_id,
        answers.answer_date,
        answers.kind,
        answers.is_unappealable
    from own_answers as answers
    inner join denials on answers.answer_id = denials.answer_id
    where denials.last_place = 1
),

-- the latest answer, and the latest that allowed something
latest_answers as (
    select
        own_answers.line_id,
        own_answers.submission,
        own_answers.kind,
        own_answers.answer_date,
        own_answers.allowed > 0 as is_positive,
        row_number() over (
            partition by own_answers.line_id, coalesce(own_answers.allowed > 0, false)
            order by
                own_answers.answer_date desc, own_answers.file_id desc,
                own_answers.ordinal desc, own_answers.answer_id desc
        ) as recency
    from own_answers
    where not own_answers.is_reversal
),

positive_answers as (
    select
        latest_answers.line_id,
        latest_answers.submission,
        latest_answers.kind,
        latest_answers.answer_date
    from latest_answers
    where latest_answers.is_positive and latest_answers.recency = 1
),

totals as (
    select
        own_answers.line_id,
        cast(sum(coalesce(own_answers.allowed, 0)) as decimal(12, 2)) as allowed,
        cast(sum(own_answers.paid) as decimal(12, 2)) as paid,
        count(*) filter (where own_answers.is_denial) as denials,
        max(case when not own_answers.is_reversal then own_answers.submission end) as submission,
        max(own_answers.answer_date) as answer_date
    from own_answers
    group by own_answers.line_id
),

other_answers as (
    select
        coalesce(later_lines.first_line_id, answers.line_id) as line_id,
        answers.paid,
        answers.is_denial,
        answers.payment_date
    from core.answer as answers
    left join later_lines on answers.line_id = later_lines.line_id
    where not answers.is_own or later_lines.line_id is not null
),

other_totals as (
    select
        other_answers.line_id,
        cast(sum(other_answers.paid) as decimal(12, 2)) as paid,
        bool_or(other_answers.is_denial) as has_denial,
        max(case when other_answers.paid <> 0 then other_answers.payment_date end) as payment_date,
        max(other_answers.payment_date) as answer_date
    from other_answers
    group by other_answers.line_id
),

claim_totals as (
    select
        submissions.claim_id,
        max(submissions.submission) as submissions,
        max(submissions.submitted_date) as submitted_date
    from core.submission as submissions
    group by submissions.claim_id
),

other_reasons as (
    select
        reasons.remit_claim_id,
        reasons.remit_line_id,
        reasons.place,
        reasons.group_code || '-' || reasons.carc || ':' || cast(reasons.amount as varchar)
            as reason
    from core.denial_reason as reasons
    where reasons.place between 2 and 5
),

alternatives as (
    select
        other_reasons.remit_claim_id,
        other_reasons.remit_line_id,
        max(case when other_reasons.place = 2 then other_reasons.reason end)
        || coalesce(max(case when other_reasons.place = 3 then ' ' || other_reasons.reason end), '')
        || coalesce(max(case when other_reasons.place = 4 then ' ' || other_reasons.reason end), '')
        || coalesce(max(case when other_reasons.place = 5 then ' ' || other_reasons.reason end), '')
            as reasons
    from other_reasons
    group by other_reasons.remit_claim_id, other_reasons.remit_line_id
),

followed_lines as (
    select
        firsts.line_id,
        firsts.claim_id,
        firsts.patient_id,
        firsts.remit_claim_id,
        firsts.remit_line_id,
        firsts.payer,
        firsts.payer_sequence,
        nullif(firsts.answer_date, cast('9999-12-31' as date)) as first_denied_date,
        firsts.submission,
        firsts.charge,
        firsts.denied,
        firsts.kind,
        firsts.category,
        firsts.group_code,
        firsts.carc,
        firsts.rarc,
        firsts.is_take_back,
        nullif(lasts.answer_date, cast('9999-12-31' as date)) as last_denied_date,
        lasts.kind as last_kind,
        lasts.is_unappealable,
        totals.allowed,
        totals.denials,
        totals.allowed - firsts.allowed_then as recovered_allowed,
        nullif(totals.answer_date, cast('9999-12-31' as date)) as answer_date,
        positives.kind as positive_kind,
        positives.answer_date as positive_date,
        positives.submission as positive_submission,
        greatest(coalesce(others.paid, 0), 0) as other_paid,
        coalesce(others.has_denial, false) as has_other_denial,
        others.payment_date as other_date,
        others.answer_date as other_answer_date,
        coalesce(bills.submissions, 1) as submissions,
        bills.submitted_date,
        coalesce(bills.submissions > totals.submission, false) as is_sent_again,
        -- the standing claim, if there is one, no longer bills it
        coalesce(bills.submissions > totals.submission, false)
        and (lines.line_id is null or lines.source = '835') as is_dropped
    from first_denials as firsts
    inner join last_denials as lasts on firsts.line_id = lasts.line_id
    inner join totals on firsts.line_id = totals.line_id
    left join positive_answers as positives on firsts.line_id = positives.line_id
    left join other_totals as others on firsts.line_id = others.line_id
    left join claim_totals as bills on firsts.claim_id = bills.claim_id
    left join core.service_line as lines on firsts.line_id = lines.line_id
    left join later_lines on firsts.line_id = later_lines.line_id
    left join first_denials as primaries on later_lines.first_line_id = primaries.line_id
    where primaries.line_id is null
),

named_states as (
    select
        followed_lines.line_id,
        case
            when followed_lines.allowed > 0 and followed_lines.positive_kind <> 'partial_denial'
                then 'overturned'
            when followed_lines.allowed > 0 and followed_lines.recovered_allowed > 0
                then 'partly_paid'
            when
                followed_lines.allowed <= 0 and followed_lines.other_paid > 0
                and followed_lines.has_other_denial
                then 'partly_paid'
            when followed_lines.allowed <= 0 and followed_lines.other_paid > 0 then 'overturned'
            when followed_lines.is_sent_again then 'corrected'
            else 'open'
        end as state
    from followed_lines
)

select
    denials.line_id,
    denials.claim_id,
    denials.patient_id,
    lines.encounter_id,
    coalesce(lines.payer, denials.payer) as payer,
    coalesce(lines.line_of_business, 'unknown') as line_of_business,
    denials.payer_sequence,
    lines.rendering_npi,
    coalesce(lines.date_of_service, remits.date_of_service) as date_of_service,
    coalesce(
        lines.procedure_code, nullif(remits.submitted_code, ''), remits.procedure_code
    ) as procedure_code,
    lines.modifier_key,
    coalesce(lines.charge, denials.charge) as charge,
    denials.first_denied_date,
    denials.submission as denied_submission,
    denials.submissions,
    denials.denials,
    denials.kind,
    denials.category,
    coalesce(nullif(meanings.cause, ''), denials.category) as cause,
    denials.group_code,
    denials.carc,
    denials.rarc,
    alternatives.reasons as alternatives,
    denials.denied,
    denials.is_take_back,
    denials.last_denied_date,
    denials.last_kind = 'unprocessable' as is_unprocessable,
    denials.last_kind <> 'unprocessable' and not denials.is_unappealable as is_appealable,
    states.state,
    case
        when denials.allowed > 0 and states.state in ('overturned', 'partly_paid')
            then denials.positive_date
        when states.state in ('overturned', 'partly_paid') then denials.other_date
        when states.state = 'corrected' and denials.is_dropped then denials.submitted_date
    end as final_date,
    case
        when states.state in ('overturned', 'partly_paid') and denials.allowed <= 0
            then 'other_payer'
        when
            states.state in ('overturned', 'partly_paid')
            and denials.positive_submission = denials.submission
            then 'reprocessing'
        when states.state in ('overturned', 'partly_paid') and answered.frequency_code = '7'
            then 'correction'
        when states.state in ('overturned', 'partly_paid') then 'resubmission'
        when states.state = 'corrected' and denials.is_dropped then 'withdrawn'
    end as resolution,
    denials.allowed,
    cast(
        case
            when denials.allowed > 0 then greatest(denials.recovered_allowed, 0)
            else denials.other_paid
        end as decimal(12, 2)
    ) as recovered,
    later_lines.asked,
    greatest(
        coalesce(denials.answer_date, denials.first_denied_date),
        coalesce(denials.other_answer_date, denials.answer_date, denials.first_denied_date),
        coalesce(
            case when denials.submissions > denials.submission then denials.submitted_date end,
            denials.answer_date, denials.first_denied_date
        )
    ) as last_activity_date
from followed_lines as denials
inner join named_states as states on denials.line_id = states.line_id
left join core.service_line as lines on denials.line_id = lines.line_id
left join core.remit_line as remits on denials.remit_line_id = remits.remit_line_id
left join later_lines on denials.line_id = later_lines.line_id
left join core.submission as answered
    on
        denials.claim_id = answered.claim_id
        and denials.positive_submission = answered.submission
left join alternatives
    on
        denials.remit_claim_id = alternatives.remit_claim_id
        and denials.remit_line_id is not distinct from alternatives.remit_line_id
left join reference.rarc_category as meanings
    on
        denials.rarc = meanings.rarc
        and coalesce(denials.first_denied_date, cast('9999-12-31' as date))
        between meanings.effective_from and meanings.effective_to
