"""How well probabilities of denial did: scores, reliability, and whether a payer has changed.

Everything works on arrays of one row per adjudicated line; probabilities were given before the line's
outcome was known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

BINS = 10
PRECISION = 0.95
SURE = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""
TINY = 1e-6


def area(scores: Floats, is_denied: Flags) -> float:
    """Area under the ROC curve, ties counted half; 0.5 where all lines are of one kind."""
    denied = int(is_denied.sum())
    paid = len(is_denied) - denied
    if not denied or not paid:
        return 0.5
    order = np.sort(scores)
    # the mean rank of equal scores
    ranks = (
        np.searchsorted(order, scores[is_denied], side="left")
        + np.searchsorted(order, scores[is_denied], side="right")
        + 1
    ) / 2
    return float((ranks.sum() - denied * (denied + 1) / 2) / (denied * paid))


def log_loss(chances: Floats, is_denied: Flags) -> float:
    """Mean negative logarithm of the chance given to what happened."""
    kept = np.clip(chances, TINY, 1 - TINY)
    return float(-np.where(is_denied, np.log(kept), np.log1p(-kept)).mean())


def brier(chances: Floats, is_denied: Flags) -> float:
    """Mean squared distance of chance and outcome."""
    return float(((chances - is_denied) ** 2).mean())


def bins(chances: Floats, count: int = BINS) -> Codes:
    """Bin of each line, 0 the lowest; of equal size but that equal chances share one."""
    order = np.sort(chances)
    edges = order[(np.arange(1, count) * len(order)) // count]
    return np.searchsorted(edges, chances, side="right").astype(np.int64)


def calibration_error(chances: Floats, is_denied: Flags) -> float:
    """Expected calibration error over ten bins of equal size (Naeini, Cooper, Hauskrecht 2015)."""
    of = bins(chances)
    gaps = np.bincount(of, weights=chances - is_denied, minlength=BINS)
    return float(np.abs(gaps).sum() / len(chances))


def recall_at_precision(chances: Floats, is_denied: Flags, precision: float = PRECISION) -> float:
    """Most denied lines any cut finds whose hits are denied at that share; 0 where no cut does."""
    order = np.argsort(-chances, kind="stable")
    hits = np.cumsum(is_denied[order])
    taken = np.arange(1, len(order) + 1)
    # a cut takes all lines of equal chance
    ends = np.append(chances[order][1:] != chances[order][:-1], True)
    good = ends & (hits >= precision * taken)
    return float(hits[good].max() / hits[-1]) if good.any() and hits[-1] else 0.0


def capture(chances: Floats, dollars: Floats, is_denied: Flags, lines: int) -> float | None:
    """Share of the denied dollars in the lines ranked highest by chance x dollars."""
    total = float(dollars[is_denied].sum())
    if total <= 0:
        return None
    top = np.argsort(-(chances * dollars), kind="stable")[:lines]
    return float(dollars[top][is_denied[top]].sum() / total)


def wilson(denied: Floats, lines: Floats) -> tuple[Floats, Floats]:
    """Wilson's 95 % interval of shares (Wilson 1927); 0 to 1 without lines."""
    count = np.maximum(lines, TINY)
    share = denied / count
    centre = (share + SURE**2 / (2 * count)) / (1 + SURE**2 / count)
    half = (
        SURE
        / (1 + SURE**2 / count)
        * np.sqrt(np.maximum(share * (1 - share), 0) / count + SURE**2 / (4 * count**2))
    )
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def judge(
    chances: Floats, is_denied: Flags, dollars: Floats, capture_share: float
) -> dict[str, Any]:
    """Every score of one set of lines, as columns of audit.risk_evaluation."""
    lines = len(is_denied)
    denied = int(is_denied.sum())
    has_both = 0 < denied < lines
    taken = max(int(np.ceil(capture_share * lines)), 1)
    return {
        "lines": lines,
        "denied": denied,
        "predicted_rate": float(chances.mean()),
        "denied_rate": denied / lines,
        "brier": brier(chances, is_denied),
        "log_loss": log_loss(chances, is_denied),
        "auc": area(chances, is_denied) if has_both else None,
        "recall_at_95_precision": recall_at_precision(chances, is_denied) if denied else None,
        "capture": capture(chances, dollars, is_denied, taken),
        "capture_lines": taken,
        "calibration_error": calibration_error(chances, is_denied),
    }


def groups(codes: Codes, labels: Sequence[Any]) -> Iterator[tuple[Any, NDArray[np.int64]]]:
    """(label, positions) of each code that occurs, in the order of the labels."""
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(labels) + 1))
    for index, label in enumerate(labels):
        if ends[index] < ends[index + 1]:
            yield label, order[ends[index] : ends[index + 1]]


def reliability(chances: Floats, is_denied: Flags, payer: str | None) -> list[dict[str, Any]]:
    """Predicted against observed by tenth, with Wilson intervals."""
    of = bins(chances)
    lines = np.bincount(of, minlength=BINS).astype(float)
    denied = np.bincount(of, weights=is_denied.astype(float), minlength=BINS).astype(float)
    given = np.bincount(of, weights=chances, minlength=BINS)
    lower, upper = wilson(denied, lines)
    return [
        {
            "payer": payer,
            "decile": tenth + 1,
            "lines": int(lines[tenth]),
            "denied": int(denied[tenth]),
            "predicted_rate": given[tenth] / lines[tenth],
            "denied_rate": denied[tenth] / lines[tenth],
            "lower": lower[tenth],
            "upper": upper[tenth],
        }
        for tenth in range(BINS)
        if lines[tenth]
    ]


@dataclass(frozen=True)
class Watch:
    """How closely payers are watched: months looked back on, chance of a false report a month."""

    months: int
    alpha: float


def drift(lines: pl.DataFrame, watch: Watch) -> pl.DataFrame:
    """Cells of payer, kind of service and month (columns of audit.risk_drift).

    `lines` has payer, kind, month, claim_id, probability, is_denied. Each month's denials are
    compared with those of up to `watch.months` months before, given what was expected of both:
    without a change the month's share of all denials is its share of what was expected, and their
    number is binomial. The same is asked with lines in the place of expected denials, and the
    weaker answer counts: bills that were riskier are not the payer's doing, and a model that has
    learned new ways makes no change. Counts are thinned by how much more denials vary than single
    draws would, for a claim's lines are denied together. Months before a reported change are left
    out of later comparisons of its payer and kind.
    """
    with_totals = pl.concat(
        [lines, lines.with_columns(kind=pl.lit(None, dtype=pl.String))], how="vertical"
    )
    clustering = _clustering(with_totals)
    cells = (
        with_totals.group_by("payer", "kind", "month")
        .agg(
            lines=pl.len().cast(pl.Int64),
            denied=pl.col("is_denied").sum().cast(pl.Int64),
            expected=pl.col("probability").sum(),
        )
        .join(clustering, on=["payer", "kind"], nulls_equal=True)
        .sort("month", "payer", "kind", nulls_last=False)
    )
    return pl.DataFrame(_watch(cells, watch), schema=DRIFT, orient="row")


DRIFT = {
    "payer": pl.String,
    "kind": pl.String,
    "month": pl.Date,
    "lines": pl.Int64,
    "denied": pl.Int64,
    "expected": pl.Float64,
    "past_denied": pl.Int64,
    "past_expected": pl.Float64,
    "past_lines": pl.Int64,
    "clustering": pl.Float64,
    "p_value": pl.Float64,
    "adjusted_p_value": pl.Float64,
    "is_changed": pl.Boolean,
    "message": pl.String,
}


def _clustering(lines: pl.DataFrame) -> pl.DataFrame:
    """Variance of claims' denials over that of single draws, per payer and kind; at least 1.

    Months are centred first, so that a change does not count as clustering.
    """
    centred = lines.with_columns(
        rate=pl.col("is_denied").cast(pl.Float64).mean().over("payer", "kind", "month")
    )
    return (
        centred.group_by("payer", "kind", "month", "claim_id")
        .agg(
            gap=(pl.col("is_denied").cast(pl.Float64) - pl.col("rate")).sum(),
            single=(pl.col("rate") * (1 - pl.col("rate"))).sum(),
        )
        .group_by("payer", "kind")
        .agg(spread=(pl.col("gap") ** 2).sum(), single=pl.col("single").sum())
        .select(
            "payer",
            "kind",
            clustering=pl.when(pl.col("single") > 0)
            .then(pl.max_horizontal(pl.lit(1.0), pl.col("spread") / pl.col("single")))
            .otherwise(1.0),
        )
    )


def _watch(cells: pl.DataFrame, watch: Watch) -> list[tuple[Any, ...]]:
    past: dict[tuple[str, str | None], list[tuple[int, float, int]]] = {}
    rows: list[tuple[Any, ...]] = []
    for (_month,), of_month in cells.group_by("month", maintain_order=True):
        tested = []
        for cell in of_month.iter_rows(named=True):
            key = (cell["payer"], cell["kind"])
            before = past.get(key, [])[-watch.months :]
            denied = sum(one for one, _, _ in before)
            expected = sum(one for _, one, _ in before)
            lines = sum(one for _, _, one in before)
            by_expected = _conditional(
                cell["denied"], cell["expected"], denied, expected, cell["clustering"]
            )
            by_lines = _conditional(
                cell["denied"], cell["lines"], denied, lines, cell["clustering"]
            )
            chance = None
            if by_expected is not None and by_lines is not None:
                chance = max(by_expected, by_lines)
            tested.append((cell, key, denied, expected, lines, chance))
        adjusted = _holm([chance for *_, chance in tested])
        for (cell, key, denied, expected, lines, chance), sure in zip(
            tested, adjusted, strict=True
        ):
            is_changed = sure is not None and sure < watch.alpha
            rows.append(
                (
                    cell["payer"],
                    cell["kind"],
                    cell["month"],
                    cell["lines"],
                    cell["denied"],
                    cell["expected"],
                    denied,
                    expected,
                    lines,
                    cell["clustering"],
                    chance,
                    sure,
                    is_changed,
                    _message(cell, denied, lines) if is_changed else None,
                )
            )
            if is_changed:
                past[key] = []
            past.setdefault(key, []).append((cell["denied"], cell["expected"], cell["lines"]))
    return rows


def _conditional(
    denied: int, expected: float, past_denied: int, past_expected: float, clustering: float
) -> float | None:
    """Two-sided chance of so uneven a split; None without expectations to compare."""
    from scipy.special import bdtr

    if expected <= 0 or past_expected <= 0:
        return None
    now, all_of = round(denied / clustering), round((denied + past_denied) / clustering)
    share = expected / (expected + past_expected)
    tail = min(bdtr(now, all_of, share), 1 - bdtr(now - 1, all_of, share) if now else 1.0)
    return float(min(2 * tail, 1.0))


def _holm(chances: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjustment (Holm 1979) of those that are there."""
    known = sorted((chance, at) for at, chance in enumerate(chances) if chance is not None)
    adjusted: list[float | None] = [None] * len(chances)
    least = 0.0
    for rank, (chance, at) in enumerate(known):
        least = max(least, min(chance * (len(known) - rank), 1.0))
        adjusted[at] = least
    return adjusted


def _message(cell: dict[str, Any], past_denied: int, past_lines: int) -> str:
    usual = cell["lines"] * past_denied / past_lines if past_lines else 0.0
    way = "more" if cell["denied"] > usual else "fewer"
    what = f"{cell['kind']} lines" if cell["kind"] else "lines"
    return (
        f"{cell['payer']} denied {way} {what} than it used to: {cell['denied']} of {cell['lines']} "
        f"submitted in {cell['month']:%Y-%m}, where about {usual:.0f} would have been as "
        "many as in the months before"
    )
