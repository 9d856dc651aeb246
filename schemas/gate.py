"""Whether a frame fits its model, in one pass.

Pandera runs dozens of small queries for each table, which is most of the work for a small file. The same
model's columns and checks are read here into one polars query that only answers yes or no; where it says
no, or meets a check it does not know, Pandera gives the verdict and the reasons.
"""

from __future__ import annotations

from functools import cache, reduce
from operator import or_
from typing import Any

import polars as pl

from schemas.table import Table


def fits(table: type[Table], frame: pl.DataFrame) -> bool:
    """True only where Pandera would accept the frame; False asks for Pandera's verdict."""
    schema = table.to_schema()
    wanted = {name: column.dtype.type for name, column in schema.columns.items()}
    if dict(frame.schema) != wanted:
        return False
    misfits = _misfits(table)
    if misfits is None:
        return False
    return frame.is_empty() or not bool(frame.select(misfits).item())


@cache
def _misfits(table: type[Table]) -> pl.Expr | None:
    """An expression that is true where any row breaks the model; None for a check not known here."""
    schema = table.to_schema()
    if schema.checks:
        return None
    found: list[pl.Expr] = [pl.lit(False)]
    for name, column in schema.columns.items():
        value = pl.col(name)
        if not column.nullable:
            found.append(value.is_null().any())
        if column.unique:
            found.append(value.is_duplicated().any())
        for check in column.checks:
            broken = _broken(value, check)
            if broken is None:
                return None
            found.append(broken.fill_null(False).any())
    if schema.unique:
        found.append(pl.struct(*schema.unique).is_duplicated().any())
    return reduce(or_, found)


def _broken(value: pl.Expr, check: Any) -> pl.Expr | None:
    known: dict[str, Any] = check.statistics or {}
    match check.name:
        case "str_matches":
            pattern = known["pattern"]
            return ~value.str.contains(str(getattr(pattern, "pattern", pattern)))
        case "str_length":
            length = value.str.len_chars()
            low, high = known.get("min_value"), known.get("max_value")
            broken = pl.lit(False)
            if low is not None:
                broken = broken | (length < low)
            if high is not None:
                broken = broken | (length > high)
            return broken
        case "isin":
            return ~value.is_in(list(known["allowed_values"]))
        case "in_range":
            return value.lt(known["min_value"]) | value.gt(known["max_value"])
        case "greater_than_or_equal_to":
            return value.lt(known["min_value"])
        case "greater_than":
            return value.le(known["min_value"])
        case "less_than_or_equal_to":
            return value.gt(known["max_value"])
        case _:
            return None
