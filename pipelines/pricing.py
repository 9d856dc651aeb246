"""`mohs price`: the audit's price query, sql/audit/expected_payment.sql, over a table of lines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from pipelines import reference, warehouse
from schemas.pricing import PricingLine
from schemas.table import create_statement, polars_schema

REQUIRED = (
    "line_id",
    "patient_id",
    "rendering_npi",
    "date_of_service",
    "procedure_code",
    "modifiers",
    "units",
    "place_of_service",
)
OPTIONAL = (
    "locality",
    "zip",
    "charge",
    "group_id",
    "specialty",
    "participating",
    "assigned",
    "apm_qualifying",
    "rendering_type",
    "deductible_remaining",
    "qmb",
    "mips_factor",
)
COLUMNS = (
    "line_id",
    "status",
    "reason",
    "full_fee",
    "mppr_rank",
    "mppr_rate",
    "modifier_rate",
    "expected_allowed",
    "expected_paid",
    "patient_share",
    "explanation",
    "fee_schedule",
)
TABLES = (
    "mpfs_rvu",
    "gpci",
    "conversion_factor",
    "place_of_service",
    "sequestration",
    "payment_factor",
    "modifier",
    "contract",
)
"""Reference tables the price query reads."""

_FLAGS = {"participating": True, "assigned": True, "apm_qualifying": False, "qmb": False}
_RENDERING_TYPES = ("MD", "DO", "NP", "PA", "CNS")


class PriceFileError(ValueError):
    """A table of lines that cannot be priced; the message names file, row, column and remedy."""


def price_file(path: Path, practice: Path | None = None) -> pl.DataFrame:
    """Medicare prices of a CSV, Excel or Parquet table of lines, one row per line in its order.

    Input columns are `REQUIRED`, one of `locality` and `zip`, and any of `OPTIONAL`; what is not
    given is taken as participating, assigned, not an APM participant, MD, deductible met, not QMB;
    the MIPS factor is that of the practice's roster, where it has the rendering provider.
    Returns `COLUMNS`; dollars with two decimals. A line without a price says why in `reason`.
    Raises PriceFileError for a file, column or value that cannot be read.
    """
    connection = warehouse.connect()
    try:
        lines = load_lines(connection, path, practice)
        prices = price_lines(connection)
    finally:
        connection.close()
    return lines.select("line_id").join(
        prices.select(COLUMNS), on="line_id", how="left", maintain_order="left"
    )


def load_lines(
    connection: duckdb.DuckDBPyConnection, path: Path, practice: Path | None = None
) -> pl.DataFrame:
    """Fill `reference` and `core.pricing_line` from a file of lines; returns the lines.

    Raises PriceFileError as `price_file` does.
    """
    text = _text(path)
    wanted = [*TABLES, "provider", *(["zip_locality"] if "zip" in text.columns else [])]
    reference.load(connection, practice, wanted)
    lines = _lines(path, text, connection)
    connection.execute("CREATE SCHEMA IF NOT EXISTS core")
    connection.execute(create_statement(PricingLine))
    warehouse.insert(connection, "core.pricing_line", lines)
    return lines


def price_lines(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Prices of `core.pricing_line` by the connection's `reference`, shaped as expected_payment."""
    query = warehouse.select_text(warehouse.SQL / "audit" / "expected_payment.sql")
    return warehouse.select(connection, query)


def _text(path: Path) -> pl.DataFrame:
    """The file's cells as stripped text, null where blank, with the known columns only."""
    try:
        if path.suffix.lower() == ".parquet":
            raw = pl.read_parquet(path)
            raw = raw.with_columns(
                pl.col(name).list.eval(pl.element().cast(pl.String)).list.join(" ")
                for name, dtype in raw.schema.items()
                if isinstance(dtype, pl.List)
            ).select(pl.all().cast(pl.String))
        elif path.suffix.lower() in {".xlsx", ".xlsm", ".xls", ".xlsb"}:
            raw = pl.read_excel(path, infer_schema_length=0)
        else:
            raw = pl.read_csv(path, infer_schema=False)
    except FileNotFoundError:
        raise PriceFileError(f"{path}: no such file") from None
    except Exception as error:
        raise PriceFileError(
            f"{path}: cannot be read as a table ({type(error).__name__}); save it as CSV UTF-8, "
            "Excel or Parquet with one header row"
        ) from None
    names = {name: name.strip().lower().replace(" ", "_") for name in raw.columns}
    if len(set(names.values())) < len(names):
        raise PriceFileError(f"{path}, header: two columns have the same name; rename one")
    raw = raw.rename(names)
    for name in REQUIRED:
        if name not in raw.columns:
            raise PriceFileError(f"{path}, row 1, column {name}: is missing; add it")
    if "locality" not in raw.columns and "zip" not in raw.columns:
        raise PriceFileError(
            f"{path}, row 1, column locality: is missing; add locality (15202-00) or zip"
        )
    known = [name for name in raw.columns if name in {*REQUIRED, *OPTIONAL}]
    stripped = pl.col(*known).str.strip_chars()
    return raw.select(pl.when(stripped != "").then(stripped).name.keep()).with_row_index(
        "row", offset=2
    )


def _lines(path: Path, text: pl.DataFrame, connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The file's lines as `core.pricing_line`."""
    text = text.with_columns(
        pl.lit(None, pl.String).alias(name) for name in OPTIONAL if name not in text.columns
    )
    for name in ("line_id", "patient_id", "date_of_service", "procedure_code", "units"):
        _refuse(path, text, name, pl.col(name).is_null(), "is blank; fill it")
    _refuse(path, text, "line_id", pl.col("line_id").is_duplicated(), "stands twice; number lines")
    is_grouped = pl.col("group_id").is_not_null() & pl.col("specialty").is_not_null()
    _refuse(
        path,
        text,
        "rendering_npi",
        pl.col("rendering_npi").is_null() & ~is_grouped,
        "is blank; fill it, or give group_id and specialty",
    )
    _refuse(
        path,
        text,
        "locality",
        ~pl.col("locality").str.contains(r"^\d{5}-\d{2}$"),
        "is not carrier-locality; write it as 15202-00",
    )
    kind = pl.col("rendering_type").str.to_uppercase()
    _refuse(
        path,
        text,
        "rendering_type",
        ~kind.is_in(_RENDERING_TYPES),
        f"is not one of {', '.join(_RENDERING_TYPES)}; correct it or leave it blank",
    )
    text = _located(text, connection)
    # Excel hands over a date cell with its midnight and a number cell with a point and a zero
    day = pl.col("date_of_service").str.replace(r"[ T]00:00:00(\.0+)?$", "")
    frame = text.with_columns(
        pl.lit(date(9999, 12, 31)).alias("submitted_date"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("ordinal"),
        pl.lit("").alias("payer"),
        pl.lit(None, pl.Decimal(12, 2)).alias("deductible"),
        pl.when(is_grouped)
        .then(pl.format("group {} {}", "group_id", "specialty"))
        .otherwise(pl.format("npi {}", "rendering_npi"))
        .alias("pricing_group"),
        pl.lit("medicare").alias("line_of_business"),
        day.str.to_date("%Y-%m-%d", strict=False).alias("day"),
        _whole_text("procedure_code").str.to_uppercase(),
        _whole_text("place_of_service"),
        _whole_text("modifiers")
        .fill_null("")
        .str.to_uppercase()
        .str.extract_all(r"[^\s,;]+")
        .alias("modifiers"),
        kind.fill_null("MD").alias("rendering_type"),
    )
    _refuse(path, frame, "date_of_service", pl.col("day").is_null(), "is no date; use YYYY-MM-DD")
    frame = frame.with_columns(
        pl.col("day").alias("date_of_service"),
        pl.col("modifiers").list.sort().list.join(" ").alias("modifier_key"),
    )
    for name, scale, sign in (
        ("units", 3, ""),
        ("charge", 2, ""),
        ("deductible_remaining", 2, ""),
        ("mips_factor", 4, "-?"),
    ):
        is_exact = pl.col(name).str.contains(rf"^{sign}\d{{1,9}}(\.\d{{0,{scale}}}0*)?$")
        least = "" if sign else " from 0"
        _refuse(
            path,
            frame,
            name,
            ~is_exact,
            f"is not a number{least} with at most {scale} decimals; write digits and a point only",
        )
        frame = frame.with_columns(pl.col(name).cast(polars_schema(PricingLine)[name]))
    frame = _rostered(frame, connection)
    for name, default in _FLAGS.items():
        low = pl.col(name).str.to_lowercase()
        is_true, is_false = (
            low.is_in(["true", "yes", "y", "1"]),
            low.is_in(["false", "no", "n", "0"]),
        )
        _refuse(path, frame, name, ~(is_true | is_false), "is not true or false")
        frame = frame.with_columns(is_true.fill_null(default).alias(name))
    return frame.select(*polars_schema(PricingLine))


def _rostered(frame: pl.DataFrame, connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """`mips_factor` where it is not given, from the practice's roster, else 0."""
    roster = connection.table("reference.provider").pl()
    rows = roster.select(
        pl.col("npi").alias("rendering_npi"),
        "effective_from",
        "effective_to",
        pl.col("mips_factor").alias("roster_factor"),
    )
    known = (
        frame.select("row", "rendering_npi", "date_of_service")
        .join(rows, on="rendering_npi")
        .filter(pl.col("date_of_service").is_between("effective_from", "effective_to"))
        .select("row", "roster_factor")
    )
    return frame.join(known, on="row", how="left", maintain_order="left").with_columns(
        pl.coalesce("mips_factor", "roster_factor", pl.lit(0)).cast(
            polars_schema(PricingLine)["mips_factor"]
        )
    )


def _whole_text(name: str) -> pl.Expr:
    return pl.col(name).str.replace(r"^(\d+)\.0$", "$1")


def _located(text: pl.DataFrame, connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """`locality` where it is not given, from the ZIP; `locality_note` says what is uncertain."""
    note = pl.lit(None, pl.String).alias("locality_note")
    if text["zip"].null_count() == text.height:
        return text.with_columns(note)
    places = text.select(
        "zip", pl.col("date_of_service").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    )
    zips = connection.table("reference.zip_locality").pl()
    found = reference.locate(places, zips).rename({"locality": "zip_locality"})
    joined = text.with_columns(
        pl.col("date_of_service").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("at")
    ).join(
        found,
        left_on=["zip", "at"],
        right_on=["zip", "date_of_service"],
        how="left",
        maintain_order="left",
    )
    is_by_zip = pl.col("locality").is_null() & pl.col("zip").is_not_null()
    return joined.with_columns(
        pl.coalesce("locality", "zip_locality").alias("locality"),
        pl.when(is_by_zip & pl.col("zip_locality").is_null())
        .then(pl.format("ZIP {} is in no release that is loaded", "zip"))
        .when(is_by_zip & pl.col("needs_plus_four"))
        .then(pl.format("ZIP {} lies in several localities, the usual one was taken", "zip"))
        .alias("locality_note"),
    )


def _refuse(path: Path, frame: pl.DataFrame, name: str, is_bad: pl.Expr, remedy: str) -> None:
    bad = frame.filter(is_bad)
    if bad.height:
        raise PriceFileError(f"{path}, row {bad['row'][0]}, column {name}: {remedy}")
