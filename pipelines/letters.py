"""The result of a reviewed audit sample as a page and a workbook, in the reports' own style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import warehouse
from pipelines.appraisal import Appraisal
from pipelines.warehouse import Connection
from reports import delivery
from reports.page import PAGES
from reports.writing import Facts

SAMPLE = PAGES.parent / "sample"
"""Pages about a reviewed sample; they read the schema `estimate` instead of the warehouse."""


def deliver(result: Appraisal, record: Mapping[str, Any], out: Path) -> list[Path]:
    """Write cover, page, workbook and tables of an appraisal and its manifest; the cover first."""
    connection = warehouse.connect()
    try:
        connection.execute("CREATE SCHEMA estimate")
        for name, frame in tables(result, record).items():
            _hold(connection, name, frame)
        select = warehouse.selector(connection)
        return delivery.deliver(select, out, facts=_facts(record), folder=SAMPLE)
    finally:
        connection.close()


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


def _told(result: Appraisal, record: Mapping[str, Any]) -> list[tuple[str, str]]:
    design, frame = record["design"], record["frame"]
    told = [
        ("Unit", design["unit"]),
        ("Period", _period(record)),
        ("Payers", ", ".join(design["payers"]) or "all"),
        ("Frame", f"{frame['units']:,} units, {frame['lines']:,} lines"),
        ("Paid in the frame", f"${float(frame['paid']):,.2f}"),
        ("Hash of the frame (SHA-256)", frame["sha256"]),
        ("Generator and seed", f"{record['generator']['name']}, {record['generator']['seed']}"),
        ("Drawn and sealed", record["drawn_at"]),
        ("Seal", record["seal"]),
    ]
    if result.agreement is not None:
        kappa = result.agreement["kappa"]
        told.append(
            (
                "Two reviewers",
                f"agree on {result.agreement['agreement']:.0%} of {result.agreement['rows']} rows; "
                f"Cohen's kappa {'undefined, one label only' if kappa is None else f'{kappa:.2f}'}",
            )
        )
    return told


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
