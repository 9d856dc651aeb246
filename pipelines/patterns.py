"""`mohs patterns`: what payers do again and again, as a sheet to decide on, and back again."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import xlsxwriter

from pipelines import decisions, warehouse
from pipelines.warehouse import Connection
from reports.workbook import MADE, inert
from reports.writing import write_private
from schemas.patterns import STATUSES

STARTS = warehouse.SQL / "engine" / "pattern_start.sql"
TO_FILL = ("status", "decided_date", "term_to_correct", "author", "note")
SHEET = (
    "pattern_id",
    "statement",
    "lines",
    "dollars",
    "expected_allowed",
    "allowed",
    "first_date_of_service",
    "last_date_of_service",
    "first_remittance_date",
    "last_remittance_date",
    "recovery",
    "recoverable",
    "past_deadline",
    "unknown_deadline",
    "appeal_deadline",
    "reopening_deadline",
    "last_deadline",
    "first_example",
    "second_example",
    "third_example",
    *TO_FILL,
)
"""Columns of the sheet; the last five are to fill in."""
SHOWN = (
    "pattern_id",
    "lines",
    "dollars",
    "first_date_of_service",
    "last_date_of_service",
    "recovery",
    "recoverable",
    "last_deadline",
    "status",
)
"""Columns that are printed for people; programs get those of the sheet."""
WIDE = {"pattern_id": 48, "statement": 80, "term_to_correct": 40, "note": 40}


class UnusableSheet(ValueError):
    """A sheet of patterns that cannot be written or taken; the message names place and remedy."""


def name_variances(connection: Connection) -> None:
    """Tell each row of audit.payment_variance its pattern, over the whole warehouse.

    A pattern starts where a kind of variance occurs again after 180 days (sql/engine/
    pattern_start.sql); variances of a pattern that was marked invalid no longer count.
    """
    connection.execute(
        "UPDATE audit.payment_variance AS variances SET pattern_id = starts.pattern_id, "
        "pattern_start = starts.pattern_start, is_counted = starts.is_counted "
        f"FROM ({warehouse.select_text(STARTS)}) AS starts "
        "WHERE variances.line_id = starts.line_id"
    )


def read(connection: Connection) -> pl.DataFrame:
    """audit.variance_pattern, the largest amounts first."""
    return warehouse.select(
        connection, "SELECT * FROM audit.variance_pattern ORDER BY abs(dollars) DESC, pattern_id"
    )


def write_sheet(patterns: pl.DataFrame, path: Path) -> Path:
    """The sheet to fill in, in a new private file; .xlsx or .csv by its suffix.

    Raises UnusableSheet for another suffix, or where there is a file already.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise UnusableSheet(f"{path}: a sheet is .csv or .xlsx; name it patterns.xlsx")
    if path.exists():
        raise UnusableSheet(
            f"{path}: is there already, and may hold decisions; take it first, or name another file"
        )
    sheet = patterns.select(SHEET)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, _workbook(sheet) if suffix == ".xlsx" else _csv(sheet))
    return path


def take(patterns: pl.DataFrame, path: Path, folder: Path, today: date) -> list[dict[str, str]]:
    """Add what a sheet decides to the folder's patterns.csv, whole or not at all.

    A row whose status, term, author and note are as they stand decides nothing. A decision without
    a date, or with that of the decision it changes, is of today. Returns the rows added. Raises
    UnusableSheet where the sheet cannot be read, names a pattern or status that is none, or says
    invalid without a term to correct.
    """
    known = {row["pattern_id"]: row for row in patterns.to_dicts()}
    decided: dict[str, dict[str, str]] = {}
    for number, row in _rows(path):
        pattern_id = row["pattern_id"]
        place = f"{path}, row {number}"
        if not row["status"]:
            continue
        if pattern_id not in known:
            raise UnusableSheet(
                f"{place}: {pattern_id!r} is no pattern now; `mohs patterns` lists them, take the "
                "row out"
            )
        if pattern_id in decided:
            raise UnusableSheet(f"{place}: {pattern_id!r} stands there twice; take one row out")
        decision = _decision(row, known[pattern_id], place, today)
        if decision is not None:
            decided[pattern_id] = decision
    if decided:
        rows = [{name: inert(row[name]) for name in row} for row in decided.values()]
        text = decisions.with_decisions(folder, rows)
        write_private(folder / decisions.FILE, text.encode())
    return list(decided.values())


def _decision(
    row: Mapping[str, str], known: Mapping[str, Any], place: str, today: date
) -> dict[str, str] | None:
    status = row["status"].lower()
    if status not in STATUSES:
        raise UnusableSheet(
            f"{place}, column status: {row['status']!r} is none of {', '.join(STATUSES)}"
        )
    if status == "invalid" and not row["term_to_correct"]:
        raise UnusableSheet(f"{place}, column term_to_correct: {decisions.INVALID}")
    told = {name: row[name] for name in ("term_to_correct", "author", "note")}
    if status == known["status"] and all(told[name] == (known[name] or "") for name in told):
        return None
    day = row["decided_date"].removesuffix("00:00:00").strip(" T")
    try:
        decided_date = date.fromisoformat(day) if day else today
    except ValueError:
        raise UnusableSheet(
            f"{place}, column decided_date: write the day as 2026-01-31, or leave it blank"
        ) from None
    if decided_date == known["decided_date"]:
        decided_date = today
    return {
        "pattern_id": row["pattern_id"],
        "status": status,
        "decided_date": decided_date.isoformat(),
        **told,
    }


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows of a sheet by heading, with their number (1 is the header)."""
    cells = _sheet_cells(path) if path.suffix.lower() == ".xlsx" else _text_cells(path)
    if not cells:
        raise UnusableSheet(f"{path}: is empty; `mohs patterns --out FILE` writes a sheet")
    headings = [cell.strip().lower().replace(" ", "_") for cell in cells[0]]
    for name in ("pattern_id", "status", "term_to_correct"):
        if name not in headings:
            raise UnusableSheet(
                f"{path}, header: column {name!r} is missing; `mohs patterns --out FILE` writes a "
                "sheet that has it"
            )
    wanted = ("pattern_id", *TO_FILL)
    rows = []
    for number, line in enumerate(cells[1:], start=2):
        found = dict(zip(headings, line, strict=False))
        row = {name: decisions.plain((found.get(name) or "").strip()) for name in wanted}
        if any(row.values()):
            rows.append((number, row))
    return rows


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
    return inert(value) if isinstance(value, str) else str(value)


def _workbook(sheet: pl.DataFrame) -> bytes:
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
    book.set_properties({"title": "Patterns of payment variance", "created": MADE})
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    to_fill = book.add_format({"bold": True, "bg_color": "#fff2cc", "valign": "top", "bottom": 1})
    forms = {
        pl.Date: book.add_format({"num_format": "yyyy-mm-dd"}),
        pl.Decimal: book.add_format({"num_format": "#,##0.00"}),
    }
    page = book.add_worksheet("Patterns")
    for place, name in enumerate(sheet.columns):
        page.write_string(0, place, name, to_fill if name in TO_FILL else heading)
        form = forms.get(type(sheet.schema[name]))
        page.set_column(place, place, WIDE.get(name, 14), form)
        _write_column(page, place, sheet[name].to_list())
    page.data_validation(
        1,
        sheet.columns.index("status"),
        max(sheet.height, 1),
        sheet.columns.index("status"),
        {"validate": "list", "source": STATUSES},
    )
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(sheet.height, 1), sheet.width - 1)
    book.close()
    return content.getvalue()


def _write_column(page: Any, place: int, values: Sequence[Any]) -> None:
    for row, value in enumerate(values, start=1):
        if value is None:
            continue
        if isinstance(value, str):
            page.write_string(row, place, inert(value))
        elif isinstance(value, date):
            page.write_datetime(row, place, value)
        else:
            page.write_number(row, place, value)
