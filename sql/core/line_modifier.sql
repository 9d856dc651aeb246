-- What a modifier says is looked up once for each modifier and day, not for each line.
with carried as (
    select
        lines.line_id,
        lines.patient_id,
        lines.date_of_service,
        modifiers.position as ordinal,
        modifiers.modifier
    from staged.line_modifier as modifiers
    inner join core.service_line as lines
        on modifiers.claim_key = lines.claim_key and modifiers.line_ordinal = lines.ordinal
),

modifier_days as (
    select distinct
        carried.modifier,
        carried.date_of_service
    from carried
),

meanings as (
    select
        modifier_days.modifier,
        modifier_days.date_of_service,
        modifiers.side,
        modifiers.part
    from modifier_days
    inner join reference.modifier as modifiers
        on
            modifier_days.modifier = modifiers.modifier
            and modifier_days.date_of_service
            between modifiers.effective_from and modifiers.effective_to
)

select
    carried.line_id,
    carried.patient_id,
    carried.ordinal,
    carried.modifier,
    coalesce(meanings.side, '') as side,
    coalesce(meanings.part, '') as part
from carried
left join meanings
    on
        carried.modifier = meanings.modifier
        and carried.date_of_service = meanings.date_of_service
