"""Which release of each published series is loaded, for which dates of service, and which none covers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import reference
from pipelines.cms_files import FORMATS
from pipelines.published import LAST_DAY
from schemas.reference import SHIPPED, Release
from schemas.table import table_name

OUTSIDE = {
    "ptp": "judged by the nearest release, one severity lower; beyond 8 quarters not evaluable",
    "mue": "judged by the nearest release, by name; beyond 8 quarters not evaluable",
    "add_on": "judged by the nearest release, by name; beyond 8 quarters not evaluable",
    "mpfs": "indicators of the nearest release, by name; beyond 8 quarters not evaluable; not priced",
    "icd10": "judged by the nearest release, by name; beyond 8 quarters not evaluable",
    "gpci": "not priced",
    "zip": "the nearest release locates the ZIP",
    "icd10_order": "only codes of the sites of Mohs surgery are judged",
    "covered_diagnosis": "MOHS161 is not evaluable",
}
"""What happens on dates of service that no release of a series covers [issue 3]."""

SCHEMA = {
    "kind": pl.String,
    "table": pl.String,
    "series": pl.String,
    "release": pl.String,
    "effective_from": pl.Date,
    "effective_to": pl.Date,
    "rows": pl.Int64,
    "is_complete": pl.Boolean,
    "layout": pl.String,
    "note": pl.String,
    "source": pl.String,
}


def list_releases(practice: Path | None) -> pl.DataFrame:
    """Releases, the dates of service none covers, values that come in no releases, and readers.

    `kind` is `release` (dates for which it is authoritative, rows of it, how it was read), `gap` (an
    open end is null), `values` or `reader` (`layout` says whether it was tried on a published file).
    """
    held = {table_name(model).partition(".")[2]: frame for model, frame in _values(practice)}
    # a whole table of pairs is counted in its file: of 1.7 million no value is looked at here
    releases = held.pop(table_name(Release).partition(".")[2])
    rows: list[dict[str, object]] = []
    for series, table in reference.SERIES.items():
        own = releases.filter(pl.col("series") == series)
        if series == "covered_diagnosis":
            own = pl.concat([own, _typed_lists(held[table]).select(own.columns)])
        own = own.sort("effective_from", "release")
        rows += [_release(table, held[table], row, practice) for row in own.iter_rows(named=True)]
        rows += _gaps(series, table, own)
    for table, frame in held.items():
        if table not in reference.SERIES.values():
            rows.append(_undated(table, frame))
    for form in FORMATS:
        rows.append(
            {
                "kind": "reader",
                "table": reference.SERIES[form.series],
                "series": form.series,
                "layout": "tried" if form.is_tried else "untried",
                "note": form.name
                if form.is_tried
                else f"{form.name}: built from the published layout, met no published file yet",
            }
        )
    return pl.DataFrame(rows, schema=SCHEMA)


def _values(practice: Path | None) -> list[tuple[type, pl.DataFrame]]:
    loaded = reference.tables(practice, codes=[])
    return [(model, frame) for model, frame in loaded if model in SHIPPED]


def _release(
    table: str, frame: pl.DataFrame, row: dict[str, Any], practice: Path | None
) -> dict[str, object]:
    first, last = row["effective_from"], row["effective_to"]
    own = frame.filter((pl.col("effective_from") <= last) & (pl.col("effective_to") >= first))
    if "release" in frame.columns:
        own = frame.filter(pl.col("release") == row["release"])
    if table == "covered_diagnosis":
        own = frame.filter(pl.format("{} {}", "article", "version") == row["release"])
    count = own.height
    for path in reference.own_files(table, practice):
        is_parquet = path.suffix == ".parquet"
        held = pl.scan_parquet(path) if is_parquet else pl.scan_csv(path, infer_schema=False)
        if "release" in held.collect_schema():
            of_release = held.filter(pl.col("release") == row["release"])
            count = max(count, of_release.select(pl.len()).collect().item())
    note = "" if row["is_complete"] else "a selection"
    return {
        "kind": "release",
        "table": table,
        "series": row["series"],
        "release": row["release"],
        "effective_from": first,
        "effective_to": last,
        "rows": count,
        "is_complete": row["is_complete"],
        "layout": row["layout"] or "shipped",
        "note": note,
        "source": row["source"],
    }


def _typed_lists(rows: pl.DataFrame) -> pl.DataFrame:
    """Lists of covered diagnoses that were typed into the practice folder rather than loaded."""
    name = pl.format("{} {}", "article", "version")
    typed = rows.filter(pl.col("release").is_null()).with_columns(name.alias("release"))
    return typed.group_by("release").agg(
        pl.lit("covered_diagnosis").alias("series"),
        pl.lit(True).alias("is_complete"),
        pl.lit("tried").alias("layout"),
        pl.col("effective_from").min(),
        pl.col("effective_to").max(),
        pl.col("source").first(),
    )


def _gaps(series: str, table: str, releases: pl.DataFrame) -> list[dict[str, object]]:
    """Runs of days without a release, before the first and after the last included."""
    runs: list[tuple[date | None, date | None]] = []
    start: date | None = None
    for first, last in releases.select("effective_from", "effective_to").iter_rows():
        if start is None or first > start:
            runs.append((start, first - timedelta(days=1)))
        if start is None or last >= start:
            start = min(last, LAST_DAY - timedelta(days=1)) + timedelta(days=1)
    if start is None or start < LAST_DAY:
        runs.append((start, None))
    return [
        {
            "kind": "gap",
            "table": table,
            "series": series,
            "effective_from": first,
            "effective_to": last,
            "rows": 0,
            "note": f"no release covers these dates of service: {OUTSIDE[series]}",
        }
        for first, last in runs
    ]


def _undated(table: str, frame: pl.DataFrame) -> dict[str, object]:
    return {
        "kind": "values",
        "table": table,
        "effective_from": frame["effective_from"].min(),
        "effective_to": frame["effective_to"].max(),
        "rows": frame.height,
        "layout": "shipped",
        "source": "; ".join(frame["source"].unique().sort().to_list()),
    }
