"""Denial episodes: one per denied line, dollars once, whatever the files and their order."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk import Desk, opened
from tests.episodes import built, episodes
from tests.x12_text import bills, remits, reversed_

NECESSITY = ("CO", "50", "1000")
Episodes = dict[str, dict[str, Any]]

DENIED = {"adjustments": [NECESSITY]}
PAID = {"paid": "640", "allowed": "800", "adjustments": [("CO", "45", "200"), ("PR", "2", "160")]}
PARTIAL = {
    "paid": "400",
    "allowed": "500",
    "adjustments": [("CO", "151", "300"), ("CO", "45", "200"), ("PR", "2", "100")],
}


def bill(number: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"number": number, "lines": list(lines) or [{}], **more}


class Office:
    """Files of one day each: what was sent and what was answered."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(opened(), folder)
        self.desk.clear()
        self.files = 0

    def sent(self, day: str, *claims: dict[str, Any]) -> None:
        self.files += 1
        text = bills(*claims, created=day, control=str(self.files))
        self.desk.read(text, f"{self.files}.837")

    def answered(self, day: str, *claims: dict[str, Any], **payer: Any) -> None:
        self.files += 1
        text = remits(*claims, paid_on=day, control=str(self.files), **payer)
        self.desk.read(text, f"{self.files}.835")

    def tables(self) -> dict[str, Any]:
        self.desk.take_in()
        return built(self.desk)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One of each story, told by files of eight days."""
    one = Office(tmp_path_factory.mktemp("office"))
    two_lines = [{}, {"code": "17312", "charge": "500"}]
    one.sent(
        "20240901",
        *(
            bill(number)
            for number in (
                "OPEN", "WRITEOFF", "SHARE", "PARTIAL", "MORE", "AWAITING", "CORRECTED", "AGAIN",
                "REPROCESSED", "TAKEBACK", "DUPLICATE", "OTHER", "BOTH", "BARE", "REASONS", "VOID",
                "UNMAPPED",
            )
        ),
        bill("OTHER", sequence="S", payer="SECOND PLAN", payer_id="SECOND"),
        bill("BOTH", sequence="S", payer="SECOND PLAN", payer_id="SECOND"),
        bill("LATER", *two_lines),
        bill("LATER", *two_lines, sequence="S", payer="SECOND PLAN", payer_id="SECOND"),
        bill("DROPPED", *two_lines),
        bill("RECODED", *two_lines),
    )  # fmt: skip
    one.answered(
        "20240925",
        *(
            bill(number, DENIED)
            for number in (
                "OPEN", "AWAITING", "CORRECTED", "AGAIN", "REPROCESSED", "OTHER", "BOTH", "VOID",
            )
        ),
        bill("WRITEOFF", {"adjustments": [("CO", "45", "1000")]}),
        bill("SHARE", {"allowed": "800", "adjustments": [("CO", "45", "200"), ("PR", "1", "800")]}),
        bill("PARTIAL", PARTIAL),
        bill("MORE", PARTIAL),
        bill("TAKEBACK", PAID, icn="ICN1"),
        bill("DUPLICATE", PAID),
        bill("BARE", charge="1000", paid="0", adjustments=[("CO", "109", "1000")], lines=[]),
        bill(
            "REASONS",
            {
                "adjustments": [("CO", "16", "400"), ("CO", "97", "100"), ("CO", "45", "200"),
                                ("CO", "236", "300")],
                "remarks": "N115 M15",
            },
        ),
        bill("UNMAPPED", {"adjustments": [("CO", "Z99", "1000")], "remarks": "ZZ1"}),
        bill(
            "LATER",
            {**PAID, "adjustments": [("CO", "45", "200"), ("PR", "2", "160")]},
            {"code": "17312", "charge": "500", "paid": "320", "allowed": "400",
             "adjustments": [("CO", "45", "100"), ("PR", "2", "80")]},
        ),
        bill("DROPPED", PAID,
             {"code": "17312", "charge": "500", "adjustments": [("CO", "97", "500")]}),
        bill("RECODED", PAID,
             {"code": "17312", "charge": "500", "adjustments": [("CO", "11", "500")]}),
    )  # fmt: skip
    one.sent(
        "20241010",
        *(bill(number, frequency="7") for number in ("AWAITING", "CORRECTED")),
        bill("AGAIN"),
        bill("VOID", frequency="8"),
        bill("DROPPED", {}, frequency="7"),
        bill("RECODED", {}, {"code": "17314", "charge": "500"}, frequency="7"),
    )
    one.answered(
        "20241020",
        bill("CORRECTED", PAID),
        bill("AGAIN", PAID),
        reversed_(bill("REPROCESSED", DENIED)),
        bill("REPROCESSED", PAID),
        bill(
            "MORE",
            {"paid": "240", "allowed": "300",
             "adjustments": [("PR", "2", "60"), ("CO", "45", "700")]},
        ),
        reversed_(bill("TAKEBACK", PAID, icn="ICN1")),
        bill("TAKEBACK", DENIED, icn="ICN1"),
        bill("DUPLICATE", {"adjustments": [("OA", "18", "1000")], "remarks": "N522"}),
    )  # fmt: skip
    one.answered(
        "20241030",
        bill("OTHER", {"paid": "300", "allowed": "300", "adjustments": [("CO", "45", "700")]},
             status="2"),
        bill("BOTH", DENIED, status="2"),
        bill(
            "LATER",
            {"adjustments": [("OA", "23", "840"), ("CO", "50", "160")]},
            {"code": "17312", "charge": "500", "paid": "80",
             "adjustments": [("OA", "23", "420")]},
            status="2",
        ),
        payer="SECOND PLAN",
        payer_id="SECOND",
    )  # fmt: skip
    return one.tables()


@pytest.fixture(scope="module")
def found(office: dict[str, Any]) -> Episodes:
    rows = office["audit.denial_episode"].iter_rows(named=True)
    return {row["line_id"]: row for row in rows}


def states(found: Episodes) -> dict[str, str]:
    return {line: row["current_state"] for line, row in found.items()}


def test_each_denied_line_is_one_episode_in_the_state_its_files_say(found: Episodes) -> None:
    assert states(found) == {
        "OPEN-1": "open",
        "PARTIAL-1": "open",
        "MORE-1": "overturned",
        "AWAITING-1": "corrected",
        "CORRECTED-1": "overturned",
        "AGAIN-1": "overturned",
        "REPROCESSED-1": "overturned",
        "TAKEBACK-1": "open",
        "OTHER-1": "overturned",
        "BOTH-1": "open",
        "BARE-1": "open",
        "REASONS-1": "open",
        "UNMAPPED-1": "open",
        "LATER/S-1": "open",
        "DROPPED-R1": "corrected",
        "RECODED-2": "corrected",
        "VOID-R1": "corrected",
    }


def test_write_offs_shares_and_duplicates_of_paid_lines_are_no_denials(found: Episodes) -> None:
    assert not {"WRITEOFF-1", "SHARE-1", "DUPLICATE-1", "LATER-1"} & set(found)


def test_money_comes_by_what_was_answered(found: Episodes) -> None:
    how = {
        line: (row["resolution"], row["recovered"], row["final_date"])
        for line, row in found.items()
        if row["current_state"] == "overturned"
    }
    day = date(2024, 10, 20)
    assert how == {
        "MORE-1": ("reprocessing", 300, day),
        "CORRECTED-1": ("correction", 800, day),
        "AGAIN-1": ("resubmission", 800, day),
        "REPROCESSED-1": ("reprocessing", 800, day),
        "OTHER-1": ("other_payer", 300, date(2024, 10, 30)),
    }


def test_what_a_correction_dropped_is_closed_and_what_it_awaits_is_not(found: Episodes) -> None:
    for line in ("DROPPED-R1", "VOID-R1"):
        row = found[line]
        assert (row["resolution"], row["is_closed"]) == ("withdrawn", True)
        assert row["final_date"] == date(2024, 10, 10)
    assert (found["AWAITING-1"]["is_closed"], found["AWAITING-1"]["final_date"]) == (False, None)
    assert found["AWAITING-1"]["last_activity_date"] == date(2024, 10, 10)


def test_a_recoded_line_stays_the_line_of_its_number(found: Episodes) -> None:
    row = found["RECODED-2"]
    assert (row["procedure_code"], row["charge"], row["driver_carc"]) == ("17314", 500, "11")
    assert (row["denied_submission"], row["submissions"]) == (1, 2)


def test_a_take_back_opens_an_episode_the_day_it_is_denied(found: Episodes) -> None:
    row = found["TAKEBACK-1"]
    assert (row["is_take_back"], row["first_denied_date"]) == (True, date(2024, 10, 20))
    assert [line for line, other in found.items() if other["is_take_back"]] == ["TAKEBACK-1"]


def test_the_driver_comes_by_category_then_dollars_and_the_rest_are_kept(found: Episodes) -> None:
    """Bundling goes before information; of two bundling reasons the larger drives."""
    row = found["REASONS-1"]
    assert (row["driver_carc"], row["category"]) == ("236", "bundling")
    assert row["alternatives"] == "CO-97:100.00 CO-16:400.00"
    assert (row["denied"], row["driver_rarc"], row["liability"]) == (800, "M15", "provider")


def test_kinds_of_denial(found: Episodes) -> None:
    assert found["PARTIAL-1"]["kind"] == "partial_denial"
    assert (found["PARTIAL-1"]["denied"], found["PARTIAL-1"]["recovered"]) == (300, 0)
    assert found["BARE-1"]["category"] == "eligibility"
    assert found["UNMAPPED-1"]["category"] == "unmapped"


def test_of_two_payers_that_deny_a_service_the_first_has_the_episode(found: Episodes) -> None:
    assert "BOTH/S-1" not in found
    later = found["LATER/S-1"]
    # what the primary left to the patient is all the second payer could allow
    assert (later["expected_allowed"], later["denied"]) == (160, 160)
    assert "LATER/S-2" not in found


def test_dollars_count_once(office: dict[str, Any], found: Episodes) -> None:
    lines = office["core.service_line"]
    once = sum(lines.filter(lines["payer_sequence"] == "P")["charge"].to_list(), Decimal(0))
    voided = Decimal(1000)
    primaries = [row["charge"] for row in found.values() if row["payer_sequence"] == "P"]
    assert sum(primaries) <= once + voided
    assert sum(primaries) == Decimal(14 * 1000 + 2 * 500)


def test_every_code_met_is_mapped_or_listed(office: dict[str, Any]) -> None:
    codes = office["audit.reason_code"]
    assert codes.filter(~codes["is_mapped"]).select("kind", "code").sort("kind").rows() == [
        ("carc", "Z99"),
        ("rarc", "ZZ1"),
    ]
    assert {"16", "18", "45", "50", "97"} <= set(codes["code"])


def test_what_is_preventable_rests_on_a_rule_and_on_the_claim_as_denied(tmp_path: Path) -> None:
    one = Office(tmp_path)
    one.sent("20240901", bill("FAULTY"), bill("CLEAN"), bill("CHANGED"), bill("SAME"))
    one.answered("20240925", *(bill(x, DENIED) for x in ("FAULTY", "CLEAN", "CHANGED", "SAME")))
    one.sent("20241001", bill("CHANGED", {"modifiers": "59"}, frequency="7"), bill("SAME"))
    one.desk.take_in()
    finding = {
        "rule_id": "MOHS020", "subject": "line", "claim_id": "", "patient_id": "",
        "severity": "error", "reason": "", "is_superseded": False, "dollars": Decimal(0),
        "rule_version": "", "first_run_id": "", "state": "new", "basis": "claim",
    }  # fmt: skip
    paid = {**finding, "rule_id": "MOHS240", "basis": "payment", "line_id": "CLEAN-1"}
    rows = [{**finding, "line_id": f"{x}-1"} for x in ("FAULTY", "CHANGED", "SAME")]
    judged = episodes(one.desk, given={"audit.finding": [*rows, paid]})
    assert {
        line: (row["is_preventable"], row["preventing_rule"]) for line, row in judged.items()
    } == {
        "FAULTY-1": (True, "MOHS020"),
        "CLEAN-1": (False, None),
        "CHANGED-1": (None, None),
        "SAME-1": (True, "MOHS020"),
    }


# any order of arrival

EVENTS = st.lists(
    st.sampled_from(["denied", "partial", "paid", "reversed", "sent", "sent recoded"]),
    min_size=1,
    max_size=4,
)
ANSWERS: dict[str, dict[str, Any]] = {"denied": DENIED, "partial": PARTIAL, "paid": PAID}
DAYS = [f"202409{day:02}" for day in range(2, 30, 3)]


def history(events: list[str]) -> tuple[list[str], str | None, Decimal]:
    """Files of one line's story, and by a replay of it the state and dollars to expect."""
    files = [bills(bill("A"), created="20240901")]
    standing: list[dict[str, Any]] = []
    allowed = Decimal(0)
    opened_at: Decimal | None = None
    submission = answered = 1
    code = "17311"
    positive: str | None = None
    for at, (event, day) in enumerate(zip(events, DAYS, strict=False), start=2):
        if event.startswith("sent"):
            submission += 1
            code = "17313" if event == "sent recoded" else "17311"
            claim = bill("A", {"code": code}, frequency="7")
            files.append(bills(claim, created=day, control=str(at)))
            continue
        if event == "reversed":
            if not standing:
                continue
            last = standing.pop()
            allowed -= Decimal(last.get("allowed", 0))
            claim = reversed_(bill("A", last))
        else:
            answer = {**ANSWERS[event], "code": code}
            standing.append(answer)
            answered = submission
            allowed += Decimal(answer.get("allowed", 0))
            if event != "denied":
                positive = event
            if opened_at is None and (event == "partial" or (event == "denied" and allowed == 0)):
                opened_at = allowed
            claim = bill("A", answer)
        files.append(remits(claim, paid_on=day, control=str(at)))
    if opened_at is None:
        return files, None, Decimal(0)
    recovered = allowed - opened_at
    if allowed > 0 and positive != "partial":
        state = "overturned"
    elif allowed > 0 and recovered > 0:
        state = "partly_paid"
    else:
        state = "corrected" if submission > answered else "open"
    return files, state, max(recovered, Decimal(0)) if allowed > 0 else Decimal(0)


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=EVENTS, seed=st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_episodes(
    tmp_path: Path, events: list[str], seed: Any
) -> None:
    files, state, recovered = history(events)
    desk = Desk(opened(), tmp_path)
    orders = [files, seed.sample(files, len(files))]
    told = []
    for order in orders:
        desk.clear()
        for at, text in enumerate(order):
            # one at a time: a later file finds what the earlier ones came to
            desk.take_in(text, name=f"{at}-")
        told.append(episodes(desk))
    assert told[0] == told[1]
    assert len(told[0]) == (state is not None)
    for row in told[0].values():
        assert (row["current_state"], row["recovered"]) == (state, recovered)
        assert row["charge"] == 1000


def test_the_order_of_files_never_matters(tmp_path: Path) -> None:
    files, _, _ = history(["denied", "sent", "paid"])
    desk = Desk(opened(), tmp_path)
    told = []
    for order in itertools.islice(itertools.permutations(files), 0, None, 8):
        desk.clear()
        desk.take_in(*order)
        told.append(episodes(desk))
    assert all(one == told[0] for one in told)
    assert told[0]["A-1"]["resolution"] == "correction"
