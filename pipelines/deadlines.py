"""Deadlines of payers: what a row of `clocks.csv` must say."""

from __future__ import annotations

import polars as pl

from pipelines.dated import ReferenceFileError, where


def require_sound(rows: pl.DataFrame) -> None:
    """Raise ReferenceFileError for a clock of nobody or of two, or without one length."""
    has_payer, has_kind = pl.col("payer") != "", pl.col("line_of_business") != ""
    unowned = rows.filter(has_payer == has_kind)
    if unowned.height:
        raise ReferenceFileError(
            f"{where(unowned)}: name the payer or, for all of its payers, the line of business"
        )
    unmeasured = rows.filter(pl.col("days").is_null() == pl.col("years").is_null())
    if unmeasured.height:
        raise ReferenceFileError(f"{where(unmeasured)}: give days, or 1 in years")
