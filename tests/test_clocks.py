"""Deadlines: Medicare's ship, a practice's own win, an unknown one stays unknown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines import reference
from pipelines.dated import ReferenceFileError
from tests.desk import Desk, opened
from tests.episodes import episodes
from tests.x12_text import bills, remits

CLOCKS = "payer,line_of_business,clock,days,years,counts_from,receipt_days,effective_from\n"
DECISIONS = "rule_id,line_id,disposition,decided_date,note\n"
PLAN = {"payer": "EXAMPLE PLAN", "payer_id": "TESTPLAN"}
OTHER_PLAN = {"payer": "OTHER PLAN", "payer_id": "OTHERPLAN"}
AS_OF = "20250120"
"""The day the files of these tests reach to."""
Episodes = dict[str, dict[str, Any]]


def denied(
    desk: Desk,
    number: str,
    service: str,
    notice: str,
    *,
    reason: tuple[str, str, str] = ("CO", "50", "1000"),
    remarks: str = "",
    plan: dict[str, Any] | None = None,
) -> None:
    """Take in a claim of one line and its denial, as not necessary unless said otherwise."""
    filing = "CI" if plan else "MB"
    claim = {"number": number, "filing": filing, "lines": [{"day": service}], **(plan or {})}
    line = {"day": service, "adjustments": [reason], "remarks": remarks}
    desk.read(bills(claim, created=service), f"{number}.837")
    desk.read(
        remits(
            {"number": number, "filing": filing, "lines": [line]}, paid_on=notice, **(plan or {})
        ),
        f"{number}.835",
    )


def concluded(desk: Desk) -> Episodes:
    """Episodes by claim number, once the files reach to AS_OF."""
    last = {"number": "LAST", "lines": [{"day": AS_OF}]}
    desk.take_in(bills(last, created=AS_OF))
    return {row["claim_id"]: row for row in episodes(desk).values()}


def practice(desk: Desk, **files: str) -> None:
    """Load clocks and dispositions of a practice folder."""
    folder = desk.folder / "practice"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    reference.load(desk.connection, folder, only={"clock", "disposition"})


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Episodes:
    """Denials under the clocks that ship."""
    desk = Desk(opened(), tmp_path_factory.mktemp("shipped"))
    desk.clear()
    denied(desk, "WORKED", "20220502", "20220515")
    denied(desk, "LAST_DAY", "20240902", "20240917")
    denied(desk, "DAY_AFTER", "20240901", "20240916")
    denied(desk, "LEAP", "20240215", "20240301")
    denied(desk, "ANEW", "20240813", "20240925", reason=("CO", "16", "1000"), remarks="MA130 N706")
    denied(desk, "LATE", "20220813", "20240925", reason=("CO", "29", "1000"), remarks="N211")
    denied(desk, "UNKNOWN", "20200813", "20200925", plan=PLAN)
    return concluded(desk)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Episodes]:
    """Denials under a practice's own clocks and decisions."""
    desk = Desk(opened(), tmp_path_factory.mktemp("own"))
    desk.clear()
    practice(
        desk,
        clocks=CLOCKS
        + ",medicare,appeal,130,,,0,2024-10-01\n"
        + ",commercial,appeal,60,,,,\n"
        + "EXAMPLE PLAN,,appeal,90,,service,,\n",
        dispositions=DECISIONS
        + ",SECOND-1,appealed,2024-11-01,\n,SECOND-1,appeal_lost,2025-01-10,\n"
        + ",THIRD-1,appeal_lost,2024-06-10,\n,THIRD-1,appeal_lost,2025-01-12,\n"
        + ",SENT-1,appealed,2024-12-01,\n,GONE-1,written_off,2024-12-02,too small\n"
        + ",PAID-1,written_off,2024-12-02,\n",
    )
    for number in ("OLD", "SECOND", "SENT", "GONE"):
        denied(desk, number, "20240813", "20240925")
    denied(desk, "THIRD", "20240102", "20240201")
    denied(desk, "NEW", "20240913", "20241002")
    denied(desk, "NAMED", "20240813", "20240925", plan=PLAN)
    denied(desk, "ANY", "20240813", "20240925", plan=OTHER_PLAN)
    denied(desk, "PAID", "20240813", "20240925")
    line = {"paid": "800", "adjustments": [("CO", "45", "200")]}
    desk.read(remits({"number": "PAID", "lines": [line]}, paid_on="20241220"), "paid.835")
    yield concluded(desk)
    reference.load(desk.connection, only={"clock", "disposition"})


def test_the_worked_date_of_a_medicare_contractor(shipped: Episodes) -> None:
    """A notice of 5/15/2022 may be appealed until 9/17/2022 (a contractor's own example)."""
    found = shipped["WORKED"]
    assert found["appeal_deadline"] == date(2022, 9, 17)
    assert "redetermination" in found["appeal_clock_source"]
    assert found["reopening_deadline"] == date(2023, 5, 15)
    assert found["correction_deadline"] == date(2023, 5, 2)
    assert (found["current_state"], found["final_date"]) == ("expired", date(2022, 9, 17))
    assert (found["is_closed"], found["action"]) == (True, None)


def test_a_deadline_has_passed_the_day_after(shipped: Episodes) -> None:
    found = shipped["LAST_DAY"]
    assert (found["action"], found["appeal_level"]) == ("appeal", 1)
    assert (found["current_state"], found["action_deadline"]) == ("open", date(2025, 1, 20))
    assert shipped["DAY_AFTER"]["current_state"] == "expired"


def test_a_calendar_year_is_not_365_days(shipped: Episodes) -> None:
    assert shipped["LEAP"]["correction_deadline"] == date(2025, 2, 15)


def test_an_unprocessable_claim_is_sent_anew_within_the_year(shipped: Episodes) -> None:
    found = shipped["ANEW"]
    assert (found["kind"], found["is_appealable"]) == ("unprocessable", False)
    assert (found["action"], found["action_deadline"]) == ("resubmit", date(2025, 8, 13))
    assert (found["appeal_deadline"], found["appeal_level"]) == (None, None)
    # MA130 names no cause, N706 does
    assert (found["driver_rarc"], found["cause"]) == ("N706", "records")


def test_a_late_claim_cannot_be_appealed(shipped: Episodes) -> None:
    found = shipped["LATE"]
    assert (found["kind"], found["is_appealable"]) == ("denial", False)
    assert (found["action"], found["action_deadline"]) == ("reopen", date(2025, 9, 25))


def test_a_payer_without_a_clock_has_no_deadline_and_never_expires(shipped: Episodes) -> None:
    found = shipped["UNKNOWN"]
    assert found["line_of_business"] == "commercial"
    assert (found["current_state"], found["action"]) == ("open", "appeal")
    for name in ("appeal_deadline", "correction_deadline", "reopening_deadline"):
        assert found[name] is None


def test_a_practices_row_replaces_medicares_on_its_dates_only(own: Episodes) -> None:
    assert own["OLD"]["appeal_deadline"] == date(2025, 1, 28)
    assert own["NEW"]["appeal_deadline"] == date(2025, 2, 9)
    assert own["NEW"]["appeal_clock_source"] == "clocks.csv"


def test_a_named_payer_goes_before_its_line_of_business(own: Episodes) -> None:
    assert own["NAMED"]["appeal_deadline"] == date(2024, 11, 11)
    assert own["ANY"]["appeal_deadline"] == date(2024, 11, 24)


def test_a_lost_appeal_opens_the_next_level_from_its_decision(own: Episodes) -> None:
    found = own["SECOND"]
    # 180 days from receipt, 5 days after 10 January
    assert (found["appeal_level"], found["appeal_deadline"]) == (2, date(2025, 7, 14))
    assert (found["current_state"], found["appealed_date"]) == ("open", date(2024, 11, 1))


def test_a_hearing_needs_the_amount_of_its_year(own: Episodes) -> None:
    found = own["THIRD"]
    assert (found["appeal_level"], found["appeal_deadline"]) == (3, date(2025, 3, 18))
    assert found["least_amount"] == 190


def test_appeals_and_write_offs_are_what_people_wrote_down(own: Episodes) -> None:
    assert own["SENT"]["current_state"] == "appealed"
    assert (own["SENT"]["is_closed"], own["SENT"]["action"]) == (False, None)
    assert (own["GONE"]["current_state"], own["GONE"]["is_closed"]) == ("written_off", True)
    assert own["GONE"]["final_date"] == date(2024, 12, 2)
    # money decides over what was written down
    assert (own["PAID"]["current_state"], own["PAID"]["recovered"]) == ("overturned", 800)
    assert own["PAID"]["written_off_date"] == date(2024, 12, 2)


@pytest.mark.parametrize(
    "row",
    [
        "EXAMPLE,medicare,appeal,90,,,,",
        ",,appeal,90,,,,",
        "EXAMPLE,,appeal,,,,,",
        "EXAMPLE,,appeal,90,1,,,",
        "EXAMPLE,,apeal,90,,,,",
    ],
)
def test_a_clock_says_whose_it_is_and_how_long(tmp_path: Path, row: str) -> None:
    (tmp_path / "clocks.csv").write_text(CLOCKS + row + "\n")
    with pytest.raises(ReferenceFileError, match="row 2"):
        reference.tables(tmp_path, only={"clock"})


def test_a_payer_that_neither_payers_csv_nor_a_file_names_is_told(tmp_path: Path) -> None:
    (tmp_path / "payers.csv").write_text(
        "payer_identifier,payer,line_of_business,effective_from\n"
        "N1,Northern Mutual,commercial,2020-01-01\n"
    )
    (tmp_path / "clocks.csv").write_text(
        "payer,line_of_business,clock,days,effective_from\n"
        "Northern Mutal,,appeal,180,2020-01-01\n"
        "Northern Mutual,,appeal,180,2020-01-01\n"
        "Blue Heron,,appeal,180,2020-01-01\n"
        ",commercial,appeal,180,2020-01-01\n"
    )
    (tmp_path / "contracts.csv").write_text(
        "payer,procedure_code,basis,value,effective_from,source\n"
        "Zz,,percent_of_medicare,1.1,2020-01-01,contract\n"
    )
    found = reference.payers_nobody_knows(tmp_path, ["Blue Heron"])
    assert [(one.path.name, one.line) for one in found] == [("contracts.csv", 2), ("clocks.csv", 2)]
    assert "Perhaps Northern Mutual" in str(found[1])
    assert reference.payers_nobody_knows(None, []) == []
