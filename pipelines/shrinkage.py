"""Rates of few cases: intervals, and how far to trust a value that rests on little.

Everything is of arrays with one entry per provider: n, what was counted on n, and its spread.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Floats = npt.NDArray[np.float64]

SIZES = np.logspace(0, 5, 101)
"""Sizes of a beta prior (a + b) that are tried."""


def wilson(total: Floats, n: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's interval of a share. Source: Wilson, JASA 1927; reports.md 4.5."""
    z = stats.norm.ppf(0.5 + level / 2)
    share = total / n
    middle = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    lower = np.where(total == 0, 0.0, (middle - half) / (1 + z**2 / n))
    upper = np.where(total == n, 1.0, (middle + half) / (1 + z**2 / n))
    return lower, upper


def residuals(n: Floats, total: Floats, xx: Floats, xy: Floats, yy: Floats) -> Floats:
    """Sum over encounters of (y - r x) squared, r = total / n, from sums of products."""
    ratio = total / n
    return np.asarray(np.maximum(yy - 2 * ratio * xy + ratio**2 * xx, 0.0))


def ratio_variance(
    n: Floats, above: Floats, residual: Floats, clusters: Floats, least: int
) -> Floats:
    """Variance of a ratio of sums over encounters, its own where there are `least` of them.

    With fewer, or where all encounters are alike, the spread is that of all providers together, at
    least its own; where nobody's differ, that of a count: `above` is what is counted above the floor.
    Source: linearisation of a ratio estimator (Cochran, Sampling Techniques, ch. 6).
    """
    correction = clusters / np.maximum(clusters - 1, 1)
    own = residual / n**2 * correction
    pooled = residual.sum() / n.sum() / n
    is_own = (clusters >= least) & (residual > 0)
    found = np.where(is_own, own, np.maximum(own, pooled))
    return np.asarray(np.where(found > 0, found, np.maximum(above, 1.0) / n**2))


def beta_prior(n: Floats, total: Floats) -> tuple[float, float]:
    """a and b of the beta distribution from which shares were likeliest drawn.

    Its mean is the shares' taken together, its size the likeliest of SIZES (beta-binomial). With
    half a case added to either side, so that a share nobody has is not impossible.
    """
    mean = (total.sum() + 0.5) / (n.sum() + 1)
    if n.size < 2:
        return float(total.sum()) + 0.5, float(n.sum() - total.sum()) + 0.5
    a, b = (SIZES * mean)[:, None], (SIZES * (1 - mean))[:, None]
    likelihood = (special.betaln(total + a, n - total + b) - special.betaln(a, b)).sum(axis=1)
    size = SIZES[int(np.argmax(likelihood))]
    return float(size * mean), float(size * (1 - mean))


def normal_prior(value: Floats, variance: Floats) -> tuple[float, float]:
    """Mean and variance of the normal distribution from which true values were drawn.

    By moments. Source: DerSimonian and Laird, Controlled Clinical Trials 1986.
    """
    weight = 1 / variance
    mean = float((weight * value).sum() / weight.sum())
    if value.size < 2:
        return mean, 0.0
    spread = float((weight * (value - mean) ** 2).sum())
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    between = max(0.0, (spread - (value.size - 1)) / scale)
    weight = 1 / (variance + between)
    return float((weight * value).sum() / weight.sum()), between
