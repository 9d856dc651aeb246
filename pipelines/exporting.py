"""A table as a file: CSV, Excel or Parquet, private, the same bytes for the same rows."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from reports.workbook import inert
from reports.writing import write_private

MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""The date every workbook carries."""
ROWS = 1_048_575
"""Rows a sheet holds under its header."""
WIDEST = 60


class UnusableExport(ValueError):
    """A table that cannot be written as asked; the message says what to do."""


def write(frame: pl.DataFrame, path: Path, about: Mapping[str, str]) -> Path:
    """Write a frame by the suffix of its path; `about` goes onto a sheet of its own in a workbook.

    Text a spreadsheet might run is made inert in CSV and Excel. Raises UnusableExport.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UnusableExport(f"{path}: name it .csv, .xlsx or .parquet")
    content = writer(frame, about)
    if not path.parent.is_dir():
        raise UnusableExport(f"{path.parent}: no such folder; make it, or write elsewhere")
    write_private(path, content)
    return path


def _csv(frame: pl.DataFrame, about: Mapping[str, str]) -> bytes:
    return _flat(frame).with_columns(_inert(frame)).write_csv().encode()


def _parquet(frame: pl.DataFrame, about: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists as text parted by blanks, records as JSON."""
    flat = []
    for name, kind in frame.schema.items():
        if isinstance(kind, pl.List):
            flat.append(pl.col(name).list.eval(pl.element().cast(pl.String)).list.join(" "))
        elif isinstance(kind, pl.Struct):
            flat.append(pl.col(name).struct.json_encode())
    return frame.with_columns(flat)


def _inert(frame: pl.DataFrame) -> list[pl.Expr]:
    texts = [name for name, kind in _flat(frame.head(0)).schema.items() if kind == pl.String]
    return [pl.col(name).map_elements(inert, return_dtype=pl.String) for name in texts]


def _xlsx(frame: pl.DataFrame, about: Mapping[str, str]) -> bytes:
    if frame.height > ROWS:
        raise UnusableExport(
            f"{frame.height:,} rows do not fit into a sheet; write .csv or .parquet, or ask for less"
        )
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": about.get("title", "Answer"), "created": MADE})
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    flat = _flat(frame)
    sheet = book.add_worksheet("Answer")
    for place, (name, kind) in enumerate(flat.schema.items()):
        form = day if kind in (pl.Date, pl.Datetime) else _number_format(book, kind)
        sheet.write_string(0, place, inert(name), heading)
        longest = len(name) * 0.9
        for row, value in enumerate(flat[name], start=1):
            _cell(sheet, row, place, value, form)
            if row <= 200 and value is not None:
                longest = max(longest, len(str(value)))
        sheet.set_column(place, place, min(longest + 2, WIDEST))
    sheet.freeze_panes(1, 0)
    if flat.width:
        sheet.autofilter(0, 0, max(flat.height, 1), flat.width - 1)
    said = book.add_worksheet("About")
    said.set_column(0, 0, 18)
    said.set_column(1, 1, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    for row, (name, text) in enumerate(about.items()):
        said.write_string(row, 0, name)
        said.write_string(row, 1, inert(text))
    book.close()
    return content.getvalue()


def _number_format(book: Any, kind: pl.DataType) -> Any:
    if isinstance(kind, pl.Decimal):
        return book.add_format({"num_format": "#,##0." + "0" * kind.scale if kind.scale else "0"})
    return book.add_format({"num_format": "#,##0"}) if kind.is_integer() else None


def _cell(sheet: Any, row: int, place: int, value: Any, form: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, place, value, form)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, place, value, form)
    else:
        sheet.write_string(row, place, inert(str(value)), form)


WRITERS: Mapping[str, Callable[[pl.DataFrame, Mapping[str, str]], bytes]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".parquet": _parquet,
}
