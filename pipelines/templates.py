"""Templates of files a practice fills: the chart file, as CSV or as a workbook that explains itself."""

from __future__ import annotations

import csv
import datetime
import io
import os
from pathlib import Path

import polars as pl
import xlsxwriter

from pipelines.readers.mapping import CHART, SHIPPED, load_mapping
from schemas.charts import LandedChart, StagedChartLesion, StagedChartStage, words
from schemas.table import Table, polars_schema

MODELS: tuple[type[Table], ...] = (StagedChartLesion, StagedChartStage)
MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""The date every workbook carries, so that the same template has the same bytes."""
ROWS_CHECKED = 5000
"""Rows of the sheet whose cells offer the accepted words."""
FORMS = {
    pl.Boolean: "yes or no",
    pl.Date: "day, as 2024-08-13",
    pl.Int64: "whole number",
    pl.Decimal: "number, at most two decimals",
    pl.String: "text",
}


class UnusableTemplate(ValueError):
    """The template cannot be written where it was asked for; the message says what to do."""


def write_chart(path: Path) -> Path:
    """A chart file without rows, in a new file; .csv or .xlsx by its suffix.

    Raises UnusableTemplate for another suffix, or where there is a file already.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise UnusableTemplate(f"{path}: a template is .csv or .xlsx; name it chart.xlsx")
    content = _workbook() if suffix == ".xlsx" else _csv()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # it will hold what charts say of patients
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UnusableTemplate(f"{path}: is there already; name another file") from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    return path


def describe_chart() -> pl.DataFrame:
    """One row per column of the chart file: column, meaning, accepted, needed."""
    described = LandedChart.to_schema().columns
    needed = {name: group for group in _required() for name in group}
    return pl.DataFrame(
        [
            {
                "column": name,
                "meaning": described[name].description,
                "accepted": accepted(name),
                "needed": " or ".join(needed.get(name, ())),
            }
            for name in CHART
        ]
    )


def accepted(name: str) -> str:
    """What a cell of the column may say, by the model of the table it goes to."""
    for model in MODELS:
        if name not in polars_schema(model):
            continue
        if words(model, name):
            return ", ".join(words(model, name))
        column = model.to_schema().columns[name]
        limits = {check.name: check.statistics for check in column.checks}
        dtype = polars_schema(model)[name]
        text = next(form for kind, form in FORMS.items() if dtype == kind)
        if "str_matches" in limits:
            text = "ten digits"
        elif "less_than_or_equal_to" in limits:
            low, high = "greater_than_or_equal_to", "less_than_or_equal_to"
            text += f", {limits[low]['min_value']} to {limits[high]['max_value']}"
        return text
    return FORMS[pl.String]


def _required() -> tuple[tuple[str, ...], ...]:
    return load_mapping(SHIPPED / "chart.yaml").required


def _csv() -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(CHART)
    return text.getvalue().encode()


def _workbook() -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"title": "Chart file", "created": MADE})
    heading = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
    plain = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("Chart")
    for place, name in enumerate(CHART):
        kind = accepted(name)
        form = day if kind == FORMS[pl.Date] else plain if kind in ("text", "ten digits") else None
        sheet.write_string(0, place, name, heading)
        sheet.set_column(place, place, max(len(name) + 2, 10), form)
        offered = ["yes", "no"] if kind == FORMS[pl.Boolean] else _offered(name)
        if offered:
            rule = {"validate": "list", "source": offered, "ignore_blank": True}
            sheet.data_validation(1, place, ROWS_CHECKED, place, rule)
    sheet.freeze_panes(1, 0)
    columns = book.add_worksheet("Columns")
    described = describe_chart()
    for place, (name, width) in enumerate(zip(described.columns, (30, 60, 50, 30), strict=True)):
        columns.write_string(0, place, name, heading)
        columns.set_column(place, place, width, wrap)
        for row, text in enumerate(described[name], start=1):
            columns.write_string(row, place, text, wrap)
    columns.freeze_panes(1, 0)
    book.close()
    return content.getvalue()


def _offered(name: str) -> list[str]:
    return next((list(words(model, name)) for model in MODELS if name in polars_schema(model)), [])
