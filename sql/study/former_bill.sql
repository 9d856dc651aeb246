-- Submissions of primary bills that no longer stand, in portions of patients small enough to be
-- worked through at once. `is_answered`: its payer answered it, and it was sent otherwise than the
-- one that stands.
with submissions as (
    select
        formers.claim_id,
        formers.patient_id,
        formers.submission
    from staged.claim as formers
    where
        formers.submission > 0
        and not formers.is_standing
        and formers.frequency_code <> '8'
        and formers.payer_sequence = 'P'
),

answered as (
    select distinct
        answers.claim_id,
        answers.submission
    from core.answer as answers
    inner join core.submission as sent
        on answers.claim_id = sent.claim_id and answers.submission = sent.submission
    where answers.is_own and not answers.is_reversal and not sent.is_as_standing
),

all_bills as (
    select
        submissions.claim_id,
        submissions.patient_id,
        submissions.submission,
        answered.claim_id is not null as is_answered
    from submissions
    left join answered
        on
            submissions.claim_id = answered.claim_id
            and submissions.submission = answered.submission
),

bills as (
    select all_bills.*
    from all_bills
    where
        all_bills.is_answered and all_bills.submission <= $most_submissions
        or all_bills.submission = 1 and $wants_first
),

patients as (
    select distinct
        bills.submission,
        bills.patient_id
    from bills
),

patient_lines as (
    select
        patients.submission,
        patients.patient_id,
        count(*) as lines
    from patients
    inner join staged.service_line as billed on patients.patient_id = billed.patient_id
    group by patients.submission, patients.patient_id
),

portions as (
    select
        patient_lines.submission,
        patient_lines.patient_id,
        cast(
            floor(
                (
                    sum(patient_lines.lines) over (
                        partition by patient_lines.submission
                        order by patient_lines.patient_id
                        rows between unbounded preceding and current row
                    ) - 1
                ) / $lines
            ) as integer
        ) as portion
    from patient_lines
)

select
    bills.claim_id,
    bills.patient_id,
    bills.submission,
    bills.is_answered,
    portions.portion
from bills
inner join portions
    on bills.submission = portions.submission and bills.patient_id = portions.patient_id
