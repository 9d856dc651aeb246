"""New, known and gone from run to run, and findings set aside until a day or a change of the line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import changes, dismissals, findings, questions, reference, warehouse
from pipelines.dated import ReferenceFileError
from pipelines.warehouse import Connection
from schemas.dictionary import tables
from schemas.table import duckdb_type

FIRST, LATER, NEXT_MONTH = date(2026, 8, 5), date(2026, 8, 26), date(2026, 9, 2)


@pytest.fixture
def connection() -> Iterator[Connection]:
    opened = warehouse.connect()
    warehouse.create(opened)
    reference.load(opened, only={"dismissal"})
    yield opened
    opened.close()


def add(connection: Connection, table: str, **values: Any) -> None:
    """One row; what it does not say and may not be null is blank."""
    columns = tables()[table].to_schema().columns
    given = {name: f"${name}" for name in values}
    for name, column in columns.items():
        if name not in values and not column.nullable:
            given[name] = warehouse.NEUTRAL.get(duckdb_type(column.dtype), "0")
    names = ", ".join(f"{value} AS {name}" for name, value in given.items())
    connection.execute(f"INSERT INTO {table} BY NAME SELECT {names}", values)


def stand(connection: Connection, as_of: date, *lines: str, charge: str = "100.00") -> None:
    """What there is after a run: MOHS020 on each of the lines."""
    for table in ("audit.data_cut", "audit.finding", "core.service_line", "audit.flagged_line"):
        connection.execute(f"DELETE FROM {table}")
    add(connection, "audit.data_cut", as_of_date=as_of)
    for line in lines:
        add(
            connection,
            "audit.finding",
            rule_id="MOHS020",
            subject="line",
            line_id=line,
            severity="error",
            state="known",
            dollars=Decimal("431.32"),
        )
        add(
            connection,
            "core.service_line",
            line_id=line,
            payer="Medicare",
            procedure_code="17312",
            units=Decimal(1),
            charge=Decimal(charge),
            date_of_service=date(2026, 7, 1),
        )
    connection.execute("DELETE FROM audit.dismissal")
    warehouse.build(connection, ["audit.flagged_line", "audit.dismissal"], is_set=False)


def told(connection: Connection) -> dict[str, tuple[str | None, str | None]]:
    query = "SELECT line_id, since_run, since_month FROM audit.change"
    return {row[0]: row[1:] for row in connection.execute(query).fetchall()}


def test_what_comes_stays_and_goes(connection: Connection) -> None:
    stand(connection, FIRST, "A-1", "B-1")
    changes.study(connection, 1, is_same=False)
    assert told(connection) == {"A-1": ("new", "new"), "B-1": ("new", "new")}
    # the same inputs again: what was new stays new
    changes.study(connection, 1, is_same=True)
    assert told(connection) == {"A-1": ("new", "new"), "B-1": ("new", "new")}

    stand(connection, LATER, "A-1", "C-1")
    changes.study(connection, 2, is_same=False)
    # B came and went within the month: gone since the run, nothing since last month
    assert told(connection) == {
        "A-1": ("known", "new"),
        "B-1": ("gone", None),
        "C-1": ("new", "new"),
    }
    counted = "SELECT line_id, is_counted FROM audit.coding_finding"
    assert dict(connection.execute(counted).fetchall()) == {"A-1": True, "B-1": False, "C-1": True}

    stand(connection, NEXT_MONTH, "B-1", "C-1")
    changes.study(connection, 3, is_same=False)
    # what is back after it was gone is new again
    assert told(connection) == {
        "A-1": ("gone", "gone"),
        "B-1": ("new", "new"),
        "C-1": ("known", "known"),
    }

    stand(connection, NEXT_MONTH, "B-1", "C-1")
    changes.study(connection, 4, is_same=False)
    assert told(connection)["A-1"] == (None, "gone")


def test_a_denial_has_its_cause_and_no_charge_for_a_price(connection: Connection) -> None:
    add(connection, "audit.data_cut", as_of_date=FIRST)
    for line, cause, expected, state in (
        ("A-1", "add_on", Decimal("431.32"), "open"),
        ("B-1", "bundling", None, "corrected"),
        ("C-1", "bundling", Decimal("100.00"), "overturned"),
    ):
        add(
            connection,
            "audit.denial_episode",
            line_id=line,
            category="bundling",
            cause=cause,
            charge=Decimal("900.00"),
            expected_allowed=expected,
            current_state=state,
            is_closed=state == "overturned",
        )
    changes.study(connection, 1, is_same=False)
    found = connection.execute("SELECT line_id, label, dollars FROM audit.change ORDER BY 1")
    assert found.fetchall() == [("A-1", "add_on", Decimal("431.32")), ("B-1", "bundling", None)]


def row(folder: Path) -> dict[str, str]:
    [found] = pl.read_csv(folder / "dismissals.csv", infer_schema=False).to_dicts()
    return found


def dismissed(connection: Connection, folder: Path) -> str:
    """The state of the one dismissal, after the practice folder was read again."""
    reference.load(connection, folder, only={"dismissal"})
    connection.execute("DELETE FROM audit.dismissal")
    warehouse.build(connection, ["audit.dismissal"], is_set=False)
    return str(warehouse.value(connection, "SELECT state FROM audit.dismissal"))


def dismiss(connection: Connection, folder: Path) -> None:
    """MOHS020 on A-1, until the end of August."""
    dismissals.dismiss(
        warehouse.selector(connection),
        folder,
        "MOHS020",
        "A-1",
        reason="the first stage is on another claim",
        author="coding lead",
        until=date(2026, 8, 31),
        today=date(2026, 8, 6),
    )


def asked(connection: Connection, name: str) -> list[dict[str, Any]]:
    sql = questions.read(questions.QUESTIONS / f"{name}.sql").sql
    return warehouse.select(connection, sql).to_dicts()


def test_what_is_dismissed_is_not_counted_and_explain_says_so(
    connection: Connection, tmp_path: Path
) -> None:
    stand(connection, FIRST, "A-1", "B-1")
    add(connection, "audit.rule", rule_id="MOHS020", summary="There is no first stage.")
    warehouse.create_reading_views(connection)
    found = {
        "errors": lambda: asked(connection, "summary")[0]["errors"],
        "at risk": lambda: asked(connection, "summary")[0]["lines_at_risk"],
        "printed": lambda: findings.by_severity(connection)["error"],
        "by rule": lambda: asked(connection, "findings_by_rule")[0]["findings"],
        "view": lambda: warehouse.value(
            connection, "SELECT count(*) FROM v_finding WHERE NOT is_dismissed"
        ),
        "on the line": lambda: warehouse.value(connection, "SELECT sum(findings) FROM v_line"),
    }
    assert {name: ask() for name, ask in found.items()} == dict.fromkeys(found, 2)
    assert findings.dismissed_of_line(connection, "A-1") == []

    dismiss(connection, tmp_path)
    assert dismissed(connection, tmp_path) == "standing"
    assert {name: ask() for name, ask in found.items()} == dict.fromkeys(found, 1)
    [said] = findings.dismissed_of_line(connection, "A-1")
    assert said == (
        "MOHS020 dismissed on 2026-08-06 by coding lead: the first stage is on another claim "
        "(holds until 2026-08-31)"
    )
    assert findings.dismissed_of_line(connection, "B-1") == []

    # as it ends, the finding counts again
    connection.execute("UPDATE audit.data_cut SET as_of_date = DATE '2026-09-02'")
    assert dismissed(connection, tmp_path) == "expired"
    assert {name: ask() for name, ask in found.items()} == dict.fromkeys(found, 2)
    assert "holds no longer" in findings.dismissed_of_line(connection, "A-1")[0]


def test_the_work_list_does_not_ask_after_what_is_dismissed(
    connection: Connection, tmp_path: Path
) -> None:
    stand(connection, FIRST, "A-1", "B-1")
    add(connection, "audit.rule", rule_id="MOHS020", summary="There is no first stage.")
    for line in ("A-1", "B-1"):
        add(
            connection,
            "audit.denial_episode",
            line_id=line,
            current_state="open",
            action="appeal",
            preventing_rule="MOHS020",
            is_preventable=True,
        )
    dismiss(connection, tmp_path)
    assert dismissed(connection, tmp_path) == "standing"
    warehouse.build(connection, ["audit.work_item"], is_set=False)
    items = warehouse.select(connection, "SELECT * FROM audit.work_item ORDER BY line_id")
    assert items["question"].str.contains("MOHS020 says").to_list() == [False, True]
    # that the rule fired is part of its record whatever was decided later
    assert items["is_preventable"].to_list() == [True, True]


def test_dollars_at_risk_are_those_of_the_model_where_it_speaks(connection: Connection) -> None:
    """A line without a price has none, and its charge does not stand in for them."""
    stand(connection, FIRST, "A-1", "B-1", "C-1")
    weighed = {"A-1": ("0.2", "50.00"), "B-1": ("0.1", None), "C-1": (None, None)}
    for line, (probability, at_risk) in weighed.items():
        add(
            connection,
            "audit.denial_risk",
            line_id=line,
            basis="waiting",
            probability=probability,
            at_risk=at_risk,
        )
    [told] = asked(connection, "summary")
    assert told["lines_at_risk"] == 3
    assert told["at_risk"] == Decimal("50.00") + Decimal("431.32")


def test_a_dismissal_ends_with_its_day_its_line_or_its_finding(
    connection: Connection, tmp_path: Path
) -> None:
    stand(connection, FIRST, "A-1")
    dismiss(connection, tmp_path)
    assert row(tmp_path)["effective_to"] == "2026-08-31"
    assert dismissed(connection, tmp_path) == "standing"
    changes.study(connection, 1, is_same=False)
    assert warehouse.value(connection, "SELECT is_dismissed FROM audit.change") is True

    stand(connection, LATER, "A-1", charge="120.00")
    assert dismissed(connection, tmp_path) == "line_changed"
    stand(connection, LATER, "B-1")
    assert dismissed(connection, tmp_path) == "no_finding"
    stand(connection, NEXT_MONTH, "A-1")
    assert dismissed(connection, tmp_path) == "expired"


@pytest.mark.parametrize(
    ("rule", "line", "reason", "until", "named"),
    [
        ("MOHS020", "A-9", "why", date(2026, 9, 1), "no finding on line A-9"),
        ("MOHS021", "A-1", "why", date(2026, 9, 1), "MOHS021"),
        ("MOHS020", "A-1", "why", date(2026, 1, 1), "that day is over"),
        ("MOHS020", "A-1", " ", date(2026, 9, 1), "--reason"),
    ],
)
def test_what_cannot_be_dismissed_is_told(
    connection: Connection,
    tmp_path: Path,
    rule: str,
    line: str,
    reason: str,
    until: date,
    named: str,
) -> None:
    stand(connection, FIRST, "A-1")
    with pytest.raises(dismissals.NothingToDismiss, match=named):
        dismissals.dismiss(
            warehouse.selector(connection),
            tmp_path,
            rule,
            line,
            reason=reason,
            author="coding lead",
            until=until,
            today=date(2026, 8, 6),
        )
    assert not (tmp_path / "dismissals.csv").exists()


def test_a_dismissal_without_an_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dismissals.csv").write_text(
        "rule_id,line_id,reason,author,effective_from,effective_to,source\n"
        "MOHS020,A-1,why,lead,2026-08-06,,by hand\n"
    )
    with pytest.raises(ReferenceFileError, match=r"dismissals\.csv, row 2, column effective_to"):
        reference.tables(tmp_path, only={"dismissal"})


def test_deciding_again_the_same_day_replaces(connection: Connection, tmp_path: Path) -> None:
    stand(connection, FIRST, "A-1")
    for reason in ("first thought", "second thought"):
        dismissals.dismiss(
            warehouse.selector(connection),
            tmp_path,
            "MOHS020",
            "A-1",
            reason=reason,
            author="coding lead",
            until=date(2026, 8, 31),
            today=date(2026, 8, 6),
        )
    assert row(tmp_path)["reason"] == "second thought"
