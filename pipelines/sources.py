"""The segments or row a line was read from, by file, ordinal and byte range."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines import warehouse
from pipelines.places import Place


@dataclass(frozen=True)
class Source:
    """Where a line stands in a file. `place` is where, `trouble` why there is no text."""

    name: str = ""
    kind: str = ""
    place: str = ""
    sha256: str = ""
    segments: tuple[str, ...] = ()
    trouble: str = ""


def read(place: Place, row: Mapping[str, Any]) -> Source:
    """The source of a row that has file_id, ordinal, byte_offset and byte_end, as the file has it."""
    file_id = row["file_id"]
    try:
        connection = warehouse.connect(place.warehouse, read_only=True)
    except (warehouse.UnusableWarehouse, duckdb.Error):
        return Source(
            trouble=f"file {file_id}; its path is known once nobody writes to the warehouse"
        )
    try:
        found = connection.execute(
            "SELECT path, size, encoding, kind, sha256 FROM landing.file WHERE file_id = ?",
            [file_id],
        ).fetchall()
    finally:
        connection.close()
    if not found:
        return Source(trouble=f"file {file_id} has been taken out since")
    (written, size, encoding, kind, sha256), *_ = found
    path, first, end = Path(written), row["byte_offset"], row["byte_end"]
    where = f"segment or row {row['ordinal']}, bytes {first:,} to {end:,}"
    if not path.is_file() or path.stat().st_size != size:
        trouble = "the file is no longer where it was read from, or has changed"
        return Source(path.name, kind, where, sha256, trouble=trouble)
    with path.open("rb") as stream:
        stream.seek(first)
        raw = stream.read(max(end - first, 0)).decode(encoding or "utf-8", "replace")
    parts = (part.strip() for part in re.split(r"(?<=~)\s*|\r?\n", raw))
    return Source(path.name, kind, where, sha256, tuple(part for part in parts if part))
