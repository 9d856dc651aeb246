"""Denials are laid to the claim that was denied, whatever stands in its place since."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pipelines import findings, judging, recalling, records, risk_guard, rules, warehouse
from pipelines.risk_guard import Leak
from pipelines.warehouse import Connection
from schemas.dictionary import tables
from tests.desk import Desk, opened
from tests.x12_text import bills, remits

EVERY = rules.read_book()
BOOK = rules.Book(rules.pick(EVERY, ["MOHS001", "MOHS221"]), ())
"""A trunk code on a face; a birth date after the service."""
RIGHT, WRONG = {"code": "17311"}, {"code": "17313"}
NUMBERED_RIGHT, NUMBERED_WRONG = RIGHT | {"control": "L1"}, WRONG | {"control": "L1"}
DENIED = {"adjustments": [("CO", "11", "1000")]}
PAID = {"paid": "800", "allowed": "800", "adjustments": [("CO", "45", "200")]}


def bill(number: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"number": number, "lines": list(lines), "member": f"MEMBER{number}", **more}


def again(number: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return bill(number, *lines, frequency="7", **more)


FILES = [
    bills(
        *(bill(name, WRONG) for name in ("PAID", "TWICE", "KEPT", "VOID")),
        *(bill(name, NUMBERED_WRONG) for name in ("WAITS", "LATE")),
        bill("CLEAN", RIGHT),
        bill("BIRTH", RIGHT, birth="20250101"),
        bill("DROPPED", RIGHT, WRONG),
    ),
    remits(
        *(bill(name, WRONG | DENIED) for name in ("PAID", "TWICE", "KEPT", "VOID")),
        bill("WAITS", NUMBERED_WRONG | DENIED),
        bill("LATE", NUMBERED_WRONG | PAID),
        bill("CLEAN", RIGHT | DENIED),
        bill("BIRTH", RIGHT | DENIED),
        bill("DROPPED", RIGHT | PAID, WRONG | DENIED),
    ),
    bills(
        *(again(name, RIGHT) for name in ("PAID", "DROPPED", "BIRTH")),
        *(again(name, NUMBERED_RIGHT) for name in ("WAITS", "LATE")),
        bill("VOID", WRONG, frequency="8"),
        again("CLEAN", RIGHT | {"modifiers": "59"}),
        again("TWICE", WRONG | {"modifiers": "59"}),
        created="20241001",
        control="2",
    ),
    remits(
        bill("PAID", RIGHT | PAID),
        bill("BIRTH", RIGHT | PAID),
        bill("TWICE", WRONG | DENIED | {"modifiers": "59"}),
        paid_on="20241015",
        control="3",
    ),
    bills(again("TWICE", RIGHT), created="20241101", control="4"),
    remits(bill("TWICE", RIGHT | PAID), paid_on="20241115", control="5"),
]

CONCLUDED = ("audit.data_cut", "audit.denial_episode", "audit.policy_payer", "audit.rule_record")
NEEDED = {
    name
    for name in recalling.needed(
        opened(),
        [
            *(warehouse.select_text(warehouse.queries("audit")[name]) for name in CONCLUDED),
            *(rule.sql for rule in BOOK.rules),
            *recalling.JUDGING,
        ],
    )
    if name not in CONCLUDED
}


def audited(connection: Connection, desk: Desk, files: list[str]) -> dict[str, pl.DataFrame]:
    """Take the files in one after the other and audit them in the catalog itself."""
    desk.clear()
    emptied(connection)
    for at, text in enumerate(files):
        desk.take_in(text, name=f"{at}-")
    warehouse.build(connection, NEEDED)
    assert judging.run(connection, BOOK.rules, run_id="r").problems == ()
    recalling.recall(connection, BOOK)
    warehouse.insert(connection, "audit.rule", findings.catalogue(BOOK))
    records.count_judged(connection, BOOK.rules)
    warehouse.build(connection, CONCLUDED, is_set=False)
    return {
        name: warehouse.select(connection, f"SELECT * FROM audit.{name} ORDER BY ALL")
        for name in (
            "denial_episode", "finding", "policy_payer", "rule_record", "submission_finding",
            "submission_line",
        )
    }  # fmt: skip


def dollars(lines: pl.DataFrame) -> Decimal:
    return sum(lines["dollars"].to_list(), Decimal(0))


def emptied(connection: Connection) -> None:
    for name in tables():
        if name.split(".")[0] in ("core", "audit") and name not in warehouse.VIEWED:
            connection.execute(f"DELETE FROM {name}")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    one = Desk(opened(), tmp_path_factory.mktemp("as_billed"))
    yield one
    one.clear()
    emptied(one.connection)


@pytest.fixture(scope="module")
def told(desk: Desk) -> dict[str, pl.DataFrame]:
    return audited(desk.connection, desk, FILES)


def test_a_denial_is_preventable_by_the_claim_that_was_denied(
    told: dict[str, pl.DataFrame],
) -> None:
    episodes = {
        row["line_id"]: (row["is_preventable"], row["preventing_rule"])
        for row in told["denial_episode"].iter_rows(named=True)
    }
    assert episodes == {
        "PAID-1": (True, "MOHS001"),
        "WAITS-1": (True, "MOHS001"),
        "TWICE-1": (True, "MOHS001"),
        "KEPT-1": (True, "MOHS001"),
        "VOID-R1": (True, "MOHS001"),
        "DROPPED-R1": (True, "MOHS001"),
        "BIRTH-1": (True, "MOHS221"),
        "CLEAN-1": (False, None),
    }


def test_nothing_stands_twice(told: dict[str, pl.DataFrame]) -> None:
    """The corrected claims have no finding; those before them have none among what stands."""
    assert told["finding"].select("line_id", "rule_id").rows() == [("KEPT-1", "MOHS001")]
    formers = told["submission_line"].select("line_id", "submission").rows()
    assert sorted(formers) == [
        ("BIRTH-1", 1),
        ("CLEAN-1", 1),
        ("DROPPED-1", 1),
        ("DROPPED-R1", 1),
        ("LATE-1", 1),
        ("PAID-1", 1),
        ("TWICE-1", 1),
        ("TWICE-1", 2),
        ("VOID-R1", 1),
        ("WAITS-1", 1),
    ]


def test_the_four_lists_judge_the_submission_that_was_answered(
    told: dict[str, pl.DataFrame],
) -> None:
    lists = dict(told["policy_payer"].select("line_id", "quadrant").rows())
    assert lists == {
        "PAID-1": "clean_paid",
        "BIRTH-1": "clean_paid",
        "TWICE-1": "clean_paid",
        # corrected, and not answered since
        "WAITS-1": "broken_denied",
        "LATE-1": "broken_paid",
        "CLEAN-1": "clean_denied",
        "DROPPED-1": "clean_paid",
        "KEPT-1": "broken_denied",
    }


def test_a_corrected_claim_does_not_hide_what_a_rule_foretold(
    told: dict[str, pl.DataFrame],
) -> None:
    """MOHS001 by hand: fired on PAID, WAITS, TWICE (two submissions), KEPT, VOID, DROPPED's second
    line and LATE, and LATE alone was paid. MOHS221 passed all of them and DROPPED's first line and
    CLEAN as first sent, and PAID, BIRTH and TWICE as corrected; of these 13 were denied 8."""
    whole = told["rule_record"].filter(payer="", quarter="", period="")
    row = whole.row(by_predicate=pl.col("rule_id") == "MOHS001", named=True)
    assert (row["fires"], row["fired"], row["fired_denied"], row["fired_mapped"]) == (8, 8, 7, 7)
    born = whole.row(by_predicate=pl.col("rule_id") == "MOHS221", named=True)
    assert (born["fires"], born["fired_denied"]) == (1, 1)
    assert (born["silent"], born["silent_denied"]) == (13, 8)
    lines = told["submission_finding"].filter(rule_id="MOHS001")
    once = dollars(lines.unique("line_id"))
    standing = dollars(told["finding"])
    assert row["dollars"] == once + standing
    late = dollars(lines.filter(line_id="LATE-1"))
    assert row["denied_dollars"] == row["dollars"] - late > Decimal(0)


def test_any_order_of_arrival_judges_the_same(desk: Desk, told: dict[str, pl.DataFrame]) -> None:
    files = random.Random(3).sample(FILES, len(FILES))
    other = audited(desk.connection, desk, files)
    for name in ("denial_episode", "policy_payer", "rule_record", "submission_finding"):
        assert other[name].equals(told[name]), name


def test_what_is_known_of_answered_submissions_may_not_foretell_a_denial(desk: Desk) -> None:
    register = risk_guard.read_register(desk.connection)
    for name in ("submission_line", "submission_finding"):
        query = f"SELECT formers.line_id FROM audit.{name} AS formers"
        with pytest.raises(Leak, match="known at later"):
            risk_guard.check_query(desk.connection, query, register)


def test_only_what_a_rule_can_know_at_submission_judges_a_bill_as_it_was_sent(desk: Desk) -> None:
    early = recalling.early_rules(desk.connection, EVERY)
    assert "MOHS001" in early
    # records not sent, a denial billed anew, a denial of a clean line: known from answers
    assert not {"MOHS194", "MOHS214", "MOHS253"} & early
