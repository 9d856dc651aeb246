-- Primary bills whose first submission no longer stands, in portions of patients small enough to be
-- worked through at once.
with bills as (
    select
        firsts.claim_id,
        firsts.patient_id
    from staged.claim as firsts
    where
        firsts.submission = 1
        and not firsts.is_standing
        and firsts.frequency_code <> '8'
        and firsts.payer_sequence = 'P'
),

patients as (
    select distinct bills.patient_id
    from bills
),

patient_lines as (
    select
        patients.patient_id,
        count(*) as lines
    from patients
    inner join staged.service_line as billed on patients.patient_id = billed.patient_id
    group by patients.patient_id
),

portions as (
    select
        patient_lines.patient_id,
        cast(
            floor(
                (
                    sum(patient_lines.lines) over (
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
    portions.portion
from bills
inner join portions on bills.patient_id = portions.patient_id
