"""Audit samples: the frame, its strata, the draw, and the sealed record of all three.

`frame.csv` lists the units of the frame in order; its SHA-256 is the frame's hash. The draw needs
nothing else but the seed, so that anybody can repeat it: the unit on row i of the frame gets the
i-th 64-bit output of the generator PCG64 seeded with the seed (NumPy's BitGenerator, whose streams
do not change between versions, NEP 19). Within a stratum, units are taken by rising output: the
first are the sample, the next the spares, in that order. A certainty stratum is taken whole.

`manifest.json` holds the design, the frame's hash, the seed and what was drawn, under a seal: the
SHA-256 of its own content without the seal, as JSON with sorted keys and no spaces. It is written
before the review, and never over another one.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from pipelines import warehouse
from pipelines.warehouse import Connection

STRATA = ("surgeon", "risk", "dollars")
CERTAINTY = "certainty"
ALL = "all"
SMALL = "small strata"
SMALLEST = 10
"""Strata with fewer units are put together; their own variance could not be told from noise."""
FEWEST = 5
"""Units reviewed of a stratum at least."""
COLUMNS = (
    "row",
    "unit_id",
    "stratum",
    "rendering_npi",
    "date_of_service",
    "lines",
    "charge",
    "allowed",
    "paid",
)
"""Of frame.csv."""
FORMAT = "mohs-sample/1"
GENERATOR = "PCG64"


class UnusableSample(ValueError):
    """A sample that cannot be drawn or checked as asked; the message says what to do."""


@dataclass(frozen=True)
class Design:
    """What is sampled and how.

    Units of the period, payers and surgeons named (none: all) that are adjudicated, hold Mohs
    surgery unless `any_code`, and were paid something unless `with_unpaid`.
    """

    unit: str = "encounter"
    first_day: date = date.min
    last_day: date = date.max
    payers: tuple[str, ...] = ()
    surgeons: tuple[str, ...] = ()
    any_code: bool = False
    with_unpaid: bool = False
    size: int = 100
    spares: int = 10
    strata: tuple[str, ...] = ()
    bands: int = 3
    certainty_above: Decimal | None = None
    certainty_errors: bool = False


@dataclass(frozen=True)
class Frame:
    """The ordered units a sample may come from, and what was left out of them and why."""

    units: pl.DataFrame
    excluded: pl.DataFrame

    @property
    def content(self) -> bytes:
        """frame.csv."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(self.units.select(COLUMNS).iter_rows())
        return text.getvalue().encode()

    @property
    def digest(self) -> str:
        """SHA-256 of frame.csv."""
        return hashlib.sha256(self.content).hexdigest()


def build_frame(snapshot: Connection, design: Design) -> Frame:
    """The frame of a design, with the stratum of each unit. Raises UnusableSample where it is empty."""
    found = _ask(
        snapshot,
        "sample_unit",
        {
            "unit": design.unit,
            "first_day": design.first_day,
            "last_day": design.last_day,
            "payers": list(design.payers),
            "surgeons": list(design.surgeons),
        },
    )
    reason = (
        pl.when(~pl.col("is_final"))
        .then(pl.lit("a line is not adjudicated"))
        .when(~pl.col("has_mohs") & pl.lit(not design.any_code))
        .then(pl.lit("no Mohs surgery"))
        .when((pl.col("paid").fill_null(0) <= 0) & pl.lit(not design.with_unpaid))
        .then(pl.lit("nothing was paid"))
    )
    judged = found.with_columns(reason.alias("reason"))
    excluded = (
        judged.filter(pl.col("reason").is_not_null())
        .group_by("reason")
        .agg(pl.len().alias("units"), pl.col("lines", "charge", "paid").sum())
        .sort("reason")
    )
    units = judged.filter(pl.col("reason").is_null()).with_columns(
        pl.col("allowed", "paid").fill_null(0)
    )
    if units.is_empty():
        raise UnusableSample(
            (
                f"all {found.height:,} units found are left out"
                if found.height
                else "no unit is found"
            )
            + "; widen --period, --payer or --surgeon, or see --any-code and --with-unpaid"
        )
    named = units.with_columns(_stratum(units, design).alias("stratum"))
    return Frame(named.with_row_index("row", offset=1).select(*COLUMNS, "tier"), excluded)


def _ask(snapshot: Connection, name: str, values: Mapping[str, Any]) -> pl.DataFrame:
    query = warehouse.select_text(warehouse.SQL / "study" / f"{name}.sql")
    try:
        return warehouse.select(snapshot, query, dict(values))
    except duckdb.CatalogException:
        raise UnusableSample(
            "the snapshot was published by an earlier mohs; run `mohs audit` once, then draw"
        ) from None


def _stratum(units: pl.DataFrame, design: Design) -> pl.Series:
    """The stratum of each unit; those of fewer than SMALLEST units become one."""
    is_certain = pl.lit(False)
    if design.certainty_above is not None:
        is_certain |= pl.col("paid") > design.certainty_above
    if design.certainty_errors:
        is_certain |= pl.col("tier") == "error"
    marked = units.with_columns(is_certain.alias("is_certain"))
    parts = {
        "surgeon": pl.col("rendering_npi").fill_null("unknown"),
        "risk": pl.format("finding {}", "tier"),
        "dollars": pl.format("band {}", "band"),
    }
    named = (
        pl.concat_str([parts[name] for name in STRATA if name in design.strata], separator=" / ")
        if design.strata
        else pl.lit(ALL)
    )
    banded = marked.with_columns(_band(marked, design.bands).alias("band"))
    labelled = banded.with_columns(
        pl.when("is_certain").then(pl.lit(CERTAINTY)).otherwise(named).alias("stratum")
    )
    is_small = (pl.len().over("stratum") < SMALLEST) & (pl.col("stratum") != CERTAINTY)
    if design.strata:
        labelled = labelled.with_columns(
            pl.when(is_small).then(pl.lit(SMALL)).otherwise("stratum").alias("stratum")
        )
    return labelled["stratum"]


def _band(marked: pl.DataFrame, bands: int) -> pl.Series:
    """1 for the units paid least; each band holds about the same dollars, none of the certain ones."""
    rest = marked.with_row_index("at").filter(~pl.col("is_certain")).sort("paid", "unit_id")
    total = float(rest["paid"].sum())
    share = rest["paid"].cast(pl.Float64).cum_sum() / (total or 1.0)
    placed = rest.select("at", band=(share * bands).ceil().clip(1, bands).cast(pl.Int64))
    joined = marked.with_row_index("at").join(placed, on="at", how="left", maintain_order="left")
    return joined["band"].fill_null(0)


def allocate(frame: Frame, design: Design) -> pl.DataFrame:
    """One row per stratum: stratum, units, lines, allowed, paid, sample, spares.

    The sample is split by Neyman's rule, units times the standard deviation of what was paid, with
    at least FEWEST of each stratum. A certainty stratum comes on top, whole.
    """
    summed = (
        frame.units.group_by("stratum")
        .agg(
            pl.len().alias("units"),
            pl.col("lines", "allowed", "paid").sum(),
            pl.col("paid").cast(pl.Float64).std().fill_null(0).alias("deviation"),
        )
        .sort("stratum")
    )
    counts = dict(summed.select("stratum", "units").iter_rows())
    weights = {
        row["stratum"]: row["units"] * row["deviation"] or float(row["units"])
        for row in summed.iter_rows(named=True)
        if row["stratum"] != CERTAINTY
    }
    sizes = _split(design.size, weights, counts)
    if CERTAINTY in counts:
        sizes[CERTAINTY] = counts[CERTAINTY]
    drawn = sum(size for name, size in sizes.items() if name != CERTAINTY) or 1
    rows = [
        {
            "sample": sizes[name],
            "spares": 0
            if name == CERTAINTY
            else min(counts[name] - sizes[name], -(-design.spares * sizes[name] // drawn)),
        }
        for name in summed["stratum"]
    ]
    return summed.drop("deviation").with_columns(
        pl.Series(name, [row[name] for row in rows], pl.Int64) for name in ("sample", "spares")
    )


def _split(size: int, weights: Mapping[str, float], counts: Mapping[str, int]) -> dict[str, int]:
    """`size` over strata: at least FEWEST, at most what is there, unit by unit to who gains most.

    The next unit goes to the largest weight / sqrt(n (n + 1)), which gives the least variance in
    whole numbers (Wright 2012, The American Statistician 66:217-224).
    """
    sizes = {name: min(FEWEST, counts[name]) for name in weights}
    if sum(sizes.values()) > size:
        raise UnusableSample(
            f"--size {size}: {len(weights)} strata need {sum(sizes.values())} units at least; "
            "raise --size or stratify by less"
        )
    for _ in range(min(size, sum(counts[name] for name in weights)) - sum(sizes.values())):
        open_strata = [name for name in sorted(weights) if sizes[name] < counts[name]]
        gains = {
            name: weights[name] / math.sqrt(sizes[name] * (sizes[name] + 1)) for name in open_strata
        }
        sizes[max(gains, key=lambda name: gains[name])] += 1
    return sizes


def order(rows: int, seed: int) -> list[int]:
    """Rows 1..n of a frame by rising output of the generator."""
    raw = np.random.PCG64(seed).random_raw(rows)
    return [int(place) + 1 for place in np.argsort(raw, kind="stable")]


def draw(units: pl.DataFrame, plan: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The units drawn: role (sample, spare), place in its stratum's draw from 1, stratum, row, unit_id."""
    ordered = pl.DataFrame({"row": order(units.height, seed)}).join(
        units.select(pl.col("row").cast(pl.Int64), "unit_id", "stratum"),
        on="row",
        how="left",
        maintain_order="left",
    )
    placed = ordered.with_columns(
        pl.int_range(1, pl.len() + 1).over("stratum").alias("place")
    ).join(
        plan.select("stratum", "sample", "spares"), on="stratum", how="left", maintain_order="left"
    )
    return (
        placed.filter(pl.col("place") <= pl.col("sample") + pl.col("spares"))
        .with_columns(
            pl.when(pl.col("place") <= pl.col("sample"))
            .then(pl.lit("sample"))
            .otherwise(pl.lit("spare"))
            .alias("role")
        )
        .select("role", "stratum", "place", "row", "unit_id")
        .sort("role", "stratum", "place")
    )


def lines_of(snapshot: Connection, design: Design, drawn: pl.DataFrame) -> pl.DataFrame:
    """The billed lines of the units drawn, in the order of the draw."""
    lines = _ask(
        snapshot, "sample_line", {"unit": design.unit, "drawn": drawn["unit_id"].to_list()}
    )
    return drawn.select("role", "stratum", "place", "unit_id").join(
        lines, on="unit_id", how="left", maintain_order="left_right"
    )


def manifest(
    design: Design,
    frame: Frame,
    plan: pl.DataFrame,
    drawn: pl.DataFrame,
    lines: pl.DataFrame,
    rehearsal: pl.DataFrame,
    seed: int,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """The sealed record; `facts` say when it was drawn and from which run."""
    record: dict[str, Any] = {
        "format": FORMAT,
        **facts,
        "design": asdict(design),
        "excluded": frame.excluded.to_dicts(),
        "frame": {
            "file": "frame.csv",
            "sha256": frame.digest,
            "units": frame.units.height,
            "lines": int(frame.units["lines"].sum()),
            "allowed": frame.units["allowed"].sum(),
            "paid": frame.units["paid"].sum(),
        },
        "generator": {
            "name": GENERATOR,
            "seed": seed,
            "rule": "row i of the frame gets the i-th 64-bit output; within a stratum the smallest "
            "are the sample, the next the spares",
            "library": f"numpy {np.__version__}",
        },
        "strata": plan.to_dicts(),
        "rehearsal": rehearsal.to_dicts(),
        "drawn": drawn.to_dicts(),
        "lines": lines.to_dicts(),
    }
    plain: dict[str, Any] = json.loads(json.dumps(record, default=str))
    return {**plain, "seal": seal(plain)}


def seal(record: Mapping[str, Any]) -> str:
    """SHA-256 of a record without its seal."""
    rest = {name: value for name, value in record.items() if name != "seal"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_manifest(path: Path) -> dict[str, Any]:
    """A manifest whose seal holds. Raises UnusableSample for any other file."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnusableSample(
            f"{path}: no such manifest; give the manifest.json that `mohs sample` wrote"
        ) from None
    except (OSError, ValueError):
        record = None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise UnusableSample(
            f"{path}: not a manifest of `mohs sample`; give the manifest.json it wrote"
        )
    if seal(record) != record.get("seal"):
        raise UnusableSample(
            f"{path}: its seal does not match its content, it was changed after the draw; "
            "use the untouched copy, or draw anew into another folder"
        )
    return record


def redraw(path: Path) -> tuple[dict[str, Any], list[str]]:
    """The manifest and what differs when its sample is drawn again from the frame and the seed."""
    record = read_manifest(path)
    file = path.with_name(record["frame"]["file"])
    try:
        content = file.read_bytes()
    except OSError:
        raise UnusableSample(
            f"{file}: the frame is not beside its manifest; put the frame.csv of this sample there"
        ) from None
    found = hashlib.sha256(content).hexdigest()
    if found != record["frame"]["sha256"]:
        return record, [
            f"{file.name} has the hash {found[:16]}, the manifest names "
            f"{record['frame']['sha256'][:16]}: it is not the frame that was drawn from"
        ]
    units = pl.read_csv(content, infer_schema=False).with_columns(pl.col("row").cast(pl.Int64))
    plan = pl.DataFrame(record["strata"])
    again = draw(units, plan, record["generator"]["seed"]).to_dicts()
    return record, _differences(record["drawn"], again)


def _differences(
    before: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]]
) -> list[str]:
    if len(before) != len(again):
        return [f"{len(again)} units are drawn now, the manifest has {len(before)}"]
    return [
        f"{old['role']} {old['place']} of {old['stratum']}: {old['unit_id']} in the manifest, "
        f"{new['unit_id']} now"
        for old, new in zip(before, again, strict=True)
        if dict(old) != dict(new)
    ]
