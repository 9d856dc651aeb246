"""What Medicare allowed on average, from CMS's public file, against the fee schedule."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from pipelines import pricing, reference, warehouse
from schemas.pricing import PricingLine
from schemas.table import create_statement, polars_schema

INDIVIDUAL = "I"
OFFICE = "O"
FARTHEST = 2100
"""Where open-ended values are taken to end, in years."""


class UnpricedYear(ValueError):
    """No year's fee schedule is loaded; the message says what to do."""


def compare(
    rows: pl.DataFrame, codes: list[str], year: int, practice: Path | None = None
) -> pl.DataFrame:
    """Average allowed / fee, one row per code; `rows` are those of `peers.read`.

    Rows of individuals in an office, in states that are one fee schedule locality, against the fee
    of `fee_year`: the year of the file where its values are loaded, else the nearest loaded one,
    which `comparison` then says. The fee is that of 1 July, one unit, no other line that day.
    `median_ratio` is over rows, each surgeon's once. Raises UnpricedYear where no year is loaded.
    """
    connection = warehouse.connect()
    try:
        reference.load(connection, practice, [*pricing.TABLES, "zip_locality"])
        fee_year = _fee_year(connection, year)
        localities = _single_localities(connection, fee_year)
        prices = _office_fees(connection, localities, codes, fee_year)
    finally:
        connection.close()
    ratio = pl.col("average_allowed") / pl.col("fee")
    is_same = fee_year == year
    told = "the file's own year" if is_same else f"mismatch: {year} against the fees of {fee_year}"
    return (
        rows.filter(pl.col("entity") == INDIVIDUAL, pl.col("place") == OFFICE)
        .join(localities, on="state")
        .join(prices, on=["locality", "procedure_code"])
        .group_by("procedure_code")
        .agg(
            year=pl.lit(year),
            fee_year=pl.lit(fee_year),
            comparison=pl.lit(told),
            states=pl.col("state").n_unique(),
            surgeons=pl.col("surgeon").n_unique(),
            median_ratio=ratio.median().round(4),
            p5=ratio.quantile(0.05, "linear").round(4),
            p95=ratio.quantile(0.95, "linear").round(4),
        )
        .sort("procedure_code")
    )


def _fee_year(connection: warehouse.Connection, year: int) -> int:
    """The year nearest to this one, the earlier of two, for which a fee can be worked out."""
    loaded: set[int] | None = None
    for table in ("mpfs_rvu", "gpci", "conversion_factor"):
        spans = connection.table(f"reference.{table}").pl().select("effective_from", "effective_to")
        years = {
            day
            for first, last in spans.unique().iter_rows()
            for day in range(first.year, min(last.year, FARTHEST) + 1)
        }
        loaded = years if loaded is None else loaded & years
    if not loaded:
        raise UnpricedYear("no year of Medicare's fee schedule is loaded; `mohs reference list`")
    return min(loaded, key=lambda one: (abs(one - year), one))


def _single_localities(connection: warehouse.Connection, year: int) -> pl.DataFrame:
    """`state, locality` of the states that are one locality: by the indices and by the ZIP codes.

    A state some of whose ZIP codes lie in a neighbour's locality (Virginia) is not among them.
    """
    indices: pl.DataFrame = connection.table("reference.gpci").pl()
    zips: pl.DataFrame = connection.table("reference.zip_locality").pl()
    alone = (
        indices.filter(pl.lit(date(year, 7, 1)).is_between("effective_from", "effective_to"))
        .filter(pl.col("state") != "")
        .group_by("state")
        .agg(pl.col("locality").unique())
        .filter(pl.col("locality").list.len() == 1)
        .explode("locality")
    )
    shared = zips.select("state", elsewhere="locality").unique()
    strayed = alone.join(shared, on="state").filter(pl.col("locality") != pl.col("elsewhere"))
    return alone.join(strayed, on="state", how="anti").sort("state")


def _office_fees(
    connection: warehouse.Connection, localities: pl.DataFrame, codes: list[str], year: int
) -> pl.DataFrame:
    """`locality, procedure_code, fee` of the codes in an office, by the price query."""
    asked = (
        localities.select("locality")
        .unique()
        .join(pl.DataFrame({"procedure_code": codes}), how="cross")
    )
    key = pl.format("{} {}", "locality", "procedure_code")
    given = asked.with_columns(
        line_id=key,
        patient_id=key,
        pricing_group=key,
        submitted_date=pl.lit(date(9999, 12, 31)),
        ordinal=pl.lit(0),
        payer=pl.lit(""),
        line_of_business=pl.lit("medicare"),
        date_of_service=pl.lit(date(year, 7, 1)),
        modifiers=pl.lit([], pl.List(pl.String)),
        modifier_key=pl.lit(""),
        units=pl.lit(1),
        place_of_service=pl.lit("11"),
        participating=pl.lit(True),
        assigned=pl.lit(True),
        apm_qualifying=pl.lit(False),
        mips_factor=pl.lit(0),
        qmb=pl.lit(False),
    )
    schema = polars_schema(PricingLine)
    lines = given.select(
        (pl.col(name) if name in given.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema.items()
    )
    connection.execute("CREATE SCHEMA IF NOT EXISTS core")
    connection.execute(create_statement(PricingLine))
    warehouse.insert(connection, "core.pricing_line", lines)
    prices: pl.DataFrame = pricing.price_lines(connection).select(
        "line_id", fee=pl.col("expected_allowed")
    )
    return (
        lines.select("line_id", "locality", "procedure_code")
        .join(prices, on="line_id")
        .select("locality", "procedure_code", pl.col("fee").cast(pl.Float64))
        .drop_nulls()
    )
