"""A batch on its way from landing to staged: what staging it needs, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.readers import Batch
from schemas.dictionary import tables
from schemas.table import polars_schema

QUARANTINE = polars_schema(tables()["landing.quarantine"])
CENT = Decimal("0.01")
KNOWN_CLAIM = {
    "claim_number": pl.String,
    "payer_sequence": pl.String,
    "billing_npi": pl.String,
    "payer_name": pl.String,
    "payer_identifier": pl.String,
    "claim_id": pl.String,
    "patient_id": pl.String,
}
"""What a remittance is matched against: one row per bill on file."""


@dataclass(frozen=True)
class Context:
    """What staging a file needs to know besides the file."""

    key: bytes
    people: pl.DataFrame
    """Columns number, person: the practice's crosswalk of member and record numbers."""
    known_claims: Callable[[pl.Series], pl.DataFrame]
    """Claim numbers -> bills on file (KNOWN_CLAIM)."""


@dataclass(frozen=True)
class Staged:
    """A batch after its checks: typed rows, what was set aside, and both sides of the balance."""

    frames: dict[str, pl.DataFrame]
    quarantine: pl.DataFrame
    rows_accepted: int
    charge_accepted: Decimal


def nothing() -> Staged:
    """No row in, none out."""
    return Staged({}, pl.DataFrame(schema=QUARANTINE), 0, Decimal(0))


def landed(batch: Batch, name: str) -> pl.DataFrame:
    """A landing table of the batch; empty where the file has none of its rows."""
    frame = batch.frames.get(name)
    return frame if frame is not None else pl.DataFrame(schema=polars_schema(tables()[name]))


def key(file_id: str, ordinal: str) -> pl.Expr:
    """`file_id:ordinal`, which names a staged row."""
    return pl.lit(f"{file_id}:") + pl.col(ordinal).cast(pl.String)


def dollars(column: pl.Series) -> Decimal:
    """The sum of a column of amounts; 0 for an empty one."""
    total: Any = column.sum()
    return Decimal(total or 0).quantize(CENT)
