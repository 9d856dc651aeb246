"""Sheets people fill in and hand back: what is known on the left, columns to fill in on the right."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import xlsxwriter

from pipelines import ledgers
from reports.workbook import MADE, inert
from reports.writing import write_private

USUAL_WIDTH = 14


class UnusableSheet(ValueError):
    """A sheet that cannot be written or taken; the message names place and remedy."""


@dataclass(frozen=True)
class Form:
    """A kind of sheet. `command` writes it; `needed` are columns without which it is not taken."""

    title: str
    command: str
    columns: Sequence[str]
    key: str
    needed: Sequence[str]
    to_fill: Sequence[str]
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Column -> the words to choose from."""
    wide: Mapping[str, int] = field(default_factory=dict)
    """Column -> width in characters, where it is not the usual one."""


def write(form: Form, rows: pl.DataFrame, path: Path) -> Path:
    """Write rows to fill in to a new private file; .xlsx or .csv by its suffix.

    Raises UnusableSheet for another suffix, or where there is a file already.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        name = form.title.split()[0].lower()
        raise UnusableSheet(f"{path}: a sheet is .csv or .xlsx; name it {name}.xlsx")
    if path.exists():
        raise UnusableSheet(
            f"{path}: is there already, and may hold decisions; take it first, or name another file"
        )
    sheet = rows.select(form.columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, _workbook(form, sheet) if suffix == ".xlsx" else _csv(sheet))
    return path


def read(form: Form, path: Path) -> list[tuple[int, dict[str, str]]]:
    """Key and filled columns of each row that has any, with its number (1 is the header).

    Text is as it was before it was made inert. Raises UnusableSheet.
    """
    cells = _sheet_cells(path) if path.suffix.lower() == ".xlsx" else _text_cells(path)
    if not cells:
        raise UnusableSheet(f"{path}: is empty; `{form.command}` writes a sheet")
    headings = [cell.strip().lower().replace(" ", "_") for cell in cells[0]]
    for name in form.needed:
        if name not in headings:
            raise UnusableSheet(
                f"{path}, header: column {name!r} is missing; `{form.command}` writes a sheet that "
                "has it"
            )
    rows = []
    for number, line in enumerate(cells[1:], start=2):
        found = dict(zip(headings, line, strict=False))
        row = {
            name: ledgers.plain((found.get(name) or "").strip())
            for name in (form.key, *form.to_fill)
        }
        if any(row.values()):
            rows.append((number, row))
    return rows


def word(text: str, words: Collection[str], place: str) -> str:
    """One of the words, however it is capitalised. Raises UnusableSheet."""
    chosen = text.lower().replace(" ", "_")
    if chosen not in words:
        raise UnusableSheet(f"{place}: {text!r} is none of {', '.join(words)}")
    return chosen


def day(text: str, place: str, otherwise: date) -> date:
    """A day as a sheet holds it; `otherwise` where it is blank. Raises UnusableSheet."""
    written = text.removesuffix("00:00:00").strip(" T")
    try:
        return date.fromisoformat(written) if written else otherwise
    except ValueError:
        raise UnusableSheet(f"{place}: write the day as 2026-01-31, or leave it blank") from None


def _text_cells(path: Path) -> list[list[str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnusableSheet(f"{path}: cannot be read; check the path") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _sheet_cells(path: Path) -> list[list[str]]:
    try:
        book = fastexcel.read_excel(path)
        sheet = book.load_sheet(0, header_row=None, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, OSError) as error:
        raise UnusableSheet(f"{path}: is no workbook that can be read; save it as .xlsx") from error
    return [[cell or "" for cell in row] for row in sheet.iter_rows()]


def _csv(sheet: pl.DataFrame) -> bytes:
    content = io.StringIO(newline="")
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow(sheet.columns)
    for row in sheet.iter_rows():
        writer.writerow([_text(value) for value in row])
    return content.getvalue().encode()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return inert(value) if isinstance(value, str) else str(value)


def _workbook(form: Form, sheet: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": form.title, "created": MADE})
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    to_fill = book.add_format({"bold": True, "bg_color": "#fff2cc", "valign": "top", "bottom": 1})
    formats = {
        pl.Date: book.add_format({"num_format": "yyyy-mm-dd"}),
        pl.Decimal: book.add_format({"num_format": "#,##0.00"}),
    }
    page = book.add_worksheet(form.title[:31])
    for place, name in enumerate(sheet.columns):
        page.write_string(0, place, name, to_fill if name in form.to_fill else heading)
        kind = formats.get(type(sheet.schema[name]))
        page.set_column(place, place, form.wide.get(name, USUAL_WIDTH), kind)
        _write_column(page, place, sheet[name].to_list())
        if name in form.words:
            choice = {"validate": "list", "source": list(form.words[name])}
            page.data_validation(1, place, max(sheet.height, 1), place, choice)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(sheet.height, 1), sheet.width - 1)
    book.close()
    return content.getvalue()


def _write_column(page: Any, place: int, values: Sequence[Any]) -> None:
    for row, value in enumerate(values, start=1):
        if value is None:
            continue
        if isinstance(value, bool):
            page.write_boolean(row, place, value)
        elif isinstance(value, str):
            page.write_string(row, place, inert(value))
        elif isinstance(value, date):
            page.write_datetime(row, place, value)
        else:
            page.write_number(row, place, value)
