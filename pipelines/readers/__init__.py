"""Readers: one module per file format, each with `VERSION`, `recognises(source)` and `read(source)`.

A reader turns one file into batches of landing tables (`schemas.landing`, text as the file said it) and
a list of structural problems. It judges structure only; values are judged when staging. It counts rows
and dollars from the raw text before it builds loops, so that the intake balance can catch what loop
building loses.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import ModuleType

import polars as pl

MONEY = re.compile(r"^-?\d{1,10}(\.\d{1,2})?$")
"""An amount we accept: plain digits, at most two decimals. `80.005`, `+80` and `8E1` are unreadable."""

PROBLEM = {
    "scope": pl.String,
    "severity": pl.String,
    "transaction_ordinal": pl.Int64,
    "claim_ordinal": pl.Int64,
    "ordinal": pl.Int64,
    "byte_offset": pl.Int64,
    "byte_end": pl.Int64,
    "reason_code": pl.String,
    "reason": pl.String,
    "remedy": pl.String,
}
"""A structural problem. `severity` is quarantined or warning. A quarantined problem of scope transaction
takes every claim with that `transaction_ordinal` with it, of scope claim the claim with `claim_ordinal`,
of scope line or row the landed row with `ordinal`, of scope file everything."""


class UnreadableFile(ValueError):
    """A file no part of which can be used; the message names the place and the remedy."""


@dataclass(frozen=True)
class Source:
    """A file to read, and the practice's own column mappings."""

    path: Path
    mappings: Path | None = None

    @cached_property
    def sha256(self) -> str:
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    @property
    def file_id(self) -> str:
        return self.sha256[:16]

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB."""
        with self.path.open("rb") as stream:
            return stream.read(65536)


@dataclass(frozen=True)
class Batch:
    """A bounded part of a file; a claim is never split over two batches."""

    kind: str
    """837P, 835, export, chart or unsupported (only counted)."""
    frames: dict[str, pl.DataFrame]
    """Landing table name -> rows, with exactly the columns of its model."""
    rows_in: int = 0
    """SV1 segments of 837P, SVC segments of 835, data rows of an export; from the raw text."""
    charge_in: Decimal = Decimal(0)
    """Sum of the readable CLM02, CLP03 or charge; from the raw text."""
    problems: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PROBLEM))
    bytes_read: int = 0
    """How far into the file this batch reaches, for the progress bar."""
    encoding: str = "utf-8"
    is_incomplete: bool = False
    """The envelope is broken: some of the file may be missing."""
    is_simulated: bool = False
    absent_columns: tuple[str, ...] = ()
    """Columns of the generic export that the file does not have."""


def readers() -> Iterator[ModuleType]:
    """Every module in this folder that can recognise and read a file, by name."""
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if hasattr(module, "recognises") and hasattr(module, "read"):
            yield module


def reader_of(source: Source) -> ModuleType | None:
    """The reader that recognises the file, or None."""
    return next((module for module in readers() if module.recognises(source)), None)
