"""Estimates from a random sample of a frame: totals, ratios, proportions and how sure they are.

A stratum enters with what it holds, what was reviewed of it and the moments of what was found. The
formulas are those of the HHS OIG's RAT-STATS (variable appraisals: point estimate N times the mean,
finite-population correction (N - n) / N, Student's t with n - 1 degrees for one stratum and the
normal quantile for the sum of several) and of Cochran, Sampling Techniques, 3rd ed. 1977, chapters
2, 5 and 6, and Lohr, Sampling: Design and Analysis, 3rd ed. 2021, chapters 2 to 4. A stratum that is
reviewed whole has no sampling error. Estimates are floating-point dollars; what was billed, paid or
reviewed stays decimal elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Values = npt.NDArray[np.float64]

TWO_SIDED = 0.90
ONE_SIDED = 0.90
"""Levels of the limits; the one-sided lower one is what a Medicare contractor may demand."""


@dataclass(frozen=True)
class Layer:
    """One stratum: units in the frame, units reviewed, mean and standard deviation of these."""

    units: int
    reviewed: int
    mean: float
    deviation: float

    @property
    def variance_of_total(self) -> float:
        """Of the stratum's estimated total; nan where one unit stands for several."""
        if self.reviewed >= self.units:
            return 0.0
        part_left = 1 - self.reviewed / self.units
        return self.units**2 * self.deviation**2 / self.reviewed * part_left


@dataclass(frozen=True)
class Estimate:
    """A total: point, standard error, two-sided 90 % interval, one-sided 90 % lower limit.

    `degrees` are those of Student's t; None where the normal quantile was used.
    """

    point: float
    error: float
    lower: float
    upper: float
    lower_one_sided: float
    degrees: int | None

    @property
    def precision(self) -> float | None:
        """Half the two-sided interval over the point estimate; None for a point of 0."""
        return (self.upper - self.lower) / 2 / abs(self.point) if self.point else None


def layer(units: int, values: Sequence[float] | Values) -> Layer:
    """The stratum of the values reviewed. Raises ValueError where more were reviewed than it holds."""
    found = np.asarray(values, dtype=np.float64)
    if not 0 < found.size <= units:
        raise ValueError(f"{found.size} reviewed of {units} units")
    deviation = float(found.std(ddof=1)) if found.size > 1 else math.nan
    return Layer(units, found.size, float(found.mean()), deviation)


def estimate_total(layers: Sequence[Layer]) -> Estimate:
    """Sum over the frame, by the mean of each stratum (difference estimator for differences)."""
    point = sum(one.units * one.mean for one in layers)
    error = math.sqrt(sum(one.variance_of_total for one in layers))
    return _limited(point, error, layers)


def estimate_ratio(layers: Sequence[Layer], means: Sequence[float], known: float) -> Estimate:
    """Sum over the frame by the ratio to a total known for all of it (combined ratio estimator).

    `layers` hold the mean of what is estimated and the standard deviation of its residuals from the
    ratio (`residuals`), `means` the means of the known variable in the same strata. The error is
    scaled by known over estimated total, as in Lohr 2021, chapter 4.
    """
    seen = sum(one.units * mean for one, mean in zip(layers, means, strict=True))
    ratio = sum(one.units * one.mean for one in layers) / seen
    error = known / seen * math.sqrt(sum(one.variance_of_total for one in layers))
    return _limited(ratio * known, error, layers)


def ratio_layers(
    units: Sequence[int], found: Sequence[Values], known: Sequence[Values]
) -> tuple[list[Layer], list[float]]:
    """Strata and means for `estimate_ratio` from the values of both variables."""
    means = [float(values.mean()) for values in known]
    seen = sum(count * mean for count, mean in zip(units, means, strict=True))
    total = sum(count * float(values.mean()) for count, values in zip(units, found, strict=True))
    ratio = total / seen
    layers = [
        Layer(count, y.size, float(y.mean()), layer(count, y - ratio * x).deviation)
        for count, y, x in zip(units, found, known, strict=True)
    ]
    return layers, means


def _limited(point: float, error: float, layers: Sequence[Layer]) -> Estimate:
    open_layers = [one for one in layers if one.reviewed < one.units]
    degrees = open_layers[0].reviewed - 1 if len(open_layers) == 1 else None
    both, one_side = (_quantile(level, degrees) for level in ((1 + TWO_SIDED) / 2, ONE_SIDED))
    return Estimate(
        point, error, point - both * error, point + both * error, point - one_side * error, degrees
    )


def _quantile(level: float, degrees: int | None) -> float:
    if degrees is None:
        return float(stats.norm.ppf(level))
    return float(stats.t.ppf(level, degrees)) if degrees else math.nan


@dataclass(frozen=True)
class Proportion:
    """k of n, with the exact (Clopper-Pearson) and the Wilson interval."""

    count: int
    of: int
    exact: tuple[float, float]
    wilson: tuple[float, float]

    @property
    def rate(self) -> float:
        return self.count / self.of


def proportion(count: int, of: int, confidence: float = 0.95) -> Proportion:
    """A count's rate and intervals; `of` is above 0.

    Clopper and Pearson 1934, Biometrika 26:404-413; Wilson 1927, JASA 22:209-212.
    """
    found = stats.binomtest(count, of)
    exact, wilson = (
        found.proportion_ci(confidence_level=confidence, method=method)
        for method in ("exact", "wilson")
    )
    return Proportion(
        count,
        of,
        (float(exact.low), float(exact.high)),
        (float(wilson.low), float(wilson.high)),
    )


def bootstrap_lower(
    units: Sequence[int], found: Sequence[Values], *, seed: int, resamples: int = 2000
) -> float | None:
    """One-sided 90 % lower limit of the total by resampling within strata; no normal curve assumed.

    The finite-population correction is left out, so that it errs low. None where nothing varies.
    """
    moving = [
        (count, values)
        for count, values in zip(units, found, strict=True)
        if values.size < count and values.size > 1
    ]
    if not any(np.ptp(values) for _, values in moving):
        return None
    fixed = sum(
        count * float(values.mean())
        for count, values in zip(units, found, strict=True)
        if values.size >= count or values.size == 1
    )

    def total(*samples: Values, axis: int = -1) -> Values:
        parts = [
            count * sample.mean(axis=axis)
            for (count, _), sample in zip(moving, samples, strict=True)
        ]
        return np.asarray(sum(parts))

    answer = stats.bootstrap(
        tuple(values for _, values in moving),
        total,
        n_resamples=resamples,
        batch=200,
        vectorized=True,
        # one tail of a two-sided interval
        confidence_level=2 * ONE_SIDED - 1,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return fixed + float(answer.confidence_interval.low)


def skewness(units: Sequence[int], found: Sequence[Values]) -> float:
    """Of the estimated total: for one stratum Fisher's G1 over the root of n; 0 where nothing varies.

    Cochran 1977, section 2.15, takes limits for valid where n > 25 G1^2, that is below 0.2.
    """
    moving = [
        (count, values)
        for count, values in zip(units, found, strict=True)
        if values.size < count and np.ptp(values)
    ]
    spread = sum(count**2 * float(values.var()) / values.size for count, values in moving)
    third = sum(
        count**3 * float(stats.moment(values, 3)) / values.size**2 for count, values in moving
    )
    return third / spread**1.5 if spread else 0.0


def agreement(first: Sequence[str], second: Sequence[str]) -> tuple[float, float | None]:
    """Share of labels two reviewers agree on, and Cohen's kappa (1960); None where it is undefined."""
    from sklearn.metrics import cohen_kappa_score

    same = sum(one == other for one, other in zip(first, second, strict=True))
    share = same / len(first)
    if len({*first, *second}) == 1:
        return share, None
    return share, float(cohen_kappa_score(list(first), list(second)))
