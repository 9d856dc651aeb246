"""Core tables: which line a payment belongs to, what is left of it in the end, what was denied.

Expected values are worked out by hand beside each case, or by a second, plain implementation.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk import CORE, Desk, opened, picked
from tests.x12_text import NPI, OTHER_NPI, bills, remits, reversed_


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    one = Desk(opened(), tmp_path)
    one.clear()
    return one


def money(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


CONTRACTUAL = ("CO", "45", "200")
MOHS = {
    "number": "A",
    "lines": [
        {"control": "LINE1"},
        {"code": "17312", "charge": "500", "modifiers": "59", "control": "LINE2"},
    ],
}
"""17311 for 1,000 and 17312-59 for 500."""


# which line a payment belongs to


def matches(desk: Desk) -> list[tuple[str, str]]:
    """(method, line) of each adjudicated line in the order of its file."""
    found = desk.core()["remit_line"].sort("file_id", "ordinal")
    return list(found.select("match_method", "line_id").iter_rows())


def test_the_providers_number_of_the_line_comes_first(desk: Desk) -> None:
    # both SVC look like line 1, but their numbers cross over
    off = [("CO", "45", "1000")]
    lines = [{"control": "LINE2", "adjustments": off}, {"control": "LINE1", "adjustments": off}]
    paid = {"number": "A", "lines": lines}
    desk.take_in(bills(MOHS), remits(paid))
    assert matches(desk) == [("control_number", "A-2"), ("control_number", "A-1")]


def test_without_a_number_code_modifiers_day_and_charge_decide(desk: Desk) -> None:
    twins = {"number": "A", "lines": [{"modifiers": "LT"}, {"modifiers": "RT"}]}
    paid = {
        "number": "A",
        "lines": [
            {"modifiers": "RT", "paid": "10", "adjustments": [("CO", "45", "990")]},
            {"modifiers": "LT", "paid": "20", "adjustments": [("CO", "45", "980")]},
        ],
    }
    desk.take_in(bills(twins), remits(paid))
    assert matches(desk) == [("full", "A-2"), ("full", "A-1")]


def test_modifiers_the_payer_dropped_do_not_hinder(desk: Desk) -> None:
    paid = {
        "number": "A",
        "lines": [{"code": "17312", "charge": "500", "adjustments": [("CO", "45", "500")]}],
    }
    desk.take_in(bills(MOHS), remits(paid))
    assert matches(desk) == [("partial", "A-2")]


def test_equal_candidates_are_taken_in_line_order(desk: Desk) -> None:
    twins = {"number": "A", "lines": [{}, {}, {}]}
    paid = {
        "number": "A",
        "lines": [
            {"paid": str(at), "adjustments": [("CO", "45", str(1000 - at))]} for at in (1, 2)
        ],
    }
    desk.take_in(bills(twins), remits(paid))
    assert matches(desk) == [("full", "A-1"), ("full", "A-2")]
    assert not desk.lines()["A-3"]["is_adjudicated"]


def test_a_lower_rung_sees_only_what_the_upper_ones_left(desk: Desk) -> None:
    # the first SVC has no modifier and would do for either line; the second names LT in full
    twins = {"number": "A", "lines": [{"modifiers": "LT"}, {"modifiers": "RT"}]}
    off = [("CO", "45", "1000")]
    paid = {"number": "A", "lines": [{"adjustments": off}, {"modifiers": "LT", "adjustments": off}]}
    desk.take_in(bills(twins), remits(paid))
    assert matches(desk) == [("partial", "A-2"), ("full", "A-1")]


def test_a_code_the_payer_changed_is_found_by_the_billed_one(desk: Desk) -> None:
    paid = {
        "number": "A",
        "lines": [
            {
                "code": "17311",
                "submitted": "17312:59",
                "charge": "500",
                "adjustments": [("CO", "45", "500")],
            }
        ],
    }
    desk.take_in(bills(MOHS), remits(paid))
    assert matches(desk) == [("full", "A-2")]
    assert desk.core()["remit_line"].select("procedure_code", "submitted_code").row(0) == (
        "17311",
        "17312",
    )


@pytest.mark.parametrize(
    "change", [{"code": "17313"}, {"charge": "999"}, {"day": "20240814"}], ids=str
)
def test_another_code_charge_or_day_is_no_match(desk: Desk, change: dict[str, str]) -> None:
    line: dict[str, Any] = {"charge": "1000", **change}
    line["adjustments"] = [("CO", "45", line["charge"])]
    desk.take_in(bills(MOHS), remits({"number": "A", "lines": [line]}))
    assert matches(desk) == [("none", "A-R1")]


# an adjudicated line that no billed line explains


def test_what_no_claim_explains_is_one_line_however_often_adjudicated(desk: Desk) -> None:
    first = {
        "number": "A",
        "lines": [{"paid": "700", "adjustments": [("CO", "45", "300")], "modifiers": "RT"}],
    }
    second = {
        "number": "A",
        "lines": [{"paid": "750", "adjustments": [("CO", "45", "250")], "modifiers": "RT"}],
    }
    desk.take_in(
        remits(first, paid_on="20240925"),
        remits(reversed_(first), second, paid_on="20241025"),
    )
    (line,) = desk.lines().values()
    assert picked(line, ["line_id", "source", "paid", "allowed", "charge", "units"]) == {
        "line_id": "A-R1",
        "source": "835",
        "paid": money("750"),
        "allowed": money("750"),
        "charge": money("1000"),
        "units": Decimal(1),
    }
    assert line["is_adjudicated"]
    assert line["modifiers"] == ["RT"]


def test_two_equal_unexplained_services_are_two_lines(desk: Desk) -> None:
    off = [("CO", "45", "1000")]
    desk.take_in(remits({"number": "A", "lines": [{"adjustments": off}, {"adjustments": off}]}))
    assert sorted(desk.lines()) == ["A-R1", "A-R2"]


def test_a_service_beside_the_claims_own_is_a_line_of_its_own(desk: Desk) -> None:
    off = [("CO", "45", "80")]
    desk.take_in(
        bills(MOHS),
        remits({"number": "A", "lines": [{"code": "88305", "charge": "80", "adjustments": off}]}),
    )
    found = desk.lines()
    assert sorted(found) == ["A-1", "A-2", "A-R1"]
    assert found["A-R1"]["source"] == "835"
    # it is no encounter of its own beside the claim's
    assert found["A-R1"]["encounter_id"] is None


def corrected_without_second_line() -> tuple[str, str, str, dict[str, Any]]:
    """Original of two lines, its remittance, a correction of one line, and the original's payment."""
    first = {"number": "A", "lines": [{}, {"code": "17312", "charge": "500"}]}
    paid = {
        "number": "A",
        "lines": [
            {"paid": "800", "adjustments": [("CO", "45", "200")]},
            {"code": "17312", "charge": "500", "paid": "400", "adjustments": [("CO", "45", "100")]},
        ],
    }
    again = {"number": "A", "frequency": "7", "lines": [{}]}
    return bills(first), remits(paid), bills(again, created="20241001"), paid


def test_a_line_the_correction_dropped_is_gone_once_taken_back(desk: Desk) -> None:
    first, payment, again, paid = corrected_without_second_line()
    corrected = {"number": "A", "lines": [{"paid": "800", "adjustments": [("CO", "45", "200")]}]}
    back = remits(reversed_(paid), corrected, paid_on="20241101")
    desk.take_in(first, payment, again, back)
    found = desk.lines()
    assert sorted(found) == ["A-1"]
    assert found["A-1"]["paid"] == money("800")


def test_a_dropped_line_the_payer_did_not_take_back_stays_in_sight(desk: Desk) -> None:
    first, payment, again, _ = corrected_without_second_line()
    desk.take_in(first, payment, again)
    found = desk.lines()
    assert sorted(found) == ["A-1", "A-R1"]
    assert found["A-R1"]["paid"] == money("400")


# what is left in the end


def test_a_correction_nets_and_the_last_one_does_not_win(desk: Desk) -> None:
    first = {
        "number": "A",
        "lines": [{"paid": "640", "adjustments": [CONTRACTUAL, ("PR", "2", "160")]}],
    }
    second = {
        "number": "A",
        "lines": [{"paid": "800", "adjustments": [("CO", "45", "100"), ("PR", "1", "100")]}],
    }
    # both in one file, the corrected claim first: order must not matter
    desk.take_in(
        bills({"number": "A", "lines": [{}]}), remits(first), remits(second, reversed_(first))
    )
    (line,) = desk.lines().values()
    assert line["paid"] == money("800")
    assert line["allowed"] == money("900")
    assert line["patient_responsibility"] == money("100")
    assert line["is_adjudicated"]
    adjustments = (
        desk.core()["adjustment"].group_by("group_code", "carc").agg(pl.col("amount").sum())
    )
    net = {(group, carc): amount for group, carc, amount in adjustments.iter_rows()}
    assert net == {("CO", "45"): money("100"), ("PR", "1"): money("100"), ("PR", "2"): money("0")}


def test_two_payments_for_a_line_add_up(desk: Desk) -> None:
    desk.take_in(
        bills({"number": "A", "lines": [{}]}),
        remits({"number": "A", "lines": [{"paid": "300", "adjustments": [("CO", "45", "700")]}]}),
        remits(
            {"number": "A", "lines": [{"paid": "50", "adjustments": [("CO", "45", "950")]}]},
            paid_on="20241001",
        ),
    )
    (line,) = desk.lines().values()
    assert (line["paid"], line["allowed"]) == (money("350"), money("350"))


def test_a_reversal_alone_leaves_the_line_unadjudicated(desk: Desk) -> None:
    paid = {"number": "A", "lines": [{"adjustments": [("CO", "97", "1000")]}]}
    desk.take_in(bills({"number": "A", "lines": [{}]}), remits(paid), remits(reversed_(paid)))
    (line,) = desk.lines().values()
    assert not line["is_adjudicated"]
    assert not line["is_denied"]
    assert line["driver_carc"] is None
    assert line["denial_category"] is None


def test_an_adjustment_of_the_claim_is_not_one_of_its_lines(desk: Desk) -> None:
    paid = {
        "number": "A",
        "charge": "1500",
        "paid": "1400",
        "adjustments": [("CO", "253", "100")],
        "lines": [{"paid": "1000"}, {"code": "17312", "charge": "500", "paid": "500"}],
    }
    desk.take_in(bills(MOHS), remits(paid))
    assert {name: row["paid"] for name, row in desk.lines().items()} == {
        "A-1": money("1000"),
        "A-2": money("500"),
    }
    (adjustment,) = desk.core()["adjustment"].iter_rows(named=True)
    assert adjustment["line_id"] is None
    assert adjustment["remit_line_id"] is None
    assert adjustment["amount"] == money("100")


# denials


def denied(desk: Desk, *adjustments: tuple[str, str, str], **line: str) -> dict[str, Any]:
    """The line of 1,000 after a remittance with these adjustments."""
    desk.clear()
    taken = sum(Decimal(amount) for _, _, amount in adjustments)
    paid = {
        "number": "A",
        "lines": [{"paid": str(1000 - taken), "adjustments": list(adjustments), **line}],
    }
    desk.take_in(bills({"number": "A", "lines": [{}]}), remits(paid))
    return desk.lines()["A-1"]


@pytest.mark.parametrize(
    "adjustments",
    [
        [("CO", "45", "1000")],
        [("PR", "1", "1000")],
        [("CO", "45", "300"), ("PR", "2", "500"), ("PR", "3", "200")],
        [("OA", "23", "1000")],
        [("CO", "253", "16"), ("CO", "45", "984")],
        [("CO", "59", "1000")],
    ],
    ids=str,
)
def test_write_offs_and_patients_shares_are_no_denial(
    desk: Desk, adjustments: list[tuple[str, str, str]]
) -> None:
    line = denied(desk, *adjustments)
    assert not line["is_denied"]
    assert line["driver_carc"] is None
    assert line["is_adjudicated"]


@pytest.mark.parametrize(
    ("adjustments", "driver", "category"),
    [
        ([("CO", "97", "1000")], "97", "bundling"),
        ([("CO", "45", "200"), ("CO", "50", "800")], "50", "medical_necessity"),
        # the same reason is a denial whoever is left with it
        ([("PR", "50", "1000")], "50", "medical_necessity"),
        # decision rank before dollars: bundling (3) before information (6)
        ([("CO", "16", "900"), ("CO", "97", "100")], "97", "bundling"),
        # of one rank, the larger
        ([("CO", "4", "400"), ("CO", "146", "600")], "146", "coding"),
        ([("CO", "ZZ9", "1000")], "ZZ9", "unmapped"),
    ],
    ids=str,
)
def test_another_reason_is_a_denial_and_the_first_to_decide_drives_it(
    desk: Desk, adjustments: list[tuple[str, str, str]], driver: str, category: str
) -> None:
    line = denied(desk, *adjustments)
    assert line["is_denied"]
    assert (line["driver_carc"], line["denial_category"]) == (driver, category)
    assert line["allowed"] == 0


def test_a_line_paid_in_part_is_not_denied(desk: Desk) -> None:
    line = denied(desk, ("CO", "45", "200"), ("CO", "97", "300"))
    assert not line["is_denied"]
    assert line["allowed"] == money("500")


def test_the_remark_goes_with_the_denial(desk: Desk) -> None:
    assert denied(desk, ("CO", "16", "1000"), remarks="N115 M80")["driver_rarc"] == "M80"
    assert denied(desk, ("CO", "45", "200"), remarks="N115")["driver_rarc"] is None


def test_the_status_code_never_decides(desk: Desk) -> None:
    # CLP02 = 4 says denied, the money says paid; and the other way round
    desk.take_in(
        bills({"number": "A", "lines": [{}]}, {"number": "B", "lines": [{}]}),
        remits(
            {
                "number": "A",
                "status": "4",
                "lines": [{"paid": "800", "adjustments": [CONTRACTUAL]}],
            },
            {"number": "B", "status": "1", "lines": [{"adjustments": [("CO", "97", "1000")]}]},
        ),
    )
    found = desk.lines()
    assert not found["A-1"]["is_denied"]
    assert found["B-1"]["is_denied"]


@pytest.mark.parametrize(
    ("allowed", "expected", "method"), [("650", "650", "amount"), ("", "900", "sum")]
)
def test_the_payers_own_allowed_amount_goes_before_the_sum(
    desk: Desk, allowed: str, expected: str, method: str
) -> None:
    # 584 paid + 200 deductible + 100 coinsurance + 16 sequestration = 900; CO-45 100
    line = denied(
        desk,
        ("PR", "1", "200"),
        ("PR", "2", "100"),
        ("CO", "253", "16"),
        ("CO", "45", "100"),
        allowed=allowed,
    )
    assert (line["allowed"], line["allowed_method"]) == (money(expected), method)
    assert line["paid"] == money("584")


def test_a_claim_adjudicated_without_lines_denies_all_of_them(desk: Desk) -> None:
    whole = {
        "number": "A",
        "status": "4",
        "charge": "1500",
        "paid": "0",
        "adjustments": [("CO", "29", "1500")],
        "lines": [],
    }
    desk.take_in(bills(MOHS), remits(whole))
    for line in desk.lines().values():
        assert line["is_denied"]
        assert line["driver_carc"] == "29"
        assert line["denial_category"] == "timely_filing"
        assert (line["allowed"], line["allowed_method"]) == (money("0"), "claim")
    desk.take_in(remits(reversed_(whole)))
    assert not any(line["is_denied"] or line["is_adjudicated"] for line in desk.lines().values())


# whose payment it was


SECONDARY: dict[str, Any] = {"payer": "SECOND TEST", "payer_id": "TESTSECOND"}


def test_a_secondary_payers_answer_leaves_the_primary_line_alone(desk: Desk) -> None:
    # the primary allowed 800 and left 160; no bill to the secondary is on file (a crossover)
    primary = {
        "number": "A",
        "lines": [{"paid": "640", "adjustments": [CONTRACTUAL, ("PR", "2", "160")]}],
    }
    answer = {"paid": "160", "adjustments": [("OA", "23", "840")]}
    after = {"number": "A", "status": "2", "lines": [answer]}
    back = {**reversed_(after)}
    desk.take_in(bills({"number": "A", "lines": [{}]}), remits(primary), remits(after, **SECONDARY))
    expected = {"paid": money("640"), "allowed": money("800"), "is_adjudicated": True}
    assert picked(desk.lines()["A-1"], expected) == expected
    # a reversal has no turn of its own: it is that of the payer's other answer
    desk.take_in(remits(back, **SECONDARY, paid_on="20241030"), name="later")
    assert picked(desk.lines()["A-1"], expected) == expected
    assert set(desk.lines()) == {"A-1"}


def test_bills_to_two_payers_are_two_claims_with_their_own_payments(desk: Desk) -> None:
    lines: list[dict[str, Any]] = [{}]
    primary = {"number": "A", "lines": lines}
    second = {"number": "A", "sequence": "S", "lines": lines, "filing": "CI", **SECONDARY}
    desk.take_in(
        bills(primary, second),
        remits({"number": "A", "lines": [{"paid": "640", "adjustments": [("CO", "45", "360")]}]}),
        # it says it went first (CLP02 = 1), but it is the secondary's own bill
        remits(
            {"number": "A", "lines": [{"paid": "160", "adjustments": [("OA", "23", "840")]}]},
            payer="SECOND TEST",
            payer_id="TESTSECOND",
        ),
    )
    found = desk.lines()
    assert {name: row["paid"] for name, row in found.items()} == {
        "A-1": money("640"),
        "A/S-1": money("160"),
    }
    assert found["A/S-1"]["encounter_id"] is None
    assert desk.core()["encounter"].select("encounter_id", "lines").rows() == [("A-1", 1)]


def test_a_primary_payers_answer_is_not_given_to_the_secondary_bill(desk: Desk) -> None:
    second = {"number": "A", "sequence": "S", "lines": [{}], **SECONDARY}
    desk.take_in(
        bills(second),
        remits({"number": "A", "lines": [{"paid": "640", "adjustments": [("CO", "45", "360")]}]}),
    )
    found = desk.lines()
    assert found["A-R1"]["paid"] == money("640")
    assert not found["A/S-1"]["is_adjudicated"]


def test_a_price_told_ahead_is_no_payment(desk: Desk) -> None:
    ahead = {"number": "A", "status": "25", "paid": "0", "charge": "1000", "lines": [{}]}
    ahead["lines"] = [{"paid": "800", "adjustments": [("CO", "45", "200")]}]
    desk.take_in(bills({"number": "A", "lines": [{}]}), remits(ahead, {**ahead, "number": "B"}))
    found = desk.lines()
    assert set(found) == {"A-1"}
    assert not found["A-1"]["is_adjudicated"]
    assert found["A-1"]["paid"] is None


def test_a_voided_claims_payments_make_no_line(desk: Desk) -> None:
    paid = {"number": "A", "lines": [{"paid": "800", "adjustments": [CONTRACTUAL]}]}
    void = {"number": "A", "frequency": "8", "lines": [{}]}
    desk.take_in(
        bills({"number": "A", "lines": [{}]}), remits(paid), bills(void, created="20241001")
    )
    assert desk.lines() == {}
    assert desk.core()["remit_line"].height == 1


# any order


def history() -> list[str]:
    """Files of one claim with all that can happen to it, and of a neighbour."""
    paid = {
        "number": "A",
        "icn": "ICN1",
        "lines": [{"paid": "640", "adjustments": [("CO", "45", "360")]}],
    }
    again = {
        "number": "A",
        "icn": "ICN2",
        "original": "ICN1",
        "lines": [
            {
                "modifiers": "59",
                "charge": "1100",
                "paid": "700",
                "adjustments": [("CO", "45", "400")],
            }
        ],
    }
    return [
        bills({"number": "A", "lines": [{}]}, {"number": "B", "lines": [{}], "npi": OTHER_NPI}),
        bills(
            {"number": "A", "sequence": "S", "lines": [{}], **SECONDARY},
            created="20240926",
            control="2",
        ),
        bills(
            {
                "number": "A2",
                "frequency": "7",
                "original": "ICN1",
                "lines": [{"modifiers": "59", "charge": "1100"}],
            },
            created="20241001",
            control="3",
        ),
        remits(paid, control="4"),
        remits(
            {
                "number": "A",
                "status": "4",
                "lines": [{"paid": "0", "adjustments": [("OA", "23", "1000")]}],
            },
            payer="SECOND TEST",
            payer_id="TESTSECOND",
            control="5",
        ),
        remits(reversed_(paid), {**again, "number": "A2"}, paid_on="20241101", control="6"),
    ]


def contents(desk: Desk) -> dict[str, list[Any]]:
    return {name: sorted(map(repr, frame.iter_rows())) for name, frame in desk.core().items()}


def test_files_in_any_order_and_at_any_time_give_the_same_tables(desk: Desk) -> None:
    files = history()
    desk.take_in(*files)
    expected = contents(desk)
    assert len(expected) == len(CORE)
    assert [row for row in expected["service_line"] if "'A-1'" in row]
    orders = list(itertools.permutations(range(len(files))))
    for order in orders[:: len(orders) // 4]:
        desk.clear()
        for at in order:
            # each in a run of its own, so that every state in between is settled
            desk.take_in(files[at], name=f"run{at}-")
        assert contents(desk) == expected, order


def test_what_the_history_comes_to(desk: Desk) -> None:
    desk.take_in(*history())
    found = desk.lines()
    assert set(found) == {"A-1", "A/S-1", "B-1"}
    # 640 paid, taken back, 700 paid for the corrected line
    expected = {"modifier_key": "59", "charge": money("1100"), "paid": money("700")}
    assert picked(found["A-1"], expected) == expected
    # the secondary's denial says 4: whose turn it was is told by who it was
    assert found["A/S-1"]["is_adjudicated"]
    assert not found["B-1"]["is_adjudicated"]


# a second implementation over random histories

CENTS = st.integers(0, 100_000).map(lambda cents: str(Decimal(cents) / 100))
CODES = st.sampled_from(["17311", "17312", "17313", "88305"])
BILLED = st.fixed_dictionaries(
    {"code": CODES, "modifiers": st.sampled_from(["", "59", "LT RT"]), "charge": CENTS}
)


@st.composite
def episodes(draw: st.DrawFn) -> dict[str, Any]:
    """A claim: its billed lines, and adjudications of some of them (a reversal takes one back)."""
    lines = [
        {**line, "control": f"L{at}" if draw(st.booleans()) else ""}
        for at, line in enumerate(draw(st.lists(BILLED, min_size=1, max_size=3)))
    ]
    answers = []
    for _ in range(draw(st.integers(0, 3))):
        services = []
        for line in lines:
            if not draw(st.booleans()):
                continue
            paid = Decimal(line["charge"]) * draw(st.sampled_from([0, 50, 80])) / 100
            paid = paid.quantize(Decimal("0.01"))
            reason = draw(st.sampled_from([("CO", "45"), ("CO", "97"), ("PR", "1")]))
            left = Decimal(line["charge"]) - paid
            services.append(
                {
                    **line,
                    "paid": str(paid),
                    "adjustments": [(*reason, str(left))] if left else [],
                }
            )
        if services:
            answers.append({"lines": services, "is_reversed": draw(st.booleans())})
    return {"lines": lines, "answers": answers, "is_billed": draw(st.booleans())}


def files_of(cases: list[dict[str, Any]]) -> list[str]:
    claims, adjudications = [], []
    for at, case in enumerate(cases):
        number = f"C{at}"
        if case["is_billed"]:
            claims.append({"number": number, "lines": case["lines"]})
        for answer in case["answers"]:
            paid = {"number": number, "lines": answer["lines"]}
            adjudications.append(paid)
            if answer["is_reversed"]:
                adjudications.append(reversed_(paid))
    return [
        *([bills(*claims)] if claims else []),
        *([remits(*adjudications)] if adjudications else []),
    ]


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cases=st.lists(episodes(), min_size=1, max_size=4))
def test_no_dollar_is_lost_between_remittances_and_lines(
    desk: Desk, cases: list[dict[str, Any]]
) -> None:
    desk.clear()
    desk.take_in(*files_of(cases))
    found = desk.core()
    paid: dict[str, Decimal] = defaultdict(Decimal)
    standing: dict[str, int] = defaultdict(int)
    for at, case in enumerate(cases):
        for answer in case["answers"]:
            if not answer["is_reversed"]:
                standing[f"C{at}"] += 1
                paid[f"C{at}"] += sum(Decimal(line["paid"]) for line in answer["lines"])
    lines = found["service_line"]
    by_claim = dict(lines.group_by("claim_id").agg(pl.col("paid").sum()).iter_rows())
    for claim, amount in by_claim.items():
        assert (amount or 0) == paid[claim], claim
    assert sum(by_claim.values(), Decimal(0)) == sum(paid.values(), Decimal(0))
    # CLP04 of the same remittances, from the table in between
    assert sum(found["remit_claim"]["paid"], Decimal(0)) == sum(paid.values(), Decimal(0))
    # every matched payment is on a line of its own claim with its own code
    billed = {row["line_id"]: row for row in lines.iter_rows(named=True)}
    for row in found["remit_line"].filter(pl.col("match_method") != "none").iter_rows(named=True):
        line = billed[row["line_id"]]
        assert line["claim_id"] == row["claim_id"]
        assert line["procedure_code"] == row["procedure_code"]
        assert line["charge"] == abs(row["charge"])
    for row in lines.iter_rows(named=True):
        assert not (row["is_adjudicated"] and standing[row["claim_id"]] == 0)


# exports


def posted(*rows: str, charge: bool = False) -> str:
    """Posted payments; the charge column only where wanted."""
    headers = ["claim_id", "date_of_service", "procedure_code", "modifiers", "posted_date"]
    headers += ["paid", "allowed", "adjustments", *(["charge"] if charge else [])]
    return "\n".join([",".join(headers), *rows]) + "\n"


def test_payments_posted_without_a_charge_are_tied_by_code_and_day(desk: Desk) -> None:
    twins = {"number": "A", "lines": [{}, {"code": "17312"}, {"code": "17312", "modifiers": "59"}]}
    (_, outcome) = desk.take_in(
        bills(twins),
        posted(
            "A,2024-08-13,17311,,2024-09-20,640,800,PR-2:160 CO-45:200",
            "A,2024-08-13,17312,59,2024-09-20,80,100,",
            "A,2024-08-13,88305,,2024-09-20,20,25,",
        ).encode(),
        name="posted.csv",
    )
    assert (outcome.status, outcome.rows_accepted, outcome.rows_in) == ("accepted", 3, 3)
    found = desk.lines()
    # two lines of 17312: only modifiers tell which; 88305 stands on no claim
    assert {name: row["paid"] for name, row in found.items()} == {
        "A-1": money("640"),
        "A-2": None,
        "A-3": money("80"),
        "A-R1": money("20"),
    }
    assert found["A-R1"]["charge"] is None
    assert found["A-1"]["allowed"] == money("800")
    assert desk.core()["remit_claim"]["charge"].to_list() == [None]


def test_payments_that_could_mean_two_lines_are_tied_to_none(desk: Desk) -> None:
    twins = {"number": "A", "lines": [{"modifiers": "LT"}, {"modifiers": "RT"}]}
    desk.take_in(bills(twins), posted("A,2024-08-13,17311,,2024-09-20,640,800,").encode())
    assert matches(desk) == [("none", "A-R1")]


def test_a_negative_posted_payment_takes_the_first_one_back(desk: Desk) -> None:
    (_, outcome) = desk.take_in(
        bills({"number": "A", "lines": [{}]}),
        posted(
            "A,2024-08-13,17311,,2024-09-20,640,800,",
            "A,2024-08-13,17311,,2024-10-20,-640,-800,",
        ).encode(),
    )
    assert outcome.status == "accepted"
    (line,) = desk.lines().values()
    assert line["paid"] == 0
    assert not line["is_adjudicated"]


RIF = "tests/files/rif_denied.txt"


def test_an_export_that_names_no_reason_still_shows_its_denials(desk: Desk) -> None:
    # CMS's research layout: line 1 allowed and paid nothing of 1,200; line 2 allowed 500
    desk.take_in(Path(__file__).parent / "files" / "rif_denied.txt")
    found = sorted(desk.lines().values(), key=lambda row: str(row["line_number"]))
    assert [row["is_denied"] for row in found] == [True, False]
    assert found[0]["driver_carc"] is None
    assert found[0]["denial_category"] == "unexplained"
    assert found[1]["denial_category"] is None


def export(*rows: str) -> bytes:
    headers = (
        "claim_id,line_number,patient_id,rendering_npi,date_of_service,procedure_code,units,charge,"
        "adjudicated_date,allowed,paid,adjustments"
    )
    return "\n".join([headers, *rows]).encode()


@pytest.mark.parametrize(
    ("adjustments", "is_denied", "category"),
    [
        ("", True, "unexplained"),
        ("CO-45:1000", False, None),
        ("PR-1:1000", False, None),
        ("CO-45:200", True, "unexplained"),
        ("CO-97:1000", True, "bundling"),
    ],
)
def test_what_is_left_unexplained_of_an_exported_line(
    desk: Desk, adjustments: str, is_denied: bool, category: str | None
) -> None:
    row = f"A,1,P1,{NPI},2024-08-13,17311,1,1000,2024-09-20,0,0,{adjustments}"
    desk.take_in(export(row))
    (line,) = desk.lines().values()
    assert (line["is_denied"], line["denial_category"]) == (is_denied, category)


def test_a_denial_to_the_patient_paid_later_is_not_owed_twice(desk: Desk) -> None:
    denied = {"number": "A", "lines": [{"paid": "0", "adjustments": [("PR", "31", "1000")]}]}
    paid = {
        "number": "A",
        "lines": [{"paid": "640", "adjustments": [CONTRACTUAL, ("PR", "2", "160")]}],
    }
    desk.take_in(
        bills({"number": "A", "lines": [{}]}),
        remits(denied, paid_on="20240925"),
        remits(paid, paid_on="20241025", control="6"),
    )
    (line,) = desk.lines().values()
    assert (line["allowed"], line["paid"]) == (money("800"), money("640"))
    assert line["patient_responsibility"] == money("160")


def test_two_parts_of_a_line_in_one_remittance_are_both_owed(desk: Desk) -> None:
    parts = [
        {"charge": "500", "paid": "320", "adjustments": [("CO", "45", "100"), ("PR", "2", "80")]},
        {"charge": "500", "paid": "0", "adjustments": [("PR", "96", "500")]},
    ]
    desk.take_in(bills({"number": "A", "lines": [{}]}), remits({"number": "A", "lines": parts}))
    found = desk.lines()
    assert sum(line["patient_responsibility"] or 0 for line in found.values()) == money("580")


def test_an_unexplained_balance_in_an_835_is_none_of_that(desk: Desk) -> None:
    # 835 that say nothing of the balance do not balance and are set aside
    desk.take_in(
        bills({"number": "A", "lines": [{}]}), remits({"number": "A", "lines": [{"allowed": "0"}]})
    )
    assert ("claim", "Q7") in desk.reasons()
    assert not desk.lines()["A-1"]["is_adjudicated"]


def test_an_exports_own_payments_are_its_remittances(desk: Desk) -> None:
    row = f"A,1,P1,{NPI},2024-08-13,17311,1,1000,2024-09-20,800,640,CO-45:200 PR-2:160"
    desk.take_in(export(row))
    core = desk.core()
    assert core["remit_claim"].select("claim_id", "paid", "source").row(0) == (
        "A",
        money("640"),
        "export",
    )
    (line,) = core["service_line"].iter_rows(named=True)
    assert (line["allowed"], line["paid"]) == (money("800"), money("640"))
    assert line["patient_responsibility"] == money("160")
    assert line["source"] == "export"
