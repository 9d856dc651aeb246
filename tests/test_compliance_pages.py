"""What compliance enters itself: its files refused with place and remedy, and the pages they fill."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines import practice, reference, warehouse
from pipelines.dated import ReferenceFileError
from reports import answers, copies, packs, writing
from tests.reported import FACTS, filled, line, put, read, rows, words

DAY = datetime.date


@pytest.mark.parametrize(
    ("name", "header", "row", "said"),
    [
        (
            "audit_clocks.csv",
            "matter,owner,due_date",
            "a letter,me,",
            "row 2: no day is entered; give requested_date",
        ),
        (
            "audit_clocks.csv",
            "matter,owner,started_date,due_date",
            "a letter,me,2026-03-02,2026-03-01",
            "row 2, column due_date: 2026-03-01 is before started_date 2026-03-02; correct one",
        ),
        (
            "audit_clocks.csv",
            "matter,owner,identified_date",
            "a letter,me,soon",
            "row 2, column identified_date: expected a date as YYYY-MM-DD",
        ),
        (
            "corrective_actions.csv",
            "action_id,rule_id,root_cause,action,owner,opened_date,due_date,done_date",
            "A,MOHS020,habit,teach,me,2026-03-02,2026-04-01,2026-03-01",
            "row 2, column done_date: 2026-03-01 is before opened_date",
        ),
        (
            "coders.csv",
            "coder,claim_id,rendering_npi",
            "KL,C1,1234567893",
            "row 2: name the claim or, for all of a surgeon's in a period, rendering_npi",
        ),
        (
            "audits.csv",
            "audit_id,drawn_date,unit,design,scope,subject,measure,right,reviewed,rate",
            "a,2026-01-01,encounter,simple,all,audit,m,5,4,0.9",
            "row 2: right and reviewed, or low and high, do not go together; `mohs estimate --keep`",
        ),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(
    tmp_path: Path, name: str, header: str, row: str, said: str
) -> None:
    (tmp_path / name).write_text(f"{header}\n{row}\n")
    with pytest.raises(ReferenceFileError) as refused:
        reference.tables(tmp_path)
    assert f"{tmp_path / name}, {said}" in str(refused.value)


def test_these_files_are_decisions_and_say_nothing_of_a_patient(tmp_path: Path) -> None:
    practice.init(tmp_path)
    before = practice.digest(tmp_path), practice.digest_decisions(tmp_path)
    for name in ("counsel", "audit_clocks", "corrective_actions", "coders", "audits"):
        path = tmp_path / f"{name}.csv"
        path.write_text(path.read_text().replace("# example: ", ""))
        after = practice.digest(tmp_path), practice.digest_decisions(tmp_path)
        assert after[0] == before[0], name
        assert after[1] != before[1], name
        before = after
    assert practice.counsel(tmp_path, DAY(2026, 1, 14)) == ""
    assert practice.counsel(tmp_path, DAY(2026, 1, 15)) == "A. Counsel, Example Law LLP"
    assert practice.counsel(None, DAY(2026, 1, 15)) == ""


@pytest.mark.parametrize("pack", packs.declared().values(), ids=lambda pack: pack.name)
def test_privilege_is_never_said_but_of_an_audit_whose_counsel_is_named(pack: packs.Pack) -> None:
    named = replace(FACTS, counsel="A. Counsel, LLP")
    assert FACTS.privilege(pack) == ""
    assert bool(named.privilege(pack)) == (pack.name in ("compliance", "sample"))
    if pack.is_audit:
        assert "at the direction of counsel: A. Counsel, LLP." in named.privilege(pack)
        assert "Ask counsel" in replace(named, is_shareable=True).privilege(pack)


@pytest.fixture(scope="module")
def connection() -> warehouse.Connection:
    """Clocks and actions of every state as of 2026-11-02, a coder of two lines, one kept audit."""
    connection = filled()
    put(connection, "audit.run", [{"run_number": 1, "started_at": datetime.datetime(2026, 11, 2)}])  # noqa: DTZ001
    put(connection, "audit.data_cut", [{"as_of_date": DAY(2026, 10, 15)}])
    put(
        connection,
        "reference.audit_clock",
        [
            {"matter": matter, "owner": "officer", "started_date": DAY(2026, 9, 1), **days}
            for matter, days in {
                "late": {"due_date": DAY(2026, 11, 1)},
                "today": {"due_date": DAY(2026, 11, 2)},
                "far": {"due_date": DAY(2026, 12, 1)},
                "undated": {},
                "shut": {"due_date": DAY(2026, 10, 1), "closed_date": DAY(2026, 10, 20)},
            }.items()
        ],
    )
    put(
        connection,
        "reference.corrective_action",
        [
            {
                "action_id": name,
                "rule_id": "MOHS020",
                "opened_date": DAY(2026, 8, 1),
                "due_date": DAY(2026, 9, 9),
                "done_date": done,
                "reaudit_date": again,
            }
            for name, done, again in (
                ("open", None, None),
                ("done", DAY(2026, 9, 9), DAY(2026, 10, 1)),
            )
        ],
    )
    put(
        connection,
        "audit.change",
        [
            {
                "kind": "finding",
                "item_id": f"{rule} {line_id}",
                "label": rule,
                "line_id": line_id,
                "severity": "error",
                "date_of_service": day,
                "since_month": since,
                "is_dismissed": is_dismissed,
            }
            for rule, line_id, day, since, is_dismissed in (
                ("MOHS020", "A-1", DAY(2026, 9, 10), "new", False),
                ("MOHS020", "A-2", DAY(2026, 8, 20), "known", False),
                ("MOHS020", "A-3", DAY(2026, 9, 11), "known", True),
                ("MOHS020", "A-4", DAY(2026, 9, 11), "gone", False),
                ("MOHS251", "A-5", DAY(2026, 9, 11), "new", False),
            )
        ],
    )
    put(connection, "audit.rule", [{"rule_id": "MOHS251", "basis": "payment"}])
    put(
        connection,
        "core.service_line",
        [line(f"K{n}-1", "Gamma", rendering_npi="1234567893") for n in (1, 2)],
    )
    put(
        connection,
        "reference.coder",
        [
            {**named, "effective_from": DAY(2026, 9, 1), "effective_to": DAY(9999, 12, 31)}
            for named in (
                {"coder": "KL", "claim_id": "A"},
                {"coder": "MN", "rendering_npi": "1234567893"},
                {"coder": "OP", "claim_id": "K2"},
            )
        ],
    )
    put(
        connection,
        "reference.audit_result",
        [
            {
                "audit_id": "a" * 16,
                "drawn_date": DAY(2026, 3, 1),
                "unit": "encounter",
                "design": "simple",
                "scope": "all payers",
                "subject": "audit",
                "measure": "records without error",
                "right": 92,
                "reviewed": 100,
                "rate": Decimal("0.92"),
            }
        ],
    )
    return connection


def shown(connection: warehouse.Connection, name: str, out: Path, *, is_shareable: bool) -> Path:
    copy = copies.shareable([], b"key", coders=["KL", "MN"]) if is_shareable else copies.WORKING
    answered = answers.answer(warehouse.selector(connection), pages=[name], copy=copy)
    facts = replace(FACTS, counsel="A. Counsel, LLP", is_shareable=is_shareable)
    return writing.write(answered, out=out, facts=facts)[-1]


def test_overdue_clocks_and_actions_are_said(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    reader = read(shown(connection, "coding_actions", tmp_path, is_shareable=False))
    said = words(reader)
    assert (
        "4 clocks are open as of 2026-11-02: 1 overdue, 1 due within fourteen days, 1 without a day to "
        "answer. 1 corrective action is open, 1 past the day to have it done."
    ) in said
    assert "identified overpayment" not in said.lower()
    assert "Prepared at the direction of counsel: A. Counsel, LLP." in said
    states = {row["Matter"]: (row["State"], row["Days left"]) for row in rows(reader, "Clocks")}
    assert states == {
        "late": ("OVERDUE", "-1"),
        "today": ("due soon", "0"),
        "far": ("open", "29"),
        "undated": ("no day to answer", "none"),
        "shut": ("closed", "none"),
    }
    assert next(iter(states)) == "late"
    actions = {row["Name"]: row["State"] for row in rows(reader, "Corrective actions")}
    # the last audit was drawn before the day set for the next
    assert actions == {"open": "OVERDUE", "done": "RE-AUDIT OVERDUE"}
    found = {
        row["Name"]: (row["Findings that stand"], row["Of services since it was done"])
        for row in rows(reader, "What came of it")
    }
    assert found == {"open": ("2", "none"), "done": ("2", "1")}
    letter = words(read(shown(connection, "coding_letter", tmp_path, is_shareable=False)))
    assert "As of 2026-11-02, 1 clock is overdue and 1 corrective action is late" in letter


def test_the_shareable_letter_says_nothing_of_clocks(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    letter = words(read(shown(connection, "coding_letter", tmp_path, is_shareable=True)))
    assert "overdue" not in letter
    assert "Ask counsel before this copy leaves the workplace." in letter


def test_a_coder_is_the_claims_or_the_surgeons_on_that_day(
    connection: warehouse.Connection,
) -> None:
    found = warehouse.select(
        connection, "SELECT coder, count(*) AS lines FROM audit.line_coder GROUP BY ALL ORDER BY 1"
    )
    # two lines of claim A are of August
    assert found.rows() == [("KL", 10), ("MN", 1), ("OP", 1)]


def test_error_rates_name_the_last_audit_and_why_it_is_not_compared(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    said = words(read(shown(connection, "coding_results", tmp_path, is_shareable=False)))
    assert (
        "The latest audit was drawn on 2026-03-01 (encounter; all payers): 92.0% of records are without "
        "error, from 100 reviewed. It is not compared: no earlier audit is kept."
    ) in said
    # 8 in error are few: neither the rate nor what it is of is told
    reader = read(shown(connection, "coding_results", tmp_path, is_shareable=True))
    assert "92.0%" not in words(reader)


def test_the_practices_stages_per_case_are_the_same_on_every_page() -> None:
    """Of all its surgeons, those too few to be placed too: 150 stages of 100 first stages."""
    connection = filled()
    put(
        connection,
        "audit.practice_mirror",
        [
            {
                "rendering_npi": npi, "period": "last_12_months", "measure": "stages_per_case",
                "site_family": "H", "n": n, "total": float(total), "value": total / n,
                "practice_rank": 1 if n >= 30 else None, "reading": "within",
            }
            for npi, n, total in (("1", 50, 60), ("2", 30, 40), ("3", 20, 50))
        ],
    )  # fmt: skip
    shown = {}
    for name, column in (("mirror", "practice"), ("coding_scorecards", "centre")):
        (page,) = answers.answer(warehouse.selector(connection), pages=[name])
        (found,) = (
            one.data for one in page.answers if column in one.data.columns and "n" in one.data.columns
            and one.data.height
        )  # fmt: skip
        shown[name] = found.select("n", pl.col(column).alias("practice")).rows()
    assert shown["mirror"] == shown["coding_scorecards"] == [(50, 1.5), (30, 1.5)]
