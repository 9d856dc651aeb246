"""What people decided about patterns of variance: `patterns.csv` of the practice folder.

One row per pattern and day; a pattern's latest row stands. The file may be written by hand, and
`mohs patterns --take` adds to it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from pipelines.dated import ReferenceFileError, where

FILE = "patterns.csv"
COLUMNS = ("pattern_id", "status", "decided_date", "term_to_correct", "author", "note")
LED = r"^'(\s*[=+\-@])"
"""The apostrophe that keeps a spreadsheet from running text as a formula (reports.workbook.inert)."""
INVALID = (
    "is blank, and invalid says that our expectation was wrong; name the term to correct: the row "
    "of contracts.csv, the locality, the tolerance"
)


def settle(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of patterns.csv with their texts as they were before they were made inert.

    Raises ReferenceFileError for an invalid pattern without a term to correct.
    """
    is_bare = pl.col("term_to_correct").fill_null("").str.strip_chars() == ""
    lacking = rows.filter((pl.col("status") == "invalid") & is_bare)
    if lacking.height:
        raise ReferenceFileError(f"{where(lacking)}, column term_to_correct: {INVALID}")
    texts = pl.col("pattern_id", "term_to_correct", "author", "note")
    return rows.with_columns(texts.str.replace(LED, "${1}"))


def plain(text: str) -> str:
    """Text without the apostrophe that made it inert."""
    return re.sub(LED, r"\1", text)


def with_decisions(folder: Path, decided: Sequence[Mapping[str, str]]) -> str:
    """The text of the folder's patterns.csv with rows of COLUMNS added.

    What stands there, remarks included, stays; but a second decision of the same pattern and day
    takes the place of the first.
    """
    headings, kept = list(COLUMNS), []
    path = folder / FILE
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as stream:
            kept = list(csv.reader(stream))
        found = [cell.strip().lower().replace(" ", "_") for cell in kept.pop(0)] if kept else []
        headings = found + [name for name in COLUMNS if name not in found]
    replaced = {(plain(row["pattern_id"]), row["decided_date"]) for row in decided}
    name, day = headings.index("pattern_id"), headings.index("decided_date")
    content = io.StringIO(newline="")
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow(headings)
    for cells in kept:
        filled = cells + [""] * (len(headings) - len(cells))
        if (plain(filled[name].strip()), filled[day].strip()) not in replaced:
            writer.writerow(filled)
    writer.writerows([row.get(heading, "") for heading in headings] for row in decided)
    return content.getvalue()
