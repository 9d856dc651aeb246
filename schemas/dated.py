"""Rows of reference tables: dated values, with their source and how well they are known."""

from __future__ import annotations

import polars as pl

from schemas.table import Table, column

EVIDENCE = ["authority", "secondary", "recalled", "inference"]


class Dated(Table):
    """A row that holds for some dates of service and says where it was found."""

    effective_from: pl.Date = column("first date of service it holds for", required=True)
    effective_to: pl.Date = column("last date of service it holds for", required=True)
    source: str = column(
        "file or text it was taken from", required=True, str_length={"min_value": 1}
    )


class Graded(Dated):
    """A dated row that also says how well it is known."""

    evidence: str = column("how it is known", required=True, isin=EVIDENCE)
