"""A practice of nineteen lines counted by hand, and how a page is read back."""

from __future__ import annotations

import datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import appraisal, reviews, warehouse
from reports import writing
from schemas.dictionary import tables
from schemas.table import polars_schema

FACTS = writing.Facts("run-1", "data-1", "rules-1", ("RVU26C",), "0.1.0", is_simulated=True)
POISON = "<script>alert('payer')</script> & Sons"
FORMULA = "=cmd|' /C calc'!A0"
AUGUST, SEPTEMBER = datetime.date(2026, 8, 20), datetime.date(2026, 9, 10)


def put(connection: warehouse.Connection, name: str, rows: list[dict[str, Any]]) -> None:
    """Rows into a table; a required column that a row does not have is filled with something."""
    model = tables()[name]
    schema = polars_schema(model)
    described = model.to_schema().columns
    blank = {
        key: None if described[key].nullable else _something(dtype) for key, dtype in schema.items()
    }
    frame = pl.DataFrame(
        [{key: row.get(key, blank[key]) for key in schema} for row in rows], schema=schema
    )
    warehouse.insert(connection, name, frame)


def _something(dtype: Any) -> Any:
    if isinstance(dtype, pl.List):
        return []
    if dtype in (pl.Date, pl.Datetime):
        return SEPTEMBER
    return {pl.Boolean: False, pl.Int64: 0, pl.String: "x"}.get(dtype, Decimal(0))


def line(line_id: str, payer: str, **values: Any) -> dict[str, Any]:
    day = values.pop("day", SEPTEMBER)
    return {
        "line_id": line_id,
        "claim_id": line_id.split("-")[0],
        "line_number": "1",
        "patient_id": "p",
        "payer_sequence": "P",
        "date_of_service": day,
        "has_date_range": False,
        "procedure_code": "17311",
        "modifiers": [],
        "modifier_key": "",
        "units": Decimal(1),
        "charge": Decimal("100.00"),
        "is_adjudicated": True,
        "is_denied": False,
        "remitted_date": datetime.date(2026, 10, 1) if values.get("is_adjudicated", True) else None,
        "payer": payer,
        "line_of_business": "medicare",
        "source": "837",
        "file_id": "f",
        "ordinal": 1,
        "byte_offset": 0,
        "byte_end": 1,
        **values,
    }


def denied(carc: str | None, category: str | None) -> dict[str, Any]:
    return {
        "is_denied": True,
        "driver_carc": carc,
        "denial_category": category,
        "allowed": Decimal(0),
    }


def finding(rule: str, line_id: str, severity: str, dollars: str, **values: Any) -> dict[str, Any]:
    return {
        "rule_id": rule,
        "subject": "line",
        "line_id": line_id,
        "severity": severity,
        "reason": "a reason",
        "is_superseded": False,
        "dollars": Decimal(dollars),
        "rule_version": "v",
        "first_run_id": "run-1",
        "state": "new",
        **values,
    }


def file(path: str, kind: str, rows: int, aside: int, **values: Any) -> dict[str, Any]:
    return {
        "path": path,
        "kind": kind,
        "status": "partial" if aside else "accepted",
        "rows_in": rows,
        "rows_accepted": rows - aside,
        "rows_quarantined": aside,
        "charge_in": Decimal(rows * 100),
        "charge_accepted": Decimal((rows - aside) * 100),
        "charge_quarantined": Decimal(aside * 100),
        "rows_superseded": 0,
        "paid_superseded": Decimal(0),
        "claims_quarantined": min(aside, 1),
        "reasons": [],
        "file_id": path,
        "received_at": datetime.datetime(2026, 10, 2),  # noqa: DTZ001 - UTC by the table
        "is_simulated": True,
        **values,
    }


def filled() -> warehouse.Connection:
    """A warehouse in memory.

    Alpha Medicare: 12 billed lines at $100, all adjudicated, expected $50; A-1 and A-2 denied with
    97, A-3 with 50, A-4 allowed $40, A-5 allowed $55, A-6 to A-11 allowed $50, A-12 not priced;
    A-11 and A-12 in August. Beta Union: 4 adjudicated lines, 1 denied, none priced. The poisoned
    payer: 2 lines at $200, not adjudicated, not priced. One more line of Alpha is known from a
    remittance only.
    """
    connection = warehouse.connect()
    warehouse.create(connection)
    lines = []
    for number in range(1, 13):
        allowed = {4: "40.00", 5: "55.00"}.get(number, "50.00")
        outcome: dict[str, Any] = {"allowed": Decimal(allowed)}
        if number <= 3:
            outcome = denied(
                "97" if number < 3 else "50", "bundling" if number < 3 else "necessity"
            )
        day = AUGUST if number > 10 else SEPTEMBER
        lines.append(line(f"A-{number}", "Alpha Medicare", day=day, **outcome))
    lines += [
        line(f"B-{number}", "Beta Union", procedure_code="14060", **outcome)
        for number, outcome in enumerate(
            [denied(FORMULA, None), *({"allowed": Decimal("70.00")} for _ in range(3))], start=1
        )
    ]
    lines += [
        line(f"P-{number}", POISON, charge=Decimal("200.00"), is_adjudicated=False)
        for number in (1, 2)
    ]
    lines.append(line("R-1", "Alpha Medicare", source="835", allowed=Decimal("50.00")))
    put(connection, "core.service_line", lines)

    priced = [f"A-{number}" for number in range(1, 12)]
    unpriced = [("A-12", "no fee on file"), *((f"B-{n}", "no contract") for n in range(1, 5))]
    unpriced += [("P-1", FORMULA), ("P-2", FORMULA)]
    put(
        connection,
        "audit.expected_payment",
        [
            {
                "line_id": line_id,
                "patient_id": "p",
                "status": "priced",
                "expected_allowed": Decimal("50.00"),
                "expected_basis": "medicare",
            }
            for line_id in priced
        ]
        + [
            {
                "line_id": line_id,
                "patient_id": "p",
                "status": "not_priced",
                "reason": reason,
                "expected_basis": "none",
            }
            for line_id, reason in unpriced
        ],
    )
    variances = {1: "denied", 2: "denied", 3: "denied", 4: "under", 5: "over"}
    allowed_on = {4: "40.00", 5: "55.00"}
    put(
        connection,
        "audit.payment_variance",
        [
            {
                "line_id": f"A-{number}",
                "patient_id": "p",
                "expected_allowed": Decimal("50.00"),
                "allowed": Decimal("0" if number <= 3 else allowed_on.get(number, "50.00")),
                "variance": None
                if number <= 3
                else Decimal(allowed_on.get(number, "50.00")) - Decimal("50.00"),
                "status": variances.get(number, "as_expected"),
                "is_counted": True,
            }
            for number in range(1, 12)
        ],
    )
    put(
        connection,
        "audit.finding",
        [
            finding("MOHS020", "A-1", "error", "50.00"),
            finding("MOHS045", "A-1", "warning", "50.00"),
            finding("MOHS020", "A-2", "error", "50.00"),
            finding("MOHS020", "P-1", "error", "200.00"),
            finding("MOHS045", "A-6", "warning", "50.00"),
            finding("MOHS020", "A-7", "error", "50.00", is_superseded=True),
            finding("MOHS020", "A-8", "error", "50.00", state="gone"),
        ],
    )
    put(
        connection,
        "audit.rule",
        [
            {
                "rule_id": rule,
                "name": name,
                "summary": f"About {rule}.",
                "severity": severity,
                "category": "c",
                "citation": "c",
                "remedy": "r",
                "rule_version": "v",
            }
            for rule, name, severity in (
                ("MOHS020", "additional-stage-without-first-stage", "error"),
                ("MOHS045", "units-above-plausible", "warning"),
                ("MOHS140", "surgeon-not-a-physician", "error"),
            )
        ],
    )
    coverage = [
        ("MOHS020", "flagged", 4, []),
        ("MOHS020", "passed", 12, []),
        ("MOHS020", "not_applicable", 3, []),
        ("MOHS045", "flagged", 2, []),
        ("MOHS045", "passed", 6, []),
        ("MOHS140", "not_evaluable", 7, ["rendering_type"]),
    ]
    put(
        connection,
        "audit.rule_coverage",
        [
            {
                **dict(zip(("rule_id", "outcome", "lines", "missing"), row, strict=True)),
                "missing_lines": [row[2]] * len(row[3]),
            }
            for row in coverage
        ],
    )
    put(
        connection,
        "audit.intake",
        [
            file("claims.837", "837P", 20, 2, reasons=["Q6"]),
            file("remits.835", "835", 17, 0),
            file("+report.pdf", "unsupported", 0, 0, status="unsupported", reasons=["Q0"]),
        ],
    )
    put(
        connection,
        "core.remit_line",
        [
            {
                "remit_line_id": f"f:{number}",
                "remit_claim_id": "f:0",
                "claim_id": "R",
                "patient_id": "p",
                "line_id": "R-1" if number == 1 else "A-1",
                "match_method": "none" if number == 1 else "full",
                "payer_sequence": "P",
                "is_reversal": False,
                "date_of_service": SEPTEMBER,
                "procedure_code": "17311",
                "modifiers": [],
                "charge": Decimal("100.00"),
                "paid": Decimal("40.00"),
                "patient_responsibility": Decimal("10.00"),
                "units_paid": Decimal(1),
                "remarks": [],
                "source": "835",
                "file_id": "f",
                "ordinal": number,
                "byte_offset": 0,
                "byte_end": 1,
            }
            for number in (1, 2)
        ],
    )
    return connection


def estimated() -> tuple[appraisal.Appraisal, dict[str, Any]]:
    """A reviewed sample of 40 of 400 encounters, three of them overpaid by half, and its manifest."""
    units = [(f"E{number:02}-1", f"100000000{number % 3}") for number in range(40)]
    reviewed = [
        reviews.Reviewed(
            "sample", "all", place, unit, unit, surgeon, Decimal(200), Decimal(100 if wrong else 200),
            "overcoding" if wrong else "correct", "correct" if place % 5 == 0 else "", "AB",
            "CD" if place % 5 == 0 else "", "a note" if wrong else "", "17311", "KL",
        )
        for place, (unit, surgeon) in enumerate(units, start=1)
        for wrong in (place in (3, 10, 25),)
    ]  # fmt: skip
    shared = {"units": 400, "lines": 400, "charge": "160000.00", "paid": "80000.00"}
    record = {
        "design": {
            "unit": "encounter", "payers": [], "surgeons": [], "any_code": False,
            "with_unpaid": False, "first_day": "0001-01-01", "last_day": "9999-12-31",
        },
        "frame": {**shared, "sha256": "f" * 64},
        "generator": {"name": "PCG64", "seed": 7},
        "drawn_at": "2026-10-02T09:00:00+00:00",
        "seal": "5" * 64,
        "strata": [{"stratum": "all", **shared, "sample": 40, "spares": 1}],
        "excluded": [{"reason": "no Mohs surgery", **shared}],
        "rehearsal": [
            {"error_rate": 0.05, "coverage": 0.97, "lower_limit": 0.2, "precision": 1.1, "finds_nothing": 0.13}
        ],
        "drawn": [
            {"role": "sample", "stratum": "all", "place": place, "row": place, "unit_id": unit}
            for place, (unit, _) in enumerate(units, start=1)
        ],
        "lines": [{"rendering_npi": surgeon, "coder": "KL"} for _, surgeon in units],
        "is_simulated": True,
    }  # fmt: skip
    return appraisal.appraise(reviewed, record), record


class Reader(HTMLParser):
    """Tables as (section, rows of cell texts), and the running text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.text: list[str] = []
        self.section = ""
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        if tag == "h2":
            self.section = ""
        if tag == "table":
            self.tables.append((self.section, []))
        if tag == "tr":
            self.tables[-1][1].append([])
        if tag in ("td", "th"):
            self.tables[-1][1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "script" in self.inside or "style" in self.inside:
            return
        if "h2" in self.inside:
            self.section += data
        if "td" in self.inside or "th" in self.inside:
            self.tables[-1][1][-1][-1] += data
        self.text.append(data)


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def words(reader: Reader) -> str:
    return " ".join("".join(reader.text).split())


def tables_of(reader: Reader, section: str) -> list[list[list[str]]]:
    """The tables of a section."""
    return [rows for name, rows in reader.tables if name == section]


def rows(reader: Reader, section: str, number: int = 0) -> list[dict[str, str]]:
    """The rows of a section's table as heading -> text."""
    table = [rows for name, rows in reader.tables if name == section][number]
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]
