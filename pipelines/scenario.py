"""`mohs price --as-of YEAR`: the volume of a period under another year's Medicare schedule.

Each line keeps its month and day (28 February for the 29th) and everything but the year, and the
locality where another is asked for. The volume is the same on both sides, so that the difference is
taken apart line by line, and adds up to the cent:

price    what the new fees change at the old ranking: the line's new fee at its old multiple-procedure
         and modifier rates, at most the charge, less what was allowed before
mix      what new ranks and rates change: under other fees another procedure of the day may come
         first and be paid in full
volume   lines that have a price on one side only: new ones come in, lost ones go out

Source of the terms: price, volume and mix of the reimbursement report, page 6.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from pipelines import pricing, reference, warehouse
from pipelines.pricing import PriceFileError
from schemas.pricing import PricingLine
from schemas.table import create_statement

CODE = "procedure_code"
EFFECTS = ("price_effect", "volume_effect", "mix_effect")
COLUMNS = (
    CODE,
    "lines",
    "units",
    "allowed",
    *EFFECTS,
    "allowed_as_of",
    "difference",
    "not_priced",
    "not_priced_as_of",
)
"""One row per procedure code, and a last row `total`."""


def reprice_file(
    path: Path, year: int, locality: str | None = None, practice: Path | None = None
) -> pl.DataFrame:
    """`COLUMNS` for a file of lines as `mohs price` reads it.

    Raises PriceFileError for a file that cannot be read and a year or locality that is not loaded.
    """
    connection = warehouse.connect()
    try:
        pricing.load_lines(connection, path, practice)
        return reprice(connection, year, locality)
    finally:
        connection.close()


def reprice_snapshot(
    snapshot: duckdb.DuckDBPyConnection,
    year: int,
    locality: str | None = None,
    period: str | None = None,
    practice: Path | None = None,
) -> pl.DataFrame:
    """`COLUMNS` for the Medicare lines of a period (2025 or 2025-03) in the snapshot.

    Without a period, the calendar year of the latest Medicare line. Raises PriceFileError where the
    period has none.
    """
    period = period or str(
        warehouse.value(
            snapshot,
            "SELECT year(max(date_of_service)) FROM core.pricing_line "
            "WHERE line_of_business = 'medicare'",
        )
    )
    lines = warehouse.select(
        snapshot,
        "SELECT * FROM core.pricing_line WHERE line_of_business = 'medicare' "
        "AND starts_with(CAST(date_of_service AS VARCHAR), ?)",
        [period],
    )
    if lines.is_empty():
        raise PriceFileError(
            f"--period {period}: the warehouse has no Medicare lines of it; write 2025 or 2025-03"
        )
    connection = warehouse.connect()
    try:
        reference.load(connection, practice, pricing.TABLES)
        connection.execute("CREATE SCHEMA core")
        connection.execute(create_statement(PricingLine))
        warehouse.insert(connection, "core.pricing_line", lines)
        return reprice(connection, year, locality)
    finally:
        connection.close()


def reprice(
    connection: duckdb.DuckDBPyConnection, year: int, locality: str | None = None
) -> pl.DataFrame:
    """`COLUMNS` for the lines of `core.pricing_line`, which are left with the year asked for."""
    _require_loaded(connection, year, locality)
    lines = warehouse.select(connection, "FROM core.pricing_line")
    before = pricing.price_lines(connection)
    day = pl.col("date_of_service")
    is_leap_day = (day.dt.month() == 2) & (day.dt.day() == 29)
    moved = lines.with_columns(
        pl.date(year, day.dt.month(), pl.when(is_leap_day).then(28).otherwise(day.dt.day())).alias(
            "date_of_service"
        ),
        pl.lit(locality, pl.String).fill_null(pl.col("locality")).alias("locality"),
    )
    connection.execute("DELETE FROM core.pricing_line")
    warehouse.insert(connection, "core.pricing_line", moved)
    after = pricing.price_lines(connection)
    return _tabulated(_effects(lines, before, after))


def _require_loaded(connection: duckdb.DuckDBPyConnection, year: int, locality: str | None) -> None:
    first, last = date(year, 1, 1), date(year, 12, 31)
    years = warehouse.select(
        connection, "SELECT DISTINCT year(effective_from) AS y FROM reference.mpfs_rvu ORDER BY y"
    )["y"].to_list()
    if year not in years:
        raise PriceFileError(
            f"--as-of {year}: no fee schedule is loaded for it, only for "
            f"{', '.join(map(str, years))}; load CMS's files with `mohs reference load`"
        )
    if locality is not None and not warehouse.value(
        connection,
        "SELECT count(*) FROM reference.gpci "
        "WHERE locality = ? AND effective_from <= ? AND effective_to >= ?",
        [locality, last, first],
    ):
        raise PriceFileError(
            f"--locality {locality}: has no GPCI for {year}; write carrier-locality, as 15202-00"
        )


def _effects(lines: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """One row per line: allowed on both sides and its effects."""
    wanted = ["line_id", "full_fee", "mppr_rate", "modifier_rate", "expected_allowed"]
    joined = (
        lines.select("line_id", CODE, "units", "charge")
        .join(before.select(wanted), on="line_id", how="left", maintain_order="left")
        .join(after.select(wanted), on="line_id", how="left", suffix="_new", maintain_order="left")
    )
    old, new = pl.col("expected_allowed"), pl.col("expected_allowed_new")
    money = pl.Decimal(12, 2)
    is_both = old.is_not_null() & new.is_not_null()
    is_alike = (pl.col("mppr_rate") == pl.col("mppr_rate_new")) & (
        pl.col("modifier_rate") == pl.col("modifier_rate_new")
    )
    # two factors of six decimals and a fee: rounded step by step, as the price itself is
    at_old_rates = (
        (pl.col("full_fee_new").cast(pl.Decimal(18, 6)) * pl.col("mppr_rate"))
        .round(2, mode="half_away_from_zero")
        .cast(pl.Decimal(18, 6))
        * pl.col("modifier_rate")
    ).round(2, mode="half_away_from_zero")
    capped = pl.min_horizontal(at_old_rates.cast(money), pl.col("charge"))
    nothing = pl.lit(0).cast(money)
    return joined.with_columns(
        pl.when(is_both & is_alike)
        .then(new - old)
        .when(is_both)
        .then(capped - old)
        .otherwise(nothing)
        .alias("price_effect"),
        pl.when(is_both & ~is_alike).then(new - capped).otherwise(nothing).alias("mix_effect"),
        pl.when(is_both)
        .then(nothing)
        .otherwise(new.fill_null(0) - old.fill_null(0))
        .alias("volume_effect"),
    )


def _tabulated(effects: pl.DataFrame) -> pl.DataFrame:
    old, new = pl.col("expected_allowed"), pl.col("expected_allowed_new")
    sums = [
        pl.len().cast(pl.Int64).alias("lines"),
        pl.col("units").sum().alias("units"),
        old.sum().alias("allowed"),
        *(pl.col(name).sum().alias(name) for name in EFFECTS),
        new.sum().alias("allowed_as_of"),
        (new.sum() - old.sum()).alias("difference"),
        old.null_count().cast(pl.Int64).alias("not_priced"),
        new.null_count().cast(pl.Int64).alias("not_priced_as_of"),
    ]
    by_code = effects.group_by(CODE).agg(sums).sort(CODE)
    total = effects.select(pl.lit("total").alias(CODE), *sums)
    return pl.concat([by_code.select(COLUMNS), total.select(COLUMNS)], how="vertical_relaxed")
