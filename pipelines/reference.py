"""Reference: dated values from the shipped CSVs, CMS's releases and the practice folder.

`sql/reference/<table>.csv` ships with the application. A practice adds `<table>.<anything>.csv` or
`.parquet` with the same columns under `practice/reference/`; its rows win over shipped rows of the
same key on the same dates, and a release it holds replaces the shipped rows of that release. Its
own tables (payers.csv, providers.csv ...) stand in the practice folder itself. A row whose first
cell starts with `#` is a remark or an example and is not read.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from pipelines import audit_files, deadlines, decisions, dismissals, ledgers, overlays, terms
from pipelines.dated import (
    ReferenceFileError,
    check,
    empty,
    key_of,
    outside,
    parse,
    require_continuity,
)
from schemas.changes import Dismissal
from schemas.dated import Dated
from schemas.deadlines import Clock, Disposition
from schemas.headers import Problem
from schemas.patterns import PatternStatus
from schemas.reference import (
    PRACTICE,
    SHIPPED,
    Contract,
    MpfsRvu,
    NcciPtp,
    Overlay,
    Payer,
    Release,
    RuleParameter,
    Threshold,
)
from schemas.table import create_statement, polars_schema, table_name

SHIPPED_FOLDER = Path(__file__).resolve().parent.parent / "sql" / "reference"
TEMPLATES_FOLDER = SHIPPED_FOLDER.parent / "practice"

SERIES = {
    "mpfs": "mpfs_rvu",
    "gpci": "gpci",
    "zip": "zip_locality",
    "mue": "ncci_mue",
    "ptp": "ncci_ptp",
    "add_on": "ncci_add_on",
    "icd10": "icd10_site_map",
    "icd10_order": "icd10_code",
    "covered_diagnosis": "covered_diagnosis",
}
"""Series of `reference.release` -> the table it fills."""

NAMING_PAYERS = ("contracts.csv", "clocks.csv")
"""Files of the practice that name payers as they stand in payers.csv."""

HISTORIES = ("ncci_ptp", "ncci_add_on")
"""Tables of which a whole release holds all that was ever in force, with dates."""


def load(
    connection: duckdb.DuckDBPyConnection,
    practice: Path | None = None,
    only: Collection[str] | None = None,
    *,
    codes: Collection[str] | None = None,
) -> None:
    """Recreate the tables of the schema `reference`, practice values over shipped ones.

    `only` names the tables wanted (`mpfs_rvu`); none means all. With `codes`, pairs of codes that
    are neither among them nor in a pair that ships are left out: of the 1.7 million pairs in force
    a practice's claims meet some thousands.

    Raises ReferenceFileError for a row without source, rows of one key whose dates overlap, a gap
    in a series that must have none, or a value its model in `schemas.reference` refuses.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS reference")
    for model, frame in tables(practice, only, codes=codes):
        _store(connection, model, frame)


def tables(
    practice: Path | None = None,
    only: Collection[str] | None = None,
    *,
    codes: Collection[str] | None = None,
) -> list[tuple[type[Dated], pl.DataFrame]]:
    """Reference tables as `load` stores them: the model and its checked rows."""
    loaded = []
    for model in SHIPPED:
        if only is not None and _stem(model) not in only:
            continue
        frame = _layered(model, practice, codes if model is NcciPtp else None)
        if model is MpfsRvu:
            frame = _date_by_release(frame, _layered(Release, practice))
        require_continuity(model, frame)
        loaded.append((model, frame))
    for name, model in PRACTICE.items():
        if model in SHIPPED or (only is not None and _stem(model) not in only):
            continue
        path = practice / name if practice else None
        if path and path.is_file():
            frame = check(model, parse(model, path, is_practice=True))
            if model is PatternStatus:
                frame = decisions.settle(frame)
            if model is Dismissal:
                dismissals.require_end(frame)
            if model is Disposition:
                frame = ledgers.as_meant(frame, "line_id", "note")
            if name in audit_files.CHECKS:
                frame = audit_files.settle(name, frame)
            loaded.append((model, terms.yearly(frame) if model is Contract else frame))
        else:
            loaded.append((model, empty(model)))
    if only is None or _stem(Overlay) in only or _stem(Threshold) in only:
        loaded.append((Threshold, _thresholds(practice)))
    return [(model, frame.select(*polars_schema(model))) for model, frame in loaded]


def _thresholds(practice: Path | None) -> pl.DataFrame:
    """What follows from the rules' parameters and overlays.csv, both checked."""
    parameters = _layered(RuleParameter, practice)
    rows = overlays.read(practice)
    path = practice / "payers.csv" if practice else None
    payers = empty(Payer)
    if path and path.is_file():
        payers = parse(Payer, path, is_practice=True)
    overlays.require_sound(rows, payers, parameters)
    return overlays.thresholds(parameters, rows)


def payers_nobody_knows(practice: Path | None, on_file: Collection[str]) -> list[Problem]:
    """Rows of contracts.csv and clocks.csv about a payer that payers.csv and the files do not name.

    overlays.csv is stricter: such a row of it is refused.
    """
    paths = {name: practice / name for name in PRACTICE} if practice else {}
    found = [name for name in NAMING_PAYERS if name in paths and paths[name].is_file()]
    if not found:
        return []
    known = set(on_file)
    if paths["payers.csv"].is_file():
        known.update(parse(Payer, paths["payers.csv"], is_practice=True)["payer"])
    return [
        Problem(
            paths[name],
            row["row"],
            f"no payer {row['payer']} in payers.csv or on file",
            f"Perhaps {near}; the row changes nothing."
            if (near := ", ".join(get_close_matches(row["payer"], known)))
            else "Correct the name; until then the row changes nothing.",
        )
        for name in found
        for row in parse(PRACTICE[name], paths[name], is_practice=True).iter_rows(named=True)
        if row["payer"] and row["payer"] not in known
    ]


def write_templates(folder: Path) -> list[Path]:
    """Templates of the practice's own files, each with an example; files that exist are left alone.

    Returns the files written. An example stands behind a `#` and is not read until that is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("mappings", "rules", "reference"):
        (folder / name).mkdir(exist_ok=True)
    written = []
    for template in sorted(TEMPLATES_FOLDER.rglob("*.csv")):
        path = folder / template.relative_to(TEMPLATES_FOLDER)
        if not path.exists():
            shutil.copyfile(template, path)
            written.append(path)
    return written


def locate(places: pl.DataFrame, zips: pl.DataFrame) -> pl.DataFrame:
    """Medicare locality of ZIP codes, by the ZIP release nearest to the day.

    `places` has `zip` (five or nine digits, hyphen allowed) and `date_of_service`; `zips` is
    `reference.zip_locality`. Returns one row per distinct place: `zip, date_of_service, locality,
    needs_plus_four`; both null where no release knows the ZIP.
    """
    wanted = places.select("zip", "date_of_service").unique().drop_nulls()
    five = pl.col("zip").str.strip_chars().str.extract(r"^(\d{5})(-?\d{4})?$").cast(pl.Int32)
    found = wanted.with_columns(five.alias("number")).sort("number")
    candidates = []
    releases = zips.partition_by("effective_from", "effective_to", "release")
    for release in releases:
        first = release.row(0, named=True)
        ranges = release.select(
            pl.col("zip_from").cast(pl.Int32).alias("number"),
            pl.col("zip_to").cast(pl.Int32).alias("last"),
            "locality",
            "needs_plus_four",
        ).sort("number")
        day = pl.col("date_of_service")
        candidates.append(
            found.drop_nulls("number")
            .join_asof(ranges, on="number", strategy="backward")
            .filter(pl.col("number") <= pl.col("last"))
            .with_columns(
                pl.max_horizontal(
                    (pl.lit(first["effective_from"]) - day).dt.total_days(),
                    (day - pl.lit(first["effective_to"])).dt.total_days(),
                    pl.lit(0),
                ).alias("distance"),
                pl.lit(first["effective_from"]).alias("release_from"),
            )
        )
    columns = ["zip", "date_of_service", "locality", "needs_plus_four"]
    if not candidates:
        return wanted.with_columns(
            locality=pl.lit(None, pl.String), needs_plus_four=pl.lit(None, pl.Boolean)
        )
    nearest = (
        pl.concat(candidates)
        .sort("distance", "release_from", descending=[False, True])
        .unique(["zip", "date_of_service"], keep="first", maintain_order=True)
        .select(columns)
    )
    return wanted.join(nearest, on=["zip", "date_of_service"], how="left").select(columns)


def _stem(model: type[Dated]) -> str:
    return table_name(model).partition(".")[2]


def _layered(
    model: type[Dated], practice: Path | None, codes: Collection[str] | None = None
) -> pl.DataFrame:
    """Shipped rows with the practice's rows of the same table over them, checked."""
    table = _stem(model)
    shipped_file = SHIPPED_FOLDER / f"{table}.csv"
    shipped = _shipped(model, shipped_file, shipped_file.stat().st_mtime_ns)
    keep = _pairs_of(codes, shipped) if codes is not None else None
    own = [parse(model, path, keep=keep) for path in own_files(table, practice)]
    for name, kind in PRACTICE.items():
        if kind is model and practice and (practice / name).is_file():
            own.append(parse(model, practice / name, is_practice=True))
    if model is Clock:
        for rows in (shipped, *own):
            deadlines.require_sound(rows)
    if not own:
        return shipped
    added = check(model, pl.concat(own), is_layered=table == "mpfs_rvu")
    if "release" in added.columns and table != "release":
        shipped = _not_replaced(model, shipped, added, practice)
    if table == "mpfs_rvu":
        return pl.concat([shipped, added])
    return pl.concat([outside(key_of(model), shipped, added), added])


@cache
def _shipped(model: type[Dated], path: Path, changed: int) -> pl.DataFrame:
    """The rows of a file that ships, as it stood when it was last changed, checked."""
    return check(model, parse(model, path))


def _pairs_of(codes: Collection[str], shipped: pl.DataFrame) -> pl.Expr:
    known = pl.concat(
        [shipped["column1"], shipped["column2"], pl.Series(list(codes), dtype=pl.String)]
    )
    both = known.unique().implode()
    return pl.col("column1").is_in(both) & pl.col("column2").is_in(both)


def _not_replaced(
    model: type[Dated], shipped: pl.DataFrame, added: pl.DataFrame, practice: Path | None
) -> pl.DataFrame:
    """Shipped rows that no loaded release stands for.

    A whole release stands for all of its name, and where it carries the history of its table, for
    all that begins on its dates; a selection for its own codes.
    """
    table = _stem(model)
    whole = _layered(Release, practice).filter(
        pl.col("series").replace_strict(SERIES, return_dtype=pl.String) == table,
        pl.col("is_complete"),
        pl.col("layout").is_in(["tried", "untried"]),
    )
    left = shipped.join(whole, on="release", how="anti")
    left = left.join(added, on=[*key_of(model), "release"], how="anti")
    if table in HISTORIES:
        for first, last in whole.select("effective_from", "effective_to").iter_rows():
            left = left.filter(~pl.col("effective_from").is_between(first, last))
    return left


def own_files(table: str, practice: Path | None) -> list[Path]:
    """The files of a table in the practice folder."""
    folder = practice / "reference" if practice else None
    if folder is None or not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix in {".csv", ".parquet"} and path.name.partition(".")[0] == table
    )


def _date_by_release(fees: pl.DataFrame, releases: pl.DataFrame) -> pl.DataFrame:
    """Fee schedule rows dated by the releases of their year that hold them.

    The first release of a year stands from January; a later one takes over from the first day of
    its quarter; a row that only a later selection holds stands for the whole year.
    """
    complete = set(releases.filter((pl.col("series") == "mpfs") & pl.col("is_complete"))["release"])
    dated = []
    for rows in fees.with_columns(year=pl.col("effective_from").dt.year()).partition_by("year"):
        names: Sequence[str] = rows["release"].unique().sort().to_list()
        if len(names) == 1:
            dated.append(rows)
            continue
        year = rows["year"][0]
        dated += _date_within_year(rows, year, names, complete)
    return pl.concat(dated).drop("year")


def _date_within_year(
    rows: pl.DataFrame, year: int, names: Sequence[str], complete: Collection[str]
) -> list[pl.DataFrame]:
    parts = {name: rows.filter(pl.col("release") == name) for name in names}
    starts = {name: quarter_start(year, name) for name in names}
    dated = []
    for position, name in enumerate(names):
        begin, end = pl.lit(date(year, 1, 1)), pl.lit(date(year, 12, 31))
        for earlier in names[:position]:
            was_there = _is_in(parts[earlier], earlier in complete)
            begin = pl.when(was_there).then(pl.lit(starts[name])).otherwise(begin)
        for later in reversed(names[position + 1 :]):
            is_replaced = _is_in(parts[later], later in complete)
            last = pl.lit(starts[later] - timedelta(days=1))
            end = pl.when(is_replaced).then(last).otherwise(end)
        dated.append(
            parts[name]
            .with_columns(effective_from=begin, effective_to=end)
            .filter(pl.col("effective_from") <= pl.col("effective_to"))
        )
    return dated


def _is_in(part: pl.DataFrame, is_complete: bool) -> pl.Expr:
    """The release of this part decides on the row: it has the code, or it has all codes."""
    if is_complete:
        return pl.lit(True)
    key = pl.struct("procedure_code", "modifier")
    return key.is_in(part.select(key).to_series().implode())


def quarter_start(year: int, release: str) -> date:
    """First day an RVU release speaks for: RVU26A January, B April, C July, D October."""
    letter = release[5:6]
    if letter not in "ABCD" or not letter:
        raise ReferenceFileError(
            f"RVU release {release!r}: name it RVU, the year's two digits and A, B, C or D"
        )
    return date(year, 1 + 3 * "ABCD".index(letter), 1)


def _store(connection: duckdb.DuckDBPyConnection, model: type[Dated], frame: pl.DataFrame) -> None:
    name = table_name(model)
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(create_statement(model))
    connection.register("loaded_rows", frame.to_arrow())
    connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM loaded_rows")
    connection.unregister("loaded_rows")
