-- What the payer said last of each line of an answered submission that no longer stands, by the
-- line's number as it is now. Denied: nothing allowed, for a reason of core.denial_reason; not
-- known where every answer to the submission was taken back, or does not tell what was allowed.
with answers as (
    select
        answers.answer_id,
        answers.line_id,
        answers.claim_id,
        answers.submission,
        bills.portion,
        answers.remit_line_id,
        answers.is_reversal,
        answers.allowed,
        answers.is_denial,
        answers.category,
        answers.carc,
        answers.payment_date,
        answers.file_id,
        answers.ordinal
    from core.answer as answers
    inner join temp.former_bill as bills
        on answers.claim_id = bills.claim_id and answers.submission = bills.submission
    where answers.is_own and bills.is_answered
),

nets as (
    select
        answers.line_id,
        answers.submission,
        sum(case when answers.is_reversal then -1 else 1 end) > 0 as is_answered
    from answers
    group by answers.line_id, answers.submission
),

last_submissions as (
    select
        others.line_id,
        max(others.submission) as submission
    from core.answer as others
    semi join nets on others.line_id = nets.line_id
    where others.is_own and not others.is_reversal
    group by others.line_id
),

ranked as (
    select
        answers.line_id,
        answers.claim_id,
        answers.submission,
        answers.portion,
        answers.remit_line_id,
        answers.allowed,
        answers.is_denial,
        answers.carc,
        row_number() over (
            partition by answers.line_id, answers.submission
            order by
                -- what a duplicate is denied for says nothing of the line
                case when answers.category = 'duplicate' then 1 else 0 end asc,
                coalesce(answers.payment_date, cast('9999-12-31' as date)) desc,
                answers.file_id desc, answers.ordinal desc, answers.answer_id desc
        ) as recency
    from answers
    where not answers.is_reversal
)

select
    ranked.line_id,
    ranked.claim_id,
    ranked.submission,
    ranked.portion,
    ranked.remit_line_id,
    case
        when not nets.is_answered or ranked.allowed is null then null
        when ranked.is_denial and ranked.allowed <= 0 then 'denied'
        else 'paid'
    end as outcome,
    case when ranked.is_denial and ranked.allowed <= 0 and nets.is_answered then ranked.carc end
        as driver_carc,
    ranked.submission = last_submissions.submission as is_latest
from ranked
inner join nets on ranked.line_id = nets.line_id and ranked.submission = nets.submission
inner join last_submissions on ranked.line_id = last_submissions.line_id
where ranked.recency = 1
