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

from pipelines import charts, remittances, settling, staging, transactions, warehouse
from pipelines.batches import Context, Staged
from pipelines.readers import Batch, Source, UnreadableFile, reader_of
from pipelines.warehouse import Connection
from schemas import gate
from schemas.dictionary import tables
from schemas.table import polars_schema


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
        "SELECT reader_version, kind, received_at FROM landing.file WHERE file_id = ?",
        [source.file_id],
    ).fetchall()
    if there and there[0][0] == version and not again:
        return Outcome(
            path, source.file_id, there[0][1], "skipped", reason="already in the warehouse"
        )
    context = Context(key, people, lambda numbers: settling.known_claims(connection, numbers))
    connection.execute("BEGIN")
    try:
        if there:
            settling.take_out(connection, [source.file_id])
            # reading it again makes a file no later than it was
            received_at = there[0][2]
        outcome = _read(connection, source, module, context, progress)
        _record(connection, source, outcome[0], version, outcome[1], received_at)
        connection.execute("COMMIT")
    except MixedClaims as refusal:
        settling.roll_back(connection)
        return Outcome(path, source.file_id, "unsupported", "refused", reason=str(refusal))
    except duckdb.Error as error:
        settling.roll_back(connection)
        raise UnusableFile(_storage_trouble(path, error)) from None
    except BaseException:
        settling.roll_back(connection)
        raise
    return outcome[0]


def reader_version(source: Source, module: Any) -> str:
    """Reader, its version and, where it has one, the mapping it reads this file with."""
    if module is None:
        return ""
    name = module.__name__.rsplit(".", 1)[-1]
    mapping = module.mapping_version(source) if hasattr(module, "mapping_version") else ""
    return f"{name} {module.VERSION} {mapping}".strip()


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
    settling.delete(connection, source.file_id)
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
    """Q11: a transaction or a payment has the numbers of one in another file; it may be sent twice."""
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
        return
    paid = warehouse.value(connection, _PAID_BEFORE, {"file_id": source.file_id})
    if paid:
        _insert_problem(
            connection,
            source,
            "Q11",
            f"{paid} payments have the payer, trace number (TRN02), day and amount of a payment in "
            "another file",
            "compare with that file: if one of them is the other sent again, `mohs forget` one; the "
            "rows of both were kept and count",
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


# a trace number names a payment (835 TRN); one of nothing may have a number that says nothing
_PAID_BEFORE = """
select count(*)
from staged.remit as own
semi join staged.remit as others
    on
        own.file_id <> others.file_id
        and own.source = others.source
        and own.trace_number = others.trace_number
        and own.payer_identifier = others.payer_identifier
        and own.payment_date = others.payment_date
        and own.total_paid = others.total_paid
where
    own.file_id = $file_id and own.source = '835' and own.trace_number <> '' and own.total_paid > 0
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
        settling.take_out(connection, ids)
        connection.execute("COMMIT")
    except BaseException:
        settling.roll_back(connection)
        raise
    return ids
