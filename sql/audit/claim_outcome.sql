-- What came of each primary bill: at its first answer, and in net after all of them.
with first_answers as (
    select
        answers.line_id,
        answers.payment_date,
        answers.allowed,
        answers.paid,
        answers.kind,
        answers.is_denial
    from core.answer as answers
    where answers.is_own and answers.place = 1 and answers.payer_sequence = 'P'
),

-- CARC 253 comes off the payment and not off what is collectable (CMS CR 8378)
write_offs as (
    select
        adjustments.line_id,
        sum(adjustments.amount) as amount
    from core.adjustment as adjustments
    inner join core.remit_claim as remits on adjustments.remit_claim_id = remits.remit_claim_id
    inner join reference.carc_category as categories
        on
            adjustments.carc = categories.carc
            and remits.payment_date between categories.effective_from and categories.effective_to
    where
        adjustments.line_id is not null
        and remits.payer_sequence = 'P'
        and categories.is_contractual
        and adjustments.carc <> '23'
    group by adjustments.line_id
),

classes as (
    select
        codes.procedure_code,
        codes.effective_from,
        codes.effective_to,
        bool_or(codes.class_name = 'mohs_first_stage') as is_first_stage
    from reference.code_class as codes
    where codes.class_name in ('mohs', 'mohs_first_stage')
    group by codes.procedure_code, codes.effective_from, codes.effective_to
),

work as (
    select
        fees.procedure_code,
        fees.work_rvu,
        fees.effective_from,
        fees.effective_to
    from reference.mpfs_rvu as fees
    where fees.modifier = ''
),

lines as (
    select
        lines.line_id,
        lines.claim_id,
        lines.patient_id,
        lines.payer,
        lines.line_of_business,
        lines.rendering_npi,
        lines.date_of_service,
        lines.submitted_date,
        lines.charge,
        lines.allowed,
        lines.is_denied,
        lines.is_adjudicated,
        firsts.line_id is not null as is_answered,
        firsts.payment_date,
        firsts.kind,
        coalesce(firsts.is_denial, false) as is_first_denied,
        firsts.allowed as first_allowed,
        coalesce(write_offs.amount, 0) as written_off,
        prices.expected_allowed,
        prices.medicare_allowed,
        variances.status as variance_status,
        coalesce(variances.is_counted, false) as is_variance_counted,
        variances.variance,
        classes.procedure_code is not null as is_mohs,
        case when classes.is_first_stage then lines.units end as first_stages,
        cast(round(lines.units * work.work_rvu, 2) as decimal(14, 2)) as work_rvu
    from core.service_line as lines
    left join first_answers as firsts on lines.line_id = firsts.line_id
    left join write_offs on lines.line_id = write_offs.line_id
    left join audit.expected_payment as prices on lines.line_id = prices.line_id
    left join audit.payment_variance as variances on lines.line_id = variances.line_id
    left join classes
        on
            lines.procedure_code = classes.procedure_code
            and lines.date_of_service between classes.effective_from and classes.effective_to
    left join work
        on
            lines.procedure_code = work.procedure_code
            and lines.date_of_service between work.effective_from and work.effective_to
    where lines.payer_sequence = 'P'
),

claim_lines as (
    select
        lines.claim_id,
        lines.patient_id,
        min(lines.payer) as payer,
        min(lines.line_of_business) as line_of_business,
        min(lines.rendering_npi) as rendering_npi,
        min(lines.date_of_service) as date_of_service,
        min(lines.submitted_date) as submitted_date,
        min(lines.payment_date) as first_answer_date,
        bool_or(lines.is_mohs) as is_mohs,
        count(*) as lines,
        count(*) filter (where lines.is_answered) as answered_lines,
        count(*) filter (where lines.is_first_denied) as denied_lines,
        count(*) filter (where lines.kind = 'unknown') as unknown_lines,
        count(*) filter (where lines.kind in ('information_request', 'unprocessable'))
            as information_lines,
        count(*) filter (where lines.kind = 'partial_denial') as partial_lines,
        count(*) filter (where lines.kind = 'patient_share') as patient_lines,
        count(*) filter (where lines.expected_allowed is not null and lines.is_answered)
            as priced_lines,
        count(*) filter (where lines.variance_status in ('as_expected', 'under', 'over'))
            as compared_lines,
        count(*) filter (where lines.variance_status = 'as_expected') as accurate_lines,
        count(*) filter (where lines.variance_status = 'under' and lines.is_variance_counted)
            as under_lines,
        sum(-lines.variance) filter (
            where lines.variance_status = 'under' and lines.is_variance_counted
        ) as underpaid,
        sum(lines.charge) as charge,
        sum(lines.charge) filter (where lines.is_answered) as answered_charge,
        sum(lines.charge) filter (where lines.is_first_denied) as denied_charge,
        sum(lines.written_off) as written_off,
        sum(lines.expected_allowed) filter (where lines.is_answered) as expected_allowed,
        sum(lines.expected_allowed) filter (where lines.is_first_denied) as denied_expected,
        sum(greatest(lines.first_allowed, 0)) filter (where lines.expected_allowed is not null)
            as first_allowed,
        sum(lines.allowed) filter (where lines.is_adjudicated) as allowed,
        count(*) filter (
            where lines.medicare_allowed > 0 and not lines.is_denied and lines.allowed > 0
        ) as comparable_lines,
        sum(lines.allowed) filter (
            where lines.medicare_allowed > 0 and not lines.is_denied and lines.allowed > 0
        ) as comparable_allowed,
        sum(lines.medicare_allowed) filter (
            where lines.medicare_allowed > 0 and not lines.is_denied and lines.allowed > 0
        ) as medicare_allowed,
        sum(lines.first_stages) filter (where lines.is_adjudicated) as first_stages,
        sum(lines.allowed) filter (where lines.is_adjudicated and lines.is_mohs) as mohs_allowed,
        count(*) filter (
            where lines.is_adjudicated and lines.work_rvu > 0 and lines.allowed is not null
        ) as work_lines,
        sum(lines.work_rvu) filter (where lines.is_adjudicated and lines.allowed is not null)
            as work_rvu,
        sum(lines.allowed) filter (where lines.is_adjudicated and lines.work_rvu > 0)
            as work_allowed
    from lines
    group by lines.claim_id, lines.patient_id
),

payments as (
    select
        remits.claim_id,
        sum(remits.paid) as paid
    from core.remit_claim as remits
    where remits.payer_sequence <> 'N'
    group by remits.claim_id
),

first_submissions as (
    select
        submissions.claim_id,
        min(submissions.submitted_date) as submitted_date,
        count(*) as submissions
    from core.submission as submissions
    group by submissions.claim_id
)

select
    claims.claim_id,
    claims.patient_id,
    claims.payer,
    claims.line_of_business,
    claims.rendering_npi,
    claims.date_of_service,
    cast(date_trunc('month', claims.date_of_service) as date) as service_month,
    claims.is_mohs,
    coalesce(sent.submissions, 0) as submissions,
    coalesce(sent.submitted_date, claims.submitted_date) as first_submitted_date,
    cast(
        date_trunc('month', coalesce(sent.submitted_date, claims.submitted_date)) as date
    ) as submitted_month,
    date_diff(
        'day', claims.date_of_service, coalesce(sent.submitted_date, claims.submitted_date)
    ) as bill_lag_days,
    claims.first_answer_date,
    cast(date_trunc('month', claims.first_answer_date) as date) as answer_month,
    date_diff(
        'day', coalesce(sent.submitted_date, claims.submitted_date), claims.first_answer_date
    ) as answer_lag_days,
    claims.lines,
    claims.answered_lines,
    claims.denied_lines,
    claims.unknown_lines,
    case
        when claims.answered_lines = 0 then 'unanswered'
        when claims.information_lines > 0 then 'information'
        when claims.denied_lines = claims.lines and claims.partial_lines = 0 then 'denied'
        when claims.denied_lines > 0 then 'partly_denied'
        when claims.unknown_lines > 0 then 'unknown'
        when claims.patient_lines = claims.answered_lines then 'patient_share'
        else 'paid'
    end as first_outcome,
    cast(claims.charge as decimal(12, 2)) as charge,
    cast(coalesce(claims.answered_charge, 0) as decimal(12, 2)) as answered_charge,
    cast(coalesce(claims.denied_charge, 0) as decimal(12, 2)) as denied_charge,
    claims.priced_lines,
    cast(coalesce(claims.expected_allowed, 0) as decimal(12, 2)) as expected_allowed,
    cast(coalesce(claims.denied_expected, 0) as decimal(12, 2)) as denied_expected,
    cast(coalesce(claims.first_allowed, 0) as decimal(12, 2)) as first_allowed,
    cast(claims.allowed as decimal(12, 2)) as allowed,
    cast(
        coalesce(own.paid, 0) + coalesce(second.paid, 0) + coalesce(third.paid, 0)
        as decimal(12, 2)
    ) as paid,
    cast(claims.written_off as decimal(12, 2)) as written_off,
    claims.compared_lines,
    claims.accurate_lines,
    claims.under_lines,
    cast(coalesce(claims.underpaid, 0) as decimal(12, 2)) as underpaid,
    claims.comparable_lines,
    cast(coalesce(claims.comparable_allowed, 0) as decimal(12, 2)) as comparable_allowed,
    cast(coalesce(claims.medicare_allowed, 0) as decimal(12, 2)) as medicare_allowed,
    cast(coalesce(claims.first_stages, 0) as decimal(9, 3)) as first_stages,
    cast(coalesce(claims.mohs_allowed, 0) as decimal(12, 2)) as mohs_allowed,
    claims.work_lines,
    cast(coalesce(claims.work_rvu, 0) as decimal(12, 2)) as work_rvu,
    cast(coalesce(claims.work_allowed, 0) as decimal(12, 2)) as work_allowed
from claim_lines as claims
left join first_submissions as sent on claims.claim_id = sent.claim_id
left join payments as own on claims.claim_id = own.claim_id
left join payments as second on claims.claim_id || '/S' = second.claim_id
left join payments as third on claims.claim_id || '/T' = third.claim_id
