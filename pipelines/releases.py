"""CMS's own files into the practice folder, and what each changed (`mohs reference load`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipelines import cms_files, pair_files, reference
from pipelines.dated import ReferenceFileError, key_of
from pipelines.published import Release, quarter_start
from schemas.table import DATE_OPEN

PARQUET_ROWS = 50_000
"""A release with more rows is kept as Parquet, a smaller one as CSV that Excel opens."""
EXAMPLES = 3
"""Rows named of each kind of change."""

_NOT_VALUES = {"effective_from", "effective_to", "source", "release"}


@dataclass(frozen=True)
class Change:
    """What one release changed against what was loaded, on the first day it is used for.

    Where nothing was loaded for that day, it is compared with the nearest day for which something
    was; `against` names the release of that day. Counts are rows of the table (ranges of ZIP codes
    for `zip_locality`). Of a selection nothing is counted as ended.
    """

    file: str
    series: str
    table: str
    release: str
    effective_from: date
    effective_to: date
    against: str
    added: int
    changed: int
    ended: int
    unchanged: int
    examples: tuple[str, ...]
    written: tuple[Path, ...]
    note: str = ""


def load_cms(paths: Sequence[Path], practice: Path) -> list[Change]:
    """Write CMS's files as dated rows under `practice/reference/` and say what changed.

    Nothing is written unless every file can be read. Raises ReferenceFileError, naming the file,
    the place and the remedy, for a file that is none of CMS's or not what it claims to be.
    """
    found = [(path.name, release) for path in paths for release in cms_files.read(path)]
    _require_known_localities(found, practice)
    changes = []
    for name, release in _joined(found):
        before = _table(release.table, practice)
        written, note = _write(release, practice)
        after = _table(release.table, practice) if written else before
        change = _compare(name, release, before, after)
        notes = "; ".join(text for text in (release.note, note) if text)
        changes.append(replace(change, written=written, note=notes))
    return changes


def _joined(found: Sequence[tuple[str, Release]]) -> list[tuple[str, Release]]:
    """The releases, with the parts of a dated table of pairs put together."""
    parts = [(name, release) for name, release in found if release.is_part]
    others = [(name, release) for name, release in found if not release.is_part]
    whole = pair_files.join_parts([release for _, release in parts])
    names = {
        release.release: " ".join(name for name, part in parts if part.release == release.release)
        for release in whole
    }
    return others + [(names[release.release], release) for release in whole]


def _table(name: str, practice: Path) -> pl.DataFrame:
    [(_, frame)] = reference.tables(practice, {name})
    return frame


def _require_known_localities(found: Sequence[tuple[str, Release]], practice: Path) -> None:
    """Refuse localities that no ZIP release knows: a file with invented ones is in circulation."""
    known = set(_table("zip_locality", practice)["locality"])
    for _, release in found:
        if release.table == "zip_locality":
            known |= set(release.rows["locality"])
    for name, release in found:
        # three Californian localities ended with 2023, before the first ZIP release that ships
        if release.table != "gpci" or release.effective_from.year < 2024:
            continue
        strange = sorted(set(release.rows["locality"]) - known)
        absent = sorted(known - set(release.rows["locality"]))
        if strange or absent:
            kind = "are in no ZIP release that is loaded" if strange else "are missing"
            raise ReferenceFileError(
                f"{name}: localities {', '.join((strange or absent)[:3])} {kind}; give CMS's own "
                "file, or load the ZIP5 file of that year with it"
            )


def _write(release: Release, practice: Path) -> tuple[tuple[Path, ...], str]:
    folder = practice / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    if release.table in reference.HISTORIES:
        holder = _make_way(release, folder)
        if holder:
            return (), f"{holder}, which is loaded, holds its dates too: nothing was written"
    path = _write_rows(release, folder)
    _record(release, folder)
    if release.table in ("icd10_code", "covered_diagnosis"):
        _take_turns(release.table, folder)
    factor, note = _write_conversion_factor(release, practice)
    return (path, *factor), note


def _write_rows(release: Release, folder: Path) -> Path:
    rows = release.rows
    if "effective_from" not in rows.columns:
        rows = rows.with_columns(
            effective_from=pl.lit(release.effective_from), effective_to=pl.lit(release.effective_to)
        )
    if "source" not in rows.columns:
        rows = rows.with_columns(source=pl.lit(release.source))
    rows = rows.with_columns(release=pl.lit(release.release))
    stem = f"{release.table}.{_plain(release.release)}"
    for earlier in (folder / f"{stem}.csv", folder / f"{stem}.parquet"):
        if earlier.is_file() and release.table == "ncci_ptp" and not release.is_complete:
            rows = _with_other_parts(rows, earlier)
        earlier.unlink(missing_ok=True)
    return _store(rows, folder / stem)


def _store(rows: pl.DataFrame, stem: Path) -> Path:
    path = stem.with_name(f"{stem.name}.{'parquet' if rows.height > PARQUET_ROWS else 'csv'}")
    if path.suffix == ".parquet":
        rows.write_parquet(path)
    else:
        rows.write_csv(path)
    path.chmod(0o600)
    return path


def _read(path: Path) -> pl.DataFrame:
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    dates = {"effective_from": pl.Date, "effective_to": pl.Date}
    return pl.read_csv(path, infer_schema=False, schema_overrides=dates).with_columns(
        pl.col(pl.String).fill_null("")
    )


def _with_other_parts(rows: pl.DataFrame, earlier: Path) -> pl.DataFrame:
    """Rows of a part, and those of the parts of its release that were loaded before."""
    others = _read(earlier).join(rows.select("column1").unique(), on="column1", how="anti")
    return pl.concat([rows, others.select(rows.columns)])


def _plain(release: str) -> str:
    return re.sub(r"[^0-9A-Za-z-]+", "_", release)


def _make_way(release: Release, folder: Path) -> str:
    """Remove what a whole table holds too; the name of a loaded one that holds all of this one."""
    recorded = _recorded(folder).filter(pl.col("series") == release.series)
    last = release.effective_to.isoformat()
    holders = recorded.filter(
        pl.col("is_complete") == "true",
        pl.col("effective_from") <= release.effective_from.isoformat(),
        pl.col("effective_to") >= last,
        pl.col("release") != release.release,
    )
    if holders.height:
        return str(holders["release"][0])
    if release.is_complete:
        for name in recorded.filter(pl.col("effective_to") <= last)["release"]:
            for path in folder.glob(f"{release.table}.{_plain(name)}.*"):
                path.unlink()
        _keep_records(
            folder,
            (pl.col("series") != release.series) | (pl.col("effective_to") > last),
        )
    return ""


def _take_turns(table: str, folder: Path) -> None:
    """End what an earlier release or version says the day before the next one begins."""
    held = [(path, _read(path)) for path in reference.own_files(table, folder.parent)]
    frames = [(path, rows) for path, rows in held if "release" in rows.columns and rows.height]
    line = ["article", "carrier", "payer"] if table == "covered_diagnosis" else []
    starts = pl.concat(
        [
            rows.group_by("release", *line).agg(pl.col("effective_from").min().alias("begin"))
            for _, rows in frames
        ]
    )
    for path, rows in frames:
        own = rows.group_by("release", *line).agg(pl.col("effective_from").min().alias("begin"))
        later = own.join(starts, how="cross", suffix="_next").filter(
            pl.col("begin_next") > pl.col("begin"),
            *(pl.col(name) == pl.col(f"{name}_next") for name in line),
        )
        ends = later.group_by("release", *line).agg(
            (pl.col("begin_next").min() - timedelta(days=1)).alias("turn")
        )
        cut = (
            rows.join(ends, on=["release", *line], how="left", maintain_order="left")
            .with_columns(pl.min_horizontal("effective_to", "turn").alias("effective_to"))
            .filter(pl.col("effective_from") <= pl.col("effective_to"))
            .select(rows.columns)
        )
        if not cut.equals(rows):
            path.unlink()
            _store(cut, path.with_suffix(""))
            _shorten_record(folder, cut)


def _shorten_record(folder: Path, rows: pl.DataFrame) -> None:
    path = folder / "release.loaded.csv"
    last = pl.lit(str(rows["effective_to"].max()))
    is_own = pl.col("release") == rows["release"][0]
    _recorded(folder).with_columns(
        pl.when(is_own).then(last).otherwise("effective_to").alias("effective_to")
    ).write_csv(path)


_RECORD = [
    "series",
    "release",
    "is_complete",
    "layout",
    "effective_from",
    "effective_to",
    "source",
]


def _recorded(folder: Path) -> pl.DataFrame:
    """What `release.loaded.csv` says, as text."""
    path = folder / "release.loaded.csv"
    if not path.is_file():
        return pl.DataFrame(schema=dict.fromkeys(_RECORD, pl.String))
    rows = pl.read_csv(path, infer_schema=False)
    if "layout" not in rows.columns:
        rows = rows.with_columns(layout=pl.lit("tried"))
    return rows.select(_RECORD).with_columns(pl.all().fill_null(""))


def _keep_records(folder: Path, condition: pl.Expr) -> None:
    path = folder / "release.loaded.csv"
    if path.is_file():
        _recorded(folder).filter(condition).write_csv(path)


def _record(release: Release, folder: Path) -> None:
    """The release's row in `practice/reference/release.loaded.csv`."""
    row = pl.DataFrame(
        {
            "series": [release.series],
            "release": [release.release],
            "is_complete": [str(release.is_complete).lower()],
            "layout": ["tried" if release.is_tried else "untried"],
            "effective_from": [release.effective_from.isoformat()],
            "effective_to": [release.effective_to.isoformat()],
            "source": [release.source],
        }
    )
    kept = _recorded(folder).join(row, on=["series", "release"], how="anti")
    rows = pl.concat([kept, row.select(_RECORD)]).sort("series", "effective_from", "release")
    rows.write_csv(folder / "release.loaded.csv")


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


def _compare(file: str, release: Release, before: pl.DataFrame, after: pl.DataFrame) -> Change:
    used = after.filter(pl.col("source") == release.source)
    start, end = used["effective_from"].min(), used["effective_to"].max()
    first = start if isinstance(start, date) else release.effective_from
    last = end if isinstance(end, date) else release.effective_to
    day = first
    if release.table in reference.HISTORIES:
        first, last = release.effective_from, release.effective_to
        day = quarter_start(last) if last.isoformat() < DATE_OPEN else first
    key = _keys(release.table)
    values = [name for name in after.columns if name not in {*_NOT_VALUES, *key}]
    old = _on(before, _nearest(before, day))
    new = _on(after, day)
    both = old.join(new, on=key, suffix="_new")
    changed = both.filter(
        pl.any_horizontal(
            pl.lit(False),
            *(pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in values),
        )
    )
    added = new.join(old, on=key, how="anti")
    ended = old.join(new, on=key, how="anti") if release.is_complete else old.clear()
    against = sorted(set(old["release"])) if "release" in old.columns and old.height else []
    return Change(
        file=file,
        series=release.series,
        table=release.table,
        release=release.release,
        effective_from=first,
        effective_to=last,
        against=", ".join(name for name in against if name),
        added=added.height,
        changed=changed.height,
        ended=ended.height,
        unchanged=both.height - changed.height,
        examples=(
            *_examples("added", added, key),
            *_examples("changed", changed, key, values),
            *_examples("ended", ended, key),
        ),
        written=(),
    )


def _on(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    return rows.filter((pl.col("effective_from") <= day) & (pl.col("effective_to") >= day))


def _nearest(rows: pl.DataFrame, day: date) -> date:
    """The day, or the nearest for which there is a row."""
    if rows.is_empty() or not _on(rows, day).is_empty():
        return day
    before = rows.filter(pl.col("effective_to") < day)["effective_to"].max()
    after = rows.filter(pl.col("effective_from") > day)["effective_from"].min()
    days = [found for found in (before, after) if isinstance(found, date)]
    return min(days, key=lambda found: abs((found - day).days), default=day)


def _examples(
    kind: str, rows: pl.DataFrame, key: Sequence[str], values: Sequence[str] = ()
) -> list[str]:
    """`changed 17311 (work_rvu 6.20 to 6.05)` of the first rows."""
    said = []
    for row in rows.sort(key).head(EXAMPLES).iter_rows(named=True):
        name = " ".join(str(row[column]) for column in key if row[column] not in ("", None))
        differing = [column for column in values if row[column] != row[f"{column}_new"]]
        more = ", ".join(
            f"{column} {_shown(row[column])} to {_shown(row[f'{column}_new'])}"
            for column in differing
        )
        said.append(f"{kind} {name}{f' ({more})' if more else ''}")
    return said


def _shown(value: object) -> str:
    return "blank" if value in ("", None) else str(value)


def _keys(table: str) -> list[str]:
    [(model, _)] = reference.tables(None, {table})
    return key_of(model)
