"""What a table of the warehouse is: a Pandera model that names its layer, grain and columns.

DuckDB's tables are created from these models and `docs/tables.md` is written from them, so a column
exists in one place only.
"""

from __future__ import annotations

from typing import Annotated, Any

import pandera.polars as pa
import polars as pl

Money = Annotated[pl.Decimal, 12, 2]
"""Dollars and cents."""
Units = Annotated[pl.Decimal, 9, 3]
"""Units of service; 835 and 837 allow decimals."""
Codes = Annotated[pl.List, pl.String]
"""An ordered list of codes, billed order kept."""

Counts = Annotated[pl.List, pl.Int64]
"""Counts beside a list of codes."""

DATE_OPEN = "9999-12-31"
"""The end of a value that has none, so that every join is `day between effective_from and effective_to`."""


class Table(pa.DataFrameModel):
    """A table; its docstring's first line is the grain, `Config.name` is `layer.table`."""

    class Config:
        strict = True
        ordered = False


class WholeTable(Table):
    """A table of core or audit that is made once over the whole warehouse, not patient by patient.

    Every other table of those layers has a `patient_id`, by which its rows are replaced.
    """


def column(description: str, *, required: bool = False, **checks: Any) -> Any:
    """A described column. `required` columns may not be null; other keywords are Pandera checks."""
    return pa.Field(description=description, nullable=not required, **checks)


def duckdb_type(dtype: Any) -> str:
    """DuckDB's name for a Pandera polars dtype. Raises TypeError for one no table uses."""
    kind = getattr(dtype, "type", dtype)
    return _duckdb_name(kind)


def _duckdb_name(kind: Any) -> str:
    if isinstance(kind, pl.List):
        return f"{_duckdb_name(kind.inner)}[]"
    if isinstance(kind, pl.Decimal):
        return f"DECIMAL({kind.precision},{kind.scale})"
    names = {
        pl.String: "VARCHAR",
        pl.Boolean: "BOOLEAN",
        pl.Int64: "BIGINT",
        pl.Int32: "INTEGER",
        pl.Float64: "DOUBLE",
        pl.Date: "DATE",
        pl.Datetime: "TIMESTAMP",
    }
    for candidate, name in names.items():
        if kind == candidate:
            return name
    raise TypeError(f"no DuckDB type for {kind!r}")


def polars_schema(table: type[Table]) -> dict[str, pl.DataType]:
    """Column name -> polars dtype, in the order of the model."""
    return {name: column.dtype.type for name, column in table.to_schema().columns.items()}


def table_name(table: type[Table]) -> str:
    """`layer.table`."""
    name = table.to_schema().name
    if not name or "." not in name:
        raise TypeError(f"{table.__name__} has no Config.name of the form layer.table")
    return str(name)


def create_statement(table: type[Table]) -> str:
    """The DuckDB statement that creates the table if it is not there."""
    columns = ", ".join(
        f'"{name}" {duckdb_type(column.dtype)}{"" if column.nullable else " NOT NULL"}'
        for name, column in table.to_schema().columns.items()
    )
    return f"CREATE TABLE IF NOT EXISTS {table_name(table)} ({columns})"
