"""X12 claims (837P) and remittances (835), as they come from a clearinghouse or payer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal

import polars as pl

from pipelines.readers import MONEY, PROBLEM, Batch, Source, UnreadableFile, x12, x12_835, x12_837p
from pipelines.readers.x12_envelope import Transaction
from pipelines.readers.x12_loops import pick
from schemas import landing
from schemas.table import polars_schema, table_name

VERSION = "1"

SIMULATOR = "MOHSSIM"
"""Our simulator's sender code [GS02]."""

_COUNTED = {"837P": ("SV1", "CLM", 2), "835": ("SVC", "CLP", 3)}
"""Kind -> segment that is a row, segment and element that is its charge."""

_SCHEMAS = {
    table_name(model): polars_schema(model)
    for model in (
        landing.Transaction,
        landing.LandedClaim,
        landing.LandedLine,
        landing.LandedDiagnosis,
        landing.LandedOtherPayer,
        landing.LandedLineAdjudication,
        landing.LandedRemit,
        landing.LandedRemitClaim,
        landing.LandedRemitLine,
        landing.LandedAdjustment,
        landing.LandedAmount,
        landing.LandedProviderAdjustment,
    )
}


def recognises(source: Source) -> bool:
    """True for anything that looks like X12, of whatever transaction set."""
    return x12.recognises(source.head)


def read(source: Source) -> Iterator[Batch]:
    """Batches of whole claims in file order. A problem of scope transaction may come in a later
    batch than claims of that transaction set. Raises UnreadableFile."""
    kind = "unsupported"
    try:
        for chunk in x12.chunks(source.path, _context, x12.CHUNK):
            batches = list(_batches(chunk, source.file_id, kind))
            kind = batches[-1].kind
            yield from batches
    except x12.NotX12 as error:
        raise UnreadableFile(f"{source.path.name}: {error}") from error


def _context(segments: pl.DataFrame, delimiters: x12.Delimiters) -> pl.DataFrame:
    if len(segments) and segments["kind"][0] == "835":
        return x12_835.context(segments)
    return x12_837p.context(segments, delimiters.element)


def _batches(chunk: x12.Chunk, file_id: str, kind: str) -> Iterator[Batch]:
    """One batch per kind of transaction set in the chunk; the first also carries what is wrong with
    the envelope. `kind` is that of the batch before, for a chunk with nothing else to tell."""
    present = [name for name in _COUNTED if (chunk.segments["kind"] == name).any()]
    if chunk.unsupported or not present:
        present.append("unsupported" if chunk.unsupported else kind)
    flaws = pl.DataFrame([vars(flaw) for flaw in chunk.flaws], schema=PROBLEM)
    for position, name in enumerate(present):
        rows = chunk.segments.filter(pl.col("kind") == name)
        frames: dict[str, pl.DataFrame] = {}
        problems = [flaws] if position == 0 else []
        if name == "837P":
            looped = x12_837p.loops(rows, chunk.delimiters.element)
            frames = x12_837p.frames(looped, chunk.delimiters)
            problems.append(x12_837p.unexpected(looped))
        elif name == "835":
            looped = x12_835.loops(rows)
            frames = x12_835.frames(looped, chunk.delimiters)
            problems.append(x12_835.unexpected(looped))
        ended = [one for one in chunk.transactions if one.kind == name]
        if name in _COUNTED:
            frames["landing.transaction"] = _transactions(ended)
        count, charge = _totals(rows, name, chunk.delimiters.element)
        yield Batch(
            kind=name,
            frames={
                table: landed
                for table, frame in frames.items()
                if len(landed := _landed(frame, table, file_id))
            },
            rows_in=count,
            charge_in=charge,
            problems=pl.concat([frame.select(*PROBLEM) for frame in problems] or [flaws.clear()]),
            bytes_read=chunk.bytes_read,
            encoding=chunk.encoding,
            is_incomplete=chunk.is_incomplete,
            is_simulated=SIMULATOR in chunk.senders,
        )


def _totals(rows: pl.DataFrame, kind: str, element: str) -> tuple[int, Decimal]:
    """Rows and dollars counted in the segments themselves, whatever loops are made of them."""
    if kind not in _COUNTED:
        return 0, Decimal(0)
    line, claim, position = _COUNTED[kind]
    money = MONEY.pattern.replace(r"\d", "[0-9]")
    amounts = pick(rows.filter(pl.col("id") == claim), element, charge=position)["charge"]
    readable = amounts.filter(amounts.str.contains(money)).cast(pl.Decimal(18, 2))
    total = readable.sum()
    return int((rows["id"] == line).sum()), Decimal(str(total)) if len(readable) else Decimal(0)


def _transactions(ended: list[Transaction]) -> pl.DataFrame:
    known = {
        field.name: pl.Int64 if field.type == "int" else pl.String for field in fields(Transaction)
    }
    found = pl.DataFrame([vars(one) for one in ended], schema=known)
    return found.with_columns(transaction_control_number="control_number")


def _landed(frame: pl.DataFrame, table: str, file_id: str) -> pl.DataFrame:
    """Exactly the columns of the table. A text column the reader fills is never null; one that only
    an export has is null throughout."""
    frame = frame.with_columns(file_id=pl.lit(file_id))
    return frame.select(
        (pl.col(name).fill_null("") if dtype == pl.String else pl.col(name)).cast(dtype)
        if name in frame.columns
        else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in _SCHEMAS[table].items()
    ).sort("ordinal", maintain_order=True)
