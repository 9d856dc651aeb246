with sent as (
    select
        min(submissions.submitted_date) as first_date,
        max(submissions.submitted_date) as last_date,
        count(*) as submissions
    from core.submission as submissions
),

answered as (
    select
        min(remits.payment_date) as first_date,
        max(remits.payment_date) as last_date,
        count(*) as remittances
    from core.remit_claim as remits
)

select
    greatest(
        coalesce(answered.last_date, sent.last_date), coalesce(sent.last_date, answered.last_date)
    ) as as_of_date,
    answered.first_date as first_payment_date,
    answered.last_date as last_payment_date,
    sent.first_date as first_submitted_date,
    sent.last_date as last_submitted_date,
    sent.submissions,
    answered.remittances
from sent
cross join answered
