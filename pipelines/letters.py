"""The result of a reviewed audit sample as a page and a workbook, in the reports' own style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import warehouse
from pipelines.appraisal import Appraisal
from pipelines.warehouse import Connection
from pipelines.worksheets import NO_RECORD
from reports import copies, delivery
from reports.page import PAGES
from reports.writing import Facts

SAMPLE = PAGES.parent / "sample"
"""Pages about a reviewed sample; they read the schema `estimate` instead of the warehouse."""


def deliver(
    result: Appraisal,
    record: Mapping[str, Any],
    comparison: pl.DataFrame,
    out: Path,
    *,
    counsel: str = "",
    key: bytes | None = None,
) -> list[Path]:
    """Write cover, page, workbook and tables of an appraisal and its manifest; the cover first.

    `comparison` is of `past_audits.compare`. With the practice's `key` it is the shareable copy, in
    its own folder in `out`; `counsel` as in counsel.csv, blank for none.
    """
    copy, facts = copies.WORKING, replace(_facts(record), counsel=counsel)
    if key is not None:
        copy = copies.shareable(
            [line["rendering_npi"] or "" for line in record["lines"]],
            key,
            coders=[line.get("coder") or "" for line in record["lines"]],
        )
        facts, out = replace(facts, is_shareable=True), out / "shareable"
    connection = warehouse.connect()
    try:
        hold(connection, result, record, comparison)
        select = warehouse.selector(connection)
        return delivery.deliver(select, out, facts=facts, copy=copy, folder=SAMPLE)
    finally:
        connection.close()


def hold(
    connection: Connection, result: Appraisal, record: Mapping[str, Any], comparison: pl.DataFrame
) -> None:
    """Put what the page reads into the schema `estimate`."""
    connection.execute("CREATE SCHEMA estimate")
    for name, frame in {**tables(result, record), "comparison": comparison}.items():
        _hold(connection, name, frame)


def _hold(connection: Connection, name: str, frame: pl.DataFrame) -> None:
    # `frame` is found by its name
    connection.execute(f"CREATE TABLE estimate.{name} AS SELECT * FROM frame")


def tables(result: Appraisal, record: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    """Name -> what the page reads of it in the schema `estimate`."""
    amounts = {"charge": pl.String, "paid": pl.String}
    counts = {"units": pl.Int64, "lines": pl.Int64}
    return {
        "verdict": pl.DataFrame(
            {"is_advisable": [result.is_advisable], "frame_units": [record["frame"]["units"]]}
        ),
        "advice": pl.DataFrame(
            {"position": range(len(result.advice)), "sentence": list(result.advice)}
        ),
        "accuracy": result.accuracy,
        "labels": result.labels,
        "dollars": result.dollars,
        "sensitivity": result.sensitivity,
        "surgeons": result.surgeons,
        "coders": result.coders,
        "decisions": result.decisions,
        "drawn": _standing(result, record),
        "agreement": pl.DataFrame(
            [result.agreement] if result.agreement else [],
            schema={"rows": pl.Int64, "agreement": pl.Float64, "kappa": pl.Float64},
        ),
        "facts": pl.DataFrame(
            [(at, *fact) for at, fact in enumerate(_told(result, record))],
            schema=["position", "fact", "value"],
            orient="row",
        ),
        "strata": _rows(
            record["strata"],
            {"stratum": pl.String, **counts, **amounts, "sample": pl.Int64, "spares": pl.Int64},
        ),
        "excluded": _rows(record["excluded"], {"reason": pl.String, **counts, **amounts}),
        "rehearsal": pl.DataFrame(record["rehearsal"]),
    }


def _rows(
    rows: Sequence[Mapping[str, Any]], schema: Mapping[str, type[pl.DataType]]
) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _standing(result: Appraisal, record: Mapping[str, Any]) -> pl.DataFrame:
    """One row per unit drawn: its place in the draw, and what became of it."""
    there = set(result.decisions["unit_id"])
    lost = set(result.decisions.filter(pl.col("label") == NO_RECORD)["unit_id"])
    became = {
        ("sample", True): "reviewed",
        ("sample", False): "no record; a spare took its place",
        ("spare", True): "reviewed in place of a unit without a record",
        ("spare", False): "not needed",
    }
    return pl.DataFrame(
        [
            {
                **{name: one[name] for name in ("role", "stratum", "place", "row", "unit_id")},
                "became": "no record and no spare; counted as overpaid in full"
                if one["unit_id"] in lost
                else became[one["role"], one["unit_id"] in there],
            }
            for one in record["drawn"]
        ]
    )


def _told(result: Appraisal, record: Mapping[str, Any]) -> list[tuple[str, str]]:
    design, frame = record["design"], record["frame"]
    spares = result.decisions.filter(pl.col("role") == "spare")["unit_id"].n_unique()
    return [
        ("Unit", design["unit"]),
        ("Period", _period(record)),
        ("Payers", ", ".join(design["payers"]) or "all"),
        ("Frame", f"{frame['units']:,} units, {frame['lines']:,} lines"),
        ("Paid in the frame", f"${float(frame['paid']):,.2f}"),
        ("Hash of the frame (SHA-256)", frame["sha256"]),
        ("Generator and seed", f"{record['generator']['name']}, {record['generator']['seed']}"),
        ("Drawn and sealed", record["drawn_at"]),
        ("Seal", record["seal"]),
        (
            "Spares used",
            f"{spares}, each for a unit whose record could not be had" if spares else "none",
        ),
    ]


def _period(record: Mapping[str, Any]) -> str:
    first, last = (record["design"][name] for name in ("first_day", "last_day"))
    if first == "0001-01-01" and last == "9999-12-31":
        return "all dates of service on file when it was drawn"
    return f"dates of service {first} to {last}"


def _facts(record: Mapping[str, Any]) -> Facts:
    """What the sample was drawn from; a manifest without a fact says so."""
    return Facts(
        run_id=record.get("run_id", "unknown"),
        data_digest=record.get("data_digest", "unknown"),
        rule_book_version=record.get("rule_book_version", "unknown"),
        fee_schedules=record.get("fee_schedules", ["unknown"]),
        app_version=record.get("app_version", "unknown"),
        is_simulated=bool(record.get("is_simulated")),
        cut=f"Drawn {record['drawn_at'][:10]} from {_period(record)}",
    )
