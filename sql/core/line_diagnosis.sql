-- What a diagnosis says is looked up once for each code and day, not for each line.
with pointers as (
    select
        lines.line_id,
        lines.patient_id,
        lines.date_of_service,
        diagnoses.position as ordinal,
        diagnoses.code
    from staged.line_diagnosis as diagnoses
    inner join core.service_line as lines
        on diagnoses.claim_key = lines.claim_key and diagnoses.line_ordinal = lines.ordinal
),

code_days as (
    select distinct
        pointers.code,
        pointers.date_of_service
    from pointers
),

codes as (
    select distinct code_days.code
    from code_days
),

malignant_codes as (
    select
        codes.code,
        classes.effective_from,
        classes.effective_to
    from codes
    inner join reference.icd10_class as classes
        on
            classes.class_name = 'malignant'
            and starts_with(codes.code, classes.diagnosis_prefix)
),

malignant_days as (
    select distinct
        code_days.code,
        code_days.date_of_service
    from code_days
    inner join malignant_codes
        on
            code_days.code = malignant_codes.code
            and code_days.date_of_service
            between malignant_codes.effective_from and malignant_codes.effective_to
),

meanings as (
    select
        code_days.code,
        code_days.date_of_service,
        coalesce(sites.site_family, 'OTHER') as site_family,
        sites.laterality,
        malignant_days.code is not null as is_malignant
    from code_days
    left join reference.icd10_site_map as sites
        on
            code_days.code = sites.diagnosis_code
            and code_days.date_of_service between sites.effective_from and sites.effective_to
    left join malignant_days
        on
            code_days.code = malignant_days.code
            and code_days.date_of_service = malignant_days.date_of_service
)

select
    pointers.line_id,
    pointers.patient_id,
    pointers.ordinal,
    pointers.code,
    meanings.site_family,
    meanings.laterality,
    meanings.is_malignant
from pointers
inner join meanings
    on
        pointers.code = meanings.code
        and pointers.date_of_service = meanings.date_of_service
