"""CSV files of the practice folder that people keep by hand and commands add rows to."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

LED = r"^'(\s*[=+\-@])"
"""The apostrophe that keeps a spreadsheet from running text as a formula (reports.workbook.inert)."""


def plain(text: str) -> str:
    """Text without the apostrophe that made it inert."""
    return re.sub(LED, r"\1", text)


def as_meant(rows: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Rows with the texts of these columns as they were before they were made inert."""
    return rows.with_columns(pl.col(*names).str.replace(LED, "${1}"))


def with_rows(
    path: Path, columns: Sequence[str], key: Sequence[str], added: Sequence[Mapping[str, str]]
) -> str:
    """The text of a file with rows added; `columns` are those of a new one.

    What stands there, remarks included, stays; but a row of the same `key` gives way to one added.
    """
    headings, kept = list(columns), []
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as stream:
            kept = list(csv.reader(stream))
        found = [cell.strip().lower().replace(" ", "_") for cell in kept.pop(0)] if kept else []
        headings = found + [name for name in columns if name not in found]
    places = [headings.index(name) for name in key]
    replaced = {tuple(plain(row.get(name, "").strip()) for name in key) for row in added}
    content = io.StringIO(newline="")
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow(headings)
    for cells in kept:
        filled = cells + [""] * (len(headings) - len(cells))
        if tuple(plain(filled[at].strip()) for at in places) not in replaced:
            writer.writerow(filled)
    writer.writerows([row.get(heading, "") for heading in headings] for row in added)
    return content.getvalue()
