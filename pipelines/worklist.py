"""`mohs worklist`: open denials in the order to work them, as a sheet to decide on, and back again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

import polars as pl

from pipelines import ledgers, sheets, warehouse
from pipelines.sheets import UnusableSheet
from pipelines.warehouse import Connection
from reports.workbook import inert
from reports.writing import write_private
from schemas.charts import words
from schemas.deadlines import Disposition

FILE = "dispositions.csv"
ADDED = ("rule_id", "line_id", "disposition", "decided_date", "note", "source")
"""Columns a decision fills; others of a file kept by hand stay blank."""
WORDS = words(Disposition, "disposition")
TO_FILL = ("disposition", "decided_date", "rule_id", "note")
SHEET = (
    "place",
    "line_id",
    "payer",
    "rendering_npi",
    "date_of_service",
    "procedure_code",
    "modifier_key",
    "first_denied_date",
    "first_submitted_date",
    "cause",
    "driver_carc",
    "driver_rarc",
    "action",
    "action_deadline",
    "days_left",
    "action_clock_source",
    "appeal_level",
    "least_amount",
    "charge",
    "unrecovered",
    "overturned_alike",
    "closed_alike",
    "overturned_share",
    "expected_value",
    "value",
    "value_basis",
    "preventing_rule",
    "question",
    "wanted",
    "asks_records",
    "records_requested_date",
    "records_sent_date",
    "has_chart",
    "evidence_present",
    "evidence_missing",
    "evidence_unknown",
    "decision",
    *TO_FILL,
)
"""Columns of the sheet; the last four are to fill in."""
SHOWN = (
    "place",
    "line_id",
    "payer",
    "procedure_code",
    "cause",
    "action",
    "action_deadline",
    "days_left",
    "appeal_level",
    "value",
    "value_basis",
    "evidence_missing",
    "decision",
)
"""Columns that are printed for people; programs get those of the sheet."""
FORM = sheets.Form(
    title="Worklist of denials",
    command="mohs worklist --out FILE",
    columns=SHEET,
    key="line_id",
    needed=("line_id", "disposition"),
    to_fill=TO_FILL,
    words={"disposition": WORDS},
    wide={
        "place": 6,
        "line_id": 18,
        "question": 60,
        "wanted": 40,
        "action_clock_source": 40,
        "evidence_present": 40,
        "evidence_missing": 40,
        "note": 40,
    },
)
FAULTS = 10
"""Rows of a sheet that cannot be taken, of which a message tells."""
ITEMS = "SELECT * FROM audit.work_item ORDER BY place"
KNOWN = "SELECT DISTINCT line_id FROM audit.denial_episode"
JUDGED = "SELECT rule_id, line_id FROM audit.finding WHERE state <> 'gone' AND line_id IS NOT NULL"
STANDING = "SELECT line_id, rule_id, disposition, decided_date, note FROM reference.disposition"


def read(connection: Connection) -> pl.DataFrame:
    """audit.work_item in its order, with the columns of the sheet that are to fill in, blank."""
    blank = [pl.lit(None, dtype=pl.String).alias(name) for name in TO_FILL]
    items = warehouse.select(connection, ITEMS)
    return items.drop("decided_date", "note").with_columns(blank)


def write_sheet(items: pl.DataFrame, path: Path) -> Path:
    """The sheet to fill in, in a new private file; .xlsx or .csv by its suffix.

    Raises UnusableSheet for another suffix, or where there is a file already.
    """
    return sheets.write(FORM, items, path)


def take(connection: Connection, path: Path, folder: Path, today: date) -> list[dict[str, str]]:
    """Add what a sheet decides to the folder's dispositions.csv, whole or not at all.

    Any line that was ever denied may be decided on, so that the outcome of an appeal can be told
    once the line has left the list. A decision is about the denial, or about the finding of the
    rule it names; without a date it is of today. One that stands already is not added again; a
    second decision of one day takes the place of the first. Returns the rows added. Raises
    UnusableSheet where the sheet cannot be read, or with each row that names a line, rule or word
    that is none.
    """
    lines = set(warehouse.select(connection, KNOWN)["line_id"])
    findings = set(warehouse.select(connection, JUDGED).iter_rows())
    standing = set(
        warehouse.select(connection, STANDING).select(pl.all().cast(pl.String).fill_null("")).rows()
    )
    decided: dict[tuple[str, str, str], dict[str, str]] = {}
    faults: list[str] = []
    for number, row in sheets.read(FORM, path):
        if not any(row[name] for name in TO_FILL):
            continue
        place = f"{path}, row {number}"
        try:
            decision = _decision(row, place, today)
            _require_known(decision, place, lines, findings)
            line_id, rule_id = decision["line_id"], decision["rule_id"]
            key = (line_id, rule_id, decision["decided_date"])
            if key in decided:
                raise UnusableSheet(f"{place}: {line_id!r} stands there twice; take one row out")
        except UnusableSheet as error:
            faults.append(str(error))
            continue
        if (
            line_id,
            rule_id,
            *(decision[name] for name in TO_FILL if name != "rule_id"),
        ) in standing:
            continue
        decided[key] = decision
    if faults:
        more = len(faults) - FAULTS
        rest = [f"and {more:,} more such rows"] if more > 0 else []
        raise UnusableSheet("\n".join([*faults[:FAULTS], *rest]))
    if decided:
        rows = [{name: inert(row[name]) for name in row} for row in decided.values()]
        text = ledgers.with_rows(folder / FILE, ADDED, ("line_id", "rule_id", "decided_date"), rows)
        write_private(folder / FILE, text.encode())
    return list(decided.values())


def _require_known(
    decision: Mapping[str, str],
    place: str,
    lines: Collection[str],
    findings: Collection[tuple[str, str]],
) -> None:
    line_id, rule_id = decision["line_id"], decision["rule_id"]
    if rule_id and (rule_id, line_id) not in findings:
        raise UnusableSheet(
            f"{place}, column rule_id: {rule_id} has no finding on {line_id}; `mohs explain "
            f"{line_id}` shows what there is, leave it blank to decide on the denial"
        )
    if not rule_id and line_id not in lines:
        raise UnusableSheet(
            f"{place}, column line_id: {line_id!r} is no line that was denied; `mohs worklist` "
            "lists them, take the row out"
        )


def _decision(row: Mapping[str, str], place: str, today: date) -> dict[str, str]:
    if not row["line_id"]:
        raise UnusableSheet(f"{place}, column line_id: is blank; name the line")
    if not row["disposition"]:
        raise UnusableSheet(
            f"{place}, column disposition: is blank; write one of {', '.join(WORDS)}, or clear the row"
        )
    decided_date = sheets.day(row["decided_date"], f"{place}, column decided_date", today)
    if decided_date > today:
        raise UnusableSheet(
            f"{place}, column decided_date: {decided_date} is to come; write the day it was decided"
        )
    return {
        "rule_id": row["rule_id"].upper(),
        "line_id": row["line_id"],
        "disposition": sheets.word(row["disposition"], WORDS, f"{place}, column disposition"),
        "decided_date": decided_date.isoformat(),
        "note": row["note"],
        "source": "mohs worklist",
    }
