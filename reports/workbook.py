"""The workbook: the table behind every exhibit, one sheet each, with what the figures mean."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from reports import page, theme

MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""The date every workbook carries, so that the same rows give the same bytes."""
ACTIVE = re.compile(r"^\s*[=+\-@\t\r]")
"""Text a spreadsheet may run as a formula (OWASP, CSV injection)."""
ROWS = 1_048_575
"""Rows a sheet holds under its header."""
WIDEST = 60


def write_workbook(
    select: page.Select,
    out: Path,
    *,
    pages: Sequence[str] | None = None,
    month: str | None = None,
    facts: page.Facts,
) -> Path:
    """Ask the pages' queries and write their tables to `out` (.xlsx), private, in one move.

    Same rows, same bytes. Raises page.UnusablePage as `page.render` does.
    """
    return write(page.answer(select, pages=pages, month=month), out=out, facts=facts)


def write(answered: Sequence[page.AnsweredPage], *, out: Path, facts: page.Facts) -> Path:
    """Write answered pages: a sheet of definitions, then one sheet per exhibit that has a table."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": theme.FORMATS["date"][1],
        },
    )
    book.set_properties(
        {"title": "Audit of Mohs claims", "created": MADE, "comments": f"run {facts.run_id}"}
    )
    styles = {
        "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "strong": book.add_format({"bold": True, "valign": "top"}),
        **{name: book.add_format({"num_format": form[1]}) for name, form in theme.FORMATS.items()},
    }
    definitions = book.add_worksheet("Definitions")
    taken: set[str] = {"definitions"}
    lines: list[tuple[str, str, str]] = []
    for one in answered:
        title = one.page.title
        for answer in one.answers:
            title = answer.exhibit.title or title
            if answer.exhibit.chart == "sentence":
                continue
            name = _sheet_name(title, taken)
            _sheet(book.add_worksheet(name), answer, styles)
            lines.append((name, one.page.title, _meaning(answer)))
    months = {one.month for one in answered}
    _definitions(definitions, lines, facts, months, styles)
    book.close()
    if not out.parent.is_dir():
        out.parent.mkdir(mode=0o700, parents=True)
    page.write_private(out, content.getvalue())
    return out


def inert(text: str) -> str:
    """Text no spreadsheet runs, here or saved as CSV: an apostrophe leads a would-be formula."""
    return f"'{text}" if ACTIVE.match(text) else text


def _sheet(sheet: Any, answer: page.Answer, styles: dict[str, Any]) -> None:
    data, forms = _spread(answer)
    for place, (heading, form) in enumerate(forms):
        sheet.write_string(0, place, inert(heading), styles["heading"])
        for row, value in enumerate(data[place][:ROWS], start=1):
            _cell(sheet, row, place, value, form, answer.exhibit.unknown, styles)
        shown = [theme.written(value, form) for value in data[place][:200]]
        longest = max([len(text) for text in shown] + [len(heading) * 0.75, 9])
        sheet.set_column(place, place, min(longest + 2, WIDEST))
    height = min(len(data[0]) if data else 0, ROWS)
    sheet.freeze_panes(1, 0)
    if forms:
        sheet.autofilter(0, 0, max(height, 1), len(forms) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _cell(
    sheet: Any, row: int, place: int, value: Any, form: str, unknown: str, styles: dict[str, Any]
) -> None:
    if value is None or value in ("", []):
        sheet.write_string(row, place, inert(unknown))
    elif isinstance(value, datetime.datetime | datetime.date):
        sheet.write_datetime(row, place, value, styles["date"])
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(row, place, value, styles[form if form in theme.NUMERIC else "number"])
    else:
        sheet.write_string(row, place, inert(theme.written(value, form, unknown)), styles["text"])


def _spread(answer: page.Answer) -> tuple[list[list[Any]], list[tuple[str, str]]]:
    """Columns and their (heading, format); an interval becomes two columns."""
    data: list[list[Any]] = []
    forms: list[tuple[str, str]] = []
    for name, (heading, form) in answer.forms.items():
        values = answer.data[name]
        if isinstance(values.dtype, pl.Struct):
            for end in ("low", "high"):
                data.append([None if value is None else value[end] for value in values])
                forms.append((f"{heading}, {end}", "percent"))
        else:
            data.append(values.to_list())
            forms.append((heading, form))
    return data, forms


def _definitions(
    sheet: Any,
    lines: Sequence[tuple[str, str, str]],
    facts: page.Facts,
    months: set[str | None],
    styles: dict[str, Any],
) -> None:
    periods = ", ".join(sorted(month or "all dates on file" for month in months))
    known = [
        ("Dates of service", periods),
        ("Run", facts.run_id),
        ("Data", facts.data_digest),
        ("Rule book", facts.rule_book_version),
        ("Fee schedules", ", ".join(facts.fee_schedules) or "none loaded"),
        ("mohs", facts.app_version),
        (
            "Potential",
            "Needs review. Nothing here says that a claim was wrong, or that money is owed.",
        ),
    ]
    if facts.is_simulated:
        known.insert(
            0, ("Simulated data", "The practice, its patients and its payers are invented.")
        )
    for row, (name, value) in enumerate(known):
        sheet.write_string(row, 0, name, styles["strong"])
        sheet.write_string(row, 1, inert(value), styles["wrap"])
    top = len(known) + 1
    for place, heading in enumerate(("Sheet", "Page", "How it is counted")):
        sheet.write_string(top, place, heading, styles["heading"])
    for row, line in enumerate(lines, start=top + 1):
        for place, text in enumerate(line):
            sheet.write_string(row, place, inert(text), styles["wrap"])
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 40)
    sheet.set_column(2, 2, 100)
    sheet.freeze_panes(top + 1, 0)


def _meaning(answer: page.Answer) -> str:
    note = re.sub(r"[ \t]+", " ", answer.exhibit.note).strip()
    return note or "Counted as the sheet before it."


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name Excel takes: 31 characters, none of []:*?/\\, unlike any other."""
    clean = re.sub(r"[\[\]:*?/\\']", " ", title).strip() or "Sheet"
    name, number = clean[:31].rstrip(), 1
    while name.lower() in taken:
        number += 1
        name = f"{clean[: 31 - len(str(number)) - 1].rstrip()} {number}"
    taken.add(name.lower())
    return name
