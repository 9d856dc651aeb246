"""Counting a record: of each key, what was decided within so many days before a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

SPAN = 100_000
"""More days than any date has since 1970, so that key and day make one number to search by."""


@dataclass(frozen=True)
class Setting:
    """How history is counted; rows of reference.risk_parameter."""

    history_days: int
    prior_lines: float
    prior_rule_lines: float


def days(column: pl.Series) -> Whole:
    """Days since 1970; -1 for null."""
    return column.cast(pl.Int32).fill_null(-1).to_numpy().astype(np.int64)


def keys(frame: pl.DataFrame, names: Sequence[str]) -> Whole:
    """A number for each combination of values, the same for the same values."""
    _, codes = np.unique(frame.select(names).hash_rows().to_numpy(), return_inverse=True)
    return codes.astype(np.int64)


def count_before(
    known: Whole, known_on: Whole, denied: Flags, asked: Whole, asked_on: Whole, window: int
) -> tuple[Whole, Whole]:
    """(lines, denied) of each asked key decided within `window` days before, not on, the asked day."""
    stamps = known * SPAN + known_on
    order = np.argsort(stamps, kind="stable")
    stamps = stamps[order]
    totals = np.concatenate([[0], np.cumsum(denied[order])]).astype(np.int64)
    base = asked * SPAN
    last = np.searchsorted(stamps, base + asked_on, side="left")
    first = np.searchsorted(stamps, base + np.maximum(asked_on - window, 0), side="left")
    return (last - first).astype(np.int64), totals[last] - totals[first]


def shrink(counts: tuple[Whole, Whole], towards: Floats, prior: float) -> Floats:
    """Share denied, with `prior` lines of the wider rate added (an empirical Bayes estimate)."""
    lines, denied = counts
    return np.asarray((denied + prior * towards) / (lines + prior), dtype=np.float64)


def logit(chance: Floats) -> Floats:
    """Log odds of a chance; none beyond those of one in a hundred thousand."""
    kept = np.clip(chance, 1e-5, 1 - 1e-5)
    return np.asarray(np.log(kept / (1 - kept)), dtype=np.float64)
