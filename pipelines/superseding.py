"""Payments that more than one file tells of: counted once, kept in every file.

Exports overlap, as *this year to date* every month does, and an 835 may tell of what an export has as
posted. A row of an export that another file says again is marked with that file and not counted:

- The later export wins: what it says of a claim's line and a posting day replaces what earlier ones
  said of it, amounts and all. Within one export nothing replaces anything: two equal rows are two
  payments. Later is the export made later (landing.file.as_of), and of two of one day the one
  that was taken in later.
- An 835 wins over an export: of the same check or transfer number, or one row for one row where
  payer's turn and amount are the same.

A row is the same line where claim number, procedure code, day and direction (payment or take-back) are
the same, and so are line numbers where both have one, else modifiers where both have some. Payments
of one day are told apart by payer and by check number, where both have them.
"""

from __future__ import annotations

import polars as pl

from pipelines import warehouse
from pipelines.warehouse import Connection


def date_exports(connection: Connection) -> None:
    """Give the exports of temp.new_files the day they were made, or the last day they tell of.

    A day after the file was taken in is a slip, and would make the file the last one forever.
    """
    connection.execute(
        f"UPDATE landing.file SET as_of = dated.as_of FROM ({_DATES}) AS dated "
        "WHERE file.file_id = dated.file_id"
    )


_DATES = """
with exports as (
    select files.file_id, cast(files.received_at as date) as received_date
    from landing.file as files
    where
        files.kind like '%export%'
        and files.file_id in (select new_files.file_id from temp.new_files)
),

days as (
    select exports.file_id, exports.received_date, remits.payment_date as told_date
    from exports
    inner join staged.remit as remits on exports.file_id = remits.file_id
    union all
    select
        exports.file_id,
        exports.received_date,
        greatest(claims.submitted_date, claims.first_date_of_service) as told_date
    from exports
    inner join staged.claim as claims on exports.file_id = claims.file_id
),

last_days as (
    select days.file_id, max(days.told_date) as told_date
    from days
    where days.told_date <= days.received_date
    group by days.file_id
)

select
    exports.file_id,
    coalesce(
        max(try_cast(nullif(transactions.created_date, '') as date)), max(last_days.told_date)
    ) as as_of
from exports
left join landing.transaction as transactions
    on exports.file_id = transactions.file_id and transactions.kind = 'export'
left join last_days on exports.file_id = last_days.file_id
group by exports.file_id
"""


def supersede(connection: Connection) -> pl.DataFrame:
    """Mark the posted payments of temp.rematch_numbers (claim_number) that another file says again.

    What is marked depends on all that is on file. Returns the patients touched (patient_id).
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE posted_numbers AS {_NUMBERS}")
    if not warehouse.value(connection, "SELECT count(*) FROM temp.posted_numbers"):
        return pl.DataFrame(schema={"patient_id": pl.String})
    connection.execute(f"CREATE OR REPLACE TEMP TABLE told_payments AS {_TOLD}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE remarked AS {_REMARKED}")
    patients = warehouse.select(connection, "SELECT DISTINCT patient_id FROM temp.remarked")
    if not patients.is_empty():
        connection.execute(
            "UPDATE staged.remit_line SET superseded_by = remarked.superseded_by "
            "FROM temp.remarked WHERE remit_line.remit_line_id = remarked.remit_line_id"
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE recounted AS {_RECOUNTED}")
        connection.execute(
            "UPDATE staged.remit_claim SET superseded_by = recounted.superseded_by, "
            "charge = recounted.charge, paid = recounted.paid, "
            "patient_responsibility = recounted.patient_responsibility, "
            "is_reversal = recounted.is_reversal "
            "FROM temp.recounted WHERE remit_claim.remit_claim_id = recounted.remit_claim_id"
        )
    for name in ("posted_numbers", "told_payments", "remarked", "recounted"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
    return patients


_NUMBERS = """
select distinct remits.claim_number
from staged.remit_claim as remits
where
    remits.source = 'export'
    and remits.claim_number in (select numbers.claim_number from temp.rematch_numbers as numbers)
"""

_TOLD = """
with later as (
    select
        files.file_id,
        row_number() over (
            order by files.as_of nulls first, files.received_at, files.file_id
        ) as place
    from landing.file as files
)

select
    lines.remit_line_id,
    lines.remit_claim_id,
    lines.file_id,
    lines.ordinal,
    claims.source = '835' as is_835,
    later.place,
    claims.claim_number,
    claims.patient_id,
    claims.payer_sequence,
    claims.payment_date,
    coalesce(nullif(lines.submitted_code, ''), lines.procedure_code) as procedure_code,
    coalesce(lines.modifier_key, '') as modifier_key,
    lines.date_of_service,
    coalesce(lines.control_number, '') as line_number,
    upper(coalesce(payments.payer_name, '')) as payer_name,
    upper(coalesce(payments.payer_identifier, '')) as payer_identifier,
    ltrim(upper(trim(coalesce(payments.trace_number, ''))), '0') as trace_number,
    lines.paid,
    lines.paid < 0 or coalesce(lines.charge, 0) < 0 as is_taken_back,
    lines.superseded_by
from staged.remit_claim as claims
inner join staged.remit as payments on claims.remit_key = payments.remit_key
inner join staged.remit_line as lines on claims.remit_claim_id = lines.remit_claim_id
inner join later on claims.file_id = later.file_id
where
    claims.claim_number in (select numbers.claim_number from temp.posted_numbers as numbers)
    -- 25 prices ahead and pays nothing
    and claims.claim_status_code is distinct from '25'
"""

# rows whose mark is another than it was; an 835 is never marked
_REMARKED = """
with by_exports as (
    select
        earlier.remit_line_id,
        arg_max(later.file_id, later.place) as superseded_by
    from temp.told_payments as earlier
    inner join temp.told_payments as later
        on
            earlier.claim_number = later.claim_number
            and earlier.procedure_code = later.procedure_code
            and earlier.date_of_service is not distinct from later.date_of_service
            and earlier.payment_date is not distinct from later.payment_date
            and earlier.is_taken_back = later.is_taken_back
            and earlier.place < later.place
    where
        not earlier.is_835
        and not later.is_835
        and case
            when earlier.line_number <> '' and later.line_number <> ''
                then earlier.line_number = later.line_number
            else
                earlier.modifier_key = later.modifier_key
                or '' in (earlier.modifier_key, later.modifier_key)
        end
        and (
            earlier.trace_number = later.trace_number
            or '' in (earlier.trace_number, later.trace_number)
        )
        and (
            earlier.payer_name = later.payer_name
            or '' in (earlier.payer_name, later.payer_name)
        )
        and (
            earlier.payer_identifier = later.payer_identifier
            or '' in (earlier.payer_identifier, later.payer_identifier)
        )
    group by earlier.remit_line_id
),

posted as (
    select told.*
    from temp.told_payments as told
    anti join by_exports on told.remit_line_id = by_exports.remit_line_id
    where not told.is_835
),

traced as (
    select
        posted.remit_line_id,
        remitted.remit_line_id as answer_id,
        remitted.file_id as superseded_by
    from posted
    inner join temp.told_payments as remitted
        on
            posted.claim_number = remitted.claim_number
            and posted.procedure_code = remitted.procedure_code
            and posted.date_of_service is not distinct from remitted.date_of_service
            and posted.is_taken_back = remitted.is_taken_back
            and posted.trace_number = remitted.trace_number
    where remitted.is_835 and posted.trace_number <> ''
),

open_payments as (
    select
        told.*,
        row_number() over (
            partition by
                told.is_835, told.claim_number, told.payer_sequence, told.procedure_code,
                told.date_of_service, told.is_taken_back, told.paid
            order by told.payment_date, told.place, told.ordinal
        ) as turn
    from temp.told_payments as told
    where
        (told.is_835 or told.remit_line_id in (select posted.remit_line_id from posted))
        and told.remit_line_id not in (select traced.remit_line_id from traced)
        and told.remit_line_id not in (select traced.answer_id from traced)
),

paired as (
    select
        posted.remit_line_id,
        remitted.file_id as superseded_by
    from open_payments as posted
    inner join open_payments as remitted
        on
            posted.claim_number = remitted.claim_number
            and posted.payer_sequence = remitted.payer_sequence
            and posted.procedure_code = remitted.procedure_code
            and posted.date_of_service is not distinct from remitted.date_of_service
            and posted.is_taken_back = remitted.is_taken_back
            and posted.paid = remitted.paid
            and posted.turn = remitted.turn
    where not posted.is_835 and remitted.is_835
),

marks as (
    select by_exports.remit_line_id, by_exports.superseded_by from by_exports
    union all
    select traced.remit_line_id, min(traced.superseded_by) as superseded_by
    from traced
    group by traced.remit_line_id
    union all
    select paired.remit_line_id, paired.superseded_by from paired
)

select
    told.remit_line_id,
    told.remit_claim_id,
    told.patient_id,
    marks.superseded_by
from temp.told_payments as told
left join marks on told.remit_line_id = marks.remit_line_id
where not told.is_835 and told.superseded_by is distinct from marks.superseded_by
"""

# as remittances.stage adds up an export's rows, over those that count
_RECOUNTED = """
with lines as (
    select
        lines.remit_claim_id,
        lines.remit_line_id,
        lines.charge,
        lines.paid,
        lines.superseded_by,
        lines.superseded_by is null
        or bool_and(lines.superseded_by is not null) over (partition by lines.remit_claim_id)
            as is_counted,
        bool_and(lines.charge is not null) over (partition by lines.remit_claim_id) as is_charged
    from staged.remit_line as lines
    where lines.remit_claim_id in (select remarked.remit_claim_id from temp.remarked)
),

shares as (
    select
        adjustments.line_owner as remit_line_id,
        sum(adjustments.amount) as patient_share
    from staged.adjustment as adjustments
    where
        adjustments.group_code = 'PR'
        and adjustments.side = 'remit'
        and adjustments.owner in (select remarked.remit_claim_id from temp.remarked)
    group by adjustments.line_owner
),

totals as (
    select
        lines.remit_claim_id,
        case when bool_and(lines.superseded_by is not null) then max(lines.superseded_by) end
            as superseded_by,
        case when bool_and(lines.is_charged) then sum(lines.charge) filter (where lines.is_counted) end
            as charge,
        sum(lines.paid) filter (where lines.is_counted) as paid,
        coalesce(sum(shares.patient_share) filter (where lines.is_counted), 0) as patient_share
    from lines
    left join shares on lines.remit_line_id = shares.remit_line_id
    group by lines.remit_claim_id
)

select
    totals.remit_claim_id,
    totals.superseded_by,
    totals.charge,
    totals.paid,
    case when claims.patient_responsibility is not null then totals.patient_share end
        as patient_responsibility,
    coalesce(totals.charge, totals.paid) < 0 as is_reversal
from totals
inner join staged.remit_claim as claims on totals.remit_claim_id = claims.remit_claim_id
"""


REPEATED = """
select
    files.name as path,
    others.name as superseded_by,
    others.kind,
    count(*) as rows,
    sum(lines.paid) as paid
from staged.remit_line as lines
inner join landing.file as files on lines.file_id = files.file_id
inner join landing.file as others on lines.superseded_by = others.file_id
where
    lines.superseded_by is not null
    and (list_contains($files, lines.file_id) or list_contains($files, lines.superseded_by))
group by files.file_id, files.name, others.file_id, others.name, others.kind
order by files.name, others.name, files.file_id, others.file_id
"""
"""Of the files $files: whose payments are not counted, and which file says them again."""
