"""Findings a person sets aside, kept in `dismissals.csv` of the practice folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from pipelines import ledgers
from pipelines.dated import ReferenceFileError, where
from reports.writing import write_private

FILE = "dismissals.csv"
COLUMNS = (
    "rule_id",
    "line_id",
    "reason",
    "author",
    "line_as_was",
    "effective_from",
    "effective_to",
    "source",
)
FINDING = """
SELECT lines.line_as_is FROM audit.finding AS findings
INNER JOIN audit.flagged_line AS lines ON findings.line_id = lines.line_id
WHERE findings.rule_id = $rule AND findings.line_id = $line AND findings.state <> 'gone'
"""


class NothingToDismiss(ValueError):
    """There is no such finding, or the decision lacks something; the message says what to do."""


def dismiss(
    select: Callable[..., pl.DataFrame],
    folder: Path,
    rule_id: str,
    line_id: str,
    *,
    reason: str,
    author: str,
    until: date,
    today: date,
) -> None:
    """Add one row to the folder's dismissals.csv, remembering the line as it is now.

    A second decision of the same day about the same finding takes the place of the first. It counts
    from the next audit on, until `until` or until the line changes. Raises NothingToDismiss.
    """
    if until < today:
        raise NothingToDismiss(f"--until {until}: that day is over; give a day to come")
    if not reason.strip() or not author.strip():
        raise NothingToDismiss("a dismissal needs --reason and --author; say why and who")
    found = select(FINDING, {"rule": rule_id, "line": line_id})
    if found.is_empty():
        raise NothingToDismiss(
            f"{rule_id} has no finding on line {line_id}; `mohs explain {line_id}` shows what there is"
        )
    row = {
        "rule_id": rule_id,
        "line_id": line_id,
        "reason": reason.strip(),
        "author": author.strip(),
        "line_as_was": str(found.item()),
        "effective_from": today.isoformat(),
        "effective_to": until.isoformat(),
        "source": "mohs dismiss",
    }
    key = ("rule_id", "line_id", "effective_from")
    write_private(folder / FILE, ledgers.with_rows(folder / FILE, COLUMNS, key, [row]).encode())


def require_end(rows: pl.DataFrame) -> None:
    """Raises ReferenceFileError for a row of dismissals.csv that never ends."""
    endless = rows.filter(pl.col("effective_to") >= date(9999, 12, 31))
    if endless.height:
        raise ReferenceFileError(
            f"{where(endless)}, column effective_to: a dismissal ends; give the last day it holds"
        )
