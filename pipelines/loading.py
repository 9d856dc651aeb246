"""`mohs reference`: what is loaded and for which dates, and CMS's own files into the practice folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import polars as pl

from pipelines import printing, releases, vintages
from pipelines.places import Place


def show(place: Place, form: str) -> int:
    """Print every release with the dates of service it is authoritative for, and dates without one."""
    printing.show(vintages.list_releases(place.practice), form)
    return 0


def load(place: Place, files: Sequence[Path], form: str) -> int:
    """Read CMS's files into the practice folder and print what changed."""
    if not files:
        raise click.ClickException("name the files to load: mohs reference load FILE...")
    if place.practice is None:
        raise click.ClickException(
            "there is no practice folder to load into; `mohs init practice` makes one, or give --practice"
        )
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise click.ClickException(f"{missing[0]}: no such file; check the path")
    rows = [
        (
            change.file,
            change.series,
            change.table,
            change.release,
            change.effective_from,
            change.effective_to,
            change.against,
            change.added,
            change.changed,
            change.ended,
            change.unchanged,
            "; ".join(change.examples),
            change.note,
        )
        for change in releases.load_cms(list(files), place.practice)
    ]
    columns = [
        "file",
        "series",
        "table",
        "release",
        "from",
        "to",
        "against",
        "added",
        "changed",
        "ended",
        "unchanged",
        "examples",
        "note",
    ]
    printing.show(pl.DataFrame(rows, schema=columns, orient="row"), form)
    return 0
