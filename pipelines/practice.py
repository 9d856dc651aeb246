"""The practice folder: the group's own dated values, and the key its pseudonyms are made with."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path

import polars as pl

from pipelines import audit_files, decisions, dismissals, reference, worklist
from schemas.reference import PRACTICE


def find(given: Path | None, beside: Path = Path()) -> Path | None:
    """The folder given, else ./practice, else the one beside the warehouse, else None."""
    if given is not None:
        return given
    defaults = (Path("practice"), beside / "practice")
    return next((folder for folder in defaults if folder.is_dir()), None)


def people(folder: Path | None) -> pl.DataFrame:
    """The crosswalk of patients.csv: number (upper case) -> person."""
    (_, frame), *_ = reference.tables(folder, only={"patient_crosswalk"})
    numbers = [
        frame.select(number=pl.col(name).str.strip_chars().str.to_uppercase(), person="person")
        for name in ("member_id", "record_number")
    ]
    return pl.concat(numbers).filter(pl.col("number") != "").unique("number", keep="first")


def counsel(folder: Path | None, day: date) -> str:
    """Counsel at whose direction audits are prepared on that day, by counsel.csv; blank for none."""
    (_, frame), *_ = reference.tables(folder, only={"counsel"})
    return named_counsel(frame, day)


def named_counsel(frame: pl.DataFrame, day: date) -> str:
    """The counsel of reference.counsel on that day, parted by `; `; blank for none."""
    there = frame.filter(pl.lit(day).is_between("effective_from", "effective_to"))
    return "; ".join(sorted(there["counsel"]))


DECIDED = (decisions.FILE, dismissals.FILE, worklist.FILE, *audit_files.CHECKS)
"""Files of what was decided about results: what is said of a patient does not rest on them."""


def digest(folder: Path | None) -> str:
    """Digest of everything in the folder that can change what is said of a patient, the key included.

    What was decided about results changes none of it: `digest_decisions`.
    """
    total = hashlib.sha256()
    if folder is not None:
        kept = [*(name for name in PRACTICE if name not in DECIDED), "key"]
        found = [folder / name for name in kept]
        for below in ("mappings", "rules", "reference"):
            found += sorted(path for path in (folder / below).rglob("*") if path.is_file())
        for path in found:
            if path.is_file():
                total.update(str(path.relative_to(folder)).encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def digest_decisions(folder: Path | None) -> str:
    """Digest of what was decided about patterns, findings and denials; blank where nothing was."""
    paths = [folder / name for name in DECIDED] if folder else []
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes() if path.is_file() else b"")
    return total.hexdigest()[:16] if any(path.is_file() for path in paths) else ""


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
