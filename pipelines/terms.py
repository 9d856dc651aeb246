"""Contract terms as they hold year by year."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

from pipelines.dated import BEGINNING, ReferenceFileError, where

CONTRACT_YEARS = 50
"""How far a row without an end is raised."""
LARGEST_OF_MEDICARE, LARGEST_OF_CHARGE, LARGEST_RAISE = Decimal(10), Decimal(1), Decimal("0.5")
"""A number above it is a percentage written without its decimal point."""
FIRST_TOO_LARGE = 10**8
"""A raised value has to fit the column."""
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
        if value >= FIRST_TOO_LARGE:
            raise ReferenceFileError(
                f"{row['file']}, row {row['row']}, column escalator: {row['escalator']} a year "
                f"makes the value {value:,.0f} by {begin}; correct it, or give effective_to"
            )
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
        (
            (pl.col("escalator") > 0) & (pl.col("effective_from") == BEGINNING),
            "an escalator counts its years from effective_from; give the contract's first day",
        ),
    )
    _require_decimals(rows)
    for is_fault, remedy in faults:
        bad = rows.filter(is_fault.fill_null(False))
        if bad.height:
            raise ReferenceFileError(f"{where(bad)}: {remedy}")


def _require_decimals(rows: pl.DataFrame) -> None:
    """Refuse 125 and 3 where 125 % and 3 % were meant."""
    by_basis = pl.col("basis")
    for what, name, is_meant, largest, example in (
        (
            "percent_of_medicare",
            "value",
            by_basis == "percent_of_medicare",
            LARGEST_OF_MEDICARE,
            "1.2500 for 125 %",
        ),
        (
            "percent_of_charge",
            "value",
            by_basis == "percent_of_charge",
            LARGEST_OF_CHARGE,
            "0.5500 for 55 %",
        ),
        ("escalator", "escalator", pl.lit(True), LARGEST_RAISE, "0.0300 for 3 %"),
    ):
        bad = rows.filter(is_meant & (pl.col(name) > largest))
        if bad.height:
            written = bad[name][0]
            raise ReferenceFileError(
                f"{where(bad)}, column {name}: {what} {written.normalize():f} is "
                f"{100 * written:,.0f} %, and more than {100 * largest:,.0f} % is refused; "
                f"write {example}"
            )
