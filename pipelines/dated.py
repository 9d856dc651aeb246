"""Files of dated rows: parse one in its model's types, check its dates, lay one over another."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from pandera.errors import SchemaErrors

from schemas.dated import Dated
from schemas.reference import Contract, PatientCrosswalk, ZipLocality
from schemas.table import DATE_OPEN, polars_schema, table_name

BEGINNING = date(1900, 1, 1)
"""The start of a practice row that names none."""

CONTINUOUS = {
    "reference.conversion_factor",
    "reference.gpci",
    "reference.sequestration",
    "reference.deductible",
    "reference.rule_parameter",
}
"""Tables that may have no gap between the first and the last row of a key."""

_PLACE = {"file": pl.String, "row": pl.Int64}
_HEADER_ALIASES = {
    "from": "effective_from",
    "to": "effective_to",
    "type": "rendering_type",
    "group": "group_id",
}
_PRACTICE_DEFAULTS = {
    "effective_from": BEGINNING.isoformat(),
    "participating": "true",
    "apm_qualifying": "false",
    "mips_factor": "0",
    "evidence": "authority",
}
_TRUE, _FALSE = ["true", "yes", "y", "1"], ["false", "no", "n", "0"]


class ReferenceFileError(ValueError):
    """A reference file that cannot be used; the message names the file, the row and the remedy."""


def key_of(model: type[Dated]) -> list[str]:
    unique = model.to_schema().unique
    return [name for name in unique or [] if name != "effective_from"]


def empty(model: type[Dated]) -> pl.DataFrame:
    return pl.DataFrame(schema={**polars_schema(model), **_PLACE})


def parse(
    model: type[Dated], path: Path, *, is_practice: bool = False, keep: pl.Expr | None = None
) -> pl.DataFrame:
    """The rows of a file in the model's types, with `file` and `row` (1 is the header).

    `keep` picks rows before they are looked at, by columns of text.
    """
    raw = _text(path, keep)
    schema = polars_schema(model)
    columns = model.to_schema().columns
    if is_practice:
        raw = raw.rename(
            {name: _HEADER_ALIASES[name] for name in raw.columns if name in _HEADER_ALIASES}
        )
        if "source" not in raw.columns and model is not Contract:
            raw = raw.with_columns(source=pl.lit(path.name))
        raw = raw.with_columns(
            pl.when(pl.col(name) == "").then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
            for name, value in {**_PRACTICE_DEFAULTS, "source": path.name}.items()
            if name in raw.columns and not (name == "source" and model is Contract)
        )
    if model is Contract and {"basis", "value"} <= set(raw.columns):
        is_idle = (pl.col("basis") == "carved_out") & (pl.col("value") == "")
        raw = raw.with_columns(pl.when(is_idle).then(pl.lit("0")).otherwise("value").alias("value"))
    unknown = [name for name in raw.columns if name not in {*schema, *_PLACE}]
    if unknown:
        raise ReferenceFileError(
            f"{path}, header: column {unknown[0]!r} is not one of this file's; "
            f"use {', '.join(schema)}"
        )
    absent = [name for name in schema if name not in raw.columns]
    for name in absent:
        is_optional = columns[name].nullable or (is_practice and _may_be_blank(model, name))
        if not (is_optional or name == "effective_to"):
            raise ReferenceFileError(f"{path}, header: column {name!r} is missing; add it")
        raw = raw.with_columns(pl.lit(_PRACTICE_DEFAULTS.get(name, "")).alias(name))
    _require_source(raw)
    return raw.select(
        *(
            _converted(raw, name, dtype, nullable=columns[name].nullable)
            for name, dtype in schema.items()
        ),
        *_PLACE,
    )


def _may_be_blank(model: type[Dated], name: str) -> bool:
    if name in _PRACTICE_DEFAULTS:
        return True
    column = model.to_schema().columns[name]
    return polars_schema(model)[name] == pl.String and all(
        "" in check.statistics.get("allowed_values", ()) for check in column.checks
    )


def _text(path: Path, keep: pl.Expr | None = None) -> pl.DataFrame:
    """A file's cells as stripped text, remarks left out."""
    try:
        if path.suffix == ".parquet":
            rows = pl.scan_parquet(path)
            rows = rows if keep is None else rows.filter(keep)
            raw = rows.select(pl.all().cast(pl.String)).collect()
        else:
            raw = pl.read_csv(path, infer_schema=False)
            raw = raw if keep is None else raw.filter(keep)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReferenceFileError(
            f"{path}: cannot be read as a table; save it as CSV UTF-8 with commas and one header"
        ) from error
    raw = raw.rename({name: name.strip().lower().replace(" ", "_") for name in raw.columns})
    first = raw.columns[0]
    return (
        raw.select(pl.all().fill_null("").str.strip_chars())
        .with_columns(
            pl.lit(str(path)).alias("file"),
            pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("row"),
        )
        .filter(~pl.col(first).str.starts_with("#"))
        .filter(~pl.all_horizontal(pl.exclude(*_PLACE) == ""))
    )


def _require_source(raw: pl.DataFrame) -> None:
    bad = raw.filter(pl.col("source") == "")
    if bad.height:
        raise ReferenceFileError(
            f"{where(bad)}: no source; say in column source where the value was published"
        )


def _converted(raw: pl.DataFrame, name: str, dtype: pl.DataType, *, nullable: bool) -> pl.Series:
    text = raw[name]
    if name == "effective_to":
        text = text.to_frame().select(pl.col(name).replace("", DATE_OPEN)).to_series()
    blank = text == ""
    if dtype == pl.String:
        if not nullable:
            return text
        return pl.select(pl.when(~blank).then(text)).to_series().alias(name)
    if dtype == pl.Date:
        value = text.str.to_date("%Y-%m-%d", strict=False)
        expected = "a date as YYYY-MM-DD"
    elif dtype == pl.Boolean:
        low = text.str.to_lowercase()
        value = pl.select(
            pl.when(low.is_in(_TRUE)).then(True).when(low.is_in(_FALSE)).then(False)
        ).to_series()
        expected = "true or false"
    elif isinstance(dtype, pl.Decimal):
        exact = text.str.contains(rf"^-?\d+(\.\d{{1,{dtype.scale}}})?$")
        value = pl.select(pl.when(exact).then(text)).to_series().cast(dtype, strict=False)
        expected = f"a number with at most {dtype.scale} decimals"
    else:
        value = text.cast(dtype, strict=False)
        expected = "a whole number"
    wrong = value.is_null() & (~blank if nullable else pl.Series([True]))
    if wrong.any():
        place = raw.filter(wrong)
        raise ReferenceFileError(f"{where(place)}, column {name}: expected {expected}")
    return value.alias(name)


def where(rows: pl.DataFrame) -> str:
    """File and row of the first of the rows."""
    first = rows.row(0, named=True)
    return f"{first['file']}, row {first['row']}"


def check(model: type[Dated], frame: pl.DataFrame, *, is_layered: bool = False) -> pl.DataFrame:
    """The rows, if none overlaps another of its key and the model accepts them.

    `is_layered` rows come from several releases of a year and are dated against each other later.
    """
    reversed_dates = frame.filter(pl.col("effective_to") < pl.col("effective_from"))
    if reversed_dates.height:
        raise ReferenceFileError(
            f"{where(reversed_dates)}: effective_to is before effective_from; correct the dates"
        )
    groups = frame.partition_by("file") if is_layered else [frame]
    for group in groups:
        _require_no_overlap(model, group)
    try:
        schema = copy.copy(model.to_schema())
        if is_layered:
            schema.unique = None
        schema.validate(frame.select(*polars_schema(model)), lazy=True)
    except SchemaErrors as error:
        failure = error.failure_cases.row(0, named=True)
        index = failure.get("index")
        place = where(frame[index]) if index is not None else str(frame["file"][0])
        raise ReferenceFileError(
            f"{place}, column {failure['column']}: does not meet {failure['check']}; "
            f"see {table_name(model)} in docs/tables.md"
        ) from None
    return frame


def _require_no_overlap(model: type[Dated], frame: pl.DataFrame) -> None:
    key = key_of(model)
    if model is ZipLocality:
        # a range is its own key: what may not be shared is a ZIP within a release
        ordered = frame.sort("effective_from", "zip_from")
        previous = pl.col("zip_to").shift().over("effective_from")
        bad = ordered.filter(pl.col("zip_from") <= previous)
    else:
        ordered = frame.sort(*key, "effective_from")
        previous = pl.col("effective_to").shift()
        bad = ordered.filter(pl.col("effective_from") <= (previous.over(key) if key else previous))
    if bad.height:
        raise ReferenceFileError(
            f"{where(bad)}: {_named(model, bad)} overlaps an earlier row's dates; "
            "end the earlier row the day before this one starts"
        )


def _named(model: type[Dated], rows: pl.DataFrame) -> str:
    """The key of the first row, for a message; never of a table that identifies persons."""
    key = [] if model is PatientCrosswalk else key_of(model)
    first = rows.row(0, named=True)
    return " ".join(str(first[name]) for name in key if first[name] != "") or "this row"


def require_continuity(model: type[Dated], frame: pl.DataFrame) -> None:
    if table_name(model) not in CONTINUOUS:
        return
    key = key_of(model)
    ordered = frame.sort(*key, "effective_from")
    expected = pl.col("effective_to").shift() + pl.duration(days=1)
    gaps = ordered.with_columns((expected.over(key) if key else expected).alias("expected")).filter(
        pl.col("effective_from") != pl.col("expected")
    )
    if gaps.height:
        first = gaps.row(0, named=True)
        raise ReferenceFileError(
            f"{where(gaps)}: {_named(model, gaps)} has no value from {first['expected']} to "
            f"{first['effective_from'] - timedelta(days=1)}; add the row that fills the gap"
        )


def outside(key: list[str], kept: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """What is left of the `kept` rows on dates no `added` row of the same key covers."""
    one_day = pl.duration(days=1)
    rows = kept.with_row_index("kept_id")
    cuts = rows.select("kept_id", *key, "effective_from", "effective_to")
    other = added.select(
        *key, pl.col("effective_from").alias("cut_from"), pl.col("effective_to").alias("cut_to")
    )
    joined = cuts.join(other, on=key, how="inner") if key else cuts.join(other, how="cross")
    met = joined.filter(
        (pl.col("cut_from") <= pl.col("effective_to"))
        & (pl.col("cut_to") >= pl.col("effective_from"))
    ).sort("kept_id", "cut_from")
    resume = (pl.col("cut_to").shift() + one_day).over("kept_id")
    before = met.select(
        "kept_id",
        pl.coalesce(resume, pl.col("effective_from")).alias("piece_from"),
        (pl.col("cut_from") - one_day).alias("piece_to"),
    )
    after = met.group_by("kept_id").agg(
        (pl.col("cut_to").max() + one_day).alias("piece_from"),
        pl.col("effective_to").first().alias("piece_to"),
    )
    pieces = (
        pl.concat([before, after])
        .filter(pl.col("piece_from") <= pl.col("piece_to"))
        .join(rows, on="kept_id")
        .with_columns(effective_from=pl.col("piece_from"), effective_to=pl.col("piece_to"))
    )
    untouched = rows.join(met.select("kept_id").unique(), on="kept_id", how="anti")
    return pl.concat([untouched.select(kept.columns), pieces.select(kept.columns)])
