"""What a sample design does on this very universe, tried before anything is drawn.

Each assumed error rate takes that share of the frame's units, at random, as overpaid in full, draws
the design many times and looks at what the estimator makes of each draw. Payment is all or nothing
here because that is the hardest case; smaller errors of one size give the same shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from pipelines.estimating import ONE_SIDED, TWO_SIDED, Values

RATES = (0.05, 0.10, 0.30, 0.80)
DRAWS = 4000
COVERAGE_SLACK = 0.02
"""How far coverage may fall short before it is told; four standard errors of DRAWS draws."""
ROWS = 2_000_000
"""Sampled values held at once; bounds memory where designs are large."""


@dataclass(frozen=True)
class Stratum:
    """Amounts of the units of a stratum, and how many of them are drawn."""

    amounts: Values
    size: int


def rehearse(
    strata: Sequence[Stratum], *, rates: Sequence[float] = RATES, draws: int = DRAWS, seed: int = 1
) -> pl.DataFrame:
    """One row per error rate: how the design's estimate of the overpaid total behaves.

    `coverage` is the share of draws whose one-sided 90 % lower limit is at or below the truth,
    `lower_limit` and `precision` are medians of the limit and of half the two-sided 90 % interval,
    each as a share of the truth, `finds_nothing` the share of draws without one error.
    """
    generator = np.random.default_rng(seed)
    wrong = _spread(generator, strata, rates)
    truth = np.array([sum(float(part.sum()) for part in one) for one in wrong])
    total = np.zeros((len(rates), draws))
    variance = np.zeros((len(rates), draws))
    found = np.zeros((len(rates), draws), dtype=bool)
    for place, stratum in enumerate(strata):
        units = stratum.amounts.size
        if stratum.size >= units:
            total += np.array([one[place].sum() for one in wrong])[:, None]
            found |= np.array([bool(one[place].any()) for one in wrong])[:, None]
            continue
        step = max(1, ROWS // max(stratum.size, 1))
        scale = units**2 / stratum.size * (1 - stratum.size / units)
        for start in range(0, draws, step):
            part = slice(start, min(start + step, draws))
            chosen = _draw(generator, units, stratum.size, part.stop - part.start)
            for at, one in enumerate(wrong):
                sample = one[place][chosen]
                total[at, part] += units * sample.mean(axis=1)
                if stratum.size > 1:
                    variance[at, part] += scale * sample.var(axis=1, ddof=1)
                found[at, part] |= (sample != 0).any(axis=1)
    one_side, both = _quantiles(strata)
    error = np.sqrt(variance)
    lower = total - one_side * error
    return pl.DataFrame(
        {
            "error_rate": rates,
            "coverage": ((lower <= truth[:, None] * (1 + 1e-12)).mean(axis=1)).round(3),
            "lower_limit": np.median(np.maximum(lower, 0) / truth[:, None], axis=1).round(3),
            "precision": np.median(both * error / truth[:, None], axis=1).round(3),
            "finds_nothing": (~found).mean(axis=1).round(3),
        }
    )


def _spread(
    generator: np.random.Generator, strata: Sequence[Stratum], rates: Sequence[float]
) -> list[list[Values]]:
    """By rate and stratum, what is overpaid on each unit."""
    amounts = np.concatenate([stratum.amounts for stratum in strata])
    ends = np.cumsum([stratum.amounts.size for stratum in strata])[:-1]
    wrong = []
    for rate in rates:
        hit = generator.permutation(amounts.size) < max(1, round(rate * amounts.size))
        wrong.append(np.split(np.where(hit, amounts, 0.0), ends))
    return wrong


def _draw(
    generator: np.random.Generator, units: int, size: int, draws: int
) -> np.typing.NDArray[np.int64]:
    """`draws` samples of `size` different units each."""
    return np.stack(
        [generator.choice(units, size, replace=False, shuffle=False) for _ in range(draws)]
    )


def _quantiles(strata: Sequence[Stratum]) -> tuple[float, float]:
    open_strata = [one for one in strata if one.size < one.amounts.size]
    levels = (ONE_SIDED, (1 + TWO_SIDED) / 2)
    if len(open_strata) == 1 and open_strata[0].size > 1:
        low, high = (float(stats.t.ppf(level, open_strata[0].size - 1)) for level in levels)
    else:
        low, high = (float(stats.norm.ppf(level)) for level in levels)
    return low, high


def fewest_to_find(units: int, rate: float, chance: float = 0.05) -> int:
    """Smallest simple sample that finds nothing with at most this chance at this error rate."""
    wrong = max(1, round(rate * units))
    low, high = 1, units
    while low < high:
        middle = (low + high) // 2
        if stats.hypergeom.pmf(0, units, wrong, middle) <= chance:
            high = middle
        else:
            low = middle + 1
    return low


def in_words(plan: pl.DataFrame, units: int, size: int) -> list[str]:
    """What the rehearsal means for whoever decides on the sample size."""
    told = [
        f"At an error rate of {row['error_rate']:.0%} this design finds nothing in "
        f"{row['finds_nothing']:.0%} of draws; a simple sample of "
        f"{fewest_to_find(units, row['error_rate'])} would in 5% or less."
        for row in plan.iter_rows(named=True)
        if row["finds_nothing"] > 0.05
    ]
    told += [
        f"At {row['error_rate']:.0%} the lower limit lies above the truth in "
        f"{1 - row['coverage']:.0%} of draws, not in {1 - ONE_SIDED:.0%}: take fewer strata or more "
        "units of each."
        for row in plan.iter_rows(named=True)
        if row["coverage"] < ONE_SIDED - COVERAGE_SLACK
    ]
    first = plan.row(0, named=True)
    if first["lower_limit"] < 0.5:
        told.append(
            f"At {first['error_rate']:.0%} the lower limit is typically "
            f"{first['lower_limit']:.0%} of what was overpaid: {size:,} of {units:,} units "
            "mostly cannot support a projection at a low error rate."
        )
    return told
