"""Settling: what the files on file mean together. Chains of submissions, whose a remittance is, and
which payments more than one file tells of.

Nothing here depends on which file came first, or on how many runs it took; but for exports that say
the same of their day, where the one taken in later counts.
"""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines import chains, identity, remittances, superseding, warehouse
from pipelines.batches import KNOWN_CLAIM
from pipelines.warehouse import Connection
from schemas.dictionary import tables
from schemas.table import polars_schema

LANDING = tuple(
    name
    for name in tables()
    if name.startswith("landing.") and "ordinal" in polars_schema(tables()[name])
)
"""Landing tables a reader fills."""
STAGED = tuple(name for name in tables() if name.startswith("staged."))
CLUSTERED = tuple(name for name in STAGED if "bucket" in polars_schema(tables()[name]))


def settle(connection: Connection) -> int:
    """Settle what unsettled files mean together with what was there; all of it or nothing.

    Chains of submissions, which claim a remittance belongs to, which payments count. The patients touched wait in
    landing.touched for the next audit; returns how many they are. A run that ended between taking
    files in and settling them leaves them unsettled, and the next one does it.
    """
    connection.execute("BEGIN")
    try:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE new_files AS "
            "SELECT file_id FROM landing.file WHERE NOT is_settled"
        )
        superseding.date_exports(connection)
        _note(connection)
        touched = _settle(connection)
        connection.execute("UPDATE landing.file SET is_settled = true WHERE NOT is_settled")
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise
    return touched


def _note(connection: Connection) -> None:
    """Keep the claim numbers and patients of temp.new_files in temporary tables: they may be millions."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rematch_numbers AS {_NUMBERS_OF_FILES}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE settled_patients AS {_PATIENTS_OF_FILES}")


def _settle(connection: Connection) -> int:
    """Chains and remittances of temp.rematch_numbers, and charts; notes and counts the patients.

    Which payments count comes after whose they are.
    """
    changed = chains.resolve(connection, warehouse.select(connection, _NUMBERS_IN_CHAINS))
    wider = pl.concat(
        changed.select(claim_number=name)
        for name in ("claim_number", "root_number", "old_root_number")
    ).unique()
    warehouse.insert(connection, "temp.rematch_numbers", wider)
    for patients in (
        changed.select("patient_id"),
        rematch(connection),
        superseding.supersede(connection),
        move_charts(connection),
    ):
        warehouse.insert(connection, "temp.settled_patients", patients)
    connection.execute(
        "INSERT INTO landing.touched SELECT DISTINCT patient_id FROM temp.settled_patients "
        "WHERE patient_id IS NOT NULL "
        "AND patient_id NOT IN (SELECT patient_id FROM landing.touched)"
    )
    return int(
        warehouse.value(connection, "SELECT count(DISTINCT patient_id) FROM temp.settled_patients")
    )


# a bill goes by its own number and by its chain's
_NUMBERS_OF_FILES = """
with own as (
    select claims.claim_number
    from staged.claim as claims
    where claims.file_id in (select new_files.file_id from temp.new_files)
    union
    select claims.root_number
    from staged.claim as claims
    where claims.file_id in (select new_files.file_id from temp.new_files)
    union
    select remits.claim_number
    from staged.remit_claim as remits
    where remits.file_id in (select new_files.file_id from temp.new_files)
)

select own.claim_number from own
union
select claims.claim_number
from staged.claim as claims
where
    claims.root_number in (select own.claim_number from own)
    and claims.root_number <> claims.claim_number
"""


# a claim that is its bill's only submission, and says so, needs no second look; a number that no claim
# on file has may still be what a replacement's original goes by
_NUMBERS_IN_CHAINS = """
select claims.claim_number
from staged.claim as claims
where claims.claim_number in (select numbers.claim_number from temp.rematch_numbers as numbers)
group by claims.claim_number
having
    count(*) > 1
    or bool_or(
        claims.frequency_code <> '1' or claims.submission <> 1 or not claims.is_standing
        or claims.root_number <> claims.claim_number or claims.claim_id <> claims.claim_number
    )
union
select remits.claim_number
from staged.claim as claims
inner join staged.remit_claim as remits on claims.original_reference = remits.payer_claim_id
where
    claims.original_reference <> ''
    and claims.frequency_code in ('7', '8')
    and remits.claim_number in (select numbers.claim_number from temp.rematch_numbers as numbers)
union
select claims.original_reference as claim_number
from staged.claim as claims
where
    claims.frequency_code in ('7', '8')
    and claims.original_reference in (
        select numbers.claim_number from temp.rematch_numbers as numbers
    )
"""


_PATIENTS_OF_FILES = " union ".join(
    f"select patient_id from {name} where file_id in (select file_id from temp.new_files)"
    for name in ("staged.claim", "staged.remit_claim", "staged.chart_lesion")
)


_REMITS_TO_REMATCH = """
with bills as (
    select claims.claim_number, claims.claim_id, claims.patient_id
    from staged.claim as claims
    where claims.claim_number in (select numbers.claim_number from temp.rematch_numbers as numbers)
    union
    select claims.root_number as claim_number, claims.claim_id, claims.patient_id
    from staged.claim as claims
    where claims.root_number in (select numbers.claim_number from temp.rematch_numbers as numbers)
),

counted_bills as (
    select
        bills.claim_number,
        count(*) as bills,
        min(bills.claim_id) as claim_id,
        min(bills.patient_id) as patient_id
    from bills
    group by bills.claim_number
),

adjudications as (
    select
        remits.*,
        payments.payer_name,
        payments.payer_identifier,
        payments.payee_npi,
        turns.turn as own_turn
    from staged.remit_claim as remits
    inner join staged.remit as payments on remits.remit_key = payments.remit_key
    left join status_turns as turns on remits.claim_status_code = turns.claim_status_code
    where remits.claim_number in (select numbers.claim_number from temp.rematch_numbers as numbers)
),

-- a reversal or denial says not whose turn it was; the payer's other answers to the claim do
payers_turns as (
    select
        adjudications.claim_number,
        adjudications.payer_identifier,
        adjudications.payer_name,
        min(adjudications.own_turn) as turn
    from adjudications
    where adjudications.own_turn <> 'N'
    group by
        adjudications.claim_number, adjudications.payer_identifier, adjudications.payer_name
    having min(adjudications.own_turn) = max(adjudications.own_turn)
)

select
    remits.remit_claim_id,
    remits.claim_number,
    coalesce(remits.own_turn, payers_turns.turn) as turn,
    remits.claim_id as old_claim_id,
    remits.is_matched as old_is_matched,
    remits.payer_sequence as old_payer_sequence,
    remits.patient_id as old_patient_id,
    coalesce(nullif(remits.own_patient_id, ''), remits.patient_id) as own_patient_id,
    remits.payer_name,
    remits.payer_identifier,
    remits.payee_npi
from adjudications as remits
left join counted_bills on remits.claim_number = counted_bills.claim_number
left join payers_turns
    on
        remits.claim_number = payers_turns.claim_number
        and remits.payer_identifier is not distinct from payers_turns.payer_identifier
        and remits.payer_name is not distinct from payers_turns.payer_name
where
    remits.is_matched <> (counted_bills.claim_number is not null)
    or counted_bills.bills > 1
    or remits.claim_id <> counted_bills.claim_id
    or remits.patient_id <> coalesce(counted_bills.patient_id, remits.own_patient_id)
    or remits.own_turn is null
    and (
        counted_bills.claim_number is not null
        -- as assign_bills does where no bill is on file
        or remits.payer_sequence <> coalesce(payers_turns.turn, 'P')
    )
"""


def rematch(connection: Connection) -> pl.DataFrame:
    """Give the remittances of temp.rematch_numbers (claim_number) the claims they belong to.

    What a remittance belongs to depends on all that is on file, never on what came first. Returns
    the patients touched, before and after (patient_id).
    """
    turns = pl.DataFrame(
        list(remittances.TURN_OF_STATUS.items()),
        schema={"claim_status_code": pl.String, "turn": pl.String},
        orient="row",
    )
    connection.register("status_turns", turns.to_arrow())
    stale = warehouse.select(connection, _REMITS_TO_REMATCH)
    connection.unregister("status_turns")
    if stale.is_empty():
        return pl.DataFrame(schema={"patient_id": pl.String})
    known = known_claims(connection, stale["claim_number"].unique())
    fresh = remittances.assign_bills(stale, known)
    changed = fresh.filter(
        pl.any_horizontal(
            pl.col(name) != pl.col(f"old_{name}")
            for name in ("claim_id", "is_matched", "payer_sequence", "patient_id")
        )
    ).with_columns(bucket=identity.bucket(pl.col("patient_id")))
    if changed.is_empty():
        return pl.DataFrame(schema={"patient_id": pl.String})
    connection.register(
        "rematched",
        changed.select(
            "remit_claim_id", "claim_id", "is_matched", "payer_sequence", "patient_id", "bucket"
        ).to_arrow(),
    )
    connection.execute(
        "UPDATE staged.remit_claim SET claim_id = rematched.claim_id, "
        "is_matched = rematched.is_matched, payer_sequence = rematched.payer_sequence, "
        "patient_id = rematched.patient_id, bucket = rematched.bucket "
        "FROM rematched WHERE remit_claim.remit_claim_id = rematched.remit_claim_id"
    )
    for name, owner in (("remit_line", "remit_claim_id"), ("adjustment", "owner")):
        connection.execute(
            f"UPDATE staged.{name} SET patient_id = rematched.patient_id, "
            f"bucket = rematched.bucket FROM rematched "
            f"WHERE {name}.{owner} = rematched.remit_claim_id"
        )
    connection.unregister("rematched")
    return pl.concat(
        [changed.select("patient_id"), changed.select(patient_id="old_patient_id")]
    ).unique()


_MOVED_CHARTS = """
select
    lesions.lesion_key,
    lesions.patient_id as old_patient_id,
    claims.patient_id,
    claims.bucket
from staged.chart_lesion as lesions
inner join staged.claim as claims on lesions.claim_number = claims.claim_id
where claims.is_standing and lesions.patient_id is distinct from claims.patient_id
"""


def move_charts(connection: Connection) -> pl.DataFrame:
    """Give a chart's lesions to the patient of the claim it names, so that both are worked at once.

    Returns the patients touched, before and after (patient_id).
    """
    moved = warehouse.select(connection, _MOVED_CHARTS)
    if moved.is_empty():
        return pl.DataFrame(schema={"patient_id": pl.String})
    connection.register("moved", moved.to_arrow())
    for name in ("chart_lesion", "chart_stage"):
        connection.execute(
            f"UPDATE staged.{name} SET patient_id = moved.patient_id, bucket = moved.bucket "
            f"FROM moved WHERE {name}.lesion_key = moved.lesion_key"
        )
    connection.unregister("moved")
    return pl.concat(
        [moved.select("patient_id"), moved.select(patient_id="old_patient_id")]
    ).unique()


def known_claims(connection: Connection, numbers: pl.Series) -> pl.DataFrame:
    """Bills that go by these numbers, their own or that of their chain (KNOWN_CLAIM)."""
    if numbers.is_empty():
        return pl.DataFrame(schema=KNOWN_CLAIM)
    connection.register("wanted_numbers", pl.DataFrame({"claim_number": numbers}).to_arrow())
    found = warehouse.select(connection, _KNOWN_CLAIMS)
    connection.unregister("wanted_numbers")
    return found.select(*KNOWN_CLAIM)


_KNOWN_CLAIMS = """
with bills as (
    select claims.*
    from staged.claim as claims
    where claims.claim_number in (select wanted.claim_number from wanted_numbers as wanted)
    union all
    select claims.* replace (claims.root_number as claim_number)
    from staged.claim as claims
    where
        claims.root_number in (select wanted.claim_number from wanted_numbers as wanted)
        and claims.root_number <> claims.claim_number
)

select distinct on (bills.claim_number, bills.payer_sequence, bills.billing_npi, bills.claim_id)
    bills.claim_number, bills.payer_sequence, bills.billing_npi, bills.payer_name,
    bills.payer_identifier, bills.claim_id, bills.patient_id
from bills
order by
    bills.claim_number, bills.payer_sequence, bills.billing_npi, bills.claim_id,
    bills.is_standing desc, bills.submission desc
"""


def take_out(connection: Connection, file_ids: list[str]) -> None:
    """Take files out of landing and staged tables and settle what is left without them."""
    ids = pl.DataFrame({"file_id": file_ids}, schema={"file_id": pl.String})
    connection.register("outgoing", ids.to_arrow())
    connection.execute("CREATE OR REPLACE TEMP TABLE new_files AS SELECT file_id FROM outgoing")
    connection.unregister("outgoing")
    _note(connection)
    for file_id in file_ids:
        delete(connection, file_id)
    left = "SELECT count(*) FROM landing.file WHERE kind <> 'unsupported'"
    if not warehouse.value(connection, left):
        connection.execute("UPDATE landing.warehouse SET is_simulated = NULL")
    _settle(connection)


def delete(connection: Connection, file_id: str) -> None:
    for name in (*LANDING, *STAGED, "landing.quarantine", "landing.file"):
        if "file_id" in polars_schema(tables()[name]):
            connection.execute(f"DELETE FROM {name} WHERE file_id = ?", [file_id])


def roll_back(connection: Connection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        # the failed statement has ended the transaction already
        return
