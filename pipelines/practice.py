"""The practice folder: the group's own dated values, and the key its pseudonyms are made with."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import polars as pl

from pipelines import reference
from schemas.reference import PRACTICE


def find(given: Path | None) -> Path | None:
    """The folder given, else ./practice where it exists, else None."""
    if given is not None:
        return given
    default = Path("practice")
    return default if default.is_dir() else None


def people(folder: Path | None) -> pl.DataFrame:
    """The crosswalk of patients.csv: number (upper case) -> person."""
    (_, frame), *_ = reference.tables(folder, only={"patient_crosswalk"})
    numbers = [
        frame.select(number=pl.col(name).str.strip_chars().str.to_uppercase(), person="person")
        for name in ("member_id", "record_number")
    ]
    return pl.concat(numbers).filter(pl.col("number") != "").unique("number", keep="first")


def digest(folder: Path | None) -> str:
    """Digest of everything in the folder that can change a result; the key's own digest included."""
    total = hashlib.sha256()
    if folder is not None:
        kept = [*PRACTICE, "key"]
        found = [folder / name for name in kept]
        for below in ("mappings", "rules", "reference"):
            found += sorted(path for path in (folder / below).rglob("*") if path.is_file())
        for path in found:
            if path.is_file():
                total.update(str(path.relative_to(folder)).encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def init(folder: Path) -> list[Path]:
    """Make a practice folder: templates, empty folders, key. Existing files are left alone."""
    previous = os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for below in ("mappings", "rules", "reference"):
            (folder / below).mkdir(exist_ok=True)
        return reference.write_templates(folder)
    finally:
        os.umask(previous)
