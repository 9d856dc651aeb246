"""A warehouse in memory for tests: take text in, look at what core tables say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import landing, reference, settling, warehouse
from pipelines.landing import Outcome
from pipelines.warehouse import Connection
from schemas.dictionary import tables

CORE = (
    "core.claim",
    "core.line_modifier",
    "core.line_diagnosis",
    "core.remit_claim",
    "core.remit_match",
    "core.remit_line",
    "core.adjustment",
    "core.service_line",
    "core.encounter",
)
"""What this desk builds; the tables that only rules and prices read are left out."""
NOBODY = pl.DataFrame(schema={"number": pl.String, "person": pl.String})
KEY = b"a key for tests"


@cache
def opened() -> Connection:
    """A warehouse in memory with every table, and the reference values that ship; opened once."""
    connection = warehouse.connect()
    warehouse.create(connection)
    connection.execute(
        "INSERT INTO landing.warehouse VALUES (?, 'test', NULL)", [warehouse.SCHEMA_VERSION]
    )
    reference.load(connection)
    return connection


@dataclass
class Desk:
    """A warehouse in memory, and a folder for the files it takes in."""

    connection: Connection
    folder: Path
    people: pl.DataFrame = field(default_factory=lambda: NOBODY)
    key: bytes = KEY

    def clear(self) -> None:
        """Empty what files came to; core tables are built in a catalog of their own."""
        for name in tables():
            if name.split(".")[0] in ("landing", "staged"):
                self.connection.execute(f"DELETE FROM {name}")
        self.connection.execute(
            "INSERT INTO landing.warehouse VALUES (?, 'test', NULL)", [warehouse.SCHEMA_VERSION]
        )

    def read(self, content: str | bytes | Path, name: str = "claims.837", **more: Any) -> Outcome:
        """Take one file in without settling it."""
        path = content
        if not isinstance(path, Path):
            path = self.folder / name
            data = content.encode() if isinstance(content, str) else content
            assert isinstance(data, bytes)
            path.write_bytes(data)
        return landing.take_in(self.connection, path, key=self.key, people=self.people, **more)

    def take_in(self, *contents: str | bytes | Path, name: str = "file") -> list[Outcome]:
        """Take files in and settle them together."""
        outcomes = [self.read(one, f"{name}{at}") for at, one in enumerate(contents)]
        settling.settle(self.connection)
        return outcomes

    def core(self) -> dict[str, pl.DataFrame]:
        """`claim`, `service_line` ...: the core tables of all that is on file, built afresh."""
        with warehouse.part(self.connection, "bucket BETWEEN 0 AND 255"):
            warehouse.build(self.connection, CORE)
            return {
                name.removeprefix("core."): warehouse.select(
                    self.connection, f"SELECT * FROM {name}"
                )
                for name in CORE
            }

    def lines(self) -> dict[str, dict[str, Any]]:
        """line_id -> its row of core.service_line."""
        return {row["line_id"]: row for row in self.core()["service_line"].iter_rows(named=True)}

    def quarantine(self, severity: str = "quarantined") -> list[dict[str, Any]]:
        """Rows of landing.quarantine in the order of the file."""
        return self.rows(
            "SELECT * FROM landing.quarantine WHERE severity = ? "
            "ORDER BY ordinal, reason_code, reason",
            [severity],
        )

    def reasons(self, severity: str = "quarantined") -> set[tuple[str, str]]:
        """(scope, check) of what was set aside or warned about."""
        return {(row["scope"], row["reason_code"]) for row in self.quarantine(severity)}

    def rows(self, query: str, parameters: Any = None) -> list[dict[str, Any]]:
        """The result of a query as dictionaries."""
        return warehouse.select(self.connection, query, parameters).to_dicts()


def picked(row: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Some columns of a row."""
    return {name: row[name] for name in names}
