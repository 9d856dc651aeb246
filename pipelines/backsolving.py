"""The schedule a payer pays by, inferred from its own remittances.

Percent and year are told apart by spread: Medicare's fees moved differently by code, locality and
setting from year to year, so that only the schedule in use gives one percent for all of them. A
line allowed A a unit under a fee F is consistent with the percents (A - 0.01) / F to (A + 0.01) / F;
the percent that lies in most of these intervals is the payer's, and outliers, whatever their size,
have no say. The interval told is that of the median multiple by order statistics (binomial, 95 %).

Nothing here reads contracts.csv, so that what is loaded and what is inferred can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines import warehouse
from pipelines.warehouse import Connection

QUERIES = warehouse.SQL / "study"
PLACE = ["procedure_code", "component", "locality", "setting", "apm_qualifying"]
CENT = 0.01 + 1e-9
"""What a payer's own rounding may differ by, dollars a unit."""
NEAR = 0.005
FEWEST_LINES = 30
"""Lines from which a schedule is taken as known."""
FEWEST_OF_CODE = 5
"""Lines from which a code may be told to be a carve-out, or a reduction be told."""
RELIABLE_SHARE = 0.8
YEARS_BACK = 6
TIED = 0.005
"""A share of lines by which one schedule fits better than another without meaning it."""
RAISED, ALIKE = 0.005, 0.001
"""A raise worth the name, and percents that are the same."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """The multiple that most of some lines follow under one schedule."""

    percent: float
    exact: float
    """Weight of lines it gives to a cent."""
    lower: float
    upper: float


def study(connection: Connection) -> None:
    """Fill audit.payer_schedule and audit.inferred_variance from what core and audit hold."""
    for name in ("audit.payer_schedule", "audit.inferred_variance"):
        connection.execute(f"DELETE FROM {name}")
    seen = warehouse.select(connection, warehouse.select_text(QUERIES / "schedule_line.sql"))
    if seen.is_empty():
        return
    places = seen.select(PLACE).unique()
    connection.register("places", places.to_arrow())
    try:
        query = warehouse.select_text(QUERIES / "schedule_fee.sql")
        fees = warehouse.select(connection, query)
    finally:
        connection.unregister("places")
    found = infer(seen, fees)
    schema = warehouse.frame_schema("audit.payer_schedule")
    warehouse.insert(connection, "audit.payer_schedule", _typed(found, schema))
    query = warehouse.select_text(QUERIES / "inferred_variance.sql")
    connection.execute(f"INSERT INTO audit.inferred_variance BY NAME {query}")


def _typed(rows: list[dict[str, Any]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows in the model's types; a multiple is rounded to its five decimals."""
    plain = {
        name: pl.Float64() if isinstance(dtype, pl.Decimal) else dtype
        for name, dtype in schema.items()
    }
    return (
        pl.DataFrame(rows, schema=plain)
        .with_columns(
            pl.col(name).round(dtype.scale).cast(dtype)
            for name, dtype in schema.items()
            if isinstance(dtype, pl.Decimal)
        )
        .sort("payer", "service_year", "procedure_code")
    )


def infer(seen: pl.DataFrame, fees: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of audit.payer_schedule.

    `seen` has the columns of sql/study/schedule_line.sql, `fees` those of schedule_fee.sql.
    """
    rows: list[dict[str, Any]] = []
    for payer in sorted(seen["payer"].unique().to_list()):
        of_payer = seen.filter(pl.col("payer") == payer)
        for year in sorted(of_payer["service_year"].unique().to_list()):
            lines = of_payer.filter(pl.col("service_year") == year)
            rows += _of_year(payer, year, lines, fees)
    _confirm(rows)
    _tell_raises(rows)
    return rows


def _of_year(payer: str, year: int, seen: pl.DataFrame, fees: pl.DataFrame) -> list[dict[str, Any]]:
    lines = seen.filter(~pl.col("is_further")).with_row_index("row")
    if lines.is_empty():
        return []
    candidates = _candidates(lines, fees, year)
    if not candidates:
        return []
    # the schedule of the dates themselves comes first and wins ties, then the later one
    tried = [(name, priced, _fit(priced)) for name, priced in candidates]
    total = float(lines["lines"].sum())
    best = max(fit.exact for _, _, fit in tried)
    # two conversion factors over the same RVUs fit alike: contracts name round percents
    tried.sort(
        key=lambda one: (
            one[2].exact < best - TIED * total,
            _decimals(one[2].percent) if one[2].exact >= best - TIED * total else -one[2].exact,
        )
    )
    name, priced, fit = tried[0]
    lag = _lag(lines, candidates, year, fit.percent)
    if lag is not None and lag.weeks > 0:
        name, priced = candidates[0]
        priced = _as_remitted(lines, candidates, lag.cut)
        fit = _fit(priced)
    parts = {
        code: priced.filter(pl.col("procedure_code") == code)
        for code in sorted(priced["procedure_code"].unique().to_list())
    }
    codes = {code: _measured(part, _fit(part), of_code=True) for code, part in parts.items()}
    departs = {code for code, told in codes.items() if _departs(parts[code], told, fit)}
    usual = priced.filter(~pl.col("procedure_code").is_in(list(departs)))
    if usual.is_empty():
        departs, usual = set(), priced
    fit = _fit(usual)
    others = [one for one in tried if one[0] != name and one[0].year != name.year]
    further = _further(seen, fees, name, fit, departs)
    common = {
        "payer": payer,
        "service_year": year,
        "medicare_year": name.year,
        "schedule_date": name,
        "years_behind": year - name.year,
        "lag_weeks": lag.weeks if lag else None,
        "lag_weeks_lower": lag.lower if lag else None,
        "lag_weeks_upper": lag.upper if lag else None,
        "raise_rate": None,
        "missed_escalator": None,
        "other_medicare_year": others[0][0].year if others else None,
        "other_exact_share": others[0][2].exact / total if others else None,
        "further_rate": further[0],
        "further_lines": further[1],
    }
    rows = [{**common, "procedure_code": "", **_measured(usual, fit), "is_carve_out": False}]
    # a code that does not depart is told its own multiple too: it is what n lines of it say
    rows += [
        {**common, "procedure_code": code, **told, "is_carve_out": code in departs}
        for code, told in codes.items()
    ]
    return rows


def _candidates(
    lines: pl.DataFrame, fees: pl.DataFrame, year: int
) -> list[tuple[date, pl.DataFrame]]:
    """Schedules that could be in use and the lines with their fee: that of the dates themselves
    first, then from the latest back."""
    last_days = [day for day in fees["schedule_date"].unique().to_list() if day.year <= year]
    own = _with_fee(lines.with_columns(schedule_date="own_date"), fees)
    found = [(max(day for day in last_days if day.year == year), own)] if own.height else []
    for day in sorted(last_days, reverse=True):
        if day.year < year - YEARS_BACK:
            break
        priced = _with_fee(lines.with_columns(schedule_date=pl.lit(day)), fees)
        is_new = all(not priced["fee"].equals(other["fee"]) for _, other in found)
        if priced.height >= RELIABLE_SHARE * lines.height and is_new:
            found.append((day, priced))
    return found


def _with_fee(lines: pl.DataFrame, fees: pl.DataFrame) -> pl.DataFrame:
    return (
        lines.join(fees, on=[*PLACE, "schedule_date"], how="inner")
        .filter(pl.col("fee") > 0)
        .sort("row")
    )


def _fit(priced: pl.DataFrame) -> Fit:
    """The multiple that most lines follow, and the interval of their median multiple."""
    allowed, fee, weight = _arrays(priced)
    percent, exact = _densest((allowed - CENT) / fee, (allowed + CENT) / fee, weight)
    lower, upper = _median_interval(allowed / fee, weight)
    return Fit(percent, exact, min(lower, percent), max(upper, percent))


def _arrays(priced: pl.DataFrame) -> tuple[Numbers, Numbers, Numbers]:
    return (
        priced["unit_allowed"].to_numpy().astype(np.float64),
        priced["fee"].to_numpy().astype(np.float64),
        priced["lines"].to_numpy().astype(np.float64),
    )


def _densest(low: Numbers, high: Numbers, weight: Numbers) -> tuple[float, float]:
    """The roundest number in most of the intervals, and their weight."""
    edges = np.concatenate([low, high])
    steps = np.concatenate([weight, -weight])
    # an interval that starts where another ends still meets it
    order = np.lexsort((-steps, edges))
    depth = np.cumsum(steps[order])
    best = int(np.argmax(depth))
    start = float(edges[order][best])
    end = float(edges[order][best + 1])
    return _roundest(start, end), float(depth[best])


def _roundest(start: float, end: float) -> float:
    """The number with the fewest decimals between two; their middle where five do not do."""
    middle = (start + end) / 2
    for places in range(2, 6):
        number = round(middle, places)
        if start <= number <= end:
            return number
    return middle


def _decimals(number: float) -> int:
    return next((places for places in range(2, 6) if round(number, places) == number), 6)


def _median_interval(ratios: Numbers, weight: Numbers) -> tuple[float, float]:
    """95 % of the median: order statistics at the binomial's 2.5 and 97.5 %."""
    # takes a second to import, and commands that do not study start at once
    from scipy.stats import binom

    order = np.argsort(ratios, kind="stable")
    reached = np.cumsum(weight[order])
    total = int(reached[-1])
    low = max(int(binom.ppf(0.025, total, 0.5)), 1)
    high = min(int(binom.ppf(0.975, total, 0.5)) + 1, total)
    values = ratios[order]
    return (
        float(values[int(np.searchsorted(reached, low))]),
        float(values[int(np.searchsorted(reached, high))]),
    )


def _departs(part: pl.DataFrame, told: dict[str, Any], usual: Fit) -> bool:
    """A code of which hardly a line follows the payer's percent, and most follow one of their own."""
    allowed, fee, weight = _arrays(part)
    total = float(weight.sum())
    follows = float(weight[abs(allowed - usual.percent * fee) <= CENT].sum())
    return (
        total >= FEWEST_OF_CODE
        and follows < total / 2
        and told["exact_share"] >= RELIABLE_SHARE
        and (told["basis"] == "fee" or abs(told["percent_of_medicare"] - usual.percent) > ALIKE)
    )


def _measured(part: pl.DataFrame, fit: Fit, *, of_code: bool = False) -> dict[str, Any]:
    allowed, fee, weight = _arrays(part)
    total = float(weight.sum())
    near = float(weight[abs(allowed - fit.percent * fee) <= NEAR * fit.percent * fee].sum())
    flat, flat_weight = _densest(allowed - CENT / 2, allowed + CENT / 2, weight)
    # where the fee never varied, a flat amount and a percent of it are the same
    is_flat = of_code and float(np.ptp(fee)) > 1 and flat_weight > fit.exact + total * 0.1
    exact = flat_weight if is_flat else fit.exact
    return {
        "lines": int(total),
        "basis": "fee" if is_flat else "percent_of_medicare",
        "percent_of_medicare": fit.percent,
        "lower": fit.lower,
        "upper": fit.upper,
        "fee": flat if is_flat else None,
        "exact_share": exact / total,
        "near_share": max(near, exact) / total,
        "is_reliable": total >= FEWEST_LINES and exact >= total * RELIABLE_SHARE,
    }


@dataclass(frozen=True)
class Lag:
    """When the year's schedule was loaded, weeks after 1 January, by day of remittance."""

    cut: date
    """First day on which remittances follow the new schedule."""
    weeks: float
    lower: float | None
    upper: float | None


def _lag(
    lines: pl.DataFrame,
    candidates: list[tuple[date, pl.DataFrame]],
    year: int,
    percent: float,
) -> Lag | None:
    """None where the year's own schedule never comes, or old and new cannot be told apart."""
    prior = [priced for day, priced in candidates[1:] if day.year == year - 1]
    if not prior or candidates[0][0].year != year:
        return None
    both = candidates[0][1].select("row", "lines", "unit_allowed", "remittance_date", new="fee")
    both = both.join(prior[0].select("row", old="fee"), on="row").filter(
        ((pl.col("new") - pl.col("old")) * percent).abs() > 3 * CENT
    )
    told = both.with_columns(
        is_new=(pl.col("unit_allowed") - percent * pl.col("new")).abs() <= CENT,
        is_old=(pl.col("unit_allowed") - percent * pl.col("old")).abs() <= CENT,
    ).filter(pl.col("is_new") != pl.col("is_old"))
    new, old = told.filter("is_new"), told.filter("is_old")
    if new.is_empty():
        return None
    days = sorted(told["remittance_date"].unique().to_list())
    cut = min(days, key=lambda day: (_misplaced(told, day), day))
    before = told.filter(pl.col("remittance_date") < cut)
    late = float(before.filter("is_old")["lines"].sum())
    start = date(year, 1, 1)
    is_clear = late >= max(2.0, RELIABLE_SHARE * float(before["lines"].sum())) and (
        late >= float(old["lines"].sum()) / 2
    )
    if not is_clear:
        return Lag(start, 0.0, None, None)
    last_old: date = before.filter("is_old")["remittance_date"].max()  # type: ignore[assignment]
    lower, upper = (last_old - start).days / 7, (cut - start).days / 7
    return Lag(cut, round((lower + upper) / 2, 1), round(lower, 1), round(upper, 1))


def _misplaced(told: pl.DataFrame, cut: date) -> float:
    """Lines that a change on this day would not explain."""
    is_before = pl.col("remittance_date") < cut
    wrong = told.filter((is_before & pl.col("is_new")) | (~is_before & pl.col("is_old")))
    return float(wrong["lines"].sum())


def _as_remitted(
    lines: pl.DataFrame, candidates: list[tuple[date, pl.DataFrame]], cut: date
) -> pl.DataFrame:
    """The lines with the fee of the schedule that was in use on their day of remittance."""
    new = candidates[0][1]
    old = next(priced for day, priced in candidates[1:] if day.year < new["schedule_date"][0].year)
    is_before = pl.col("remittance_date") < cut
    return pl.concat([old.filter(is_before), new.filter(~is_before)]).sort("row")


def _further(
    seen: pl.DataFrame, fees: pl.DataFrame, day: date, fit: Fit, departs: set[str]
) -> tuple[float | None, int]:
    """The share of its fee that a second procedure of the day is paid, and lines it rests on."""
    lines = seen.filter(
        pl.col("is_further") & ~pl.col("procedure_code").is_in(list(departs))
    ).with_row_index("row")
    is_own = pl.col("own_date").dt.year() == day.year
    dated = lines.with_columns(schedule_date=pl.when(is_own).then("own_date").otherwise(day))
    priced = _with_fee(dated, fees)
    total = int(priced["lines"].sum())
    if total < FEWEST_OF_CODE:
        return None, total
    allowed, fee, weight = _arrays(priced)
    # the halved fee is rounded once more
    width = 2 * CENT / (fit.percent * fee)
    ratios = allowed / (fit.percent * fee)
    rate, exact = _densest(ratios - width, ratios + width, weight)
    return (rate if exact >= total / 2 else None), total


def _confirm(rows: list[dict[str, Any]]) -> None:
    """A year with few lines is taken as known where the payer's other years say the same of it."""
    named = ("payer", "procedure_code", "years_behind", "percent_of_medicare")
    known = {tuple(row[name] for name in named) for row in rows if row["is_reliable"]}
    for row in rows:
        if row["lines"] >= FEWEST_OF_CODE and row["exact_share"] >= RELIABLE_SHARE:
            row["is_reliable"] |= tuple(row[name] for name in named) in known


def _tell_raises(rows: list[dict[str, Any]]) -> None:
    """Raise of the percent over the year before, and a raise that was due and did not come."""
    by_key = {(row["payer"], row["service_year"], row["procedure_code"]): row for row in rows}
    for row in sorted(rows, key=lambda one: int(one["service_year"])):
        before = by_key.get((row["payer"], row["service_year"] - 1, row["procedure_code"]))
        if before is None or before["schedule_date"] != row["schedule_date"]:
            continue
        if not (row["is_reliable"] and before["is_reliable"]):
            continue
        rate = row["percent_of_medicare"] / before["percent_of_medicare"] - 1
        row["raise_rate"] = round(rate, 6)
        due = before["raise_rate"]
        if due is not None and due > RAISED and abs(rate) < ALIKE:
            row["missed_escalator"] = due
