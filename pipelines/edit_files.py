"""NCCI's units and add-on codes for practitioners: MUEs and add-on code edits (AOC).

The AOC reader (AOC_Edit_Type, Add-On_Code, AOC_DelDT, Primary_Code, Primary_Code_DelDT,
AOC_Edit_EffDT, AOC_Edit_DelDT; dates as year and day of the year) was built from the published
layout and has met no file of CMS's.
"""

from __future__ import annotations

import re
from datetime import date

import polars as pl

from pipelines import published
from pipelines.dated import ReferenceFileError
from pipelines.published import Document, Release, label, quarter_end, quarter_name

ADD_ON_BEGIN = date(2013, 4, 1)
"""First day of the add-on code edits [CMS change request 7501]."""
FEWEST_MUES = 10_000
"""CMS's table has some 15,000 rows; fewer are a file cut off, whose missing codes would pass."""
COMPLETE_ADD_ON_ROWS = 3_000
"""CMS's table has some 7,700 rows; a shorter one is taken as a selection."""

_CODE = r"^[0-9A-Z]{5}$"


def is_mue(document: Document) -> bool:
    """A practitioner MUE csv."""
    head = document.head
    return "MUE Adjudication Indicator" in head and "Practitioner Services MUE Values" in head


def read_mue(document: Document) -> Release:
    """Units and MAI of each code; the preamble is left out. Authoritative for its quarter."""
    path = document.path
    named = re.search(r"(\d\d)-(\d\d)-(20\d\d)", path.name)
    if not named:
        raise ReferenceFileError(
            f"{path}: the file holds no date; keep CMS's name, which ends in Eff_MM-DD-YYYY"
        )
    month, day, year = (int(part) for part in named.groups())
    start = date(year, month, day)
    rows = published.cells(document)
    at = next(
        index
        for index, row in enumerate(rows)
        if any("Adjudication Indicator" in cell for cell in row)
    )
    wanted = {
        "procedure_code": "HCPCS/ CPT CODE",
        "units": "PRACTITIONER SERVICES MUE VALUES",
        "mai": "MUE ADJUDICATION INDICATOR",
        "rationale": "MUE RATIONALE",
    }
    places = published.places(path, at, [label(cell) for cell in rows[at]], wanted)
    body = [row for row in rows[at + 1 :] if row and row[0].strip()]
    for number, row in enumerate(body, at + 2):
        if len(row) < len(wanted):
            raise ReferenceFileError(
                f"{path}, row {number}: {len(row)} cells instead of {len(wanted)}; the file is cut "
                "off or edited, download it again"
            )
    frame = published.frame(places, body).with_columns(pl.col("mai").str.slice(0, 1))
    first = at + 2
    published.require(
        path, frame, first, ~pl.col("procedure_code").str.contains(_CODE), "no code of five letters"
    )
    published.require_decimals(path, frame, first, ["units"], 0)
    published.require(
        path, frame, first, ~pl.col("mai").is_in(["1", "2", "3"]), "the MAI is not 1, 2 or 3"
    )
    published.require_unique(path, frame, first, ["procedure_code"])
    if frame.height < FEWEST_MUES:
        raise ReferenceFileError(
            f"{path}: {frame.height} codes, where CMS lists some 15,000; the file is cut off, "
            "download it again"
        )
    return Release(
        table="ncci_mue",
        series="mue",
        release=f"MUE {quarter_name(start)}",
        effective_from=start,
        effective_to=quarter_end(start),
        is_complete=True,
        source=f"NCCI MUE practitioner file ({path.name})",
        rows=frame,
    )


_ADD_ON_COLUMNS = {
    "edit_type": "AOCEDITTYPE",
    "add_on_code": "ADDONCODE",
    "add_on_end": "AOCDELDT",
    "primary_code": "PRIMARYCODE",
    "primary_end": "PRIMARYCODEDELDT",
    "begin": "AOCEDITEFFDT",
    "end": "AOCEDITDELDT",
}
_ROMAN = {"I": "1", "II": "2", "III": "3"}


def is_add_on(document: Document) -> bool:
    """An add-on code edit table, workbook or text between tabs or commas."""
    flat = _plain(document.head)
    return document.kind != "parquet" and all(name in flat for name in _ADD_ON_COLUMNS.values())


def _plain(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper()).replace("JULIAN", "")


def read_add_on(document: Document) -> Release:
    """Add-on codes and the primary codes beside which they are paid, with the dates of each edit."""
    path = document.path
    named = re.search(r"(20\d\d)q([1-4])", path.name.lower())
    if not named:
        raise ReferenceFileError(
            f"{path}: the file holds no quarter; keep CMS's name, as AOC_V2026Q2-MCR.xlsx"
        )
    start = date(int(named[1]), 3 * int(named[2]) - 2, 1)
    rows = _add_on_rows(document)
    at = next(
        index for index, row in enumerate(rows) if "ADDONCODE" in {_plain(cell) for cell in row}
    )
    places = published.places(path, at, [_plain(cell) for cell in rows[at]], _ADD_ON_COLUMNS)
    last = max(places.values())
    body = [(number, row) for number, row in enumerate(rows[at + 1 :], at + 2) if any(row)]
    for number, row in body:
        if len(row) <= last:
            raise ReferenceFileError(
                f"{path}, row {number}: {len(row)} cells; the file is cut off or edited, download "
                "it again"
            )
    frame = published.frame(places, [row for _, row in body])
    first = at + 2
    for name in ("add_on_code", "primary_code"):
        published.require(
            path, frame, first, ~pl.col(name).str.contains(_CODE), f"no code in {name}"
        )
    frame = frame.with_columns(pl.col("edit_type").replace(_ROMAN))
    published.require(
        path, frame, first, ~pl.col("edit_type").is_in(["1", "2", "3"]), "no edit type 1, 2 or 3"
    )
    dates = ["add_on_end", "primary_end", "begin", "end"]
    for name in dates:
        is_blank = pl.col(name) == "" if name != "begin" else pl.lit(False)
        published.require(
            path,
            frame,
            first,
            _day(name).is_null() & ~is_blank,
            f"{name} is a date neither as YYYYDDD nor as YYYYMMDD",
        )
    frame = frame.with_columns(_day(name) for name in dates)
    pairs = frame.select(
        "add_on_code",
        "primary_code",
        "edit_type",
        pl.col("begin").alias("effective_from"),
        pl.min_horizontal("end", "add_on_end", "primary_end").alias("effective_to"),
    )
    is_complete = frame.height >= COMPLETE_ADD_ON_ROWS
    return published.within(
        Release(
            table="ncci_add_on",
            series="add_on",
            release=f"AOC {quarter_name(start)}",
            effective_from=ADD_ON_BEGIN if is_complete else start,
            effective_to=quarter_end(start),
            is_complete=is_complete,
            source=f"NCCI add-on code edits ({path.name})",
            rows=published.one_at_a_time(pairs, ["add_on_code", "primary_code"]),
            note="" if is_complete else "not the whole table: used for its own quarter only",
        )
    )


def _add_on_rows(document: Document) -> list[list[str]]:
    if document.kind == "workbook":
        return [list(row) for row in published.sheet(document).rows()]
    if "\t" in document.head:
        return [line.split("\t") for line in published.text(document).splitlines()]
    return published.cells(document)


def _day(name: str) -> pl.Expr:
    """A day written as year and day of the year, or as year, month and day."""
    column = pl.col(name)
    return (
        pl.when(column.str.len_chars() == 8)
        .then(column.str.to_date("%Y%m%d", strict=False))
        .otherwise(column.str.to_date("%Y%j", strict=False))
        .alias(name)
    )
