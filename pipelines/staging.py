"""Landing to staged: text to values, identities, and what must be set aside."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipelines import bills, remittances
from pipelines.batches import Context, Staged, landed
from pipelines.quarantine import loose
from pipelines.readers import Batch


def stage(
    batch: Batch, file_id: str, context: Context, payments: pl.DataFrame | None = None
) -> Staged:
    """Check and type one batch. Rows in = rows accepted + sum of `rows` in the quarantine.

    `payments` are the rows of landing.remit the batch belongs to; without them, its own.
    """
    if payments is None:
        payments = landed(batch, "landing.remit")
    counts_bills = "landing.service_line" in batch.frames or batch.kind == "837P"
    parts = [bills.stage(batch, file_id, context, is_export=batch.kind == "export")]
    parts.append(
        remittances.stage(
            batch, file_id, context, payments, counts=not (batch.kind == "export" and counts_bills)
        )
    )
    stray = loose(batch, file_id)
    frames = {
        name: frame for part in parts for name, frame in part.frames.items() if not frame.is_empty()
    }
    return Staged(
        frames,
        pl.concat([stray, *(part.quarantine for part in parts)]),
        sum(part.rows_accepted for part in parts),
        sum((part.charge_accepted for part in parts), Decimal(0)),
    )


def unsupported(batch: Batch, file_id: str) -> Staged:
    """A batch nobody can stage: its problems are recorded, nothing else."""
    return Staged({}, loose(batch, file_id), 0, Decimal(0))
