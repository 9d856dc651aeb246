"""Files to landing and staged tables: one file, one transaction, nothing half-written.

A file is known by its digest. One that is there already, read by the same version of its reader, is
skipped; one whose reader has changed is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines import chains, charts, identity, remittances, staging, transactions, warehouse
from pipelines.batches import KNOWN_CLAIM, Context, Staged
from pipelines.readers import Batch, Source, UnreadableFile, reader_of
from pipelines.warehouse import Connection
from schemas import gate
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


class Unbalanced(RuntimeError):
    """Rows or dollars in are not those accepted plus those set aside: a defect of ours, never ignored."""


class MixedClaims(RuntimeError):
    """Simulated and real claims would meet in one warehouse."""


class UnusableFile(RuntimeError):
    """The file cannot go into this warehouse; the message says why and what to do."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    path: Path
    file_id: str
    kind: str
    status: str
    rows_in: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    charge_in: Decimal = Decimal(0)
    charge_accepted: Decimal = Decimal(0)
    charge_quarantined: Decimal = Decimal(0)
    reason: str = ""

    @property
    def is_taken(self) -> bool:
        """The file is in the warehouse because of this call."""
        return self.status not in ("skipped", "refused")


def files(paths: list[Path]) -> Iterator[Path]:
    """The files named and those in the folders named, without hidden ones; claims before remittances.

    Raises UnusableFile for a path that does not exist.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            for child in sorted(path.rglob("*")):
                hidden = any(part.startswith(".") for part in child.relative_to(path).parts)
                if child.is_file() and not hidden:
                    found[child] = None
        elif path.is_file():
            found[path] = None
        else:
            raise UnusableFile(f"{path}: no such file or folder; check the path")
    # remittances find their claims when those are there already
    yield from sorted(found, key=lambda path: (b"*835*" in _head(path), str(path)))


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(2048)


def take_in(
    connection: Connection,
    path: Path,
    *,
    key: bytes,
    people: pl.DataFrame,
    mappings: Path | None = None,
    again: bool = False,
    received_at: datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Read one file into landing and staged tables, all of it or nothing.

    Raises Unbalanced when the intake balance does not hold, UnusableFile when the warehouse cannot be
    written. A file that cannot be read at all is recorded and returned with its reason, as is one that
    would mix simulated claims with real ones.
    """
    source = Source(path, mappings)
    module = reader_of(source)
    version = reader_version(source, module)
    there = connection.execute(
        "SELECT reader_version, kind FROM landing.file WHERE file_id = ?", [source.file_id]
    ).fetchall()
    if there and there[0][0] == version and not again:
        return Outcome(
            path, source.file_id, there[0][1], "skipped", reason="already in the warehouse"
        )
    context = Context(key, people, lambda numbers: _known_claims(connection, numbers))
    connection.execute("BEGIN")
    try:
        if there:
            _take_out(connection, [source.file_id])
        outcome = _read(connection, source, module, context, progress)
        _record(connection, source, outcome[0], version, outcome[1], received_at)
        connection.execute("COMMIT")
    except MixedClaims as refusal:
        _roll_back(connection)
        return Outcome(path, source.file_id, "unsupported", "refused", reason=str(refusal))
    except duckdb.Error as error:
        _roll_back(connection)
        raise UnusableFile(_storage_trouble(path, error)) from None
    except BaseException:
        _roll_back(connection)
        raise
    return outcome[0]


def reader_version(source: Source, module: Any) -> str:
    """Reader, its version and, where it has one, the mapping it reads this file with."""
    if module is None:
        return ""
    name = module.__name__.rsplit(".", 1)[-1]
    mapping = module.mapping_version(source) if hasattr(module, "mapping_version") else ""
    return f"{name} {module.VERSION} {mapping}".strip()


def _roll_back(connection: Connection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        # the failed statement has ended the transaction already
        return


MISFITS = (duckdb.DataError, duckdb.IntegrityError, duckdb.ProgrammingError)
"""What DuckDB raises for a value; everything else is about the file it writes to."""


def _storage_trouble(path: Path, error: duckdb.Error) -> str:
    if isinstance(error, MISFITS):
        return (
            f"{path.name}: a value does not fit its table ({type(error).__name__}); nothing of this "
            "file was kept; please report the file's layout"
        )
    return (
        f"{path.name}: the warehouse could not be written (disk full, or a size limit); nothing of "
        "this file was kept; free some space, then run the same command again"
    )


def _read(
    connection: Connection,
    source: Source,
    module: Any,
    context: Context,
    progress: Callable[[int], None] | None,
) -> tuple[Outcome, dict[str, Any]]:
    facts: dict[str, Any] = {"encoding": None, "absent": [], "simulated": False}
    if module is None:
        _insert_problem(
            connection,
            source,
            "Q0",
            "no reader recognises this file",
            "check that it is an 837P, an 835, or a table whose headers a mapping names",
        )
        return Outcome(
            source.path,
            source.file_id,
            "unsupported",
            "unsupported",
            reason="no reader recognises this file",
        ), facts
    kinds: set[str] = set()
    rows_in = rows_accepted = 0
    charge_in = charge_accepted = Decimal(0)
    incomplete = False
    balances = remittances.Payments()
    broken = transactions.Broken()
    try:
        for batch in module.read(source):
            kinds.add(batch.kind)
            facts["encoding"] = batch.encoding
            facts["absent"] = list(batch.absent_columns)
            facts["simulated"] = facts["simulated"] or batch.is_simulated
            incomplete = incomplete or batch.is_incomplete
            rows_in += batch.rows_in
            charge_in += batch.charge_in
            for name, frame in batch.frames.items():
                warehouse.insert(connection, name, frame)
            broken.add(batch.problems)
            staged = _stage(batch, source, context, balances)
            for name, frame in staged.frames.items():
                warehouse.insert(connection, name, frame)
            warehouse.insert(connection, "landing.quarantine", staged.quarantine)
            rows_accepted += staged.rows_accepted
            charge_accepted += staged.charge_accepted
            if progress:
                progress(batch.bytes_read)
    except UnreadableFile as error:
        return _unreadable(connection, source, str(error)), facts
    rows_lost, charge_lost = broken.take_back(connection, source.file_id)
    rows_accepted -= rows_lost
    charge_accepted -= charge_lost
    _settle_payments(connection, source, balances)
    aside = connection.execute(
        "SELECT coalesce(sum(rows), 0), coalesce(sum(charge), 0) FROM landing.quarantine "
        "WHERE file_id = ?",
        [source.file_id],
    ).fetchall()[0]
    outcome = Outcome(
        source.path,
        source.file_id,
        _kind(kinds),
        _status(kinds, rows_accepted, int(aside[0]), aside[1], charge_accepted, incomplete),
        rows_in,
        rows_accepted,
        int(aside[0]),
        charge_in,
        charge_accepted,
        aside[1],
    )
    check_balance(outcome)
    return outcome, facts


def check_balance(outcome: Outcome) -> None:
    """Rows and dollars in = accepted + set aside. Raises Unbalanced."""
    if outcome.rows_in != outcome.rows_accepted + outcome.rows_quarantined or (
        outcome.charge_in != outcome.charge_accepted + outcome.charge_quarantined
    ):
        raise Unbalanced(
            f"{outcome.path.name}: {outcome.rows_in} rows and ${outcome.charge_in} in, but "
            f"{outcome.rows_accepted} rows and ${outcome.charge_accepted} accepted and "
            f"{outcome.rows_quarantined} rows and ${outcome.charge_quarantined} set aside (Q12); nothing "
            "of this file was kept; please report it"
        )


def _stage(
    batch: Batch, source: Source, context: Context, balances: remittances.Payments
) -> Staged:
    if batch.kind == "chart":
        return charts.stage(batch, source.file_id, context)
    if batch.kind == "unsupported":
        return staging.unsupported(batch, source.file_id)
    balances.add(batch)
    return staging.stage(batch, source.file_id, context, balances.of(batch))


def _kind(kinds: set[str]) -> str:
    known = sorted(kinds - {"unsupported"}, key=["837P", "835", "export", "chart"].index)
    return "+".join(known) if known else "unsupported"


def _status(
    kinds: set[str], accepted: int, aside: int, dollars: Decimal, kept: Decimal, incomplete: bool
) -> str:
    if not kinds - {"unsupported"}:
        return "unsupported"
    if (aside or dollars) and not (accepted or kept):
        return "quarantined"
    if incomplete:
        return "incomplete"
    return "partial" if aside or dollars else "accepted"


def _unreadable(connection: Connection, source: Source, reason: str) -> Outcome:
    # what earlier batches of the file left goes with it
    _delete(connection, source.file_id)
    _insert_problem(
        connection, source, "Q0", reason, "mend or replace the file, then ingest it again"
    )
    return Outcome(source.path, source.file_id, "unsupported", "quarantined", reason=reason)


def _insert_problem(
    connection: Connection,
    source: Source,
    code: str,
    reason: str,
    remedy: str,
    severity: str = "quarantined",
) -> None:
    row = {
        "file_id": source.file_id,
        "scope": "file",
        "severity": severity,
        "byte_offset": 0,
        "byte_end": source.path.stat().st_size,
        "rows": 0,
        "charge": Decimal(0),
        "reason_code": code,
        "reason": reason,
        "remedy": remedy,
    }
    warehouse.insert(
        connection,
        "landing.quarantine",
        pl.DataFrame([row], schema=polars_schema(tables()["landing.quarantine"])),
    )


def _record(
    connection: Connection,
    source: Source,
    outcome: Outcome,
    version: str,
    facts: dict[str, Any],
    received_at: datetime | None,
) -> None:
    _refuse_mixing(connection, source, facts["simulated"], outcome)
    _warn_of_control_numbers(connection, source)
    aside = warehouse.select(
        connection,
        "SELECT count(DISTINCT claim_ordinal) AS claims, "
        "list(DISTINCT reason_code ORDER BY reason_code) AS reasons "
        "FROM landing.quarantine WHERE file_id = ? AND severity = 'quarantined'",
        [source.file_id],
    )
    row = {
        "file_id": source.file_id,
        "path": str(source.path.resolve()),
        "name": source.path.name,
        "sha256": source.sha256,
        "kind": outcome.kind,
        "reader_version": version,
        "received_at": (received_at or datetime.now(UTC)).replace(tzinfo=None),
        "size": source.path.stat().st_size,
        "encoding": facts["encoding"],
        "absent_columns": facts["absent"],
        "is_simulated": facts["simulated"],
        "rows_in": outcome.rows_in,
        "rows_accepted": outcome.rows_accepted,
        "rows_quarantined": outcome.rows_quarantined,
        "charge_in": outcome.charge_in,
        "charge_accepted": outcome.charge_accepted,
        "charge_quarantined": outcome.charge_quarantined,
        "claims_quarantined": int(aside["claims"][0]),
        "reasons": aside.to_dicts()[0]["reasons"] or [],
        "status": outcome.status,
        "is_settled": False,
    }
    model = tables()["landing.file"]
    frame = pl.DataFrame([row], schema=polars_schema(model))
    warehouse.insert(
        connection, "landing.file", frame if gate.fits(model, frame) else model.validate(frame)
    )


def _warn_of_control_numbers(connection: Connection, source: Source) -> None:
    """Q11: the sender gave a transaction of another file the same numbers; it may be sent twice."""
    seen = warehouse.value(connection, _SEEN_BEFORE, {"file_id": source.file_id})
    if seen:
        _insert_problem(
            connection,
            source,
            "Q11",
            f"{seen} transactions have the sender and control numbers (ISA13, GS06, ST02) of another "
            "file",
            "compare with that file: one of them may be the other sent again; the rows were kept",
            severity="warning",
        )


_SEEN_BEFORE = """
select count(*)
from landing.transaction as own
semi join landing.transaction as others
    on
        own.file_id <> others.file_id
        and own.kind = others.kind
        and own.sender = others.sender
        and own.interchange_control_number = others.interchange_control_number
        and own.group_control_number = others.group_control_number
        and own.transaction_control_number = others.transaction_control_number
where own.file_id = $file_id and own.interchange_control_number <> ''
"""


def _refuse_mixing(
    connection: Connection, source: Source, simulated: bool, outcome: Outcome
) -> None:
    if outcome.kind == "unsupported":
        return
    held = warehouse.value(connection, "SELECT is_simulated FROM landing.warehouse")
    if held is not None and held != simulated:
        holds, brings = ("simulated", "real") if held else ("real", "simulated")
        raise MixedClaims(
            f"holds {brings} claims, this warehouse {holds} ones, and the two are never "
            "mixed; use another --warehouse"
        )
    if held is None:
        connection.execute("UPDATE landing.warehouse SET is_simulated = ?", [simulated])


def _known_claims(connection: Connection, numbers: pl.Series) -> pl.DataFrame:
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


def _settle_payments(
    connection: Connection, source: Source, balances: remittances.Payments
) -> None:
    """Q10: a payment is the sum of its claims less its provider adjustments."""
    settled = balances.settle(source.file_id)
    if settled.is_empty():
        return
    connection.register("settled", settled.select("remit_key", "is_balanced").to_arrow())
    connection.execute(
        "UPDATE staged.remit SET is_balanced = settled.is_balanced FROM settled "
        "WHERE remit.remit_key = settled.remit_key"
    )
    connection.unregister("settled")
    warehouse.insert(connection, "landing.quarantine", balances.warnings(source.file_id, settled))


def _delete(connection: Connection, file_id: str) -> None:
    for name in (*LANDING, *STAGED, "landing.quarantine", "landing.file"):
        if "file_id" in polars_schema(tables()[name]):
            connection.execute(f"DELETE FROM {name} WHERE file_id = ?", [file_id])


def settle(connection: Connection) -> pl.DataFrame:
    """Settle what unsettled files mean together with what was there; all of it or nothing.

    Chains of submissions, and which claim a remittance belongs to. The patients touched wait in
    landing.touched for the next audit and are returned (patient_id). A run that ended between taking
    files in and settling them leaves them unsettled, and the next one does it.
    """
    connection.execute("BEGIN")
    try:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE new_files AS "
            "SELECT file_id FROM landing.file WHERE NOT is_settled"
        )
        numbers = warehouse.select(connection, _NUMBERS_OF_FILES)
        patients = warehouse.select(connection, _PATIENTS_OF_FILES)
        touched = _settle(connection, numbers, patients)
        connection.execute("UPDATE landing.file SET is_settled = true WHERE NOT is_settled")
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
    return touched


def _settle(connection: Connection, numbers: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """Chains and remittances of the claim numbers, and charts; notes and returns the patients."""
    changed = chains.resolve(connection, numbers)
    wider = pl.concat(
        [
            numbers,
            *(
                changed.select(claim_number=name)
                for name in ("claim_number", "root_number", "old_root_number")
            ),
        ]
    ).unique()
    touched = (
        pl.concat(
            [
                patients,
                changed.select("patient_id"),
                rematch(connection, wider),
                move_charts(connection),
            ]
        )
        .drop_nulls()
        .unique()
        .sort("patient_id")
    )
    connection.register("touched_now", touched.to_arrow())
    connection.execute(
        "INSERT INTO landing.touched SELECT patient_id FROM touched_now "
        "WHERE patient_id NOT IN (SELECT patient_id FROM landing.touched)"
    )
    connection.unregister("touched_now")
    return touched


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

_PATIENTS_OF_FILES = " union ".join(
    f"select patient_id from {name} where file_id in (select file_id from temp.new_files)"
    for name in ("staged.claim", "staged.remit_claim", "staged.chart_lesion")
)

_REMITS_TO_REMATCH = """
with bills as (
    select claims.claim_number, claims.claim_id, claims.patient_id
    from staged.claim as claims
    where claims.claim_number in (select numbers.claim_number from rematch_numbers as numbers)
    union
    select claims.root_number as claim_number, claims.claim_id, claims.patient_id
    from staged.claim as claims
    where claims.root_number in (select numbers.claim_number from rematch_numbers as numbers)
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
    where remits.claim_number in (select numbers.claim_number from rematch_numbers as numbers)
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
"""


def rematch(connection: Connection, claim_numbers: pl.DataFrame) -> pl.DataFrame:
    """Give the remittances of these numbers (claim_number) the claims they belong to.

    What a remittance belongs to depends on all that is on file, never on what came first. Returns
    the patients touched, before and after (patient_id).
    """
    turns = pl.DataFrame(
        list(remittances.TURN_OF_STATUS.items()),
        schema={"claim_status_code": pl.String, "turn": pl.String},
        orient="row",
    )
    connection.register("status_turns", turns.to_arrow())
    connection.register("rematch_numbers", claim_numbers.select("claim_number").to_arrow())
    stale = warehouse.select(connection, _REMITS_TO_REMATCH)
    connection.unregister("rematch_numbers")
    connection.unregister("status_turns")
    if stale.is_empty():
        return pl.DataFrame(schema={"patient_id": pl.String})
    known = _known_claims(connection, stale["claim_number"].unique())
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


def forget(connection: Connection, name: str) -> list[str]:
    """Take a file out by path, file name or id, all of it or nothing; returns its ids.

    The patients touched wait in landing.touched. Raises UnusableFile when no such file is there.
    """
    found = connection.execute(
        "SELECT file_id FROM landing.file WHERE path = ? OR file_id = ? OR sha256 = ? "
        "OR path LIKE '%/' || ?",
        [str(Path(name).resolve()), name, name, name],
    ).fetchall()
    if not found:
        raise UnusableFile(
            f"{name}: no such file in the warehouse; "
            '`mohs sql "select path from audit.intake"` lists them'
        )
    ids = [str(row[0]) for row in found]
    connection.execute("BEGIN")
    try:
        _take_out(connection, ids)
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
    return ids


def _take_out(connection: Connection, file_ids: list[str]) -> None:
    """Take files out of landing and staged tables and settle what is left without them."""
    ids = pl.DataFrame({"file_id": file_ids}, schema={"file_id": pl.String})
    connection.register("outgoing", ids.to_arrow())
    connection.execute("CREATE OR REPLACE TEMP TABLE new_files AS SELECT file_id FROM outgoing")
    connection.unregister("outgoing")
    numbers = warehouse.select(connection, _NUMBERS_OF_FILES)
    patients = warehouse.select(connection, _PATIENTS_OF_FILES)
    for file_id in file_ids:
        _delete(connection, file_id)
    left = "SELECT count(*) FROM landing.file WHERE kind <> 'unsupported'"
    if not warehouse.value(connection, left):
        connection.execute("UPDATE landing.warehouse SET is_simulated = NULL")
    _settle(connection, numbers, patients)
