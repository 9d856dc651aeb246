"""Files compliance keeps in the practice folder: what their rows must say beyond their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from pipelines import ledgers
from pipelines.dated import ReferenceFileError, where


def settle(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of one of these files, texts as they were before they were made inert.

    Raises ReferenceFileError, with file, row and remedy, for a row that contradicts itself.
    """
    CHECKS[name](rows)
    texts = [column for column in rows.columns if rows[column].dtype == pl.String]
    return ledgers.as_meant(rows, *(column for column in texts if column != "file"))


def _nothing_more(rows: pl.DataFrame) -> None:
    """Types and dates are all there is to check."""


def _check_clocks(rows: pl.DataFrame) -> None:
    days = ("requested_date", "started_date", "identified_date", "due_date", "closed_date")
    dayless = rows.filter(pl.all_horizontal(pl.col(*days).is_null()))
    if dayless.height:
        raise ReferenceFileError(
            f"{where(dayless)}: no day is entered; give requested_date, started_date, "
            "identified_date or due_date as the practice knows it"
        )
    for earlier in ("requested_date", "started_date", "identified_date"):
        for later in ("due_date", "closed_date"):
            _require_order(rows, earlier, later)


def _check_actions(rows: pl.DataFrame) -> None:
    for later in ("due_date", "done_date", "reaudit_date"):
        _require_order(rows, "opened_date", later)


def _require_order(rows: pl.DataFrame, earlier: str, later: str) -> None:
    wrong = rows.filter(pl.col(later) < pl.col(earlier))
    if wrong.height:
        row = wrong.row(0, named=True)
        raise ReferenceFileError(
            f"{where(wrong)}, column {later}: {row[later]} is before {earlier} {row[earlier]}; "
            "correct one of the two"
        )


def _check_coders(rows: pl.DataFrame) -> None:
    both = rows.filter(pl.col("claim_id").is_null() == pl.col("rendering_npi").is_null())
    if both.height:
        raise ReferenceFileError(
            f"{where(both)}: name the claim or, for all of a surgeon's in a period, rendering_npi"
        )


def _check_results(rows: pl.DataFrame) -> None:
    wrong = rows.filter(
        (pl.col("right") > pl.col("reviewed"))
        | (pl.col("right").is_null() != pl.col("reviewed").is_null())
        | (pl.col("low").is_null() != pl.col("high").is_null())
        | (pl.col("low") > pl.col("high"))
    )
    if wrong.height:
        raise ReferenceFileError(
            f"{where(wrong)}: right and reviewed, or low and high, do not go together; "
            "`mohs estimate --keep` writes these rows, restore what it wrote"
        )


CHECKS: Mapping[str, Callable[[pl.DataFrame], None]] = {
    "counsel.csv": _nothing_more,
    "audit_clocks.csv": _check_clocks,
    "corrective_actions.csv": _check_actions,
    "coders.csv": _check_coders,
    "audits.csv": _check_results,
}
"""File -> what is asked of its rows."""
