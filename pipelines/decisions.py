"""What people decided about patterns of variance: `patterns.csv` of the practice folder.

One row per pattern and day; a pattern's latest row stands. The file may be written by hand, and
`mohs patterns --take` adds to it.
"""

from __future__ import annotations

import polars as pl

from pipelines import ledgers
from pipelines.dated import ReferenceFileError, where

FILE = "patterns.csv"
COLUMNS = ("pattern_id", "status", "decided_date", "term_to_correct", "author", "note")
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
    return ledgers.as_meant(rows, "pattern_id", "term_to_correct", "author", "note")
