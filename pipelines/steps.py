"""The steps of the job in order: land, build and audit, publish, report. Plain functions.

Each opens the warehouse itself, does its work and closes it, so that a step can be run alone, in a
flow, or again after a failure. The writer's lock is held by the caller of several steps, or by the step.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

import pipelines
from pipelines import (
    backsolving,
    changes,
    counterfactual,
    findings,
    identity,
    landing,
    patterns,
    practice,
    recalling,
    reference,
    risk,
    rules,
    settling,
    superseding,
    warehouse,
)
from pipelines.landing import Outcome
from pipelines.places import Place
from pipelines.warehouse import Connection
from reports import copies, delivery, writing


@dataclass(frozen=True)
class Audited:
    """What an audit did."""

    run_id: str
    patients: int
    sets: int
    findings: dict[str, int]
    """Findings by severity, not counting those gone or stood in for."""
    problems: tuple[str, ...] = ()
    """Broken rule files: file, line and remedy."""
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """Rows of the practice folder that change nothing: file, line and remedy."""


Progress = Callable[[float], None]
LANDING_MEMORY = "150MB"
"""What DuckDB may hold while files are taken in, beside the readers' batches."""


def land(
    place: Place,
    paths: Sequence[Path],
    *,
    again: bool = False,
    progress: Callable[[Path, int], None] | None = None,
) -> list[Outcome]:
    """Take files in, each of them whole or not at all; `progress` hears of bytes read of each.

    A file that cannot be used is told in its outcome and the others go on.
    """
    key = identity.read_key(place.practice)
    people = practice.people(place.practice)
    connection = warehouse.open_warehouse(place.warehouse)
    # a file's rows wait for its commit on disk rather than in memory
    connection.execute(f"SET memory_limit = '{LANDING_MEMORY}'")
    try:
        outcomes = []
        for path in paths:
            outcome = landing.take_in(
                connection,
                path,
                key=key,
                people=people,
                mappings=place.mappings,
                again=again,
                progress=(lambda read, path=path: progress(path, read)) if progress else None,  # type: ignore[misc]
            )
            if progress:
                progress(path, path.stat().st_size)
            outcomes.append(outcome)
        return outcomes
    finally:
        connection.close()


GROUP_FILES, GROUP_BYTES = 32, 64_000_000
"""A task takes in one large file, or some small ones: opening the warehouse costs more than reading one."""


def groups(paths: Iterable[Path]) -> Iterator[list[Path]]:
    """The files in order, in groups of a task's size."""
    group: list[Path] = []
    size = 0
    for path in paths:
        more = path.stat().st_size
        if group and (len(group) == GROUP_FILES or size + more > GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(path)
        size += more
    if group:
        yield group


def settle(place: Place, outcomes: Iterable[Outcome]) -> int:
    """Tie new files to what was there, mark the patients they touch; returns how many.

    Files that an earlier run took in and did not come to settle are settled too.
    """
    file_ids = [outcome.file_id for outcome in outcomes if outcome.is_taken]
    connection = warehouse.open_warehouse(place.warehouse)
    try:
        _bound(connection)
        touched = settling.settle(connection)
        if file_ids:
            _cluster(connection, file_ids)
        return touched
    finally:
        connection.close()


def repeated(place: Place, outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Payments of the files taken in that are not counted, and those of others they stand in for.

    One row per pair of files: path, superseded_by, kind (of the latter), rows and paid.
    """
    file_ids = [outcome.file_id for outcome in outcomes if outcome.is_taken]
    if not file_ids:
        return []
    connection = warehouse.open_warehouse(place.warehouse)
    try:
        return warehouse.select(connection, superseding.REPEATED, {"files": file_ids}).to_dicts()
    finally:
        connection.close()


MEGABYTES, MEGABYTES_PER_MILLION = 100, 140
"""What DuckDB may hold while files are tied together: at least, and for each million lines."""


def _bound(connection: Connection) -> None:
    """Keep memory in proportion to what is on file; beyond it DuckDB works on disk."""
    if "MOHS_MEMORY" not in os.environ:
        megabytes = MEGABYTES + MEGABYTES_PER_MILLION * _lines(connection) // 1_000_000
        connection.execute(f"SET memory_limit = '{min(megabytes, 2048)}MB'")


def _lines(connection: Connection) -> int:
    return sum(
        int(warehouse.value(connection, f"SELECT count(*) FROM {name}"))
        for name in ("staged.service_line", "staged.remit_line")
    )


LARGE = 500_000
"""Staged lines from which it pays to store a patient's rows together."""


def _cluster(connection: Connection, file_ids: Sequence[str]) -> None:
    """Store patients' rows together once new files make up much of a large warehouse."""
    lines = _lines(connection)
    if lines < LARGE:
        return
    marks = ", ".join("?" for _ in file_ids)
    new = sum(
        warehouse.value(
            connection, f"SELECT count(*) FROM {name} WHERE file_id IN ({marks})", list(file_ids)
        )
        for name in ("staged.service_line", "staged.remit_line")
    )
    if new * 4 >= lines:
        warehouse.cluster(connection, settling.CLUSTERED)


def forget(place: Place, name: str) -> list[str]:
    """Take a file out of landing and staged tables; returns its ids. The next audit does the rest."""
    connection = warehouse.open_warehouse(place.warehouse)
    try:
        return landing.forget(connection, name)
    finally:
        connection.close()


def audit(
    place: Place,
    *,
    everyone: bool = False,
    extra_rules: Path | None = None,
    progress: Progress | None = None,
    started_at: datetime | None = None,
) -> Audited:
    """Rebuild core, prices and findings of the patients touched since the last audit.

    Everyone is rebuilt when the rule book, the reference values, the practice folder or the application
    changed, or when asked.
    """
    book = rules.read_book(*own_rules(place, extra_rules), practice=place.practice)
    connection = warehouse.open_warehouse(place.warehouse)
    try:
        _catch_up(connection)
        reference.load(connection, place.practice, codes=_billed_codes(connection))
        run = _run(connection, place, book, started_at)
        last = warehouse.select(
            connection, "SELECT * FROM audit.run ORDER BY run_number DESC LIMIT 1"
        ).to_dicts()
        is_everyone = everyone or _needs_all(last, run) or _was_interrupted(connection)
        patients = None if is_everyone else _waiting(connection)
        auditing = findings.Auditing(
            connection,
            book,
            run["run_id"],
            is_everyone=is_everyone,
            is_same=bool(last) and last[0]["run_id"] == run["run_id"],
        )
        run["patients"], sets = _rebuild(connection, auditing, patients, progress)
        recalling.recall(connection, book)
        _conclude(connection, auditing, run)
        problems = (*book.problems, *auditing.problems)
        return Audited(
            run["run_id"],
            run["patients"],
            sets,
            findings.by_severity(connection),
            tuple(str(problem) for problem in problems),
            auditing.seconds,
            tuple(map(str, reference.payers_nobody_knows(place.practice, _payers(connection)))),
        )
    finally:
        connection.close()


def _payers(connection: Connection) -> list[str]:
    """Every payer a bill or a remittance is of."""
    rows = connection.execute(
        "SELECT payer FROM core.claim UNION SELECT payer FROM core.remit_claim"
    ).fetchall()
    return [payer for (payer,) in rows if payer]


def _catch_up(connection: Connection) -> None:
    """Settle files whose run ended before it came to that, or that an older layout settled."""
    if warehouse.value(connection, "SELECT count(*) FROM landing.file WHERE NOT is_settled"):
        settling.settle(connection)


def _billed_codes(connection: Connection) -> list[str]:
    """Every procedure code a bill or a remittance names."""
    rows = connection.execute(
        "SELECT procedure_code FROM staged.service_line UNION "
        "SELECT coalesce(nullif(submitted_code, ''), procedure_code) FROM staged.remit_line"
    ).fetchall()
    return [code for (code,) in rows]


@dataclass(frozen=True)
class Tried:
    """Rules run for themselves: coverage (rule_id, outcome, lines), seconds by rule, problems."""

    coverage: pl.DataFrame
    seconds: Mapping[str, float]
    problems: tuple[str, ...]


def try_rules(place: Place, only: Sequence[str], *, extra_rules: Path | None = None) -> Tried:
    """Run some rules over the tables as they are and keep nothing."""
    book = rules.read_book(*own_rules(place, extra_rules), practice=place.practice)
    chosen = rules.Book(rules.pick(book, only), ())
    connection = warehouse.open_warehouse(place.warehouse)
    try:
        auditing = findings.Auditing(connection, chosen, "", is_everyone=True, is_same=True)
        for condition in warehouse.patient_sets(connection, None):
            with warehouse.part(connection, condition, is_built=True) as home:
                auditing.run(known=home)
        auditing.run_wide()
        problems = (*book.problems, *auditing.problems)
        return Tried(auditing.coverage(), auditing.seconds, tuple(map(str, problems)))
    finally:
        connection.close()


def own_rules(place: Place, extra: Path | None = None) -> list[Path]:
    """The practice's own rule folder and the one given, where they exist."""
    folders = [place.practice / "rules"] if place.practice else []
    if extra is not None:
        folders.append(extra)
    return [folder for folder in folders if folder.is_dir()]


def _run(
    connection: Connection, place: Place, book: rules.Book, started_at: datetime | None
) -> dict[str, Any]:
    digests = connection.execute("SELECT sha256 FROM landing.file ORDER BY sha256").fetchall()
    inputs = _digest(row[0] for row in digests)
    values = practice.digest(place.practice)
    shipped = _digest(
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((warehouse.SQL / "reference").glob("*.csv"))
    )
    queries = _digest(
        path.read_text(encoding="utf-8")
        for layer in ("core", "audit", "study")
        for path in warehouse.queries(layer).values()
    )
    version = f"{pipelines.__version__}+{queries[:8]}.{shipped[:8]}"
    number = warehouse.value(connection, "SELECT coalesce(max(run_number), 0) + 1 FROM audit.run")
    releases = connection.execute(
        "SELECT DISTINCT release FROM reference.release "
        "WHERE series IN ('mpfs', 'gpci') ORDER BY release"
    ).fetchall()
    return {
        "run_id": _digest(
            [inputs, values, practice.digest_decisions(place.practice), book.version, version]
        ),
        "run_number": number,
        "started_at": (started_at or datetime.now(UTC)).replace(tzinfo=None),
        "input_digest": inputs,
        "practice_digest": values,
        "rule_book_version": book.version,
        "fee_schedules": [row[0] for row in releases],
        "app_version": version,
        "patients": 0,
    }


def _digest(parts: Iterable[str]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(part.encode())
        total.update(b"\n")
    return total.hexdigest()[:16]


def _needs_all(last: list[dict[str, Any]], run: dict[str, Any]) -> bool:
    same = ("practice_digest", "rule_book_version", "app_version")
    return not last or any(last[0][name] != run[name] for name in same)


INTERRUPTED = "*"
"""Stands among the patients touched while tables are rebuilt: an audit that finds it starts over."""


def _was_interrupted(connection: Connection) -> bool:
    query = "SELECT count(*) FROM landing.touched WHERE patient_id = ?"
    return bool(warehouse.value(connection, query, [INTERRUPTED]))


def _waiting(connection: Connection) -> pl.DataFrame:
    return warehouse.select(connection, "SELECT patient_id FROM landing.touched")


def _rebuild(
    connection: Connection,
    auditing: findings.Auditing,
    patients: pl.DataFrame | None,
    progress: Progress | None,
) -> tuple[int, int]:
    """Core, prices and findings of the patients given, set by set; returns patients and sets."""
    conditions = list(warehouse.patient_sets(connection, patients))
    if patients is not None:
        # what the rules said of these patients before is taken off their coverage
        for condition in conditions:
            with warehouse.part(connection, condition, is_built=True):
                auditing.take_back()
    connection.execute("INSERT INTO landing.touched VALUES (?)", [INTERRUPTED])
    warehouse.forget_patients(connection, patients)
    names = warehouse.patient_tables()
    for done, condition in enumerate(conditions):
        with warehouse.part(connection, condition) as home:
            warehouse.build(connection, names)
            auditing.run()
            warehouse.keep(connection, home, names)
        if progress:
            progress((done + 1) / len(conditions))
    if patients is not None:
        return patients.height, len(conditions)
    everyone = (
        "SELECT count(*) FROM (SELECT patient_id FROM staged.claim UNION "
        "SELECT patient_id FROM staged.remit_claim)"
    )
    return int(warehouse.value(connection, everyone)), len(conditions)


def _conclude(connection: Connection, auditing: findings.Auditing, run: dict[str, Any]) -> None:
    """Whole-warehouse tables, findings against the last run's, the run itself.

    What the rules read, then the rest, each all or nothing; an audit that was interrupted between
    them starts over.
    """
    before, after = warehouse.whole_tables()
    with _transaction(connection):
        patterns.name_variances(connection)
        _remake(connection, before)
        for study in STUDIES_BEFORE_RULES:
            study(connection)
    auditing.run_wide()
    with _transaction(connection):
        auditing.conclude()
        _remake(connection, after)
        for study in STUDIES:
            study(connection)
        number = run["run_number"] - (1 if auditing.is_same else 0)
        changes.study(connection, number, is_same=auditing.is_same)
        if not auditing.is_same:
            warehouse.insert(
                connection,
                "audit.run",
                pl.DataFrame([run], schema=warehouse.frame_schema("audit.run")),
            )
        connection.execute("DELETE FROM landing.touched")


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    """All of what is done inside, or nothing."""
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


Study = Callable[[Connection], None]
"""Fills tables of its own, over the whole warehouse, from what the tables before it say."""


def _mirror(connection: Connection) -> None:
    # scipy takes seconds to import, which an audit alone has to pay
    from pipelines import mirror

    mirror.study(connection)


STUDIES_BEFORE_RULES: tuple[Study, ...] = (_mirror,)
STUDIES: tuple[Study, ...] = (backsolving.study, counterfactual.study, risk.study)


def _remake(connection: Connection, names: Sequence[str]) -> None:
    for name in names:
        if name not in warehouse.VIEWED:
            connection.execute(f"DELETE FROM {name}")
    warehouse.build(connection, names, is_set=False)


def publish(place: Place) -> Path:
    """Put the snapshot in place that everybody else reads."""
    connection = warehouse.open_warehouse(place.warehouse)
    try:
        # files taken in since the last audit are listed; what was audited stands until the next one
        _remake(connection, ["audit.intake"])
        return warehouse.publish(connection, place.snapshot)
    finally:
        connection.close()


def report(
    place: Place,
    out: Path,
    *,
    pages: Sequence[str] | None = None,
    month: str | None = None,
    is_shareable: bool = False,
    wants_pdf: bool = False,
) -> list[Path]:
    """The packs from the snapshot: cover first, then pages, then workbooks and PDFs.

    The shareable copy has a folder and a cover of its own in `out`, so that nobody forwards both.
    """
    if is_shareable and place.practice is None:
        raise warehouse.UnusableWarehouse(
            "a shareable copy needs a practice folder, whose key makes the surgeons' codes; "
            "`mohs init practice` makes one"
        )
    connection = open_snapshot(place)
    try:
        copy, facts = copies.WORKING, facts_of(connection)
        if is_shareable:
            copy = copies.shareable(
                _surgeons(connection),
                identity.read_key(place.practice),
                coders=[str(row[0]) for row in connection.execute(CODERS).fetchall()],
            )
            facts = replace(facts, is_shareable=True)
            out = out / "shareable"
        return delivery.deliver(
            warehouse.selector(connection),
            out,
            pages=pages or None,
            month=month,
            facts=facts,
            copy=copy,
            wants_pdf=wants_pdf,
        )
    finally:
        connection.close()


CODERS = (
    "SELECT coder FROM reference.coder UNION "
    "SELECT who FROM reference.audit_result WHERE subject = 'coder'"
)


def _surgeons(connection: Connection) -> list[str]:
    """Everybody whom claims or the roster name by a National Provider Identifier."""
    rows = connection.execute(
        "SELECT DISTINCT rendering_npi FROM core.service_line UNION "
        "SELECT DISTINCT billing_npi FROM core.claim UNION SELECT npi FROM reference.provider"
    ).fetchall()
    return sorted(str(row[0]) for row in rows if row[0])


def open_snapshot(place: Place) -> Connection:
    """The snapshot, in memory-limited read-only fashion. Raises UnusableWarehouse where there is none."""
    return warehouse.open_snapshot(place.snapshot)


def facts_of(connection: Connection) -> writing.Facts:
    """What the figures rest on, from the last run. Raises UnusableWarehouse before the first one."""
    runs = warehouse.select(
        connection, "SELECT * FROM audit.run ORDER BY run_number DESC LIMIT 1"
    ).to_dicts()
    if not runs:
        raise warehouse.UnusableWarehouse("nothing has been audited yet; run `mohs audit` first")
    simulated = warehouse.value(
        connection, "SELECT coalesce(bool_or(is_simulated), false) FROM audit.intake"
    )
    return writing.Facts(
        run_id=runs[0]["run_id"],
        data_digest=runs[0]["input_digest"],
        rule_book_version=runs[0]["rule_book_version"],
        fee_schedules=runs[0]["fee_schedules"],
        app_version=runs[0]["app_version"],
        is_simulated=bool(simulated),
        cut=_cut(connection),
        counsel=_counsel(connection, runs[0]["started_at"].date()),
    )


def _counsel(connection: Connection, day: date) -> str:
    """Whom counsel.csv names on the day of the last run."""
    rows = warehouse.select(connection, "SELECT * FROM reference.counsel")
    return practice.named_counsel(rows, day)


def _cut(connection: Connection) -> str:
    """To which days claims and remittances are on file."""
    claims, remits = connection.execute(
        "SELECT max(date_of_service), max(remitted_date) FROM core.service_line"
    ).fetchall()[0]
    known = [
        f"{what} to {day}" for what, day in (("Services", claims), ("remittances", remits)) if day
    ]
    return ", ".join(known)


def summarise(place: Place) -> dict[str, Any]:
    """The one row of the saved question `summary`."""
    connection = open_snapshot(place)
    try:
        question = warehouse.select_text(warehouse.SQL / "questions" / "summary.sql")
        return warehouse.select(connection, question).row(0, named=True)
    finally:
        connection.close()
