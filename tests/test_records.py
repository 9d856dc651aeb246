"""Policy against payers: the four lists, and the rules' track records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from scipy.stats import binomtest

from pipelines import warehouse
from pipelines.records import describe_line, describe_rule
from pipelines.warehouse import Connection
from tests.small_audit import audit, rows

IDS = ("MOHS002", "MOHS020", "MOHS060", "MOHS241", "MOHS253")
CASES = """
## Clean

| claim | line | procedure | status | adjustments   | finding |
|-------|------|-----------|--------|---------------|---------|
| A     | 1    | 17311     | paid   |               |         |
| A     | 2    | 17312     | denied | CO-50:1000.00 |         |
| A     | 3    | 13132     |        |               |         |

## Broken: second stages without a first, two denied and one of them for another reason

| claim | line | patient | procedure | payer | date       | status | adjustments    | finding |
|-------|------|---------|-----------|-------|------------|--------|----------------|---------|
| A     | 1    | 1       | 17312     | North | 2024-05-13 | paid   |                |         |
| B     | 1    | 2       | 17312     | South | 2024-08-13 | denied | CO-107:1000.00 |         |
| C     | 1    | 3       | 17312     | South | 2024-08-14 | denied | CO-50:1000.00  |         |
| D     | 1    | 4       | 17312     | South | 2024-08-15 |        |                |         |

## A warning: the first stage is of the trunk

| claim | line | procedure | diagnosis | status | finding |
|-------|------|-----------|-----------|--------|---------|
| A     | 1    | 17311     | C44.519   | paid   |         |

## An error of the payer: two procedures in full

| claim | line | procedure | date       | allowed | finding |
|-------|------|-----------|------------|---------|---------|
| A     | 1    | 17311     | 2020-06-01 | 643.91  |         |
| A     | 2    | 13132     | 2020-06-01 | 465.90  |         |

## Paid nothing, but not denied: the contract takes all of it

| claim | line | procedure | status | allowed | paid | adjustments   | finding |
|-------|------|-----------|--------|---------|------|---------------|---------|
| A     | 1    | 17311     | paid   | 0.00    | 0.00 | CO-45:1000.00 |         |
"""


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = audit(tmp_path_factory.mktemp("records"), CASES, IDS)
    yield connection
    connection.close()


# policy x payer


@pytest.mark.parametrize(
    ("line_id", "quadrant", "severity", "rule_id"),
    [
        ("E1.A-1", "clean_paid", None, None),
        ("E1.A-2", "clean_denied", None, None),
        ("E2.A-1", "broken_paid", "error", "MOHS020"),
        ("E2.B-1", "broken_denied", "error", "MOHS020"),
        ("E3.A-1", "broken_paid", "warning", "MOHS002"),
        ("E4.A-2", "clean_paid", None, None),
        ("E5.A-1", "clean_paid", None, None),
    ],
)
def test_every_answered_line_is_in_one_of_four(
    audited: Connection, line_id: str, quadrant: str, severity: str | None, rule_id: str | None
) -> None:
    [row] = rows(audited, f"SELECT * FROM audit.policy_payer WHERE line_id = '{line_id}'")
    assert (row["quadrant"], row["severity"], row["rule_id"]) == (quadrant, severity, rule_id)
    assert row["is_clean"] == (severity is None)
    assert row["is_preventable"] == (quadrant == "broken_denied")


def test_lines_without_an_answer_are_in_none(audited: Connection) -> None:
    found = {row["line_id"] for row in rows(audited, "SELECT line_id FROM audit.policy_payer")}
    assert len(found) == 9
    assert not {"E1.A-3", "E2.D-1"} & found


def test_a_denial_is_predicted_by_the_reason_the_rule_names(audited: Connection) -> None:
    found = {
        row["line_id"]: row["is_predicted"]
        for row in rows(audited, "SELECT * FROM audit.policy_payer WHERE outcome = 'denied'")
    }
    assert found == {"E1.A-2": False, "E2.B-1": True, "E2.C-1": False}


def test_its_dollars_are_those_of_the_lines(audited: Connection) -> None:
    [ours] = rows(
        audited, "SELECT sum(charge) AS charge, sum(paid) AS paid FROM audit.policy_payer"
    )
    lines = "SELECT sum(charge) AS charge, sum(paid) AS paid FROM core.service_line"
    [theirs] = rows(audited, f"{lines} WHERE is_adjudicated")
    assert ours == theirs


# track record


def record(
    audited: Connection, rule_id: str, payer: str = "", quarter: str = "", period: str = ""
) -> dict[str, Any]:
    """One row of the track record."""
    [row] = rows(
        audited,
        f"SELECT * FROM audit.rule_record WHERE rule_id = '{rule_id}' AND payer = '{payer}' "
        f"AND quarter = '{quarter}' AND period = '{period}'",
    )
    return row


def test_fires_and_silence_are_counted_by_hand(audited: Connection) -> None:
    # MOHS020 judges 17312: four without a first stage, and the one of the clean claim
    every = record(audited, "MOHS020")
    assert (every["fires"], every["fired"], every["fired_denied"]) == (4, 3, 2)
    assert (every["fired_mapped"], every["silent"], every["silent_denied"]) == (1, 1, 1)
    assert (every["denial_rate_fired"], every["denial_rate_silent"]) == (
        Decimal("0.6667"),
        Decimal("1.0000"),
    )
    assert every["lift"] == Decimal("0.6667")
    assert (every["precision"], every["recall"]) == (Decimal("0.3333"), Decimal("1.0000"))
    south = record(audited, "MOHS020", "South", "2024Q3")
    assert (south["fires"], south["fired"], south["fired_denied"], south["silent"]) == (3, 2, 2, 0)
    assert south["denial_rate_silent"] is None
    assert record(audited, "MOHS020", "North", "2024Q2")["fired_denied"] == 0


def test_the_last_months_are_held_out(audited: Connection) -> None:
    # answers go to August 2024, so that June, July and August are held out
    assert record(audited, "MOHS020", period="before")["fired"] == 1
    assert record(audited, "MOHS020", period="held_out")["fired"] == 2
    parts = rows(
        audited,
        "SELECT rule_id, payer, sum(fires) FILTER (WHERE period = '') AS every, "
        "sum(fires) FILTER (WHERE period <> '') AS parts FROM audit.rule_record "
        "WHERE quarter = '' GROUP BY ALL",
    )
    assert all(row["every"] == row["parts"] for row in parts)


def test_a_rule_that_follows_the_answer_has_no_record(audited: Connection) -> None:
    row = record(audited, "MOHS241")
    assert (row["fires"], row["silent"], row["denial_rate_fired"]) == (1, None, None)
    assert row["shown_as"] == "error"
    assert "no record against denials" in describe_rule(audited, "MOHS241")[0]


@pytest.fixture(scope="module")
def counted() -> Iterator[Connection]:
    """Records of rules whose lines are made up by the hundred: see `COUNTS`."""
    connection = warehouse.connect()
    warehouse.create(connection, ("core", "audit", "reference"))
    floors = {
        "least_denial_rate": Decimal("0.10"),
        "fewest_fires": 30,
        "held_out_months": 3,
        "effective_from": date(2007, 1, 1),
        "effective_to": date(9999, 12, 31),
        "evidence": "inference",
        "source": "test",
    }
    fill(connection, "reference.record_floor", [floors])
    lines, found, judged = [], [], []
    for rule_id, payer, month, fired, denied, silent, silent_denied in COUNTS:
        day = date(2024, month, 5)
        for number in range(fired):
            line = {
                "line_id": f"{rule_id}{payer}{month}-{number}",
                "payer": payer,
                "date_of_service": day,
                "outcome": "denied" if number < denied else "paid",
                "driver_carc": "97" if number < denied else None,
            }
            lines.append(line)
            found.append(line | {"rule_id": rule_id, "state": "new", "dollars": Decimal(1)})
        for carc, number in (
            ("97", denied + silent_denied),
            ("", fired - denied + silent - silent_denied),
        ):
            judged.append(
                {"rule_id": rule_id, "payer": payer, "month": day, "carc": carc, "lines": number}
            )
    fill(connection, "core.service_line", lines)
    fill(connection, "audit.policy_payer", lines)
    fill(connection, "audit.finding", found)
    fill(connection, "audit.rule_judged", judged)
    fill(
        connection,
        "audit.rule",
        [
            {"rule_id": name, "severity": severity, "basis": basis, "carc": ["97"]}
            for name, severity, basis in RULES
        ],
    )
    warehouse.build(connection, ["audit.rule_record"], is_set=False)
    yield connection
    connection.close()


RULES = (
    ("USE001", "error", "claim"),
    ("LOW001", "error", "claim"),
    ("FEW001", "error", "claim"),
    ("REC001", "error", "chart"),
    ("PAY001", "warning", "claim"),
    ("NEW001", "error", "claim"),
)
COUNTS = (
    # rule, payer, month, fired, of them denied, silent, of them denied
    ("USE001", "North", 1, 100, 90, 900, 9),
    ("LOW001", "North", 1, 200, 2, 900, 9),
    ("LOW001", "North", 8, 20, 20, 900, 9),
    ("FEW001", "North", 1, 29, 0, 900, 9),
    ("REC001", "North", 1, 200, 0, 900, 9),
    ("PAY001", "North", 1, 100, 0, 900, 9),
    ("PAY001", "South", 1, 20, 18, 900, 0),
    ("PAY001", "East", 1, 60, 55, 900, 0),
    ("NEW001", "North", 8, 200, 0, 900, 9),
)


def fill(connection: Connection, name: str, known: list[dict[str, Any]]) -> None:
    """Rows of a table: what is given, and of the rest a value that fits the type."""
    neutral = {
        pl.String: "",
        pl.Boolean: False,
        pl.Date: date(2024, 1, 1),
        pl.Int64: 0,
        pl.Decimal: Decimal(0),
        pl.List: [],
    }
    schema = warehouse.frame_schema(name)
    filled = [
        {column: row.get(column, neutral[dtype.base_type()]) for column, dtype in schema.items()}
        for row in known
    ]
    warehouse.insert(connection, name, pl.DataFrame(filled, schema=schema))


@pytest.mark.parametrize(
    ("measure", "part", "whole"),
    [
        ("denial_rate_fired", "fired_denied", "fired"),
        ("denial_rate_silent", "silent_denied", "silent"),
        ("precision", "fired_mapped", "fired"),
    ],
)
def test_intervals_are_wilsons_as_scipy_has_them(
    counted: Connection, measure: str, part: str, whole: str
) -> None:
    checked = 0
    for row in rows(counted, "SELECT * FROM audit.rule_record"):
        if row[whole]:
            interval = binomtest(row[part], row[whole]).proportion_ci(method="wilson")
            assert float(row[measure]) == pytest.approx(row[part] / row[whole], abs=5.1e-5)
            assert float(row[f"{measure}_lower"]) == pytest.approx(interval.low, abs=5.1e-5)
            assert float(row[f"{measure}_upper"]) == pytest.approx(interval.high, abs=5.1e-5)
            checked += 1
    assert checked > 20


def test_the_published_widths(counted: Connection) -> None:
    # 90 of 100: 0.83 to 0.94; 18 of 20: 0.70 to 0.97 (reports.md, 4.8)
    row = record(counted, "USE001")
    assert (row["denial_rate_fired_lower"], row["denial_rate_fired_upper"]) == (
        Decimal("0.8256"),
        Decimal("0.9448"),
    )
    assert row["lift"] == Decimal("90.0000")
    south = record(counted, "PAY001", "South")
    assert round(south["denial_rate_fired_lower"], 2) == Decimal("0.70")
    assert round(south["denial_rate_fired_upper"], 2) == Decimal("0.97")


def test_recall_has_the_silent_denials_in_it(counted: Connection) -> None:
    row = record(counted, "USE001")
    interval = binomtest(90, 99).proportion_ci(method="wilson")
    assert float(row["recall"]) == pytest.approx(90 / 99, abs=5.1e-5)
    assert float(row["recall_lower"]) == pytest.approx(interval.low, abs=5.1e-5)
    assert float(row["recall_upper"]) == pytest.approx(interval.high, abs=5.1e-5)


@pytest.mark.parametrize(
    ("rule_id", "payer", "shown_as"),
    [
        ("USE001", "North", "error"),
        ("LOW001", "North", "info"),  # 2 of 200 before; the months held out do not count
        ("LOW001", "", "info"),
        ("FEW001", "North", "error"),  # 0 of 29: one too few to say
        ("REC001", "North", "error"),  # what the chart lacks no payer sees
        ("PAY001", "North", "info"),  # this payer never denied it
        ("PAY001", "South", "warning"),  # too few of its own, and payers together deny it
        ("PAY001", "East", "warning"),
        ("NEW001", "North", "error"),  # all within the months held out
    ],
)
def test_a_rule_below_the_floor_is_shown_as_informational(
    counted: Connection, rule_id: str, payer: str, shown_as: str
) -> None:
    row = record(counted, rule_id, payer)
    assert row["shown_as"] == shown_as
    severity = {name: severity for name, severity, _ in RULES}[rule_id]
    assert (row["shown_because"] is None) == (shown_as == severity)


def test_why_it_is_shown_so_is_said(counted: Connection) -> None:
    assert record(counted, "LOW001", "North")["shown_because"] == (
        "payers denied 2 of 200 lines it flagged before the last 3 months, of this payer: "
        "at most 3.6 %, where a rule is asked for 10.0 %"
    )
    assert "shown as informational: payers denied 2 of 200" in describe_rule(counted, "LOW001")[0]


def test_findings_keep_their_severity(counted: Connection) -> None:
    assert "shown_as" not in warehouse.frame_schema("audit.finding")


def test_a_line_carries_the_record_of_its_rules(audited: Connection) -> None:
    told = describe_line(audited, "E2.B-1")
    assert told[1] == "Track record of these rules"
    assert "payers denied 2 of 3 lines it flagged (66.7 %, 95 % interval 20.8 to 93.8)" in told[2]
    assert told[3] == (
        "    South: payers denied 2 of 2 lines it flagged (100.0 %, 95 % interval 34.2 to 100.0)."
    )
    assert describe_line(audited, "E1.A-1") == []


def test_a_clean_denied_line_is_found_by_what_other_rules_did_not_find(
    audited: Connection,
) -> None:
    found = rows(audited, "SELECT line_id, basis FROM audit.finding WHERE rule_id = 'MOHS253'")
    assert found == [{"line_id": "E1.A-2", "basis": "payment"}]
