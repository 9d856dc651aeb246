"""`mohs patterns`: what payers do again and again, as a sheet to decide on, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import decisions, ledgers, sheets, warehouse
from pipelines.sheets import UnusableSheet
from pipelines.warehouse import Connection
from reports.workbook import inert
from reports.writing import write_private
from schemas.patterns import STATUSES

STARTS = warehouse.SQL / "engine" / "pattern_start.sql"
TO_FILL = ("status", "decided_date", "term_to_correct", "author", "note")
SHEET = (
    "pattern_id",
    "statement",
    "lines",
    "dollars",
    "expected_allowed",
    "allowed",
    "first_date_of_service",
    "last_date_of_service",
    "first_remittance_date",
    "last_remittance_date",
    "recovery",
    "recoverable",
    "past_deadline",
    "unknown_deadline",
    "appeal_deadline",
    "reopening_deadline",
    "last_deadline",
    "first_example",
    "second_example",
    "third_example",
    *TO_FILL,
)
"""Columns of the sheet; the last five are to fill in."""
SHOWN = (
    "pattern_id",
    "lines",
    "dollars",
    "first_date_of_service",
    "last_date_of_service",
    "recovery",
    "recoverable",
    "last_deadline",
    "status",
)
"""Columns that are printed for people; programs get those of the sheet."""
FORM = sheets.Form(
    title="Patterns of payment variance",
    command="mohs patterns --out FILE",
    columns=SHEET,
    key="pattern_id",
    needed=("pattern_id", "status", "term_to_correct"),
    to_fill=TO_FILL,
    words={"status": STATUSES},
    wide={"pattern_id": 48, "statement": 80, "term_to_correct": 40, "note": 40},
)


def name_variances(connection: Connection) -> None:
    """Tell each row of audit.payment_variance its pattern, over the whole warehouse.

    A pattern starts where a kind of variance occurs again after 180 days (sql/engine/
    pattern_start.sql); variances of a pattern that was marked invalid no longer count.
    """
    connection.execute(
        "UPDATE audit.payment_variance AS variances SET pattern_id = starts.pattern_id, "
        "pattern_start = starts.pattern_start, is_counted = starts.is_counted "
        f"FROM ({warehouse.select_text(STARTS)}) AS starts "
        "WHERE variances.line_id = starts.line_id"
    )


def read(connection: Connection) -> pl.DataFrame:
    """audit.variance_pattern, the largest amounts first."""
    return warehouse.select(
        connection, "SELECT * FROM audit.variance_pattern ORDER BY abs(dollars) DESC, pattern_id"
    )


def write_sheet(patterns: pl.DataFrame, path: Path) -> Path:
    """The sheet to fill in, in a new private file; .xlsx or .csv by its suffix.

    Raises UnusableSheet for another suffix, or where there is a file already.
    """
    return sheets.write(FORM, patterns, path)


def take(patterns: pl.DataFrame, path: Path, folder: Path, today: date) -> list[dict[str, str]]:
    """Add what a sheet decides to the folder's patterns.csv, whole or not at all.

    A row whose status, term, author and note are as they stand decides nothing. A decision without
    a date, or with that of the decision it changes, is of today. Returns the rows added. Raises
    UnusableSheet where the sheet cannot be read, names a pattern or status that is none, or says
    invalid without a term to correct.
    """
    known = {row["pattern_id"]: row for row in patterns.to_dicts()}
    decided: dict[str, dict[str, str]] = {}
    for number, row in sheets.read(FORM, path):
        pattern_id = row["pattern_id"]
        place = f"{path}, row {number}"
        if not row["status"]:
            continue
        if pattern_id not in known:
            raise UnusableSheet(
                f"{place}: {pattern_id!r} is no pattern now; `mohs patterns` lists them, take the "
                "row out"
            )
        if pattern_id in decided:
            raise UnusableSheet(f"{place}: {pattern_id!r} stands there twice; take one row out")
        decision = _decision(row, known[pattern_id], place, today)
        if decision is not None:
            decided[pattern_id] = decision
    if decided:
        rows = [{name: inert(row[name]) for name in row} for row in decided.values()]
        target, key = folder / decisions.FILE, ("pattern_id", "decided_date")
        text = ledgers.with_rows(target, decisions.COLUMNS, key, rows)
        write_private(target, text.encode())
    return list(decided.values())


def _decision(
    row: Mapping[str, str], known: Mapping[str, Any], place: str, today: date
) -> dict[str, str] | None:
    status = sheets.word(row["status"], STATUSES, f"{place}, column status")
    if status == "invalid" and not row["term_to_correct"]:
        raise UnusableSheet(f"{place}, column term_to_correct: {decisions.INVALID}")
    told = {name: row[name] for name in ("term_to_correct", "author", "note")}
    if status == known["status"] and all(told[name] == (known[name] or "") for name in told):
        return None
    decided_date = sheets.day(row["decided_date"], f"{place}, column decided_date", today)
    if decided_date == known["decided_date"]:
        decided_date = today
    return {
        "pattern_id": row["pattern_id"],
        "status": status,
        "decided_date": decided_date.isoformat(),
        **told,
    }
