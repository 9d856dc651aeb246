"""What models of denial risk may learn from: decided lines, in the order they were decided."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pipelines import risk_guard, risk_models
from pipelines.risk_counts import Flags, Whole, days, keys
from pipelines.risk_features import Made
from pipelines.risk_models import LEARNERS, Fitted, Slices

GUARDED = 50_000
"""Latest lines by which single features are tried as proxies."""


@dataclass(frozen=True)
class History:
    """The lines as arrays, and how much of them a model may learn from."""

    made: Made
    learners: tuple[str, ...]
    """Those there is enough history for."""
    names: tuple[str, ...]
    """Features the guard let pass."""
    at: Whole
    """Their columns in the matrix."""
    known_on: Whole
    """Day of the first decision; -1 while waiting."""
    asked_on: Whole
    is_denied: Flags
    claims: Whole
    payers: Whole
    order: Whole
    """Adjudicated rows in the order in which that became known."""
    values: Mapping[str, float]
    slices: Slices

    def before(self, day: int) -> Whole:
        """Latest rows decided before a day, oldest first."""
        upto = int(np.searchsorted(self.known_on[self.order], day, side="left"))
        most = int(self.values["most_training_lines"])
        return self.order[max(upto - most, 0) : upto]

    def fit(self, model: str, rows: Whole) -> Fitted:
        """A learner fitted on rows that are in order of their decisions."""
        return risk_models.fit(
            model,
            self.made.matrix[np.ix_(rows, self.at)],
            self.names,
            self.is_denied[rows],
            self.claims[rows],
            self.slices,
        )

    def enough(self, rows: Whole) -> bool:
        """A model may be made of these rows."""
        denied = int(self.is_denied[rows].sum())
        return len(rows) >= self.values["fewest_lines"] and denied >= self.values["fewest_denials"]

    def spoken_for(self, learned: Whole, asked: Whole) -> Flags:
        """Which of the rows asked about are of payers with enough lines among those learned from."""
        lines = np.bincount(self.payers[learned], minlength=int(self.payers.max()) + 1)
        return np.asarray(lines[self.payers[asked]] >= self.values["fewest_payer_lines"])


def open_history(
    made: Made, lines: pl.DataFrame, values: Mapping[str, float]
) -> tuple[History, dict[str, str]]:
    """Lines as arrays, and the features the guard refused, each with its reason."""
    known_on = days(lines["known_date"])
    is_denied = lines["is_denied"].fill_null(False).to_numpy()
    decided = np.flatnonzero(known_on >= 0)
    order = decided[np.argsort(known_on[decided], kind="stable")]
    latest = order[-GUARDED:]
    numbers = {
        name: made.matrix[latest, at].astype(np.float64) for at, name in enumerate(made.names)
    }
    refused = risk_guard.too_good(numbers, is_denied[latest], values["most_single_auc"])
    names = tuple(name for name in made.names if name not in refused)
    boosts = len(order) >= values["fewest_boosting_lines"]
    history = History(
        made,
        LEARNERS if boosts else LEARNERS[1:],
        names,
        np.array([made.names.index(name) for name in names]),
        known_on,
        days(lines["asked_date"]),
        is_denied,
        keys(lines, ["claim_id", "submission"]),
        keys(lines, ["payer"]),
        order,
        values,
        Slices(values["calibration_share"], int(values["isotonic_denials"]), int(values["seed"])),
    )
    return history, refused


def months_of(history: History, lines: pl.DataFrame) -> Iterator[tuple[date, Whole]]:
    """The latest months with decided lines that can be predicted, with those lines."""
    decided = (
        lines.with_row_index("row")
        .filter(pl.col("is_denied").is_not_null())
        .group_by("month", maintain_order=True)
        .agg("row")
        .sort("month")
        .tail(int(history.values["most_months"]))
    )
    for month, rows in decided.iter_rows():
        if history.enough(history.before((month - date(1970, 1, 1)).days)):
            yield month, np.array(rows, dtype=np.int64)


def silent_payers(history: History, lines: pl.DataFrame, learned: Whole) -> dict[str, str]:
    """Payers of too few decided lines, and how many those are."""
    decided = (
        lines.with_columns(
            is_learned=pl.Series(np.isin(np.arange(lines.height), learned, assume_unique=True))
        )
        .group_by("payer")
        .agg(pl.col("is_learned").sum())
        .filter(pl.col("is_learned") < history.values["fewest_payer_lines"])
    )
    least = f"{history.values['fewest_payer_lines']:,.0f}"
    return {
        payer: f"{payer} has decided {count:,} lines on file; it takes {least}"
        for payer, count in decided.iter_rows()
    }


def digest(*parts: bytes) -> str:
    """Of what a model learned from."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()[:16]
