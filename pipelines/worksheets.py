"""The worksheet of an audit sample, written for the reviewer; `reviews` reads it back.

One row per billed line of every unit drawn and one more per unit for a charge that was missed. What
was billed is locked and compared with the manifest when it is read back; what our rules say of a
line is not shown, so that the review does not lean on it.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import xlsxwriter

from reports.workbook import inert

REVIEW, SEAL = "Review", "Seal"
MISSED = "missed"
"""Stands for the line id on the row of a missed charge."""
CORRECT, NONE, NO_RECORD, MISSED_CHARGE = "correct", "none", "no record", "missed charge"
ERRORS = (
    "overcoding",
    "undercoding",
    "wrong site",
    "wrong stage count",
    "modifier unsupported",
)
LABELS = (CORRECT, *ERRORS, NO_RECORD)
"""Of a billed line, one each."""
MISSED_LABELS = (NONE, MISSED_CHARGE)
GIVEN = {
    "role": 8, "stratum": 24, "place": 6, "unit_id": 18, "line_id": 18, "date_of_service": 12,
    "rendering_npi": 13, "payer": 18, "procedure_code": 11, "modifiers": 10, "units": 7,
    "allowed": 11, "paid": 11,
}  # fmt: skip
FILLED = {
    "audited_code": 11, "audited_modifiers": 11, "audited_units": 9, "audited_allowed": 11,
    "label": 20, "reviewer": 14, "note": 40, "second_label": 20, "second_reviewer": 14,
}  # fmt: skip
BILLED = ("procedure_code", "modifiers", "units", "allowed", "paid")
NUMBERS = ("units", "allowed", "paid", "audited_units", "audited_allowed")
MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""The date every workbook carries, so that the same sample gives the same bytes."""

INSTRUCTIONS = (
    "Fill in the sheet Review, one row per billed line; white cells are yours, grey ones are locked.",
    "label: one of the list. Labels exclude each other; choose the one that explains the money.",
    "correct: leave the audited columns blank.",
    "Any other label: give the code, modifiers and units the record supports (blank: as billed) and "
    "audited_allowed, the amount that should have been allowed for the line; 0 where nothing should.",
    "no record: the record cannot be had. Label every line of the unit so. A spare of the same "
    "stratum takes its place, the first one first; without a spare the unit counts as unsupported "
    "and its whole payment as overpaid, as a payer would.",
    "The last row of each unit is for a charge that was missed: label it missed charge and give code, "
    "units and audited_allowed, else leave it at none.",
    "Rows with the role spare stay blank until they are needed.",
    "reviewer: your initials, on every row you label.",
    "second_label and second_reviewer: for rows a second reviewer judged without seeing the first "
    "label; agreement and kappa are printed for them.",
    "Do not add, delete or change rows; sorting and filtering are fine.",
    "Then: mohs estimate this-file.xlsx, with manifest.json beside it.",
)


def write(record: Mapping[str, Any]) -> bytes:
    """The worksheet of a manifest, as a workbook. Same manifest, same bytes."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    book.set_properties({"title": "Coding audit worksheet", "created": MADE})
    _write_review(book, record)
    sheet = book.add_worksheet("Instructions")
    sheet.set_column(0, 0, 120, book.add_format({"text_wrap": True, "valign": "top"}))
    for row, text in enumerate(INSTRUCTIONS):
        sheet.write_string(row, 0, text)
    sheet = book.add_worksheet(SEAL)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 80)
    for row, (name, value) in enumerate(_sealed(record).items()):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, inert(value))
    book.close()
    return content.getvalue()


def _sealed(record: Mapping[str, Any]) -> dict[str, str]:
    return {
        "seal": record["seal"],
        "frame_sha256": record["frame"]["sha256"],
        "seed": str(record["generator"]["seed"]),
        "drawn_at": record["drawn_at"],
    }


def _write_review(book: Any, record: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(REVIEW)
    grey = {"bg_color": "#eeece7", "border": 1, "border_color": "#dcd8cf"}
    open_cell = {"locked": False, "border": 1, "border_color": "#dcd8cf"}
    given, given_money = book.add_format(grey), book.add_format({**grey, "num_format": "#,##0.00"})
    text = book.add_format({**open_cell, "num_format": "@"})
    money = book.add_format({**open_cell, "num_format": "#,##0.00"})
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    columns = {**GIVEN, **FILLED}
    for place, (name, width) in enumerate(columns.items()):
        sheet.write_string(0, place, name, heading)
        sheet.set_column(place, place, width)
    rows = list(rows_of(record))
    for at, row in enumerate(rows, start=1):
        for place, name in enumerate(GIVEN):
            value = row[name]
            if name in NUMBERS and value is not None:
                sheet.write_number(at, place, Decimal(value), given_money)
            else:
                sheet.write_string(at, place, inert("" if value is None else str(value)), given)
        for place, name in enumerate(FILLED, start=len(GIVEN)):
            sheet.write_blank(at, place, None, money if name in NUMBERS else text)
        if row["line_id"] == MISSED and row["role"] == "sample":
            sheet.write_string(at, list(columns).index("label"), NONE, text)
        for name in ("label", "second_label"):
            offered = MISSED_LABELS if row["line_id"] == MISSED else LABELS
            place = list(columns).index(name)
            sheet.data_validation(
                at, place, at, place, {"validate": "list", "source": list(offered)}
            )
    for name in ("audited_units", "audited_allowed"):
        place = list(columns).index(name)
        rule = {"validate": "decimal", "criteria": ">=", "value": 0, "ignore_blank": True}
        sheet.data_validation(1, place, max(len(rows), 1), place, rule)
    sheet.freeze_panes(1, list(columns).index("date_of_service"))
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def rows_of(record: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """What is given on each row: the lines drawn, and after each unit's last the missed charge."""
    lines = record["lines"]
    for at, line in enumerate(lines):
        yield {**line, "modifiers": line["modifiers"] or ""}
        if at + 1 == len(lines) or lines[at + 1]["unit_id"] != line["unit_id"]:
            blank = {name: "" for name in BILLED if name not in NUMBERS}
            yield {
                **line,
                **blank,
                "line_id": MISSED,
                **dict.fromkeys(("units", "allowed", "paid")),
            }
