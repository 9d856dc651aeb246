"""Reading X12 in tests: a file as its landed frames, and segments as a file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipelines.readers import Source, edi

FILES = Path(__file__).resolve().parent / "files" / "x12"


@dataclass(frozen=True)
class Reading:
    """All batches of a file together."""

    frames: dict[str, pl.DataFrame]
    problems: pl.DataFrame
    kinds: frozenset[str]
    rows_in: int
    charge_in: Decimal
    encoding: str
    is_incomplete: bool
    is_simulated: bool

    def rows(self, table: str) -> list[dict[str, object]]:
        frame = self.frames.get(f"landing.{table}")
        return [] if frame is None else frame.rows(named=True)

    def amounts(self, table: str, column: str) -> Decimal:
        return sum(
            (Decimal(str(row[column])) for row in self.rows(table) if row[column]), Decimal(0)
        )

    def quarantined(self) -> list[tuple[str, str]]:
        found = self.problems.filter(pl.col("severity") == "quarantined")
        return found.select("scope", "reason_code").sort("scope", "reason_code").rows()

    def warned(self) -> list[str]:
        found = self.problems.filter(pl.col("severity") == "warning")
        return sorted(found["reason_code"].to_list())


def read(path: Path) -> Reading:
    """A file as one reading; rows in file order."""
    batches = list(edi.read(Source(path)))
    frames: dict[str, list[pl.DataFrame]] = {}
    for batch in batches:
        for table, frame in batch.frames.items():
            frames.setdefault(table, []).append(frame)
    return Reading(
        frames={
            table: pl.concat(found).sort("ordinal", maintain_order=True)
            for table, found in sorted(frames.items())
        },
        problems=pl.concat([batch.problems for batch in batches]).sort(pl.all()),
        kinds=frozenset(batch.kind for batch in batches),
        rows_in=sum(batch.rows_in for batch in batches),
        charge_in=sum((batch.charge_in for batch in batches), Decimal(0)),
        encoding=batches[-1].encoding,
        is_incomplete=any(batch.is_incomplete for batch in batches),
        is_simulated=any(batch.is_simulated for batch in batches),
    )


def segments_of(name: str) -> list[str]:
    """The segments of one of our own files, without terminators; element `*`, component `:`."""
    text = (FILES / name).read_text(encoding="utf-8")
    return [segment.strip() for segment in text.split("~") if segment.strip()]


def write(path: Path, segments: list[str]) -> Path:
    path.write_bytes("".join(f"{segment}~\n" for segment in segments).encode())
    return path
