"""Rows for people and programs: aligned text, CSV or JSON."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table


def show(
    frame: pl.DataFrame, form: str = "text", *, title: str = "", is_paged: bool = False
) -> None:
    """Print a frame as `text`, `csv` or `json` (a list of objects) to standard output.

    `is_paged`: text that is longer than the terminal goes through the reader's pager.
    """
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(frame.columns)
        for row in frame.iter_rows():
            writer.writerow([_cell(value) for value in row])
    elif form == "json":
        print(json.dumps(frame.to_dicts(), default=plain, indent=1, ensure_ascii=False))  # noqa: T201
    else:
        say_table(
            frame.columns,
            [[_cell(value) for value in row] for row in frame.iter_rows()],
            [dtype.is_numeric() for dtype in frame.dtypes],
            title=title,
            is_paged=is_paged,
        )


def say_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    is_number: Sequence[bool],
    *,
    title: str = "",
    is_paged: bool = False,
) -> None:
    """Print rows aligned; into a pipe at full width, on a terminal within it."""
    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for heading, number in zip(headings, is_number, strict=True):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    screen = console()
    if is_paged and screen.is_terminal and len(rows) > screen.height - 4:
        with screen.pager():
            screen.print(table)
    else:
        screen.print(table)


def console(width: int = 240) -> Console:
    """Standard output; `width` columns wide where it is no terminal."""
    return Console(width=None if sys.stdout.isatty() else width, highlight=False, markup=False)


def plain(value: Any) -> Any:
    """JSON's form of a value: whole numbers, decimals as text with their cents, days as ISO dates."""
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(_cell(item) for item in value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
