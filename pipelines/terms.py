"""Contract terms as they hold year by year."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

from pipelines.dated import ReferenceFileError, where

CONTRACT_YEARS = 50
"""How far a row without an end is raised."""
ONE_DAY = timedelta(days=1)


def yearly(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of contracts.csv, one a contract year where a row has an escalator.

    A contract year starts on the anniversary of the row's first day. Year n has the first value
    times (1 + escalator) to the n-th, rounded once, half up: a fee to the cent, a multiple to four
    decimals. The source of a raised row says how often it was raised.

    Raises ReferenceFileError for terms that contradict each other.
    """
    _require_sound(rows)
    schema = {name: rows.schema[name] for name in rows.columns}
    plain = rows.filter(pl.col("escalator").is_null() | (pl.col("escalator") == 0))
    raised = [
        year
        for row in rows.filter(pl.col("escalator") > 0).iter_rows(named=True)
        for year in _years(row)
    ]
    return pl.concat([plain, pl.DataFrame(raised, schema=schema)])


def _years(row: dict[str, Any]) -> list[dict[str, Any]]:
    places = Decimal("0.01") if row["basis"] == "fee" else Decimal("0.0001")
    years = []
    for number in range(CONTRACT_YEARS):
        begin = _anniversary(row["effective_from"], number)
        if begin > row["effective_to"]:
            break
        end = min(row["effective_to"], _anniversary(row["effective_from"], number + 1) - ONE_DAY)
        value = row["value"] * (1 + row["escalator"]) ** number
        years.append(
            {
                **row,
                "value": value.quantize(places, ROUND_HALF_UP) if number else row["value"],
                "effective_from": begin,
                "effective_to": end,
                "source": row["source"]
                + (f" (raised {number} times by {row['escalator']})" if number else ""),
            }
        )
    return years


def _anniversary(day: date, years: int) -> date:
    """The same day later; 1 March for 29 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _require_sound(rows: pl.DataFrame) -> None:
    by_medicare = pl.col("basis") == "percent_of_medicare"
    faults = (
        (
            ~by_medicare
            & (
                pl.col("medicare_year").is_not_null()
                | pl.col("medicare_locality").is_not_null()
                | pl.col("site_of_service").is_not_null()
            ),
            "medicare_year, medicare_locality and site_of_service belong to percent_of_medicare; "
            "leave them blank",
        ),
        (
            (pl.col("basis") == "percent_of_charge") & pl.col("multiple_procedure").is_not_null(),
            "a percent of the charge is not ranked; leave multiple_procedure blank",
        ),
        (
            pl.col("follows_mppr").not_() & pl.col("multiple_procedure").is_not_null(),
            "multiple_procedure names percentages and follows_mppr says there are none; "
            "leave one of them blank",
        ),
        (
            (pl.col("basis") != "carved_out") & (pl.col("value") == 0),
            "value is 0; write the terms, or the basis carved_out",
        ),
    )
    for is_fault, remedy in faults:
        bad = rows.filter(is_fault.fill_null(False))
        if bad.height:
            raise ReferenceFileError(f"{where(bad)}: {remedy}")
