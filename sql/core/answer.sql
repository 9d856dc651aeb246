-- What payers answered to each line, one remittance after the other, and what kind of answer it
-- was. The order of the questions is reversal, other payer, contractual, patient's share,
-- unprocessable, and then the categories of reference.carc_category by their rank.
--
-- An answer belongs to the latest submission sent by its day; one that the standing claim does not
-- explain belongs to the latest sent by its day that does, and to the standing line of that number,
-- whatever its code is now.
with answered_submissions as (
    select
        remits.remit_claim_id,
        max(submissions.submission) as submission
    from core.remit_claim as remits
    inner join core.submission as submissions
        on
            remits.claim_id = submissions.claim_id
            and remits.payment_date >= submissions.submitted_date
    group by remits.remit_claim_id
),

unmatched_lines as (
    select
        remits.remit_line_id,
        remits.remit_claim_id,
        remits.claim_id,
        coalesce(nullif(lines.submitted_code, ''), lines.procedure_code) as billed_code,
        lines.control_number,
        lines.date_of_service,
        remits.payment_date,
        abs(lines.charge) as charge,
        row_number() over (
            partition by
                remits.remit_claim_id,
                coalesce(nullif(lines.submitted_code, ''), lines.procedure_code),
                lines.date_of_service, abs(lines.charge)
            order by lines.modifier_key, lines.sequence, remits.remit_line_id
        ) as occurrence
    from core.remit_line as remits
    inner join staged.remit_line as lines on remits.remit_line_id = lines.remit_line_id
    where remits.match_method = 'none'
),

unmatched_claims as (
    select distinct unmatched_lines.claim_id
    from unmatched_lines
),

earlier_lines as (
    select
        claims.claim_id,
        claims.submission,
        claims.submitted_date,
        claims.claim_id || '-' || lines.line_number as line_id,
        lines.control_number,
        lines.procedure_code,
        lines.date_of_service,
        lines.charge,
        row_number() over (
            partition by
                lines.claim_key, lines.procedure_code, lines.date_of_service, lines.charge
            order by lines.modifier_key, lines.line_number, lines.ordinal
        ) as occurrence
    from staged.service_line as lines
    inner join core.submission as claims on lines.claim_key = claims.claim_key
    semi join unmatched_claims on claims.claim_id = unmatched_claims.claim_id
    where not claims.is_standing
),

-- the line as it was billed before: by the provider's own number, else by code, day and charge
former_candidates as (
    select
        unmatched_lines.remit_line_id,
        unmatched_lines.remit_claim_id,
        earlier_lines.line_id,
        earlier_lines.submission,
        coalesce(unmatched_lines.payment_date < earlier_lines.submitted_date, false) as is_later,
        1 as rung
    from unmatched_lines
    inner join earlier_lines
        on
            unmatched_lines.claim_id = earlier_lines.claim_id
            and unmatched_lines.control_number = earlier_lines.control_number
    where unmatched_lines.control_number <> ''
    union all
    select
        unmatched_lines.remit_line_id,
        unmatched_lines.remit_claim_id,
        earlier_lines.line_id,
        earlier_lines.submission,
        coalesce(unmatched_lines.payment_date < earlier_lines.submitted_date, false) as is_later,
        2 as rung
    from unmatched_lines
    inner join earlier_lines
        on
            unmatched_lines.claim_id = earlier_lines.claim_id
            and unmatched_lines.billed_code = earlier_lines.procedure_code
            and unmatched_lines.date_of_service = earlier_lines.date_of_service
            and unmatched_lines.charge = earlier_lines.charge
            and unmatched_lines.occurrence = earlier_lines.occurrence
),

former_lines as (
    select
        former_candidates.remit_line_id,
        former_candidates.remit_claim_id,
        former_candidates.line_id,
        former_candidates.submission,
        row_number() over (
            partition by former_candidates.remit_line_id
            order by
                case when former_candidates.is_later then 1 else 0 end asc,
                former_candidates.rung asc, former_candidates.submission desc,
                former_candidates.line_id asc
        ) as choice
    from former_candidates
),

-- unless the standing line of that number was answered in the same remittance by itself
kept_lines as (
    select
        former_lines.remit_line_id,
        former_lines.line_id,
        former_lines.submission
    from former_lines
    inner join core.service_line as lines on former_lines.line_id = lines.line_id
    anti join core.remit_line as others
        on
            former_lines.remit_claim_id = others.remit_claim_id
            and former_lines.line_id = others.line_id
    where former_lines.choice = 1
),

drivers as (
    select
        reasons.remit_claim_id,
        reasons.remit_line_id,
        max(case when reasons.place = 1 then reasons.group_code end) as group_code,
        max(case when reasons.place = 1 then reasons.carc end) as carc,
        max(case when reasons.place = 1 then reasons.category end) as category,
        cast(sum(reasons.amount) as decimal(12, 2)) as denied
    from core.denial_reason as reasons
    group by reasons.remit_claim_id, reasons.remit_line_id
),

totals as (
    select
        adjustments.remit_line_id,
        sum(adjustments.amount) as taken_off,
        coalesce(
            sum(adjustments.amount) filter (
                where adjustments.group_code = 'OA' and adjustments.carc = '23'
            ), 0
        ) as prior_payment
    from core.adjustment as adjustments
    where adjustments.remit_line_id is not null
    group by adjustments.remit_line_id
),

line_remarks as (
    select
        remits.remit_claim_id,
        remits.remit_line_id,
        remits.payment_date,
        u.rarc
    from core.remit_line as remits
    cross join unnest(remits.remarks) as u (rarc)
),

claim_remarks as (
    select
        remits.remit_claim_id,
        remits.payment_date,
        u.rarc
    from core.remit_claim as remits
    cross join unnest(remits.remarks) as u (rarc)
),

weighed_remarks as (
    select
        remarks.remit_claim_id,
        remarks.remit_line_id,
        remarks.rarc,
        coalesce(meanings.cause, '') as cause,
        coalesce(meanings.is_unprocessable, false) as is_unprocessable,
        coalesce(meanings.is_unappealable, false) as is_unappealable
    from (
        select
            line_remarks.remit_claim_id,
            line_remarks.remit_line_id,
            line_remarks.payment_date,
            line_remarks.rarc
        from line_remarks
        union all
        select
            claim_remarks.remit_claim_id,
            cast(null as varchar) as remit_line_id,
            claim_remarks.payment_date,
            claim_remarks.rarc
        from claim_remarks
    ) as remarks
    left join reference.rarc_category as meanings
        on
            remarks.rarc = meanings.rarc
            and coalesce(remarks.payment_date, cast('9999-12-31' as date))
            between meanings.effective_from and meanings.effective_to
),

-- of several remarks the first that says something of the cause
remarks as (
    select
        weighed_remarks.remit_claim_id,
        weighed_remarks.remit_line_id,
        coalesce(
            min(case when weighed_remarks.cause <> '' then weighed_remarks.rarc end),
            min(weighed_remarks.rarc)
        ) as rarc,
        bool_or(weighed_remarks.is_unprocessable) as is_unprocessable,
        bool_or(weighed_remarks.is_unappealable) as is_unappealable
    from weighed_remarks
    group by weighed_remarks.remit_claim_id, weighed_remarks.remit_line_id
),

all_answers as (
    select
        remits.remit_line_id as answer_id,
        coalesce(kept_lines.line_id, remits.line_id) as line_id,
        kept_lines.submission,
        remits.claim_id,
        remits.patient_id,
        remits.remit_claim_id,
        remits.remit_line_id,
        remits.payer_sequence,
        remits.is_reversal,
        remits.payment_date,
        remits.file_id,
        remits.ordinal,
        abs(remits.charge) as charge,
        -- what an earlier payer paid is no answer of this one
        case
            when remits.payer_sequence <> 'P' and remits.allowed_method = 'sum'
                then cast(
                    remits.allowed - coalesce(totals.prior_payment, 0) as decimal(12, 2)
                )
            else remits.allowed
        end as allowed,
        remits.paid,
        remits.patient_responsibility,
        drivers.group_code,
        drivers.carc,
        drivers.category,
        coalesce(drivers.denied, cast(0 as decimal(12, 2))) as denied,
        -- posted payments may name no reason
        remits.source = 'export'
        and remits.charge - remits.paid - coalesce(totals.taken_off, 0) > 0 as has_gap
    from core.remit_line as remits
    left join kept_lines on remits.remit_line_id = kept_lines.remit_line_id
    left join drivers
        on
            remits.remit_claim_id = drivers.remit_claim_id
            and remits.remit_line_id = drivers.remit_line_id
    left join totals on remits.remit_line_id = totals.remit_line_id
    where remits.payer_sequence <> 'N'
    union all
    -- a claim answered without its lines: the reason is the claim's, and so each line's
    select
        remits.remit_claim_id || '/' || lines.line_id as answer_id,
        lines.line_id,
        cast(null as bigint) as submission,
        remits.claim_id,
        remits.patient_id,
        remits.remit_claim_id,
        cast(null as varchar) as remit_line_id,
        remits.payer_sequence,
        remits.is_reversal,
        remits.payment_date,
        remits.file_id,
        remits.ordinal,
        lines.charge,
        case
            when remits.paid = 0 and drivers.carc is not null then cast(0 as decimal(12, 2))
        end as allowed,
        cast(case when remits.paid = 0 then 0 end as decimal(12, 2)) as paid,
        cast(null as decimal(12, 2)) as patient_responsibility,
        drivers.group_code,
        drivers.carc,
        drivers.category,
        case
            when remits.paid = 0 and drivers.carc is not null then lines.charge
            else cast(0 as decimal(12, 2))
        end as denied,
        false as has_gap
    from core.remit_claim as remits
    inner join core.service_line as lines on remits.claim_id = lines.claim_id
    left join drivers
        on
            remits.remit_claim_id = drivers.remit_claim_id
            and drivers.remit_line_id is null
    anti join core.remit_line as remitted on remits.remit_claim_id = remitted.remit_claim_id
    where lines.source <> '835' and remits.payer_sequence <> 'N'
),

judged_answers as (
    select
        all_answers.answer_id,
        all_answers.line_id,
        all_answers.submission,
        all_answers.claim_id,
        all_answers.patient_id,
        all_answers.remit_claim_id,
        all_answers.remit_line_id,
        all_answers.payer_sequence,
        all_answers.is_reversal,
        all_answers.payment_date,
        all_answers.file_id,
        all_answers.ordinal,
        all_answers.charge,
        all_answers.allowed,
        all_answers.paid,
        all_answers.patient_responsibility,
        all_answers.denied,
        all_answers.group_code,
        all_answers.carc,
        coalesce(
            all_answers.category,
            case when all_answers.allowed = 0 and all_answers.has_gap then 'unexplained' end
        ) as category,
        coalesce(line_remarks.rarc, claim_remarks.rarc) as rarc,
        coalesce(line_remarks.is_unprocessable, false)
        or coalesce(claim_remarks.is_unprocessable, false) as is_unprocessable,
        coalesce(line_remarks.is_unappealable, false)
        or coalesce(claim_remarks.is_unappealable, false) as is_unappealable
    from all_answers
    left join remarks as line_remarks
        on
            all_answers.remit_claim_id = line_remarks.remit_claim_id
            and all_answers.remit_line_id = line_remarks.remit_line_id
    left join remarks as claim_remarks
        on
            all_answers.remit_claim_id = claim_remarks.remit_claim_id
            and claim_remarks.remit_line_id is null
)

select
    answers.answer_id,
    answers.line_id,
    answers.claim_id,
    answers.patient_id,
    answers.remit_claim_id,
    answers.remit_line_id,
    remits.payer,
    answers.payer_sequence,
    answers.payer_sequence = coalesce(claims.payer_sequence, answers.payer_sequence) as is_own,
    answers.is_reversal,
    answers.payment_date,
    coalesce(answers.submission, answered_submissions.submission, 1) as submission,
    answers.charge,
    answers.allowed,
    answers.paid,
    answers.patient_responsibility,
    case when answers.is_reversal then cast(0 as decimal(12, 2)) else answers.denied end as denied,
    case
        when answers.is_reversal then 'reversal'
        when answers.allowed is null then 'unknown'
        when answers.allowed > 0 and answers.category is not null then 'partial_denial'
        when answers.allowed > 0 and answers.paid = 0 then 'patient_share'
        when answers.allowed > 0 then 'paid'
        when answers.category is null then 'contractual'
        when
            answers.is_unprocessable
            or answers.category = 'information' and answers.is_unappealable
            then 'unprocessable'
        when answers.category = 'information' then 'information_request'
        else 'denial'
    end as kind,
    not answers.is_reversal and answers.allowed is not null and answers.category is not null
        as is_denial,
    answers.category,
    answers.group_code,
    answers.carc,
    answers.rarc,
    answers.is_unprocessable,
    answers.is_unappealable,
    answers.file_id,
    answers.ordinal,
    -- the first is 1; what takes an answer back is none
    case
        when not answers.is_reversal
            then row_number() over (
                partition by answers.line_id, answers.payer_sequence, answers.is_reversal
                order by
                    coalesce(answers.payment_date, cast('9999-12-31' as date)),
                    answers.file_id, answers.ordinal, answers.answer_id
            )
    end as place
from judged_answers as answers
inner join core.remit_claim as remits on answers.remit_claim_id = remits.remit_claim_id
left join core.claim as claims on answers.claim_id = claims.claim_id
left join answered_submissions
    on answers.remit_claim_id = answered_submissions.remit_claim_id
