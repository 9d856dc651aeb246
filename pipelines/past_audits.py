"""Completed audits kept in `audits.csv` of the practice folder, and the next one held against them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import estimating, ledgers, reference, warehouse
from pipelines.appraisal import Appraisal
from reports.answers import MACROS
from reports.workbook import inert
from reports.writing import write_private
from schemas.compliance import AuditResult
from schemas.table import create_statement, polars_schema

FILE = "audits.csv"
_DATES = ("effective_from", "effective_to", "source")
COLUMNS = (*(name for name in polars_schema(AuditResult) if name not in _DATES), *_DATES)
CONFIDENCE = 0.90
"""Of the intervals kept, as of those for the frame."""
OF_PAID = {
    "overpaid only": "overpaid, of paid",
    "underpaid only": "underpaid, of paid",
    "net": "net, of paid",
    "gross": "gross, of paid",
}
"""Measures of dollars, as shares of what was paid in the frame."""


COMPARED = """
SELECT * EXCLUDE (found), found.low AS difference_low, found.high AS difference_high
FROM (
    SELECT *, difference_interval(rate, low, high, earlier_rate, earlier_low, earlier_high) AS found
    FROM ({})
)
WHERE audit_id = $this ORDER BY subject, who, measure
"""


def rows_of(result: Appraisal, record: Mapping[str, Any], day: date) -> pl.DataFrame:
    """The result as rows of reference.audit_result: of the audit, its surgeons and coders."""
    design, frame = record["design"], record["frame"]
    known = float(frame["paid"])
    first, last = (date.fromisoformat(design[name]) for name in ("first_day", "last_day"))
    shared = {
        "audit_id": record["seal"][:16],
        "drawn_date": date.fromisoformat(record["drawn_at"][:10]),
        "unit": design["unit"],
        "design": "simple" if len(_drawn(record)) == 1 else "stratified",
        "scope": scope(design),
        "first_day": None if first == date.min else first,
        "last_day": None if last == date.max else last,
        "effective_from": day,
        "effective_to": date(9999, 12, 31),
        "source": "mohs estimate",
    }
    rows: list[dict[str, Any]] = [
        {
            "subject": "audit",
            "measure": row["measure"],
            "right": row["count"],
            "reviewed": row["of"],
            **_rated(row["frame_rate"], _interval(row, record)),
        }
        for row in result.accuracy.iter_rows(named=True)
    ]
    for row in result.dollars.iter_rows(named=True):
        if row["estimator"] == "difference" and known:
            limits = (row["lower"] / known, row["upper"] / known)
            is_known = limits[1] > limits[0] or _is_whole(record)
            rows.append(
                {
                    "subject": "audit",
                    "measure": OF_PAID[row["measure"]],
                    **_rated(row["point"] / known, limits if is_known else None),
                }
            )
    for subject, people in (("surgeon", result.surgeons), ("coder", result.coders)):
        for who, n, right, *_, top, _ in people.iter_rows():
            found = estimating.proportion(right, n, CONFIDENCE)
            rows.append(
                {
                    "subject": subject,
                    "who": who or "unknown",
                    "measure": "records without error",
                    "right": right,
                    "reviewed": n,
                    "top_error": top or None,
                    **_rated(found.rate, found.wilson),
                }
            )
    return pl.DataFrame([{**shared, **row} for row in rows], schema=polars_schema(AuditResult))


def _drawn(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in record["strata"] if one["sample"]]


def _is_whole(record: Mapping[str, Any]) -> bool:
    return all(one["sample"] >= one["units"] for one in record["strata"])


def _interval(row: Mapping[str, Any], record: Mapping[str, Any]) -> tuple[float, float] | None:
    """The interval to compare by: Wilson's of counted units of a simple sample, else the frame's.

    None where nothing varied in the sample, and a standard error of zero would say too much.
    """
    if len(_drawn(record)) == 1 and row["measure"] != "codes correct" and not _is_whole(record):
        return estimating.proportion(row["count"], row["of"], CONFIDENCE).wilson
    low, high = row["frame_low"], row["frame_high"]
    return (low, high) if high > low or _is_whole(record) else None


def _rated(rate: float, limits: tuple[float, float] | None) -> dict[str, Decimal | None]:
    def told(value: float) -> Decimal:
        return Decimal(f"{value:.4f}")

    if limits is None or any(math.isnan(one) for one in limits):
        return {"rate": told(rate), "low": None, "high": None}
    # rounding must not put the rate outside its interval
    return {
        "rate": told(rate),
        "low": min(told(limits[0]), told(rate)),
        "high": max(told(limits[1]), told(rate)),
    }


def scope(design: Mapping[str, Any]) -> str:
    """What the frame was limited to, in words that are the same for frames of the same kind."""
    payers, surgeons = sorted(design["payers"]), sorted(design["surgeons"])
    return "; ".join(
        (
            f"payers {', '.join(payers)}" if payers else "all payers",
            f"surgeons {', '.join(surgeons)}" if surgeons else "all surgeons",
            "any code" if design["any_code"] else "with Mohs surgery",
            "paid or not" if design["with_unpaid"] else "paid something",
        )
    )


def compare(rows: pl.DataFrame, practice: Path | None) -> pl.DataFrame:
    """audit.audit_comparison of this audit alone, against those kept in the practice folder.

    Raises dated.ReferenceFileError for a file of theirs that cannot be used.
    """
    (_, kept), *_ = reference.tables(practice, only={"audit_result"})
    this = rows["audit_id"][0]
    connection = warehouse.connect()
    try:
        connection.execute("CREATE SCHEMA reference")
        connection.execute(create_statement(AuditResult))
        for frame in (kept.filter(pl.col("audit_id") != this), rows):
            warehouse.insert(connection, "reference.audit_result", frame)
        connection.execute(MACROS.read_text(encoding="utf-8"))
        query = warehouse.select_text(warehouse.SQL / "audit" / "audit_comparison.sql")
        return warehouse.select(connection, COMPARED.format(query), {"this": this})
    finally:
        connection.close()


def keep(rows: pl.DataFrame, folder: Path) -> Path:
    """Add the rows to the folder's audits.csv; what was kept of the same audit before gives way."""
    added = [
        {name: "" if value is None else inert(str(value)) for name, value in row.items()}
        for row in rows.with_columns(effective_to=pl.lit(None, pl.Date)).iter_rows(named=True)
    ]
    # a share below zero is a number, not a formula
    for row, values in zip(added, rows.iter_rows(named=True), strict=True):
        row.update({name: str(values[name]) for name in ("rate", "low", "high") if row[name]})
    text = ledgers.with_rows(folder / FILE, COLUMNS, ("audit_id",), added)
    write_private(folder / FILE, text.encode())
    return folder / FILE
