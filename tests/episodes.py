"""Denial episodes of a few files: the desk's core tables and the audit's tables about denials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines import warehouse
from tests.desk import CORE, Desk

TABLES = (
    *CORE,
    "core.submission",
    "core.denial_reason",
    "core.answer",
    "core.denial",
    "audit.data_cut",
    "audit.denial_episode",
    "audit.reason_code",
)


def built(
    desk: Desk,
    names: Sequence[str] = TABLES,
    given: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> dict[str, pl.DataFrame]:
    """`audit.denial_episode` ...: tables of all that is on file; `given` are rows of tables that
    are not built here."""
    with warehouse.part(desk.connection, "bucket BETWEEN 0 AND 255"):
        for name, rows in (given or {}).items():
            frame = pl.DataFrame(list(rows), schema_overrides=_types(name, rows))
            warehouse.insert(desk.connection, name, frame)
        warehouse.build(desk.connection, names)
        return {name: warehouse.select(desk.connection, f"SELECT * FROM {name}") for name in names}


def episodes(desk: Desk, **given: Any) -> dict[str, dict[str, Any]]:
    """line_id -> its episode."""
    found = built(desk, given=given.get("given"))["audit.denial_episode"]
    return {row["line_id"]: row for row in found.iter_rows(named=True)}


def _types(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, pl.DataType]:
    schema = warehouse.frame_schema(name)
    return {column: schema[column] for row in rows for column in row}
