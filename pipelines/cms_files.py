"""CMS's own files, and which of our readers reads which.

A file is recognised by what it holds, not by its name; a name is asked only for a date the file
does not hold. A zip as CMS ships it may be given whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import diagnosis_files, edit_files, fee_files, pair_files, published
from pipelines.dated import ReferenceFileError
from pipelines.published import Document, Release


@dataclass(frozen=True)
class Format:
    """A kind of file: what an analyst calls it, the series it fills, how it is told and read."""

    name: str
    series: str
    recognises: Callable[[Document], bool]
    read: Callable[[Document], Release]
    is_tried: bool
    """It has met a file of this layout as its publisher made it."""


FORMATS = (
    Format("PPRRVU csv", "mpfs", fee_files.is_rvu, fee_files.read_rvu, True),
    Format("GPCI csv (Addendum E)", "gpci", fee_files.is_gpci, fee_files.read_gpci, True),
    Format("ZIP5 txt", "zip", fee_files.is_zip5, fee_files.read_zip5, True),
    Format("practitioner MUE csv", "mue", edit_files.is_mue, edit_files.read_mue, True),
    Format("practitioner PTP txt or xlsx", "ptp", pair_files.is_ptp, pair_files.read_ptp, False),
    Format(
        "Parquet table of PTP pairs",
        "ptp",
        pair_files.is_pair_table,
        pair_files.read_pair_table,
        True,
    ),
    Format(
        "add-on code edits (AOC) xlsx or txt",
        "add_on",
        edit_files.is_add_on,
        edit_files.read_add_on,
        False,
    ),
    Format(
        "ICD-10-CM order txt",
        "icd10_order",
        diagnosis_files.is_order,
        diagnosis_files.read_order,
        False,
    ),
    Format(
        "list of covered diagnoses (csv, docs/sources.md)",
        "covered_diagnosis",
        diagnosis_files.is_covered_list,
        diagnosis_files.read_covered_list,
        True,
    ),
)


def read(path: Path) -> list[Release]:
    """The releases a file, or a zip of them, holds.

    Raises ReferenceFileError, naming the file, the place and the remedy, for a file that is none of
    those known or not what it claims to be.
    """
    held = published.documents(path)
    found = []
    taken: set[str] = set()
    # a zip often holds one table as text and as workbook: the text is read
    for document in held:
        known = next((form for form in FORMATS if form.recognises(document)), None)
        if known and document.path.stem.lower() not in taken:
            taken.add(document.path.stem.lower())
            found.append(replace(known.read(document), is_tried=known.is_tried))
    if not found:
        what = f"{path}: not a file of CMS this command knows"
        if len(held) > 1 or held[0].path != path:
            what = f"{path}: holds no file of CMS this command knows"
        raise ReferenceFileError(f"{what}; give one of: {', '.join(form.name for form in FORMATS)}")
    return found
