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

from reports import theme, writing
from reports.answers import WORDED, Answer, AnsweredPage

MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""The date every workbook carries, so that the same rows give the same bytes."""
ACTIVE = re.compile(r"^\s*[=+\-@\t\r]")
"""Text a spreadsheet may run as a formula (OWASP, CSV injection)."""
ROWS = 1_048_575
"""Rows a sheet holds under its header."""
WIDEST = 60


def write(
    answered: Sequence[AnsweredPage], *, out: Path, facts: writing.Facts, title: str = ""
) -> Path:
    """Write answered pages to `out` (.xlsx), private, in one move; same rows, same bytes.

    A sheet of definitions, then one sheet per exhibit that has a table.
    """
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
        {
            "title": title or "Audit of Mohs claims",
            "created": MADE,
            "comments": f"run {facts.run_id}",
        }
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
        heading = one.page.title
        for answer in one.answers:
            heading = answer.exhibit.title or heading
            if answer.exhibit.chart in WORDED or not answer.columns:
                continue
            name = _sheet_name(heading, taken)
            _sheet(book.add_worksheet(name), answer, styles)
            lines.append((name, one.page.title, _meaning(answer)))
    months = {one.month for one in answered}
    privilege = next(filter(None, (facts.privilege(one.page.pack) for one in answered)), "")
    _definitions(definitions, lines, facts, months, styles, privilege)
    book.close()
    writing.folder(out.parent)
    writing.write_private(out, content.getvalue())
    return out


def inert(text: str) -> str:
    """Text no spreadsheet runs, here or saved as CSV: an apostrophe leads a would-be formula."""
    return f"'{text}" if ACTIVE.match(text) else text


def _sheet(sheet: Any, answer: Answer, styles: dict[str, Any]) -> None:
    """A column per form; `withheld` where this copy does not tell a value."""
    forms = _spread(answer)
    height = min(answer.data.height, ROWS)
    for place, (heading, name, end, form) in enumerate(forms):
        sheet.write_string(0, place, inert(heading), styles["heading"])
        longest = max(len(heading) * 0.75, 9)
        for row, found in enumerate(answer.data[name][:height].to_list()):
            value = found[end] if end and found is not None else found
            is_told = (row, name) not in answer.withheld
            unknown = answer.exhibit.unknown if is_told else "withheld"
            own = form if end else answer.form(row, name)
            _cell(sheet, row + 1, place, value, own, unknown, styles)
            if row < 200:
                longest = max(longest, len(theme.written(value, own)))
        sheet.set_column(place, place, min(longest + 2, WIDEST))
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


def _spread(answer: Answer) -> list[tuple[str, str, str, str]]:
    """(heading, column, end of an interval or nothing, format): an interval becomes two columns."""
    spread = []
    for name in answer.columns:
        heading, form = answer.forms[name]
        if isinstance(answer.data.schema[name], pl.Struct):
            spread += [(f"{heading}, {end}", name, end, "percent") for end in ("low", "high")]
        else:
            spread.append((heading, name, "", form))
    return spread


def _definitions(
    sheet: Any,
    lines: Sequence[tuple[str, str, str]],
    facts: writing.Facts,
    months: set[str | None],
    styles: dict[str, Any],
    privilege: str = "",
) -> None:
    periods = ", ".join(sorted(month or "all dates on file" for month in months))
    known = [
        ("Months", periods),
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
    if facts.is_shareable:
        known.insert(
            0, ("Shareable copy", "Counts under 11, and what would tell them, are withheld.")
        )
    if facts.is_simulated:
        known.insert(
            0, ("Simulated data", "The practice, its patients and its payers are invented.")
        )
    if privilege:
        known.insert(0, ("Privileged and confidential", privilege))
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


def _meaning(answer: Answer) -> str:
    note = re.sub(r"[ \t]+", " ", answer.exhibit.note).strip()
    told = "\n".join(part for part in (answer.reading, note) if part)
    return told or "Counted as the sheet before it."


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name Excel takes: 31 characters, none of []:*?/\\, unlike any other."""
    clean = re.sub(r"[\[\]:*?/\\']", " ", title).strip() or "Sheet"
    name, number = clean[:31].rstrip(), 1
    while name.lower() in taken:
        number += 1
        name = f"{clean[: 31 - len(str(number)) - 1].rstrip()} {number}"
    taken.add(name.lower())
    return name
