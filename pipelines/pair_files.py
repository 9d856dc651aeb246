"""NCCI's procedure-to-procedure pairs for practitioners (PTP).

The table of pairs without first days was at hand. Text and workbook (seven columns: column 1,
column 2, mark of 1996, effective date, deletion date or `*`, modifier indicator, rationale) were
built from the published layout and have met no file of CMS's.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipelines import published
from pipelines.dated import ReferenceFileError
from pipelines.published import (
    LAST_DAY,
    Document,
    Release,
    label,
    quarter_end,
    quarter_name,
    quarter_start,
)

PTP_BEGIN = date(1996, 1, 1)
"""NCCI's first day: each table of pairs carries them all with their dates."""
RATIONALES = {
    "CPT Manual or CMS manual coding instruction": "MANUAL",
    "Misuse of Column Two code with Column One code": "MISUSE",
    "Standards of medical/surgical practice": "STDPRAC",
    "Standard preparation/monitoring services for anesthesia": "ANESPREP",
    "HCPCS/CPT procedure code definition": "CODEDEF",
    "Mutually exclusive procedures": "MUTEXCL",
    "More extensive procedure": "MOREEXT",
    "CPT Separate procedure definition": "SEPPROC",
    "Anesthesia service included in surgical procedure": "ANESINCL",
    "Sequential procedure": "SEQUENCE",
    "Laboratory panel": "LABPANEL",
    "Gender-specific procedures": "GENDER",
}
"""NCCI's classes of reason and the short words that ship for them; another is kept as it stands."""

_CODE = r"^[0-9A-Z]{5}$"
_PTP_COLUMNS = [
    "column1",
    "column2",
    "since_1996",
    "begin",
    "end",
    "modifier_indicator",
    "rationale",
]


def is_ptp(document: Document) -> bool:
    """A practitioner table of pairs, tab-separated text or workbook."""
    flat = label(document.head.replace('"', " "))
    return (
        document.kind != "parquet"
        and "COLUMN 1" in flat
        and "COLUMN 2" in flat
        and "PTP EDIT RATIONALE" in flat
    )


def read_ptp(document: Document) -> Release:
    """Pairs with the dates CMS gives them; those of indicator 9 never were in force.

    A deletion date is the last day a pair was in force.
    """
    path = document.path
    other = re.search(r"ccioph|hospital|medicaid|mcd", path.name.lower())
    if other:
        raise ReferenceFileError(
            f"{path}: by its name ({other[0]}) not the Medicare practitioner table; give that one "
            "(ccipra-...)"
        )
    rows, first = _ptp_rows(document)
    code = "a pair without two codes of five characters"
    for name in ("column1", "column2"):
        published.require(path, rows, first, ~pl.col(name).str.contains(_CODE), code)
    published.require(
        path, rows, first, ~pl.col("begin").str.contains(r"^\d{8}$"), "a pair has no effective date"
    )
    published.require(
        path,
        rows,
        first,
        ~pl.col("end").str.contains(r"^(\d{8}|\*?)$"),
        "the deletion date is neither YYYYMMDD nor *",
    )
    published.require(
        path,
        rows,
        first,
        ~pl.col("modifier_indicator").is_in(["0", "1", "9"]),
        "the modifier indicator is not 0, 1 or 9",
    )
    pairs = rows.filter(pl.col("modifier_indicator") != "9").select(
        "column1",
        "column2",
        "modifier_indicator",
        _rationale(),
        pl.col("begin").str.to_date("%Y%m%d", strict=False).alias("effective_from"),
        pl.col("end").str.to_date("%Y%m%d", strict=False).alias("effective_to"),
    )
    pairs = published.one_at_a_time(pairs, ["column1", "column2"])
    if pairs.is_empty():
        raise ReferenceFileError(f"{path}: no pair in it was ever in force; download it again")
    return _release_of_pairs(path, pairs)


def _ptp_rows(document: Document) -> tuple[pl.DataFrame, int]:
    """The rows under the headings, as text, and the number of the first."""
    path = document.path
    if document.kind == "workbook":
        sheet = published.sheet(document)
        if sheet.width < len(_PTP_COLUMNS):
            raise ReferenceFileError(
                f"{path}: {sheet.width} columns instead of {len(_PTP_COLUMNS)}; download it again"
            )
        names = dict(zip(sheet.columns, _PTP_COLUMNS, strict=False))
        rows = sheet.select(list(names)).rename(names)
        is_pair = rows["column1"].str.contains(_CODE) & rows["begin"].str.contains(r"^\d{8}$")
        at = is_pair.arg_max() if is_pair.any() else None
        if at is None:
            raise ReferenceFileError(f"{path}: no row of two codes and a date; download it again")
        rows, first = rows[at:], at + 1
    else:
        whole = published.text(document)
        found = re.search(r"^\w{5}\t\w{5}\t[^\t\n]*\t\d{8}\t", whole, re.MULTILINE)
        if not found:
            raise ReferenceFileError(
                f"{path}: no row of two codes and dates between tabs; give the TXT file of the table"
            )
        first = whole.count("\n", 0, found.start()) + 1
        rows = pl.read_csv(
            io.StringIO(whole[found.start() :]),
            separator="\t",
            has_header=False,
            infer_schema=False,
            quote_char=None,
            new_columns=_PTP_COLUMNS,
            truncate_ragged_lines=True,
        )
    rows = rows.with_columns(pl.all().fill_null("").str.strip_chars())
    return rows.filter(~pl.all_horizontal(pl.all() == "")), first


def _rationale() -> pl.Expr:
    return pl.col("rationale").replace({**RATIONALES, "": "not stated"})


def _release_of_pairs(path: Path, pairs: pl.DataFrame) -> Release:
    """The release, its quarter from the version in CMS's name (v302r0: 2024Q3), else from the dates."""
    latest = pairs["effective_from"].max()
    ended = pairs.filter(pl.col("effective_to") < LAST_DAY)["effective_to"].max()
    days = [latest] if isinstance(latest, date) else []
    days += [ended + timedelta(days=1)] if isinstance(ended, date) else []
    start = quarter_start(max(days))
    version = re.search(r"v(\d\d)([0-3])r\d", path.name.lower())
    if version:
        named = date(1994 + int(version[1]), 3 * int(version[2]) + 1, 1)
        if start > named:
            raise ReferenceFileError(
                f"{path}: the name is that of {quarter_name(named)}, but a pair begins or ends in "
                f"{quarter_name(start)}; download it again"
            )
        start = named
    return Release(
        table="ncci_ptp",
        series="ptp",
        release=f"PTP {quarter_name(start)}",
        effective_from=start,
        effective_to=quarter_end(start),
        is_complete=False,
        source=f"NCCI PTP practitioner file ({path.name})",
        rows=pairs,
        is_part=True,
    )


def is_pair_table(document: Document) -> bool:
    """A Parquet table of pairs with last days and without first days."""
    return document.kind == "parquet" and {
        "column1",
        "column2",
        "deleted",
        "modifier_indicator",
        "rationale",
    } <= set(document.head.split(","))


def read_pair_table(document: Document) -> Release:
    """Pairs in force in the quarter the name gives; without first days the others cannot be used."""
    path = document.path
    named = re.search(r"(20\d\d)q([1-4])", path.name.lower())
    if not named:
        raise ReferenceFileError(
            f"{path}: the table holds no first days; put its quarter into the name, as 2024q3"
        )
    start = date(int(named[1]), 3 * int(named[2]) - 2, 1)
    rows = pl.read_parquet(io.BytesIO(document.content)).with_columns(pl.all().cast(pl.String))
    last = pl.col("deleted").str.to_date("%Y-%m-%d", strict=False)
    published.require(path, rows, 1, last.is_null(), "the last day is no date")
    pairs = rows.filter(pl.col("modifier_indicator").is_in(["0", "1"]), last >= start).select(
        "column1",
        "column2",
        "modifier_indicator",
        _rationale(),
        pl.lit(start).alias("effective_from"),
        last.alias("effective_to"),
    )
    published.require_unique(path, pairs, 1, ["column1", "column2"])
    ended = rows.select(last.filter(last < LAST_DAY).max()).item()
    if isinstance(ended, date) and ended > quarter_end(start):
        raise ReferenceFileError(
            f"{path}: pairs end on {ended}, after {quarter_name(start)}; correct the quarter in "
            "the name"
        )
    release = published.within(
        Release(
            table="ncci_ptp",
            series="ptp",
            release=f"PTP {quarter_name(start)}",
            effective_from=start,
            effective_to=quarter_end(start),
            is_complete=_has_every_section(pairs),
            source=f"NCCI PTP practitioner table ({path.name})",
            rows=pairs,
        )
    )
    left = rows.height - release.rows.height
    return replace(
        release, note=f"{left:,} of {rows.height:,} rows were not in force in the quarter"
    )


def join_parts(parts: Sequence[Release]) -> list[Release]:
    """Dated tables of pairs, the parts of one release put together.

    Parts that hold column 1 codes of every leading digit are the whole table and authoritative from
    1996 to the end of their quarter; less is a selection, used for its own quarter only.
    """
    joined = []
    for name in dict.fromkeys(part.release for part in parts):
        own = [part for part in parts if part.release == name]
        rows = published.one_at_a_time(
            pl.concat([part.rows for part in own]), ["column1", "column2"]
        )
        release = replace(own[0], rows=rows, is_complete=_has_every_section(rows), is_part=False)
        if len(own) > 1:
            files = ", ".join(_file_name(part) for part in own)
            release = replace(release, source=f"NCCI PTP practitioner files ({files})")
        if release.is_complete:
            release = replace(release, effective_from=PTP_BEGIN)
        else:
            release = replace(
                release,
                note=f"not the whole table (column 1 from {rows['column1'][0]} to "
                f"{rows['column1'][-1]}): give all its parts in one command",
            )
        joined.append(published.within(release))
    return joined


def _file_name(part: Release) -> str:
    return part.source.partition("(")[2].rstrip(")")


def _has_every_section(pairs: pl.DataFrame) -> bool:
    return set("0123456789") <= set(pairs["column1"].str.slice(0, 1).unique())
