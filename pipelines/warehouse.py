"""The warehouse: one DuckDB file of layered tables, built from the SELECTs under `sql/`.

`sql/core/encounter.sql` holds the one SELECT that makes `core.encounter`. Work goes patient by patient
in closed sets: a set's rows are seen through views in an attached in-memory catalog, the same SELECTs
run there, and the results replace those patients' rows in the warehouse. Memory is bounded by the size
of a set, and what follows from new files touches their patients only.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from filelock import FileLock, Timeout

import pipelines
from schemas.dictionary import LAYERS, tables
from schemas.table import WholeTable, create_statement, duckdb_type, polars_schema

SQL = Path(__file__).resolve().parent.parent / "sql"
SCHEMA_VERSION = 6
BUCKETS = 256
LINES_PER_SET = 700_000
"""Service lines worked through at once; keeps a set's tables well under 2 GB."""
HEADER = re.compile(r"/\*\s*---.*?---\s*\*/", re.DOTALL)

VIEWED = (
    "core.encounter_line",
    "core.mohs_line",
    "core.covered_line",
    "core.threshold",
    "audit.coding_finding",
    "audit.coding_unit",
    "audit.line_coder",
    "audit.audit_comparison",
)
"""Tables that follow from another one at once, and so views of it; each after the one it reads."""

Connection = duckdb.DuckDBPyConnection


class UnusableWarehouse(RuntimeError):
    """The warehouse cannot be used as asked; the message says why and what to do."""


class BusyWarehouse(UnusableWarehouse):
    """Another program has the warehouse open; it may be free in a moment."""


def connect(path: Path | None = None, *, read_only: bool = False) -> Connection:
    """A connection that never loads or fetches extensions; a new file is private (0600)."""
    if path is not None and not read_only and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
    previous = os.umask(0o077)
    try:
        connection = duckdb.connect(
            str(path) if path else ":memory:",
            read_only=read_only,
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": False,
                "memory_limit": os.environ.get("MOHS_MEMORY", "2GB"),
            },
        )
    except duckdb.IOException as error:
        raise _why_not_open(path, error) from None
    finally:
        os.umask(previous)
    return connection


def _why_not_open(path: Path | None, error: Exception) -> UnusableWarehouse:
    text = str(error)
    if "lock" in text.lower():
        process = re.search(r"PID (\d+)", text)
        who = f"process {process[1]}" if process else "another program"
        return BusyWarehouse(
            f"{path}: {who} has the warehouse open; close it, or wait until it is done"
        )
    if "version" in text.lower():
        return UnusableWarehouse(
            f"{path}: written by another version of DuckDB; use the program that wrote it"
        )
    return UnusableWarehouse(
        f"{path}: cannot be opened as a DuckDB file; give --warehouse another path"
    )


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the writer's lock of a warehouse; a second writer is told who holds it.

    Raises UnusableWarehouse when somebody else writes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{path}.lock", mode=0o600)
    holder = Path(f"{path}.holder")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        who = holder.read_text().strip() if holder.exists() else "another process"
        raise UnusableWarehouse(
            f"{path}: {who} is writing to this warehouse; wait until it is done, or use another --warehouse"
        ) from None
    try:
        holder.write_text(f"process {os.getpid()} (mohs {pipelines.__version__})\n")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def create(connection: Connection, layers: Iterable[str] = LAYERS) -> None:
    """Create the schemas and every table that is not there yet."""
    wanted = tuple(layers)
    for layer in wanted:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {layer}")
    for name, model in tables().items():
        if name.split(".")[0] in wanted and name not in VIEWED:
            connection.execute(create_statement(model))
    create_views(connection, wanted)


def create_views(connection: Connection, layers: Iterable[str] = LAYERS) -> None:
    """Create the views that are not there yet in the catalog in use."""
    for name in VIEWED:
        layer = name.split(".")[0]
        if layer in layers:
            query = select_text(queries(layer)[name])
            connection.execute(f"CREATE VIEW IF NOT EXISTS {name} AS {query}")


def open_warehouse(path: Path) -> Connection:
    """Connect for writing, creating or migrating the tables.

    Raises UnusableWarehouse for a warehouse written by a newer version.
    """
    connection = connect(path)
    try:
        create(connection, ("landing",))
        found = connection.execute(
            "SELECT schema_version, app_version FROM landing.warehouse"
        ).fetchall()
        if found and found[0][0] > SCHEMA_VERSION:
            raise UnusableWarehouse(
                f"{path}: written by mohs {found[0][1]} with table layout {found[0][0]}; this is mohs "
                f"{pipelines.__version__} with layout {SCHEMA_VERSION}. Use the newer mohs, or another "
                "--warehouse."
            )
        if found and found[0][0] < SCHEMA_VERSION:
            migrate(connection)
        if not found:
            connection.execute(
                "INSERT INTO landing.warehouse VALUES (?, ?, NULL)",
                [SCHEMA_VERSION, pipelines.__version__],
            )
        create(connection)
    except BaseException:
        connection.close()
        raise
    return connection


NEUTRAL = {"VARCHAR": "''", "BOOLEAN": "false", "VARCHAR[]": "[]", "DATE": "DATE '1900-01-01'"}
"""What stands in a column that is new and may not be null, until its file is read again; else 0."""


def migrate(connection: Connection) -> None:
    """Bring a warehouse of an older layout to this one, all of it or nothing.

    Landing and staged tables keep their rows. Core, audit and reference are emptied; the next audit
    makes them for everyone. Where a new column may not be null, every file is marked to be read
    again when it is next taken in.
    """
    connection.execute("BEGIN")
    try:
        for layer in ("reference", "core", "audit"):
            connection.execute(f"DROP SCHEMA IF EXISTS {layer} CASCADE")
        is_lacking = [
            _reshape(connection, name)
            for name in tables()
            if name.split(".")[0] in ("landing", "staged")
        ]
        connection.execute("UPDATE landing.file SET is_settled = false")
        if any(is_lacking):
            connection.execute("UPDATE landing.file SET reader_version = ''")
        connection.execute(
            "UPDATE landing.warehouse SET schema_version = ?, app_version = ?",
            [SCHEMA_VERSION, pipelines.__version__],
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _reshape(connection: Connection, name: str) -> bool:
    """Give a table its model's columns; True where a column that may not be null had no values."""
    there = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_catalog() AND schema_name || '.' || table_name = ? "
        "ORDER BY column_index",
        [name],
    ).fetchall()
    model = tables()[name]
    columns = model.to_schema().columns
    wanted = [(column, duckdb_type(field.dtype)) for column, field in columns.items()]
    if not there or there == wanted:
        return False
    kept = {column for column, _ in there}
    lacking = [
        (column, kind)
        for column, kind in wanted
        if column not in kept and not columns[column].nullable
    ]
    values = [f'"{column}"' for column, _ in wanted if column in kept]
    values += [f'{NEUTRAL.get(kind, "0")} AS "{column}"' for column, kind in lacking]
    layer, table = name.split(".")
    connection.execute(f"ALTER TABLE {name} RENAME TO {table}_former")
    connection.execute(create_statement(model))
    former = f"{layer}.{table}_former"
    connection.execute(f"INSERT INTO {name} BY NAME SELECT {', '.join(values)} FROM {former}")
    connection.execute(f"DROP TABLE {former}")
    return bool(lacking)


def select_text(path: Path) -> str:
    """The SQL of a file without its header and trailing semicolon."""
    return HEADER.sub("", path.read_text(encoding="utf-8")).strip().rstrip(";")


@cache
def queries(layer: str) -> dict[str, Path]:
    """`layer.table` -> the file that makes it."""
    return {f"{layer}.{path.stem}": path for path in sorted((SQL / layer).glob("*.sql"))}


def tables_read(connection: Connection, select: str) -> set[str]:
    """`layer.table` names a SELECT reads, from DuckDB's own parse of it."""
    parsed = json.loads(value(connection, "SELECT json_serialize_sql(?)", [select]))
    if parsed.get("error"):
        raise ValueError(parsed.get("error_message", "cannot be parsed"))
    found = set()
    waiting = [parsed]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("type") == "BASE_TABLE" and node.get("schema_name"):
                found.add(f"{node['schema_name']}.{node['table_name']}")
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return found


def build_order(names: Iterable[str]) -> list[str]:
    """The tables in an order in which each comes after those it reads."""
    return list(_build_order(frozenset(names)))


@cache
def _build_order(names: frozenset[str]) -> tuple[str, ...]:
    wanted = sorted(names)
    files = {name: path for layer in ("core", "audit") for name, path in queries(layer).items()}
    connection = duckdb.connect()
    reads = {name: tables_read(connection, select_text(files[name])) for name in wanted}
    connection.close()
    graph = {name: sorted(reads[name] & set(wanted)) for name in wanted}
    return tuple(TopologicalSorter(graph).static_order())


@cache
def built_tables() -> tuple[str, ...]:
    """Every table of core and audit made by a file under `sql/`, in build order."""
    return tuple(build_order([*queries("core"), *queries("audit")]))


def build(connection: Connection, names: Iterable[str], *, is_set: bool = True) -> None:
    """Fill the tables from their SELECTs, in build order, in the catalog in use; views need it not.

    `is_set` tells that the catalog shows a set of patients rather than the warehouse.
    """
    files = {name: path for layer in ("core", "audit") for name, path in queries(layer).items()}
    if is_set:
        # there are no statistics of a set, and DuckDB would hash the wide side of many a join; the
        # queries name the side to hash last
        connection.execute("SET disabled_optimizers = 'build_side_probe_side,common_subplan'")
    try:
        for name in build_order(names):
            if name not in VIEWED:
                connection.execute(f"INSERT INTO {name} BY NAME {select_text(files[name])}")
    finally:
        # in a transaction that failed nothing more can be set, and what failed is what is told
        with suppress(duckdb.TransactionException):
            connection.execute("SET disabled_optimizers = ''")


def is_whole(name: str) -> bool:
    """The table is made once over the warehouse rather than patient by patient."""
    return issubclass(tables()[name], WholeTable)


def patient_tables() -> list[str]:
    """Tables of core and audit made patient by patient, in build order."""
    return [name for name in built_tables() if not is_whole(name)]


FOUND = frozenset({"audit.finding", "audit.rule_coverage", "audit.rule", "audit.rule_judged"})
"""Tables that stand once the rules have run."""


@cache
def whole_tables() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tables made once over the warehouse: those the rules may read, and those that read findings.

    Both in build order. A table reads findings where it names one of FOUND or a table that does.
    """
    files = {**queries("core"), **queries("audit")}
    before: list[str] = []
    after: list[str] = []
    connection = duckdb.connect()
    for name in built_tables():
        reads = tables_read(connection, select_text(files[name]))
        if reads & (FOUND | set(after)):
            if not is_whole(name):
                raise TypeError(f"{name} reads findings: its model must be a WholeTable")
            after.append(name)
        elif is_whole(name):
            before.append(name)
    connection.close()
    return tuple(before), tuple(after)


def patient_sets(connection: Connection, patients: pl.DataFrame | None) -> Iterator[str]:
    """Closed sets of patients, as conditions on (bucket, patient_id).

    `patients` has the column patient_id; None stands for everyone, who are cut by bucket so that a set
    has about LINES_PER_SET lines.
    """
    if patients is not None:
        connection.register("touched_patients", patients.to_arrow())
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT patient_id FROM touched_patients"
        )
        connection.unregister("touched_patients")
        yield "patient_id IN (SELECT patient_id FROM temp.touched)"
        return
    counts = connection.execute(
        "SELECT bucket, count(*) FROM ("
        "SELECT bucket FROM staged.service_line UNION ALL SELECT bucket FROM staged.remit_line"
        ") GROUP BY bucket ORDER BY bucket"
    ).fetchall()
    first, lines = 0, 0
    for bucket, count in counts:
        if lines and lines + count > LINES_PER_SET:
            yield f"bucket BETWEEN {first} AND {bucket - 1}"
            first, lines = bucket, 0
        lines += count
    yield f"bucket BETWEEN {first} AND {BUCKETS - 1}"


@contextmanager
def part(
    connection: Connection, condition: str, *, is_built: bool = False, is_whole: bool = False
) -> Iterator[str]:
    """Use a catalog that shows only a set of patients; yields the name of the warehouse's catalog.

    Inside, `staged.*` are views of those patients' rows, `reference.*` and `landing.*` views of the whole,
    and `core.*` and `audit.*` empty tables in memory; with `is_built`, those made patient by patient are
    views of what the warehouse already holds of them; with `is_whole` so are the others, but for those
    rules write.
    """
    home = str(value(connection, "SELECT current_catalog()"))
    connection.execute("ATTACH ':memory:' AS part")
    try:
        connection.execute("USE part")
        for layer in LAYERS:
            connection.execute(f"CREATE SCHEMA {layer}")
        for name, model in tables().items():
            layer = name.split(".")[0]
            columns = model.to_schema().columns
            if name in VIEWED:
                continue
            is_made = not is_built
            if issubclass(model, WholeTable):
                is_made = not is_whole or name in FOUND
            if layer in ("core", "audit") and is_made:
                connection.execute(create_statement(model))
                continue
            limit = ""
            if layer == "staged" and "bucket" in columns:
                limit = f" WHERE {condition}"
            elif layer in ("core", "audit") and not issubclass(model, WholeTable):
                limit = f" WHERE {_by_patient(condition)}"
            connection.execute(f'CREATE VIEW {name} AS SELECT * FROM "{home}".{name}{limit}')
        create_views(connection)
        yield home
    finally:
        connection.execute(f'USE "{home}"')
        connection.execute("DETACH part")


def _by_patient(condition: str) -> str:
    """A set's condition where only the pseudonym is at hand; its first two digits are the bucket."""
    if not condition.startswith("bucket BETWEEN"):
        return condition
    first, last = re.findall(r"\d+", condition)
    return f"substr(patient_id, 1, 2) BETWEEN '{int(first):02x}' AND '{int(last):02x}'"


def keep(connection: Connection, home: str, names: Iterable[str]) -> None:
    """Append a set's tables to the warehouse's."""
    for name in names:
        if name not in VIEWED:
            connection.execute(f'INSERT INTO "{home}".{name} BY NAME SELECT * FROM part.{name}')


def forget_patients(connection: Connection, patients: pl.DataFrame | None) -> None:
    """Empty core and audit tables of the patients given (None: of everyone) before they are rebuilt."""
    for name, model in tables().items():
        if name.split(".")[0] not in ("core", "audit") or issubclass(model, WholeTable):
            continue
        if name in VIEWED:
            continue
        if patients is None:
            connection.execute(f"DROP TABLE {name}")
            connection.execute(create_statement(model))
        else:
            connection.execute(
                f"DELETE FROM {name} WHERE patient_id IN (SELECT patient_id FROM temp.touched)"
            )


def cluster(connection: Connection, names: Iterable[str]) -> None:
    """Rewrite staged tables in the order of their patient buckets, each of them whole or not at all.

    A set of patients is then one stretch of disk.
    """
    for name in names:
        layer, table = name.split(".")
        connection.execute("BEGIN")
        try:
            connection.execute(
                f"CREATE OR REPLACE TABLE {layer}.{table}_clustered AS "
                f"SELECT * FROM {name} ORDER BY bucket, patient_id"
            )
            connection.execute(f"DROP TABLE {name}")
            connection.execute(create_statement(tables()[name]))
            connection.execute(
                f"INSERT INTO {name} BY NAME SELECT * FROM {layer}.{table}_clustered"
            )
            connection.execute(f"DROP TABLE {layer}.{table}_clustered")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def frame_schema(name: str) -> dict[str, pl.DataType]:
    """Column -> polars dtype of a table."""
    return polars_schema(tables()[name])


def insert(connection: Connection, name: str, frame: pl.DataFrame) -> None:
    """Append a frame whose columns are those of the table's model."""
    if frame.is_empty():
        return
    # `frame` is found by its name; one that is registered would be held until the transaction ends
    connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM frame")


def select(connection: Connection, query: str, parameters: object = None) -> pl.DataFrame:
    """The result of a query as a frame."""
    return pl.DataFrame(connection.sql(query, params=parameters).to_arrow_table())


def value(connection: Connection, query: str, parameters: object = None) -> Any:
    """The first column of the first row, or None."""
    rows = connection.execute(query, parameters).fetchall()
    return rows[0][0] if rows else None


def selector(connection: Connection) -> Callable[..., pl.DataFrame]:
    """A `select(sql, parameters)` that knows nothing else of the warehouse, for reports."""

    def run(query: str, parameters: object = None) -> pl.DataFrame:
        return select(connection, query, parameters)

    return run


LAYOUT = f"table layout {SCHEMA_VERSION}"
"""Stands as a comment on audit.run of a snapshot, for the mohs that reads it."""
UNPUBLISHED = ("reference.patient_crosswalk",)
"""Tables of the published layers that hold identifiers of persons."""


def publish(connection: Connection, target: Path) -> Path:
    """Write `reference`, `core` and `audit` to the snapshot and put it in place by an atomic rename."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    previous = os.umask(0o077)
    try:
        connection.execute(f"ATTACH '{_quoted(draft)}' AS snapshot")
        try:
            for layer in ("reference", "core", "audit"):
                connection.execute(f"CREATE SCHEMA snapshot.{layer}")
            for name in tables():
                unwanted = name in UNPUBLISHED or name in VIEWED
                if name.split(".")[0] in ("reference", "core", "audit") and not unwanted:
                    connection.execute(f"CREATE TABLE snapshot.{name} AS SELECT * FROM {name}")
            home = value(connection, "SELECT current_catalog()")
            connection.execute("USE snapshot")
            create_views(connection)
            create_reading_views(connection)
            connection.execute(f"COMMENT ON TABLE audit.run IS '{LAYOUT}'")
            connection.execute(f'USE "{home}"')
        finally:
            connection.execute("DETACH snapshot")
        draft.replace(target)
    finally:
        os.umask(previous)
        draft.unlink(missing_ok=True)
        Path(f"{draft}.wal").unlink(missing_ok=True)
    return target


def open_snapshot(path: Path) -> Connection:
    """The snapshot, read only. Raises UnusableWarehouse where there is none, or not of this layout."""
    if not path.exists():
        raise UnusableWarehouse(
            f"{path}: no snapshot yet; `mohs ingest` and `mohs audit`, or `mohs run`, make one"
        )
    connection = connect(path, read_only=True)
    query = "SELECT max(comment) FROM duckdb_tables() WHERE schema_name || '.' || table_name = 'audit.run'"
    if value(connection, query) != LAYOUT:
        connection.close()
        raise UnusableWarehouse(
            f"{path}: published by another version of mohs, with other tables; `mohs audit` makes a new one"
        )
    return connection


def create_reading_views(connection: Connection) -> None:
    """Create the views of `sql/views`, for people and other programs, in the catalog in use."""
    for name, path in queries("views").items():
        connection.execute(f"CREATE VIEW main.{name.split('.')[1]} AS {select_text(path)}")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
