"""Tables: exports and chart files as CSV or other text, Excel and Parquet, by column mapping.

The practice's own mappings are tried before the shipped ones. A file is read once; where it is
large, its rows are set down in private temporary files by claim, so that rows of one claim that are
scattered over the file come together while memory stays bounded. Row numbers count data rows from
1; a wholly blank line is no row.

Bad structure is told and kept: a row with too many or too few fields is landed as far as it can be
read and quarantined by row number. Values are not judged here.

Reason codes: Q2 rows the mapping sets aside, Q4 no claim number or unreadable adjustments, Q5 rows
with a wrong number of fields, Q11 warnings.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa

from pipelines.readers import MONEY, PROBLEM, Batch, Source, UnreadableFile, export, grid
from pipelines.readers.mapping import (
    FIELDS,
    SHIPPED,
    Column,
    ColumnMapping,
    expression,
    header_key,
    load_mappings,
)
from schemas import charts, landing

VERSION = "1"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

PART_BYTES = 6 << 20
"""Text this large is held in memory at a time."""
PART_FACTOR = {"text": 1, "excel": 6, "parquet": 6}
"""Bytes of text a byte of the file is thought to hold."""


@dataclass(frozen=True)
class Layout:
    """How a file is read: the mapping that fits, and where its headers stand."""

    mapping: ColumnMapping
    opening: grid.Opening
    header_row: int

    @property
    def headers(self) -> list[str]:
        """As `header_key` writes them."""
        return [header_key(header) for header in self.opening.top[self.header_row]]


@dataclass
class _Totals:
    """Control totals of one part of a file, from its rows before any table is built."""

    rows: int = 0
    charge: Decimal = Decimal(0)
    exported: str | None = None
    """The last day its rows say the export was made."""


def recognises(source: Source) -> bool:
    """Whether the headers fit a mapping. Raises MappingError for a mapping that is broken."""
    return layout_of(source) is not None


def mapping_version(source: Source) -> str:
    """Name and digest of the mapping the file is read with, for the reader version."""
    layout = layout_of(source)
    return f"{layout.mapping.name} {layout.mapping.digest}" if layout else ""


def read(source: Source) -> Iterator[Batch]:
    """The file's landing tables; the first batch has its transaction.

    A batch has the remittances of its own rows: of a file in several batches a payment comes in as
    many parts, each with the total of its part, so that every batch can be staged by itself.

    Raises UnreadableFile where required columns are missing, a used header stands twice or the
    text is in no known encoding.
    """
    layout = layout_of(source)
    if layout is None:
        raise UnreadableFile(f"{source.path.name}: its headers fit no column mapping; write one")
    _check_headers(source, layout)
    encoding = grid.encoding_of(source) if layout.opening.form == "text" else "utf-8"
    size = source.path.stat().st_size
    parts = max(1, math.ceil(size * PART_FACTOR[layout.opening.form] / PART_BYTES))
    totals = [_Totals() for _ in range(parts)]
    with tempfile.TemporaryDirectory(prefix="mohs-") as folder:
        spool = _Spool(Path(folder), parts)
        _spool_rows(source, layout, encoding, spool, totals)
        for part in range(parts):
            rows = spool.rows(part)
            if rows is None and part:
                continue
            exported = max((one.exported for one in totals if one.exported), default=None)
            batch = _batch(source, layout, rows, exported, is_first=part == 0)
            yield replace(
                batch,
                rows_in=totals[part].rows,
                charge_in=totals[part].charge,
                bytes_read=size * (part + 1) // parts,
                encoding=encoding,
            )


def layout_of(source: Source) -> Layout | None:
    """The mapping, sheet, delimiter and header row that fit the file best, or None."""
    found = list(grid.openings(source))
    if not found:
        return None
    for folder in (source.mappings, SHIPPED):
        fits = [
            (len(lacking), -len(mapping.identify), Layout(mapping, opening, row))
            for mapping in load_mappings(folder)
            for opening in found
            if opening.form != "text" or opening.delimiter in mapping.delimiters
            for row, headers in enumerate(opening.top)
            if len(lacking := mapping.lacking([header_key(one) for one in headers]))
            <= mapping.may_lack
        ]
        if fits:
            return min(fits, key=lambda fit: fit[:2])[2]
    return None


def _check_headers(source: Source, layout: Layout) -> None:
    name, mapping, headers = source.path.name, layout.mapping, layout.headers
    missing = [
        " or ".join(_headers_of(mapping.columns[field]) for field in fields)
        for fields in mapping.required
        if not any(mapping.columns[field].is_in(headers) for field in fields)
    ]
    if missing:
        raise UnreadableFile(
            f"{name}: has no column {', '.join(missing)}; add it to the export, or write a mapping "
            f"that says which column it is (read as {mapping.name})"
        )
    twice = [headers[at] for at in mapping.used(headers) if headers.count(headers[at]) > 1]
    if twice:
        raise UnreadableFile(
            f"{name}: the header {', '.join(twice)} stands over more than one column; rename or "
            "remove all but one"
        )


def _headers_of(column: Column) -> str:
    return " / ".join((*column.sources, *column.alternatives))


class _Spool:
    """Rows by part: in memory where there is one part, else as Arrow files in a private folder."""

    def __init__(self, folder: Path, parts: int) -> None:
        self.folder = folder
        self.parts = parts
        self.frames: list[pl.DataFrame] = []
        self.writers: dict[int, pa.RecordBatchStreamWriter] = {}

    def put(self, rows: pl.DataFrame) -> None:
        """Rows whose `_part` says where each belongs."""
        if self.parts == 1:
            self.frames.append(rows)
            return
        for (part,), frame in rows.partition_by("_part", as_dict=True).items():
            table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
            if part not in self.writers:
                self.writers[part] = pa.ipc.new_stream(str(self.folder / str(part)), table.schema)
            self.writers[part].write_table(table)

    def close(self) -> None:
        for writer in self.writers.values():
            writer.close()

    def rows(self, part: int) -> pl.DataFrame | None:
        """The rows of a part, handed out once; None where it has none."""
        if self.parts == 1:
            frames, self.frames = self.frames, []
            return pl.concat(frames)
        if part not in self.writers:
            return None
        path = self.folder / str(part)
        rows = pl.read_ipc_stream(path)
        path.unlink()
        return rows


def _spool_rows(
    source: Source, layout: Layout, encoding: str, spool: _Spool, totals: list[_Totals]
) -> None:
    """Map every row and set it down by claim; count rows and dollars."""
    mapping, headers = layout.mapping, layout.headers
    columns = {**dict.fromkeys(FIELDS[mapping.kind], Column()), **mapping.columns}
    fields = [
        expression(column, headers).alias(name)
        for name, column in {**columns, **mapping.adjustments}.items()
    ]
    places = pl.col("ordinal", "byte_offset", "byte_end", "fault")
    wanted = mapping.used(headers)
    for raw in grid.raw_frames(source, layout.opening, layout.header_row, wanted, encoding):
        rows = raw.select(places, _is_routed(mapping, headers).alias("is_routed"), *fields)
        rows = rows.with_columns(_part_of(mapping, spool.parts).alias("_part"))
        _count(rows, totals)
        spool.put(rows)
    spool.close()


def _count(rows: pl.DataFrame, totals: list[_Totals]) -> None:
    charges = rows["charge"] if "charge" in rows.columns else [None] * rows.height
    if "exported_date" in rows.columns:
        days = rows.filter(pl.col("exported_date").str.contains(DAY))
        for part, day in days.group_by("_part").agg(pl.col("exported_date").max()).iter_rows():
            totals[part].exported = max(totals[part].exported or day, day)
    for part, charge in zip(rows["_part"], charges, strict=True):
        totals[part].rows += 1
        if charge is not None and MONEY.match(charge):
            totals[part].charge += Decimal(charge)


def _is_routed(mapping: ColumnMapping, headers: Sequence[str]) -> pl.Expr:
    """The row is one the mapping's `accept` lines set aside."""
    refused = [
        ~pl.col(str(headers.index(header))).str.strip_chars().is_in(list(values))
        for header, values in mapping.accept.items()
        if header in headers
    ]
    return pl.any_horizontal(refused) if refused else pl.lit(False)


def _part_of(mapping: ColumnMapping, parts: int) -> pl.Expr:
    """Which part a row belongs to: that of its claim, or of the patient of a chart."""
    owner = pl.col("claim_id")
    if mapping.kind == "chart":
        owner = (
            pl.when(pl.col("patient_id").fill_null("") != "").then("patient_id").otherwise(owner)
        )
    return (owner.fill_null("").hash(0) % parts).cast(pl.Int64)


def _paid(rows: pl.DataFrame, mapping: ColumnMapping) -> pl.DataFrame:
    """Rows that belong in a remittance: all of a file of payments, else those with payments."""
    if "remits" not in mapping.produces:
        return rows.clear()
    if "claims" not in mapping.produces:
        return rows
    return rows.filter(export.has_payment(list(mapping.adjustments)))


def _batch(
    source: Source,
    layout: Layout,
    rows: pl.DataFrame | None,
    exported: str | None,
    *,
    is_first: bool,
) -> Batch:
    mapping, file_id = layout.mapping, source.file_id
    frames: dict[str, pl.DataFrame] = {}
    found: list[dict[str, object]] = []
    if is_first:
        frames |= _file_frame(source, mapping, exported)
        found += _extra_columns(layout)
    if rows is not None and mapping.kind == "chart":
        rows = rows.sort("ordinal").with_columns(claim_ordinal=pl.lit(None, dtype=pl.Int64))
        frames |= dict([export.conform(charts.LandedChart, rows, file_id)])
        found += export.faulty_rows(rows)
    elif rows is not None:
        tables, flaws = _export_frames(rows, mapping, file_id)
        frames |= tables
        found += flaws
    return Batch(
        kind=mapping.kind,
        frames=frames,
        problems=pl.DataFrame(found, schema=PROBLEM).sort("ordinal", nulls_last=False),
        is_simulated=".simulated" in (suffix.lower() for suffix in source.path.suffixes),
        absent_columns=mapping.absent(layout.headers),
    )


def _export_frames(
    rows: pl.DataFrame, mapping: ColumnMapping, file_id: str
) -> tuple[dict[str, pl.DataFrame], list[dict[str, object]]]:
    rows = export.with_claims(rows)
    paid = export.with_remit_claims(_paid(rows, mapping))
    frames: dict[str, pl.DataFrame] = {}
    found: list[dict[str, object]] = []
    if "remits" in mapping.produces:
        frames |= export.remit_frames(paid, list(mapping.adjustments), file_id)
    if "claims" not in mapping.produces:
        owned, elsewhere = paid, paid.clear()
    else:
        frames |= export.claim_frames(rows, file_id)
        found += export.disagreements(rows)
        # a row spoils its claim, and its remittance where that begins on another row
        owned = rows
        elsewhere = paid.join(rows, on=["ordinal", "claim_ordinal"], how="anti")
    found += export.mixed_patients(rows, paid)
    for some in (owned, elsewhere):
        found += export.faulty_rows(some)
        found += export.unreadable_adjustments(some)
    return frames, found + export.unowned_rows(owned)


def _file_frame(
    source: Source, mapping: ColumnMapping, exported: str | None
) -> dict[str, pl.DataFrame]:
    transaction = pl.DataFrame(
        {
            "ordinal": export.FILE_ORDINAL,
            "byte_offset": 0,
            "byte_end": source.path.stat().st_size,
            "kind": mapping.kind,
            "created_date": exported,
            "segments": 0,
        },
        schema_overrides={"created_date": pl.String},
    )
    return dict([export.conform(landing.Transaction, transaction, source.file_id)])


def _extra_columns(layout: Layout) -> list[dict[str, object]]:
    """A warning that names the columns nothing was made of."""
    mapping, headers = layout.mapping, layout.headers
    if mapping.ignore is None:
        return []
    used = set(mapping.used(headers))
    extra = [
        layout.opening.top[layout.header_row][at].strip() or f"number {at + 1} (no header)"
        for at, header in enumerate(headers)
        if at not in used and header not in mapping.ignore
    ]
    if not extra:
        return []
    return [
        {
            **dict.fromkeys(PROBLEM),
            "scope": "file",
            "severity": "warning",
            "reason_code": "Q11",
            "reason": f"columns not used: {', '.join(extra)}",
            "remedy": "nothing, or name them in a mapping (under `ignore` to hear no more of them)",
        }
    ]
