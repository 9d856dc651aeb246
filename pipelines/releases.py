"""CMS's own files into the practice folder, and what each changed (`mohs reference load`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines import cms_files, reference
from pipelines.cms_files import Release
from pipelines.dated import ReferenceFileError

PARQUET_ROWS = 100_000
"""A release with more rows is kept as Parquet, a smaller one as CSV that Excel opens."""

_NOT_VALUES = {"effective_from", "effective_to", "source", "release"}


@dataclass(frozen=True)
class Change:
    """What one release changed against what was loaded, on the first day it is used for.

    Counts are rows of the table (ranges of ZIP codes for `zip_locality`).
    """

    file: str
    table: str
    release: str
    effective_from: date
    effective_to: date
    added: int
    changed: int
    ended: int
    unchanged: int
    written: tuple[Path, ...]
    note: str = ""


def load_cms(paths: Sequence[Path], practice: Path) -> list[Change]:
    """Write CMS's files as dated rows under `practice/reference/` and say what changed.

    Nothing is written unless every file can be read. Raises ReferenceFileError, naming the file,
    the place and the remedy, for a file that is none of CMS's or not what it claims to be.
    """
    found = [cms_files.read(path) for path in paths]
    _require_known_localities(paths, found, practice)
    changes = []
    for path, release in zip(paths, found, strict=True):
        before = _table(release.table, practice)
        written, note = _write(release, practice)
        changes.append(
            _compare(path, release, before, _table(release.table, practice), written, note)
        )
    return changes


def _table(name: str, practice: Path) -> pl.DataFrame:
    [(_, frame)] = reference.tables(practice, {name})
    return frame


def _require_known_localities(
    paths: Sequence[Path], found: Sequence[Release], practice: Path
) -> None:
    """Refuse localities that no ZIP release knows: a file with invented ones is in circulation."""
    known = set(_table("zip_locality", practice)["locality"])
    for release in found:
        if release.table == "zip_locality":
            known |= set(release.rows["locality"])
    for path, release in zip(paths, found, strict=True):
        # three Californian localities ended with 2023, before the first ZIP release that ships
        if release.table != "gpci" or release.effective_from.year < 2024:
            continue
        strange = sorted(set(release.rows["locality"]) - known)
        absent = sorted(known - set(release.rows["locality"]))
        if strange or absent:
            kind = "are in no ZIP release that is loaded" if strange else "are missing"
            raise ReferenceFileError(
                f"{path}: localities {', '.join((strange or absent)[:3])} {kind}; give CMS's own "
                "file, or load the ZIP5 file of that year with it"
            )


def _write(release: Release, practice: Path) -> tuple[tuple[Path, ...], str]:
    folder = practice / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    rows = release.rows
    if "effective_from" not in rows.columns:
        rows = rows.with_columns(
            effective_from=pl.lit(release.effective_from.isoformat()),
            effective_to=pl.lit(release.effective_to.isoformat()),
        )
    rows = rows.with_columns(source=pl.lit(release.source))
    if release.table == "ncci_ptp":
        # every PTP release carries the whole history
        for earlier in folder.glob("ncci_ptp.*"):
            earlier.unlink()
    else:
        rows = rows.with_columns(release=pl.lit(release.release))
    stem = f"{release.table}.{release.release.replace(' ', '_')}"
    if rows.height > PARQUET_ROWS:
        path = folder / f"{stem}.parquet"
        rows.write_parquet(path)
    else:
        path = folder / f"{stem}.csv"
        rows.write_csv(path)
    _record(release, folder)
    factor, note = _write_conversion_factor(release, practice)
    return (path, *factor), note


def _record(release: Release, folder: Path) -> None:
    """The release's row in `practice/reference/release.loaded.csv`."""
    path = folder / "release.loaded.csv"
    row = pl.DataFrame(
        {
            "series": [release.series],
            "release": [release.release],
            "is_complete": [str(release.is_complete).lower()],
            "effective_from": [release.effective_from.isoformat()],
            "effective_to": [release.effective_to.isoformat()],
            "source": [release.source],
        }
    )
    if path.is_file():
        kept = pl.read_csv(path, infer_schema=False).join(row, on=["series", "release"], how="anti")
        row = pl.concat([kept.select(row.columns), row])
    row.sort("series", "effective_from", "release").write_csv(path)


def _write_conversion_factor(release: Release, practice: Path) -> tuple[list[Path], str]:
    """The RVU file's conversion factor, where none is loaded for its year."""
    if release.table != "mpfs_rvu":
        return [], ""
    loaded = _table("conversion_factor", practice).filter(
        (pl.col("effective_from") <= release.effective_to)
        & (pl.col("effective_to") >= release.effective_from)
    )
    if not release.conversion_factor:
        return [], "the file holds no single conversion factor; none was taken"
    kinds = release.apm_qualifying
    if loaded.height:
        known = {str(value) for value in loaded["conversion_factor"]}
        if release.conversion_factor in known:
            return [], ""
        return [], (
            f"its conversion factor {release.conversion_factor} is not the loaded "
            f"{' or '.join(sorted(known))}, which stands; add a dated row to "
            "reference/conversion_factor.csv to change it"
        )
    if not kinds:
        return [], (
            "neither QPP nor nonQPP is in the file's name, so its conversion factor was not taken"
        )
    path = practice / "reference" / f"conversion_factor.{release.release}.csv"
    pl.DataFrame(
        {
            "apm_qualifying": list(kinds),
            "conversion_factor": release.conversion_factor,
            "effective_from": release.effective_from.isoformat(),
            "effective_to": release.effective_to.isoformat(),
            "evidence": "authority",
            "source": release.source,
        }
    ).write_csv(path)
    return [path], f"conversion factor {release.conversion_factor} taken for {' and '.join(kinds)}"


def _compare(
    path: Path,
    release: Release,
    before: pl.DataFrame,
    after: pl.DataFrame,
    written: tuple[Path, ...],
    note: str,
) -> Change:
    used = after.filter(pl.col("source") == release.source)
    start, end = used["effective_from"].min(), used["effective_to"].max()
    first = start if isinstance(start, date) else release.effective_from
    last = end if isinstance(end, date) else release.effective_to
    if release.table == "ncci_ptp":
        first = release.effective_from
    key = _keys(release.table)
    values = [name for name in after.columns if name not in {*_NOT_VALUES, *key}]
    old, new = (
        frame.filter(
            (pl.col("effective_from") <= first) & (pl.col("effective_to") >= first)
        ).select(*key, pl.struct(values).alias("values"))
        for frame in (before, after)
    )
    both = old.join(new, on=key, suffix="_new")
    changed = both.filter(pl.col("values") != pl.col("values_new")).height
    return Change(
        file=path.name,
        table=release.table,
        release=release.release,
        effective_from=first,
        effective_to=last,
        added=new.join(old, on=key, how="anti").height,
        changed=changed,
        ended=old.join(new, on=key, how="anti").height,
        unchanged=both.height - changed,
        written=written,
        note=note,
    )


def _keys(table: str) -> list[str]:
    [(model, _)] = reference.tables(None, {table})
    return [name for name in model.to_schema().unique or [] if name != "effective_from"]
