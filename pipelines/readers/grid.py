"""Rows and cells of a delimited text, an Excel sheet or a Parquet file, as text.

A raw frame has one row per data row: `ordinal` (1 for the first data row), `byte_offset` and
`byte_end` in the original bytes (0 for Excel and Parquet), `fault` (what is wrong with the row,
else null) and the asked-for columns, named by their position.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import fastexcel
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.readers import Source, UnreadableFile

HEADER_WITHIN = 10
"""Headers are looked for in this many first rows: exports put a title above them."""
CHUNK_ROWS = 5_000
UNCLOSED = "has a quotation mark that is not closed or not doubled"
DELIMITERS = (",", ";", "\t", "|")

NOT_TEXT = re.compile(rb"%PDF|ISA[^0-9A-Za-z_]|[{\[<]|PK\x03\x04|\xd0\xcf\x11\xe0")
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Opening:
    """One way to read a file as a grid: its form and its first rows."""

    form: str
    """text, excel or parquet"""
    top: tuple[tuple[str, ...], ...]
    """The first rows, among which the headers are"""
    delimiter: str = ""
    sheet: str = ""


def openings(source: Source) -> Iterator[Opening]:
    """Every way the file could be read as a grid; none for a file that is none."""
    head = source.head
    if head[:4] == b"PAR1":
        yield from _parquet_opening(source)
    elif _is_workbook(source):
        yield from _sheet_openings(source)
    elif head.strip() and not NOT_TEXT.match(head.removeprefix(codecs.BOM_UTF8).lstrip()):
        text = _head_text(head)
        if text is not None:
            yield from _text_openings(text)


def encoding_of(source: Source) -> str:
    """utf-8 or cp1252, decided once for the whole file. Raises UnreadableFile."""
    name = source.path.name
    if source.head.startswith(UTF16):
        raise UnreadableFile(f"{name}: is UTF-16 text; save it as CSV UTF-8 and ingest that")
    for encoding in ("utf-8", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        place = 0
        try:
            with source.path.open("rb") as stream:
                while block := stream.read(1 << 20):
                    decoder.decode(block)
                    place += len(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            place += error.start
            continue
        return encoding
    raise UnreadableFile(
        f"{name}: byte {place} is neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8"
    )


def raw_frames(
    source: Source, opening: Opening, header_row: int, wanted: Sequence[int], encoding: str
) -> Iterator[pl.DataFrame]:
    """The data rows below row `header_row` of the grid, a bounded number at a time."""
    width = len(opening.top[header_row])
    if opening.form == "text":
        rows = _text_rows(source, opening.delimiter, encoding, width)
        yield from _text_frames(rows, header_row, width, wanted)
    elif opening.form == "excel":
        yield from _sheet_frames(source, opening.sheet, header_row, wanted)
    else:
        yield from _parquet_frames(source, wanted)


def _head_text(head: bytes) -> str | None:
    """The head as text; null bytes show that a file is none."""
    if head.startswith(UTF16):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    if b"\0" in head:
        return None
    head = head.removeprefix(codecs.BOM_UTF8)
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return head.decode("cp1252", errors="replace")


def _text_openings(text: str) -> Iterator[Opening]:
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        top: list[tuple[str, ...]] = []
        try:
            for row in reader:
                top.append(tuple(row))
                if len(top) == HEADER_WITHIN:
                    break
        except csv.Error:
            pass
        if any(len(row) > 1 for row in top):
            yield Opening("text", tuple(top), delimiter=delimiter)


@dataclass(frozen=True)
class _Row:
    cells: list[str]
    offset: int
    end: int
    fault: str | None = None


class _Lines:
    """The physical lines of a file, which may be put back; counts the bytes handed out."""

    def __init__(self, stream: io.BufferedReader, encoding: str, start: int) -> None:
        self.stream = stream
        self.encoding = encoding
        self.place = start
        self.returned: deque[bytes] = deque()
        self.taken: list[bytes] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.returned.popleft() if self.returned else self.stream.readline()
        if not line:
            raise StopIteration
        self.place += len(line)
        self.taken.append(line)
        return line.decode(self.encoding)

    def put_back_all_but_first(self) -> bytes:
        first, *rest = self.taken
        self.returned.extendleft(reversed(rest))
        self.place -= sum(map(len, rest))
        self.taken = [first]
        return first


def _text_rows(source: Source, delimiter: str, encoding: str, width: int) -> Iterator[_Row]:
    """Every record with its bytes, the headers and blank ones included.

    A quotation mark that is never closed makes one row faulty instead of swallowing those below it:
    a record over several lines without as many fields as the headers is read line by line.
    """
    start = len(codecs.BOM_UTF8) if source.head.startswith(codecs.BOM_UTF8) else 0
    with source.path.open("rb") as stream:
        stream.seek(start)
        lines = _Lines(stream, encoding, start)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            offset = lines.place
            lines.taken = []
            fault = None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                fault = UNCLOSED
            if fault is None and len(lines.taken) > 1 and len(cells) != width:
                fault = UNCLOSED
            if fault:
                first = lines.put_back_all_but_first().decode(encoding).rstrip("\r\n")
                cells = first.split(delimiter)
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
            yield _Row(cells, offset, lines.place, fault)


def _text_frames(
    rows: Iterator[_Row], header_row: int, width: int, wanted: Sequence[int]
) -> Iterator[pl.DataFrame]:
    for _ in range(header_row + 1):
        next(rows, None)
    chunk: list[_Row] = []
    ordinal = 1
    for row in rows:
        if row.cells and any(map(str.strip, row.cells)):
            chunk.append(row)
        if len(chunk) == CHUNK_ROWS:
            yield _text_frame(chunk, ordinal, width, wanted)
            ordinal += len(chunk)
            chunk = []
    yield _text_frame(chunk, ordinal, width, wanted)


def _text_frame(chunk: list[_Row], ordinal: int, width: int, wanted: Sequence[int]) -> pl.DataFrame:
    faults = [row.fault or _width_fault(len(row.cells), width) for row in chunk]
    cells = {
        str(position): [row.cells[position] if position < len(row.cells) else "" for row in chunk]
        for position in wanted
    }
    return pl.DataFrame(
        {
            "ordinal": range(ordinal, ordinal + len(chunk)),
            "byte_offset": [row.offset for row in chunk],
            "byte_end": [row.end for row in chunk],
            "fault": faults,
            **cells,
        },
        schema=_raw_schema(wanted),
    )


def _width_fault(fields: int, width: int) -> str | None:
    return None if fields == width else f"has {fields} fields where the headers are {width}"


def _raw_schema(wanted: Sequence[int]) -> dict[str, Any]:
    return {
        "ordinal": pl.Int64,
        "byte_offset": pl.Int64,
        "byte_end": pl.Int64,
        "fault": pl.String,
        **{str(position): pl.String for position in wanted},
    }


def _is_workbook(source: Source) -> bool:
    if source.head.startswith(b"\xd0\xcf\x11\xe0"):
        return source.path.suffix.lower() == ".xls"
    if not source.head.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(source.path) as archive:
            return any(name.startswith("xl/workbook") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _sheet_openings(source: Source) -> Iterator[Opening]:
    try:
        workbook = fastexcel.read_excel(source.path)
    except fastexcel.FastExcelError:
        return
    for name in workbook.sheet_names:
        try:
            sheet = workbook.load_sheet(
                name, header_row=None, n_rows=HEADER_WITHIN, dtypes="string"
            ).to_polars()
        except fastexcel.FastExcelError:
            continue
        top = tuple(tuple(cell or "" for cell in row) for row in sheet.iter_rows())
        if top:
            yield Opening("excel", top, sheet=name)


def _sheet_frames(
    source: Source, name: str, header_row: int, wanted: Sequence[int]
) -> Iterator[pl.DataFrame]:
    """Numbers as Excel shows them in full, dates as ISO, a midnight without its time."""
    workbook = fastexcel.read_excel(source.path)
    sheet = workbook.load_sheet(
        name, header_row=None, skip_rows=header_row + 1, dtypes="string"
    ).to_polars()
    texts = sheet.with_columns(pl.all().cast(pl.String).str.strip_chars().fill_null(""))
    texts = texts.filter(pl.any_horizontal(pl.all() != ""))
    texts = texts.select(
        (_without_midnight(pl.nth(at)) if at < texts.width else pl.lit("")).alias(str(at))
        for at in wanted
    )
    yield from _numbered([texts])


def _without_midnight(value: pl.Expr) -> pl.Expr:
    return value.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]00:00:00(?:\.0+)?$", "$1")


def _parquet_opening(source: Source) -> Iterator[Opening]:
    try:
        names = pq.read_schema(source.path).names
    except (pa.ArrowException, OSError):
        return
    yield Opening("parquet", (tuple(names),))


def _parquet_frames(source: Source, wanted: Sequence[int]) -> Iterator[pl.DataFrame]:
    try:
        file = pq.ParquetFile(source.path)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(
            f"{source.path.name}: is a damaged Parquet file; export it again"
        ) from error
    names = file.schema_arrow.names
    frames = (
        _parquet_text(batch.column(position) for position in range(batch.num_columns))
        for batch in file.iter_batches(CHUNK_ROWS, columns=[names[one] for one in wanted])
    )
    renamed = (
        frame.rename(dict(zip(frame.columns, map(str, wanted), strict=True))) for frame in frames
    )
    yield from _numbered(renamed)


def _parquet_text(columns: Iterator[Any]) -> pl.DataFrame:
    series = [pl.Series(str(at), pl.from_arrow(column)) for at, column in enumerate(columns)]
    return pl.DataFrame([_as_text(one) for one in series])


def _as_text(series: pl.Series) -> pl.Series:
    """A typed column as text: lists spaced, decimals with their cents, floats to 15 digits."""
    kind = series.dtype
    if isinstance(kind, pl.List):
        text = series.cast(pl.List(pl.String)).list.join(" ", ignore_nulls=True)
    elif kind.is_float():
        text = pl.Series(series.name, [_float_text(one) for one in series], dtype=pl.String)
    elif isinstance(kind, pl.Datetime):
        text = series.dt.strftime("%Y-%m-%d %H:%M:%S")
        text = text.to_frame().select(_without_midnight(pl.first())).to_series()
    else:
        text = series.cast(pl.String)
    return text.fill_null("").alias(series.name)


def _float_text(number: float | None) -> str | None:
    """As a spreadsheet shows it: 15 significant digits, so 3702.2999999999997 is 3702.3."""
    return None if number is None else format(number, ".15g")


def _numbered(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Texts of data rows as raw frames."""
    ordinal = 1
    for whole in frames:
        for texts in whole.iter_slices(CHUNK_ROWS):
            yield texts.select(
                pl.int_range(ordinal, ordinal + texts.height, dtype=pl.Int64).alias("ordinal"),
                pl.lit(0, dtype=pl.Int64).alias("byte_offset"),
                pl.lit(0, dtype=pl.Int64).alias("byte_end"),
                pl.lit(None, dtype=pl.String).alias("fault"),
                pl.all(),
            )
            ordinal += texts.height
