-- Numerators and denominators of the indicators in reference.kpi that claims and remittances can
-- answer, by month and payer, and those of all payers together.
with services as (
    select
        claims.payer,
        claims.service_month as month,
        count(*) filter (where claims.first_outcome <> 'unanswered') as claims,
        count(*) filter (where claims.first_outcome in ('paid', 'patient_share')) as resolved,
        sum(claims.answered_lines) as answered_lines,
        sum(claims.priced_lines) as priced_lines,
        sum(claims.compared_lines) as compared_lines,
        sum(claims.accurate_lines) as accurate_lines,
        sum(claims.under_lines) as under_lines,
        sum(claims.underpaid) as underpaid,
        sum(claims.first_allowed) as first_allowed,
        sum(claims.expected_allowed) as expected_allowed,
        sum(claims.paid) as paid,
        sum(claims.answered_charge) as charge,
        sum(claims.written_off) as written_off,
        sum(claims.comparable_lines) as comparable_lines,
        sum(claims.comparable_allowed) as comparable_allowed,
        sum(claims.medicare_allowed) as medicare_allowed,
        sum(claims.work_lines) as work_lines,
        sum(claims.work_allowed) as work_allowed,
        sum(claims.work_rvu) as work_rvu,
        count(*) filter (where claims.first_stages > 0) as mohs_claims,
        sum(claims.mohs_allowed) as mohs_allowed,
        sum(claims.first_stages) as first_stages
    from audit.claim_outcome as claims
    group by claims.payer, claims.service_month
),

postings as (
    select
        claims.payer,
        claims.answer_month as month,
        count(*) as claims,
        count(*) filter (where claims.denied_lines > 0) as denied_claims,
        sum(case when claims.denied_lines > 0 then claims.answered_charge else 0 end)
            as denied_charge,
        sum(claims.answered_lines) as answered_lines,
        sum(claims.denied_lines) as denied_lines,
        sum(claims.expected_allowed) as expected_allowed,
        sum(claims.denied_expected) as denied_expected
    from audit.claim_outcome as claims
    where claims.answer_month is not null
    group by claims.payer, claims.answer_month
),

sent_monthly as (
    select
        claims.payer,
        claims.submitted_month,
        count(*) as claims,
        sum(coalesce(claims.charge, 0)) as charge
    from audit.claim_outcome as claims
    where claims.submitted_month is not null and claims.submissions > 0
    group by claims.payer, claims.submitted_month
),

sent as (
    select
        sent_monthly.payer,
        year(sent_monthly.submitted_month) * 12 + month(sent_monthly.submitted_month)
            as month_number,
        sent_monthly.claims,
        sent_monthly.charge
    from sent_monthly
),

beginnings as (
    select min(sent.month_number) as month_number
    from sent
),

-- a month's average over the three before; a month without three before it on file is left out
sent_before as (
    select
        postings.payer,
        postings.month,
        cast(round(
            cast(sum(coalesce(sent.claims, 0)) as double) / nullif(cast(3 as double), 0), 2
        ) as decimal(18, 2)) as claims,
        cast(round(
            cast(sum(coalesce(sent.charge, 0)) as double) / nullif(cast(3 as double), 0), 2
        ) as decimal(18, 2)) as charge
    from postings
    cross join beginnings
    left join sent
        on
            postings.payer = sent.payer
            and year(postings.month) * 12 + month(postings.month) - sent.month_number
            between 1 and 3
    where
        year(postings.month) * 12 + month(postings.month)
        >= beginnings.month_number + 3
    group by postings.payer, postings.month
),

remit_months as (
    select
        claims.remit_claim_id,
        claims.claim_id,
        claims.payer,
        claims.payer_sequence,
        claims.is_reversal,
        claims.payment_date,
        claims.paid,
        cast(date_trunc('month', claims.payment_date) as date) as month
    from core.remit_claim as claims
    where claims.payer_sequence <> 'N' and claims.payment_date is not null
),

remits as (
    select
        answers.remit_claim_id,
        bool_or(answers.is_denial) as is_denied,
        bool_and(coalesce(answers.category = 'duplicate', false)) as is_duplicate
    from core.answer as answers
    group by answers.remit_claim_id
),

remittances as (
    select
        claims.payer,
        claims.month,
        count(*) as remits,
        count(*) filter (where coalesce(remits.is_denied, false)) as denied,
        count(*) filter (
            where claims.payer_sequence = 'P' and not coalesce(remits.is_duplicate, false)
        ) as primaries,
        count(*) filter (
            where
            claims.payer_sequence = 'P' and not coalesce(remits.is_duplicate, false)
            and claims.paid = 0
        ) as unpaid
    from remit_months as claims
    left join remits on claims.remit_claim_id = remits.remit_claim_id
    where not claims.is_reversal
    group by claims.payer, claims.month
),

daily_payments as (
    select
        claims.payer,
        claims.claim_id,
        claims.payment_date,
        claims.month,
        sum(claims.paid) as paid
    from remit_months as claims
    group by claims.payer, claims.claim_id, claims.payment_date, claims.month
),

payments as (
    select
        daily_payments.payer,
        daily_payments.month,
        count(*) as claims,
        sum(case when daily_payments.paid < 0 then -daily_payments.paid else 0 end) as taken_back,
        sum(case when daily_payments.paid > 0 then daily_payments.paid else 0 end) as paid
    from daily_payments
    group by daily_payments.payer, daily_payments.month
),

episodes as (
    select
        episodes.payer,
        episodes.month,
        episodes.current_state in ('overturned', 'partly_paid') as is_paid,
        episodes.is_closed,
        episodes.is_appealable,
        episodes.appealed_date is not null as is_appealed,
        episodes.is_preventable,
        episodes.driver_carc,
        episodes.expected_allowed,
        episodes.recovered
    from audit.denial_episode as episodes
    where episodes.month is not null
),

denials as (
    select
        episodes.payer,
        episodes.month,
        count(*) filter (where episodes.is_closed) as closed,
        count(*) filter (where episodes.is_closed and episodes.is_paid) as overturned,
        count(*) filter (where episodes.is_closed and episodes.expected_allowed > 0)
            as priced_closed,
        sum(episodes.expected_allowed) filter (where episodes.is_closed) as expected_closed,
        sum(least(episodes.recovered, episodes.expected_allowed)) filter (
            where episodes.is_closed and episodes.expected_allowed is not null
        ) as recovered,
        count(*) filter (where episodes.is_appealable) as appealable,
        count(*) filter (where episodes.is_appealable and episodes.is_appealed) as appealed,
        count(*) filter (where episodes.is_appealed and episodes.is_closed) as appealed_closed,
        count(*) filter (
            where episodes.is_appealed and episodes.is_closed and episodes.is_paid
        ) as appealed_overturned,
        count(*) filter (where episodes.is_preventable is not null) as judged,
        count(*) filter (where episodes.is_preventable) as preventable,
        count(*) filter (where episodes.driver_carc = '29' and not episodes.is_paid) as late,
        sum(episodes.expected_allowed) filter (
            where episodes.driver_carc = '29' and not episodes.is_paid
        ) as late_expected
    from episodes
    group by episodes.payer, episodes.month
),

has_decisions as (
    select count(*) as appeals
    from reference.disposition as dispositions
    where dispositions.disposition = 'appealed'
),

cuts as (
    select
        cuts.as_of_date,
        cast(date_trunc('month', cuts.as_of_date) as date) as month
    from audit.data_cut as cuts
    where cuts.as_of_date is not null
),

waiting as (
    select
        claims.payer,
        cuts.month,
        count(*) as claims,
        sum(claims.charge) as charge,
        sum(claims.charge) filter (
            where date_diff('day', claims.date_of_service, cuts.as_of_date) > 90
        ) as aged_charge
    from audit.claim_outcome as claims
    cross join cuts
    where claims.first_outcome = 'unanswered'
    group by claims.payer, cuts.month
),

ratios as (
    select
        'first_pass_resolution_rate' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.resolved, 0) as decimal(18, 2)) as numerator,
        cast(services.claims as decimal(18, 2)) as denominator,
        cast(services.claims as bigint) as n
    from services
    union all
    select
        'first_pass_payment_yield' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.first_allowed, 0) as decimal(18, 2)) as numerator,
        cast(services.expected_allowed as decimal(18, 2)) as denominator,
        cast(services.priced_lines as bigint) as n
    from services
    union all
    select
        'price_coverage' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.priced_lines, 0) as decimal(18, 2)) as numerator,
        cast(services.answered_lines as decimal(18, 2)) as denominator,
        cast(services.answered_lines as bigint) as n
    from services
    union all
    select
        'payment_accuracy' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.accurate_lines, 0) as decimal(18, 2)) as numerator,
        cast(services.compared_lines as decimal(18, 2)) as denominator,
        cast(services.compared_lines as bigint) as n
    from services
    union all
    select
        'underpayment_rate' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.under_lines, 0) as decimal(18, 2)) as numerator,
        cast(services.compared_lines as decimal(18, 2)) as denominator,
        cast(services.compared_lines as bigint) as n
    from services
    union all
    select
        'underpayment_dollars' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.underpaid, 0) as decimal(18, 2)) as numerator,
        cast(null as decimal(18, 2)) as denominator,
        cast(services.compared_lines as bigint) as n
    from services
    union all
    select
        'payer_collection_rate' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.paid, 0) as decimal(18, 2)) as numerator,
        cast(services.charge - services.written_off as decimal(18, 2)) as denominator,
        cast(services.claims as bigint) as n
    from services
    union all
    select
        'gross_collection_rate' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.paid, 0) as decimal(18, 2)) as numerator,
        cast(services.charge as decimal(18, 2)) as denominator,
        cast(services.claims as bigint) as n
    from services
    union all
    select
        'effective_rate' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.comparable_allowed, 0) as decimal(18, 2)) as numerator,
        cast(services.medicare_allowed as decimal(18, 2)) as denominator,
        cast(services.comparable_lines as bigint) as n
    from services
    union all
    select
        'allowed_per_work_rvu' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.work_allowed, 0) as decimal(18, 2)) as numerator,
        cast(services.work_rvu as decimal(18, 2)) as denominator,
        cast(services.work_lines as bigint) as n
    from services
    union all
    select
        'allowed_per_mohs_case' as kpi,
        services.month,
        services.payer,
        cast(coalesce(services.mohs_allowed, 0) as decimal(18, 2)) as numerator,
        cast(services.first_stages as decimal(18, 2)) as denominator,
        cast(services.mohs_claims as bigint) as n
    from services
    union all
    select
        'initial_denial_rate_lines' as kpi,
        postings.month,
        postings.payer,
        cast(coalesce(postings.denied_lines, 0) as decimal(18, 2)) as numerator,
        cast(postings.answered_lines as decimal(18, 2)) as denominator,
        cast(postings.answered_lines as bigint) as n
    from postings
    union all
    select
        'initial_denial_rate_claims' as kpi,
        postings.month,
        postings.payer,
        cast(coalesce(postings.denied_claims, 0) as decimal(18, 2)) as numerator,
        cast(postings.claims as decimal(18, 2)) as denominator,
        cast(postings.claims as bigint) as n
    from postings
    union all
    select
        'initial_denial_rate_expected' as kpi,
        postings.month,
        postings.payer,
        cast(coalesce(postings.denied_expected, 0) as decimal(18, 2)) as numerator,
        cast(postings.expected_allowed as decimal(18, 2)) as denominator,
        cast(postings.answered_lines as bigint) as n
    from postings
    union all
    select
        'zero_pay_rate' as kpi,
        remittances.month,
        remittances.payer,
        cast(coalesce(remittances.unpaid, 0) as decimal(18, 2)) as numerator,
        cast(remittances.primaries as decimal(18, 2)) as denominator,
        cast(remittances.primaries as bigint) as n
    from remittances
    union all
    select
        'remittance_denial_rate' as kpi,
        remittances.month,
        remittances.payer,
        cast(coalesce(remittances.denied, 0) as decimal(18, 2)) as numerator,
        cast(remittances.remits as decimal(18, 2)) as denominator,
        cast(remittances.remits as bigint) as n
    from remittances
    union all
    select
        'recoupment_rate' as kpi,
        payments.month,
        payments.payer,
        cast(coalesce(payments.taken_back, 0) as decimal(18, 2)) as numerator,
        cast(payments.paid as decimal(18, 2)) as denominator,
        cast(payments.claims as bigint) as n
    from payments
    union all
    select
        'overturn_rate' as kpi,
        denials.month,
        denials.payer,
        cast(coalesce(denials.overturned, 0) as decimal(18, 2)) as numerator,
        cast(denials.closed as decimal(18, 2)) as denominator,
        cast(denials.closed as bigint) as n
    from denials
    union all
    select
        'overturn_rate_dollars' as kpi,
        denials.month,
        denials.payer,
        cast(coalesce(denials.recovered, 0) as decimal(18, 2)) as numerator,
        cast(denials.expected_closed as decimal(18, 2)) as denominator,
        cast(denials.priced_closed as bigint) as n
    from denials
    union all
    select
        'preventable_rate' as kpi,
        denials.month,
        denials.payer,
        cast(coalesce(denials.preventable, 0) as decimal(18, 2)) as numerator,
        cast(denials.judged as decimal(18, 2)) as denominator,
        cast(denials.judged as bigint) as n
    from denials
    union all
    select
        'aged_unanswered_rate' as kpi,
        waiting.month,
        waiting.payer,
        cast(coalesce(waiting.aged_charge, 0) as decimal(18, 2)) as numerator,
        cast(waiting.charge as decimal(18, 2)) as denominator,
        cast(waiting.claims as bigint) as n
    from waiting
    union all
    select
        'initial_denial_rate' as kpi,
        postings.month,
        postings.payer,
        cast(coalesce(postings.denied_claims, 0) as decimal(18, 2)) as numerator,
        cast(sent_before.claims as decimal(18, 2)) as denominator,
        cast(postings.claims as bigint) as n
    from postings
    inner join sent_before
        on postings.payer = sent_before.payer and postings.month = sent_before.month
    union all
    select
        'initial_denial_rate_charges' as kpi,
        postings.month,
        postings.payer,
        cast(coalesce(postings.denied_charge, 0) as decimal(18, 2)) as numerator,
        cast(sent_before.charge as decimal(18, 2)) as denominator,
        cast(postings.claims as bigint) as n
    from postings
    inner join sent_before
        on postings.payer = sent_before.payer and postings.month = sent_before.month
    union all
    select
        'timely_filing_loss' as kpi,
        postings.month,
        postings.payer,
        cast(coalesce(denials.late_expected, 0) as decimal(18, 2)) as numerator,
        cast(postings.expected_allowed as decimal(18, 2)) as denominator,
        cast(postings.answered_lines as bigint) as n
    from postings
    left join denials
        on postings.payer = denials.payer and postings.month = denials.month
    union all
    select
        'appeal_rate' as kpi,
        denials.month,
        denials.payer,
        cast(coalesce(denials.appealed, 0) as decimal(18, 2)) as numerator,
        cast(denials.appealable as decimal(18, 2)) as denominator,
        cast(denials.appealable as bigint) as n
    from denials
    cross join has_decisions
    where has_decisions.appeals > 0
    union all
    select
        'overturn_rate_appealed' as kpi,
        denials.month,
        denials.payer,
        cast(coalesce(denials.appealed_overturned, 0) as decimal(18, 2)) as numerator,
        cast(denials.appealed_closed as decimal(18, 2)) as denominator,
        cast(denials.appealed_closed as bigint) as n
    from denials
    cross join has_decisions
    where has_decisions.appeals > 0
)

select
    ratios.kpi,
    ratios.month,
    ratios.payer,
    ratios.numerator,
    ratios.denominator,
    ratios.n
from ratios
where ratios.n > 0
union all
select
    ratios.kpi,
    ratios.month,
    'all payers' as payer,
    cast(sum(ratios.numerator) as decimal(18, 2)) as numerator,
    cast(sum(ratios.denominator) as decimal(18, 2)) as denominator,
    cast(sum(ratios.n) as bigint) as n
from ratios
where ratios.n > 0
group by ratios.kpi, ratios.month
