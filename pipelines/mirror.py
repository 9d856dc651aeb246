"""The practice mirror: how each surgeon bills, with n, interval, shrinkage, colleagues and cohort.

The sums come from sql/study/mirror.sql; what is made of them stands in `reflect`. Every measure is a
ratio, total / n: a share of n (Wilson intervals) or a mean of it (intervals from the spread between
encounters). Definitions and formulas are in docs/practice_mirror.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import interpolate, stats

from pipelines import shrinkage, warehouse
from pipelines.warehouse import Connection

LEAST = 30
"""Cases below which nobody is ranked, compared or given a percentile (reports.md 4.4)."""
LEAST_COLLEAGUES = 3
"""Colleagues with enough cases from whom it is learned how far colleagues differ."""
TAILS = {
    "funnel_lower_95": 0.025,
    "funnel_upper_95": 0.975,
    "funnel_lower": 0.001,
    "funnel_upper": 0.999,
}
GROUP = ("practice", "period", "measure", "site_family")
QUANTILES = {"min": 0.0, "median": 0.5, "max": 1.0} | {
    f"p{percent}": percent / 100 for percent in (1, 5, 10, 25, 75, 90, 95, 99)
}
"""Statistics of a cohort that say how many surgeons are below."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """What n counts; the least a mean can be (a share has none); whether the cohort is its prior."""

    n_of: str
    floor: float | None = None
    is_drawn_to_cohort: bool = False


MEASURES: Mapping[str, Measure] = {
    "stages_per_case": Measure("first stages", 1.0, True),
    "four_or_more_stages": Measure("lesions alone that day"),
    "same_stage_count": Measure("lesions alone that day"),
    "stages_sd": Measure("lesions alone that day", 0.0),
    "trunk_share": Measure("first stages", is_drawn_to_cohort=True),
    # CMS publishes 17315 of one surgeon in twenty: that cohort is no prior for all
    "extra_blocks_per_first_stage": Measure("first stages", 0.0),
    "lesions_per_day": Measure("days of surgery", 1.0, True),
    "closure_simple": Measure("days with a closure"),
    "closure_intermediate": Measure("days with a closure"),
    "closure_complex": Measure("days with a closure"),
    "closure_flap": Measure("days with a closure"),
    "closure_graft": Measure("days with a closure"),
    "flap_or_graft": Measure("days with a closure"),
    "second_intention": Measure("days of surgery"),
    "modifier_25": Measure("days of surgery"),
    "modifier_59": Measure("days of surgery"),
    "modifier_22": Measure("days of surgery"),
    "same_day_pathology": Measure("days of surgery"),
    "same_day_biopsy": Measure("days of surgery"),
    "confirmatory_biopsy": Measure("days of surgery"),
    "split_visits": Measure("patients"),
}


def study(connection: Connection) -> None:
    """Fill audit.practice_mirror from core.mohs_encounter, over the whole warehouse."""
    practices = warehouse.select(
        connection, "SELECT DISTINCT rendering_npi, '' AS practice FROM core.mohs_encounter"
    )
    connection.execute("DELETE FROM audit.practice_mirror")
    fill(connection, practices)


def fill(connection: Connection, practices: pl.DataFrame) -> None:
    """Append the mirror of practices (rendering_npi, practice), each looked at by itself."""
    connection.execute("CREATE OR REPLACE TEMP TABLE mirror_practice AS SELECT * FROM practices")
    query = warehouse.select_text(warehouse.SQL / "study" / "mirror.sql")
    sums = warehouse.select(connection, query)
    cohorts = warehouse.select(
        connection,
        "SELECT measure, site_family, year(effective_from) AS year, statistic, "
        "CAST(value AS DOUBLE) AS value, n FROM reference.peer_cohort WHERE procedure_code = ''",
    )
    warehouse.insert(connection, "audit.practice_mirror", reflect(sums, cohorts))


def reflect(sums: pl.DataFrame, cohorts: pl.DataFrame) -> pl.DataFrame:
    """audit.practice_mirror of the sums of sql/study/mirror.sql.

    `cohorts` has measure, site_family, year, statistic, value, n of reference.peer_cohort.
    """
    schema = warehouse.frame_schema("audit.practice_mirror")
    if sums.is_empty():
        return pl.DataFrame(schema=schema)
    known = _cohorts(cohorts)
    found: list[dict[str, Any]] = []
    for group in sums.partition_by(*GROUP, maintain_order=True):
        found += _group(group, known)
    frame = pl.DataFrame(found, schema=schema, orient="row", strict=False)
    rounded = [name for name, dtype in schema.items() if dtype == pl.Float64]
    return frame.with_columns(pl.col(rounded).fill_nan(None).round(6)).sort(
        "rendering_npi", "period", "measure", "site_family"
    )


def _group(group: pl.DataFrame, known: Mapping[tuple[str, str], _Cohorts]) -> list[dict[str, Any]]:
    """Rows of one measure, family and period of one practice."""
    first = group.row(0, named=True)
    measure = MEASURES[first["measure"]]
    n, total, m, xx, xy, yy = (
        group[name].cast(pl.Float64).to_numpy()
        for name in ("n", "total", "clusters", "xx", "xy", "yy")
    )
    cohorts = known.get((first["measure"], first["site_family"]), ())
    year = first["period_to"].year
    prior = nearest(cohorts, year, "mean", "sd") if measure.is_drawn_to_cohort else None
    if first["measure"] == "stages_sd":
        columns = _spread(n, total, yy)
    elif measure.floor is None:
        columns = _share(n, total, prior)
    else:
        columns = _mean(
            n, total, shrinkage.residuals(n, total, xx, xy, yy), m, measure.floor, prior
        )
    columns |= _ranks(n, columns["value"])
    rows = []
    for at, given in enumerate(group.iter_rows(named=True)):
        row = {name: given[name] for name in ("rendering_npi", *GROUP[1:])}
        row |= {name: given[name] for name in ("period_from", "period_to", "total")}
        row |= {name: _plain(values[at]) for name, values in columns.items()}
        row |= {"n": round(given["n"]), "n_of": measure.n_of, "note": given["note"] or None}
        row |= beside(cohorts, year, row["value"], is_ranked=row["practice_rank"] is not None)
        row["shrunk_by"] = f"cohort {prior.year}" if prior else "practice"
        row["reading"] = reading(row)
        rows.append(row)
    return rows


def _plain(value: Any) -> Any:
    """A number of Python's; None for one that is not there."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and np.isnan(plain) else plain


def reading(row: Mapping[str, Any]) -> str:
    """Where a value stands against colleagues; an outlier is a reason to look, nothing more."""
    if row["n"] < LEAST or row.get("funnel_upper") is None:
        return "not compared"
    if row["value"] > row["funnel_upper"]:
        return "high outlier"
    return "low outlier" if row["value"] < row["funnel_lower"] else "within"


def _share(n: Floats, total: Floats, prior: Cohort | None) -> dict[str, Any]:
    """A share of n: Wilson interval, beta prior, limits from colleagues."""
    value = total / n
    lower, upper = shrinkage.wilson(total, n)
    a, b = _beta_prior(n, total, prior)
    columns: dict[str, Any] = {
        "value": value,
        "lower": lower,
        "upper": upper,
        "shrunk_value": (total + a) / (n + a + b),
        "shrunk_to": np.full(n.size, a / (a + b)),
    }
    return columns | _among_colleagues(n, total, lambda at: _share_limits(at, n, total))


def _beta_prior(n: Floats, total: Floats, prior: Cohort | None) -> tuple[float, float]:
    if prior is None:
        return shrinkage.beta_prior(n, total)
    mean, sd = prior.statistics["mean"], prior.statistics["sd"]
    size = mean * (1 - mean) / sd**2 - 1
    return mean * size, (1 - mean) * size


def _share_limits(at: int, n: Floats, total: Floats) -> dict[str, float]:
    """Limits of one provider's share, were it drawn as the colleagues' are."""
    others = np.arange(n.size) != at
    others_n, others_total = n[others].sum(), total[others].sum()
    mean = (others_total + 0.5) / (others_n + 1)
    size = others_n + 1
    enough = others & (n >= LEAST)
    if enough.sum() >= LEAST_COLLEAGUES:
        a, b = shrinkage.beta_prior(n[enough], total[enough])
        size = min(size, a + b)
    variance = mean * (1 - mean) * (1 / n[at] + (1 - 1 / n[at]) / (size + 1))
    known = mean * (1 - mean) / variance - 1
    limits = {
        name: float(stats.beta.ppf(tail, mean * known, (1 - mean) * known))
        for name, tail in TAILS.items()
    }
    # a count is whole: half a case either way
    half = 0.5 / n[at]
    return {
        name: max(limit - half, 0.0) if "lower" in name else min(limit + half, 1.0)
        for name, limit in limits.items()
    }


def _mean(
    n: Floats, total: Floats, residual: Floats, m: Floats, floor: float, prior: Cohort | None
) -> dict[str, Any]:
    """A mean over n: interval from the spread between encounters, normal prior, limits."""
    value = total / n
    variance = shrinkage.ratio_variance(n, total - floor * n, residual, m, LEAST)
    half = stats.norm.ppf(0.975) * np.sqrt(variance)
    if prior is None:
        to, between = shrinkage.normal_prior(value, variance)
    else:
        to, between = prior.statistics["mean"], prior.statistics["sd"] ** 2
    weight = between / (between + variance)
    columns: dict[str, Any] = {
        "value": value,
        "lower": np.maximum(value - half, floor),
        "upper": value + half,
        "shrunk_value": weight * value + (1 - weight) * to,
        "shrunk_to": np.full(n.size, to),
    }
    limits = _among_colleagues(
        n, total, lambda at: _mean_limits(at, n, total, residual, variance, floor)
    )
    return columns | limits


def _mean_limits(
    at: int, n: Floats, total: Floats, residual: Floats, variance: Floats, floor: float
) -> dict[str, float]:
    others = np.arange(n.size) != at
    others_n = n[others].sum()
    center = total[others].sum() / others_n
    within = residual[others].sum() / others_n
    between = 0.0
    enough = others & (n >= LEAST)
    if enough.sum() >= LEAST_COLLEAGUES:
        _, between = shrinkage.normal_prior(total[enough] / n[enough], variance[enough])
    spread = np.sqrt(within / n[at] + within / others_n + between)
    counts = _count_limits(n[at], total[others].sum() - floor * others_n, others_n)
    limits = {}
    for name, tail in TAILS.items():
        limit, count = float(center + stats.norm.ppf(tail) * spread), floor + counts[name]
        limits[name] = max(min(limit, count), floor) if "lower" in name else max(limit, count)
    return limits


def _count_limits(n: float, others_above: float, others_n: float) -> dict[str, float]:
    """Limits of what is counted above the floor, per n: the mean's own are never tighter.

    Of few events the spread between encounters says little, and of none it is 0: one unit would
    then lie outside. Colleagues' events and a half give the rate (Jeffreys' prior), and what this
    provider counts at such a rate is negative binomial. Source: Gelman et al., Bayesian Data
    Analysis, 3rd ed., 2.6 and 2.8.
    """
    law = stats.nbinom(others_above + 0.5, others_n / (others_n + n))
    return {name: float(law.ppf(tail)) / n for name, tail in TAILS.items()}


def _spread(n: Floats, total: Floats, yy: Floats) -> dict[str, Any]:
    """The standard deviation of n numbers, with its interval were they normal."""
    free = np.where(n > 1, n - 1, np.nan)
    sd = np.sqrt(np.maximum(yy - total**2 / n, 0) / free)
    return {
        "value": sd,
        "lower": sd * np.sqrt(free / stats.chi2.ppf(0.975, free)),
        "upper": sd * np.sqrt(free / stats.chi2.ppf(0.025, free)),
        "others_n": n.sum() - n,
    }


def _among_colleagues(n: Floats, total: Floats, limits: Any) -> dict[str, Any]:
    """Colleagues' n and value, and the limits, where they have enough cases."""
    others_n = n.sum() - n
    found: dict[str, Any] = {
        "others_n": np.rint(others_n).astype(int),
        "others_value": [None] * n.size,
        **{name: [None] * n.size for name in TAILS},
    }
    for at in range(n.size):
        if others_n[at] >= LEAST:
            found["others_value"][at] = (total.sum() - total[at]) / others_n[at]
            for name, value in limits(at).items():
                found[name][at] = value
    return found


def _ranks(n: Floats, value: Floats) -> dict[str, Any]:
    """Rank of those with enough cases, 1 for the highest; equal values share the better rank."""
    enough = n >= LEAST
    ranks: list[int | None] = [None] * n.size
    for at in np.flatnonzero(enough):
        ranks[at] = 1 + int((value[enough] > value[at]).sum())
    return {"practice_rank": ranks, "ranked": [int(enough.sum())] * n.size}


@dataclass(frozen=True)
class Cohort:
    """A year's statistics of one measure."""

    year: int
    n: int | None
    statistics: Mapping[str, float]


_Cohorts = Sequence[Cohort]


def _cohorts(rows: pl.DataFrame) -> dict[tuple[str, str], _Cohorts]:
    """Measure and family -> its cohorts that say how surgeons are spread, by year."""
    found: dict[tuple[str, str], list[Cohort]] = {}
    for part in rows.sort("measure", "site_family", "year", "statistic").partition_by(
        "measure", "site_family", "year", maintain_order=True
    ):
        statistics = dict(part.select("statistic", "value").iter_rows())
        first = part.row(0, named=True)
        n = part.filter(pl.col("statistic") != "pooled")["n"].max()
        cohort = Cohort(first["year"], None if n is None else int(str(n)), statistics)
        found.setdefault((first["measure"], first["site_family"]), []).append(cohort)
    return {key: tuple(cohorts) for key, cohorts in found.items()}


def nearest(cohorts: _Cohorts, year: int, *needed: str) -> Cohort | None:
    """Of the cohorts with these statistics that of the nearest year, the later of two; or None."""
    able = [one for one in cohorts if one.statistics.keys() >= set(needed)]
    return min(able, key=lambda one: (abs(one.year - year), -one.year), default=None)


def beside(cohorts: _Cohorts, year: int, value: float | None, *, is_ranked: bool) -> dict[str, Any]:
    """The cohort's columns for a value; a percentile for those with enough cases only.

    The percentile is that of the nearest year of which both tails are known.
    """
    found: dict[str, Any] = {}
    cohort = nearest(cohorts, year, "p95")
    if cohort is not None:
        names = ("mean", "sd", "p5", "median", "p95", "p99")
        found = {f"cohort_{name}": cohort.statistics.get(name) for name in names}
        found |= {"cohort_year": cohort.year, "cohort_n": cohort.n}
    spread = nearest(cohorts, year, "p5", "median", "p95")
    if spread is not None and is_ranked and value is not None:
        found["cohort_percentile"] = percentile(spread, value)
        found["percentile_year"] = spread.year
    return found


def percentile(cohort: Cohort, value: float) -> float:
    """Percent of the cohort below a value, between the quantiles that are known.

    A monotone cubic between them on the normal scale (Fritsch and Carlson), of the logarithm where all
    are positive; beyond the first and last known one it is that one's. Of equal figures the highest
    percentile holds.
    """
    end = 0.5 / (cohort.n or LEAST)
    known = sorted(
        (share, cohort.statistics[name])
        for name, share in QUANTILES.items()
        if name in cohort.statistics
    )
    points = {figure: share for share, figure in known}
    figures = np.array(sorted(points))
    scores = stats.norm.ppf(np.clip([points[figure] for figure in figures], end, 1 - end))
    at = min(max(value, figures[0]), figures[-1])
    if figures[0] > 0:
        figures, at = np.log(figures), np.log(at)
    return float(100 * stats.norm.cdf(interpolate.PchipInterpolator(figures, scores)(at)))
