"""The learners of denial risk: fitted on the earlier part of a history, calibrated on its end.

Everything is a function of its arguments and the seed: no early stopping, one thread, so that sums are
made in one order whatever the machine (and on a busy machine one thread is quicker than two that wait
for each other), ties in the order given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.risk_counts import Flags, Floats, Whole, logit
from pipelines.risk_features import CATEGORIES
from pipelines.risk_scores import wilson

Matrix = NDArray[np.float32]
Predict = Callable[[Matrix], Floats]

LEARNERS = ("gradient_boosting", "logistic_regression")
BASELINES = ("payer_code_rate", "rule_only")
SETTINGS: Mapping[str, dict[str, Any]] = {
    "gradient_boosting": {
        "max_iter": 120,
        "learning_rate": 0.08,
        "max_leaf_nodes": 15,
        "min_samples_leaf": 40,
        "l2_regularization": 5.0,
        "early_stopping": False,
    },
    "logistic_regression": {"C": 0.3, "max_iter": 300, "tol": 1e-4},
    "payer_code_rate": {},
    "rule_only": {},
}
LEAST, MOST = 1e-4, 1 - 1e-4
"""No probability is nearer to never or always than the interval of any bin could tell."""
BINS = 10


@dataclass(frozen=True)
class Fitted:
    """A calibrated learner, and what its calibration slice says of each range of probability."""

    predict: Predict
    calibration: str
    calibration_lines: int
    edges: Floats
    """Probabilities at which one bin ends and the next begins."""
    lower: Floats
    upper: Floats

    def interval(self, chances: Floats) -> tuple[Floats, Floats]:
        """Wilson's 95 % interval of the bin each probability falls in, widened to hold it."""
        of = np.searchsorted(self.edges, chances, side="right")
        return np.minimum(self.lower[of], chances), np.maximum(self.upper[of], chances)


@dataclass(frozen=True)
class Slices:
    """How a history is parted, and when its end is large enough for isotonic calibration."""

    calibration_share: float
    isotonic_denials: int
    seed: int


@contextmanager
def side_by_side() -> Iterator[ThreadPoolExecutor]:
    """A thread for each learner; linear algebra stays on one thread until all of them are done."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1), ThreadPoolExecutor(len(LEARNERS)) as pool:
        yield pool


def fit(
    model: str,
    matrix: Matrix,
    names: tuple[str, ...],
    is_denied: Flags,
    claims: Whole,
    slices: Slices,
) -> Fitted:
    """Fit on rows in the order in which their outcomes became known; the latest calibrate.

    `claims` numbers the claim of each row: a claim's lines are denied together, so that the intervals
    count claims. Raises ValueError where either part has no denied or no paid line.
    """
    from threadpoolctl import threadpool_limits

    kept = len(is_denied) - max(int(len(is_denied) * slices.calibration_share), 1)
    for part in (is_denied[:kept], is_denied[kept:]):
        if not part.any() or part.all():
            raise ValueError("either part of the history needs denied and paid lines")
    with threadpool_limits(limits=1):
        raw = _learn(model, matrix[:kept], names, is_denied[:kept], slices.seed)
        scores = logit(raw(matrix[kept:]))
        calibrate, calibration = _calibrate(scores, is_denied[kept:], slices)

    def predict(rows: Matrix) -> Floats:
        if not len(rows):
            return np.zeros(0)
        with threadpool_limits(limits=1):
            return np.clip(calibrate(logit(raw(rows))), LEAST, MOST)

    chances = np.clip(calibrate(scores), LEAST, MOST)
    edges, lower, upper = bin_intervals(chances, is_denied[kept:], claims[kept:])
    return Fitted(predict, calibration, len(is_denied) - kept, edges, lower, upper)


def bin_intervals(
    chances: Floats, is_denied: Flags, claims: Whole
) -> tuple[Floats, Floats, Floats]:
    """Edges of bins of about equal size, and Wilson's interval of the share denied in each.

    Counts are scaled to the number of claims, whose lines are denied together.
    """
    order = np.sort(chances)
    edges = np.unique(order[(np.arange(1, BINS) * len(order)) // BINS])
    of = np.searchsorted(edges, chances, side="right")
    size = len(edges) + 1
    lines = np.bincount(of, minlength=size).astype(float)
    denied = np.bincount(of, weights=is_denied.astype(float), minlength=size)
    pairs = np.unique(of * (int(claims.max()) + 1) + claims) // (int(claims.max()) + 1)
    bills = np.bincount(pairs, minlength=size).astype(float)
    share = denied / np.maximum(lines, 1)
    lower, upper = wilson(share * bills, bills)
    return edges, lower, upper


def _learn(
    model: str, matrix: Matrix, names: tuple[str, ...], is_denied: Flags, seed: int
) -> Predict:
    settings = SETTINGS[model]
    if model == "gradient_boosting":
        from sklearn.ensemble import HistGradientBoostingClassifier

        categories = [names.index(name) for name in CATEGORIES if name in names]
        trees = HistGradientBoostingClassifier(
            categorical_features=categories, random_state=seed, **settings
        ).fit(matrix, is_denied)
        return lambda rows: np.asarray(trees.predict_proba(rows)[:, 1], dtype=np.float64)
    from sklearn.linear_model import LogisticRegression

    widen = _design(matrix, names)
    line = LogisticRegression(random_state=seed, **settings).fit(widen(matrix), is_denied)
    return lambda rows: np.asarray(line.predict_proba(widen(rows))[:, 1], dtype=np.float64)


def _design(matrix: Matrix, names: tuple[str, ...]) -> Callable[[Matrix], NDArray[np.float64]]:
    """How rows become columns of mean 0 and spread 1, categories a column for each value."""
    plain = [at for at, name in enumerate(names) if name not in CATEGORIES]
    coded = [at for at, name in enumerate(names) if name in CATEGORIES]
    heavy = np.array([names[at] in CAPPED for at in plain])
    numbers = _tame(matrix[:, plain].astype(np.float64), heavy)
    middle = numbers.mean(axis=0)
    spread = numbers.std(axis=0)
    spread[spread == 0] = 1.0
    sizes = [int(matrix[:, at].max()) + 1 for at in coded]

    def widen(rows: Matrix) -> NDArray[np.float64]:
        parts = [(_tame(rows[:, plain].astype(np.float64), heavy) - middle) / spread]
        for at, size in zip(coded, sizes, strict=True):
            parts.append((rows[:, at].astype(int)[:, None] == np.arange(size)).astype(np.float64))
        return np.hstack(parts)

    return widen


CAPPED = frozenset({"units", "code_units", "days_to_submission", "reduced_units", "extra_blocks"})
"""Counts with a long tail, which a straight line would follow too far."""


def _tame(numbers: NDArray[np.float64], heavy: Flags) -> NDArray[np.float64]:
    numbers[:, heavy] = np.log1p(np.maximum(numbers[:, heavy], 0))
    return numbers


def _calibrate(
    scores: Floats, is_denied: Flags, slices: Slices
) -> tuple[Callable[[Floats], Floats], str]:
    """From log odds to probability: isotonic with many denials, else a sigmoid (Platt 1999)."""
    if int(is_denied.sum()) >= slices.isotonic_denials:
        from sklearn.isotonic import IsotonicRegression

        steps = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(
            scores, is_denied.astype(float)
        )
        return lambda values: np.asarray(steps.predict(values), dtype=np.float64), "isotonic"
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(C=1e6, random_state=slices.seed).fit(scores[:, None], is_denied)
    return (
        lambda values: np.asarray(curve.predict_proba(values[:, None])[:, 1], dtype=np.float64),
        "sigmoid",
    )
