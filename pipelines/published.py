"""A file as its publisher ships it: its text or cells, what was read from it, why it is refused."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import fastexcel
import polars as pl

from pipelines.dated import ReferenceFileError
from schemas.table import DATE_OPEN

HEADER_ROWS = 40
"""A heading is looked for in this many rows."""
LAST_DAY = date.fromisoformat(DATE_OPEN)
HEAD = 20_000
"""Characters by which a file is recognised."""


@dataclass(frozen=True)
class Document:
    """A file, or one inside a zip (its path is then archive.zip/member)."""

    path: Path
    kind: str
    """text, workbook or parquet"""
    content: bytes
    head: str
    """How it begins: of a workbook the first rows of its first sheet, cells between tabs."""


@dataclass(frozen=True)
class Release:
    """The rows of one release, as text or dates, in the columns of the table's CSV.

    The dates are those of service it is authoritative for. Where `rows` have dates of their own,
    they lie inside them.
    """

    table: str
    series: str
    release: str
    effective_from: date
    effective_to: date
    is_complete: bool
    source: str
    rows: pl.DataFrame
    is_tried: bool = True
    """The reader has met a file of this layout as its publisher made it."""
    is_part: bool = False
    """One of the files that make up a release; to be joined with the others."""
    note: str = ""
    conversion_factor: str = ""
    """Dollars per RVU, of an RVU file that states one."""
    apm_qualifying: tuple[str, ...] = ()
    """Whom that factor is for, true and false; from 2026 CMS publishes two files."""


def documents(path: Path) -> list[Document]:
    """The file, or what a zip holds of text files and workbooks, a name once.

    Raises ReferenceFileError for a file that is not there, or a zip that is broken or holds none.
    """
    if not path.is_file():
        raise ReferenceFileError(f"{path}: no such file; check the path")
    content = path.read_bytes()
    if not content.startswith(b"PK\x03\x04"):
        return [_document(path, content)]
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        names = archive.namelist()
        if "[Content_Types].xml" in names:
            return [_document(path, content)]
        held: dict[str, Document] = {}
        order = (".txt", ".csv", ".xlsx")
        for name in sorted(names, key=lambda name: (Path(name).suffix.lower(), name)):
            suffix = Path(name).suffix.lower()
            if suffix not in order or Path(name).name.startswith("."):
                continue
            document = _document(path / Path(name).name, archive.read(name))
            held[f"{Path(name).stem.lower()}{suffix}"] = document
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ReferenceFileError(f"{path}: a broken zip; download it again") from error
    if not held:
        raise ReferenceFileError(f"{path}: holds no txt, csv or xlsx; give the file itself")
    return list(held.values())


def _document(path: Path, content: bytes) -> Document:
    if content.startswith(b"PK\x03\x04"):
        rows = _sheet(path, content, HEADER_ROWS).rows()
        head = "\n".join("\t".join(cell or "" for cell in row) for row in rows)
        return Document(path, "workbook", content, head[:HEAD])
    if content.startswith(b"PAR1"):
        try:
            names = pl.read_parquet_schema(io.BytesIO(content))
        except pl.exceptions.PolarsError as error:
            raise ReferenceFileError(
                f"{path}: a Parquet file that cannot be read; download it again"
            ) from error
        return Document(path, "parquet", content, ",".join(names))
    return Document(path, "text", content, _decoded(content[: 4 * HEAD])[:HEAD])


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def text(document: Document) -> str:
    """All of a text file."""
    return _decoded(document.content)


def cells(document: Document) -> list[list[str]]:
    """The rows of a CSV."""
    return list(csv.reader(io.StringIO(text(document), newline="")))


def sheet(document: Document) -> pl.DataFrame:
    """The first sheet of a workbook as text, without header; blank cells are ''."""
    return _sheet(document.path, document.content, None).with_columns(pl.all().fill_null(""))


def _sheet(path: Path, content: bytes, rows: int | None) -> pl.DataFrame:
    try:
        workbook = fastexcel.read_excel(content)
        loaded = workbook.load_sheet(0, header_row=None, dtypes="string", n_rows=rows)
    except fastexcel.FastExcelError as error:
        raise ReferenceFileError(
            f"{path}: a workbook that cannot be read; download it again"
        ) from error
    frame: pl.DataFrame = loaded.to_polars()
    return frame.rename({name: f"column_{at}" for at, name in enumerate(frame.columns)})


def label(*parts: str) -> str:
    """A heading in capitals, its words apart by one blank."""
    return " ".join(" ".join(parts).upper().split())


def places(path: Path, at: int, labels: list[str], wanted: dict[str, str]) -> dict[str, int]:
    """Our name -> position of the column its publisher heads so; `at` is the row of the headings."""
    found = {}
    for name, heading in wanted.items():
        if heading not in labels:
            raise ReferenceFileError(
                f"{path}, row {at + 1}: no column headed {heading!r}; the layout was changed, or "
                "this is another file"
            )
        found[name] = labels.index(heading)
    return found


def frame(found: dict[str, int], body: list[list[str]]) -> pl.DataFrame:
    """The wanted columns of the rows, stripped."""
    return pl.DataFrame(
        {name: [row[place].strip() for row in body] for name, place in found.items()},
        schema=dict.fromkeys(found, pl.String),
    )


def require_decimals(
    path: Path, rows: pl.DataFrame, first: int, names: Sequence[str], scale: int
) -> None:
    """Refuse cells that are no number of at most `scale` decimals; `first` is the first row's number."""
    pattern = rf"^\d*(\.\d{{1,{scale}}})?$" if scale else r"^\d+$"
    for name in names:
        is_bad = ~pl.col(name).str.contains(pattern) | (pl.col(name) == "")
        wanted = f"{name} is not a number with at most {scale} decimals"
        require(path, rows, first, is_bad, wanted)


def require_unique(path: Path, rows: pl.DataFrame, first: int, key: list[str]) -> None:
    """Refuse a key that stands there twice."""
    repeated = rows.with_row_index("row").filter(~pl.struct(key).is_first_distinct())
    if repeated.height:
        raise ReferenceFileError(
            f"{path}, row {first + repeated['row'][0]}: {' '.join(repeated.select(key).row(0))} "
            "stands there twice; give the publisher's unchanged file"
        )


def require(path: Path, rows: pl.DataFrame, first: int, is_bad: pl.Expr, wrong: str) -> None:
    """Refuse the first bad row, counting from `first`."""
    bad = rows.with_row_index("row").filter(is_bad.fill_null(True))
    if bad.height:
        raise ReferenceFileError(
            f"{path}, row {first + bad['row'][0]}: {wrong}; give the publisher's unchanged file"
        )


def quarter_start(day: date) -> date:
    """First day of the calendar quarter."""
    return date(day.year, 3 * ((day.month + 2) // 3) - 2, 1)


def quarter_end(day: date) -> date:
    """Last day of the calendar quarter."""
    month = 3 * ((day.month + 2) // 3)
    following = date(day.year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def quarter_name(day: date) -> str:
    """2026Q2."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def one_at_a_time(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Rows with both dates, of which at most one of a key holds on a day: the one that began last."""
    ordered = rows.sort(*key, "effective_from").with_columns(
        pl.min_horizontal(
            pl.col("effective_to").fill_null(LAST_DAY),
            pl.col("effective_from").shift(-1).over(key) - pl.duration(days=1),
        ).alias("effective_to")
    )
    return ordered.filter(pl.col("effective_to") >= pl.col("effective_from"))


def within(release: Release) -> Release:
    """The release with its rows cut to the dates it is authoritative for."""
    rows = release.rows.with_columns(
        pl.max_horizontal("effective_from", pl.lit(release.effective_from)),
        pl.min_horizontal("effective_to", pl.lit(release.effective_to)).alias("effective_to"),
    ).filter(pl.col("effective_from") <= pl.col("effective_to"))
    return replace(release, rows=rows)
