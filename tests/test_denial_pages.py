"""Pages of denials: sums that must add up, counted by hand, and months that are not compared."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines import warehouse
from reports import answers
from tests.reported import put

JULY, AUGUST = date(2024, 7, 1), date(2024, 8, 1)
BILLS = [
    ("a1", "Alpha", JULY, "paid", 900, 0),
    ("a2", "Alpha", JULY, "denied", 100, 100),
    ("b1", "Beta", JULY, "partly_denied", 1000, 200),
    ("a3", "Alpha", AUGUST, "paid", 1000, 0),
    ("a4", "Alpha", AUGUST, "partly_denied", 1000, 300),
    ("b2", "Beta", AUGUST, "patient_share", 400, 0),
    ("b3", "Beta", AUGUST, "denied", 100, 100),
    ("c1", "Gamma", AUGUST, "information", 100, 50),
]
"""Bill, payer, month of the first answer, outcome, expected allowed, of it first denied."""
STATES = [("a2", "overturned"), ("b1", "written_off"), ("a4", "overturned"), ("a4", "open")]
STATES += [("b3", "expired"), ("c1", "overturned")]


def told(month: str | None, *, is_over: bool = True) -> list[answers.Answer]:
    """The exhibits of the page, asked for a month of the eight bills."""
    connection = warehouse.connect()
    warehouse.create(connection)
    put(
        connection,
        "audit.claim_outcome",
        [
            {
                "claim_id": bill, "payer": payer, "answer_month": when, "first_outcome": outcome,
                "first_answer_date": when, "expected_allowed": Decimal(expected),
                "denied_expected": Decimal(denied), "denied_lines": int(denied > 0),
            }
            for bill, payer, when, outcome, expected, denied in BILLS
        ],
    )  # fmt: skip
    put(
        connection,
        "audit.denial_episode",
        [
            {
                "line_id": f"{bill}-{number}", "claim_id": bill, "payer_sequence": "P",
                "current_state": state, "is_closed": state != "open", "kind": "denial",
            }
            for number, (bill, state) in enumerate(STATES)
        ],
    )  # fmt: skip
    put(
        connection,
        "audit.kpi",
        [
            {
                "kpi": "initial_denial_rate_expected", "month": when, "payer": "all payers",
                "numerator": Decimal(above), "denominator": Decimal(below), "n": 1,
                "value": Decimal(above) / Decimal(below), "is_mature": is_over or when == JULY,
            }
            for when, above, below in ((JULY, 300, 2000), (AUGUST, 450, 2600))
        ],
    )  # fmt: skip
    select = warehouse.selector(connection)
    (page,) = answers.answer(select, pages=["denial_funnel"], month=month)
    return list(page.answers)


def chart(told: list[answers.Answer], name: str) -> list[dict[str, Any]]:
    return next(one.rows for one in told if one.exhibit.chart == name)


def test_volume_mix_and_rate_make_the_difference_of_the_months() -> None:
    """July denies 300 of 2,000: Alpha a tenth, Beta a fifth; August 450 of 2,600.

    600 dollars more at 0.15 make 90. At July's rates August's 2,000 of Alpha, 500 of Beta, and 100
    of Gamma at the rate of all, make 315: the mix takes 75 off. What is left, 135, is the rate.
    """
    steps = chart(told("2024-08"), "waterfall")
    assert [(row["part"], row["amount"]) for row in steps] == [
        ("2024-07", 300),
        ("volume answered", 90),
        ("mix of payers and claims", -75),
        ("rate of denial", 135),
        ("2024-08", 450),
    ]
    assert steps == chart(told(None), "waterfall"), "without a month: the last that is over"


def test_a_month_that_is_not_over_is_not_compared() -> None:
    page = told("2024-08", is_over=False)
    assert chart(page, "waterfall") == []
    assert "is not over" in next(str(one.drawing) for one in page if "pairs" in one.exhibit.query)


def test_each_claim_is_in_the_funnel_once() -> None:
    bands = chart(told(None), "sankey")
    sent = {
        row["after"]: (row["claims"], row["expected"]) for row in bands if row["before"] == "sent"
    }
    assert sent == {
        "paid": (2, 1900),
        "denied": (2, 200),
        "partly denied": (2, 2000),
        "patient share": (1, 400),
        "records or data asked": (1, 100),
    }
    ends = {
        (row["before"], row["after"]): row["claims"] for row in bands if row["before"] != "sent"
    }
    assert ends == {
        ("denied", "overturned"): 1,
        ("denied", "expired"): 1,
        ("partly denied", "open"): 1,
        ("partly denied", "written off"): 1,
        ("records or data asked", "overturned"): 1,
    }
    passed: Counter[str] = Counter()
    for (before, _), claims in ends.items():
        passed[before] += claims
    assert all(sent[outcome][0] == claims for outcome, claims in passed.items())
