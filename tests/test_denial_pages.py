"""Pages of denials: sums that must add up, counted by hand, and months that are not compared."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines import warehouse
from reports import answers
from tests.reported import finding, line, put

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


def said(name: str, page: str, tables: dict[str, list[dict[str, Any]]]) -> list[str]:
    """The sentences of one exhibit of a page over tables of these rows."""
    connection = warehouse.connect()
    warehouse.create(connection)
    for table, rows in tables.items():
        put(connection, table, rows)
    (found,) = answers.answer(warehouse.selector(connection), pages=[page], month=None)
    told = next(one for one in found.answers if one.exhibit.title == name)
    return [str(row["meaning" if "meaning" in row else "text"]) for row in told.rows]


def change(line: str, since: str | None, dollars: int | None) -> dict[str, Any]:
    priced = None if dollars is None else Decimal(dollars)
    return {"kind": "denial", "line_id": line, "item_id": line, "since_month": since,
            "label": "add_on", "dollars": priced}  # fmt: skip


def test_what_came_and_went_within_the_month_was_not_open_before() -> None:
    """Line A has no price: nothing stands in for it. Line C was written off in its first month."""
    first = [change("A", "new", None), change("B", "new", 300), change("C", None, 700)]
    assert said("What is new", "denial_answer", {"audit.change": first}) == [
        "denied, and open or awaiting an answer: $300 expected on those with a price. No run of an "
        "earlier month saw any of them, so all count as new."
    ]
    then = [change("A", "gone", 100), change("B", "new", 300)]
    assert said("What is new", "denial_answer", {"audit.change": then}) == [
        "denied, new since last month, and open or awaiting an answer: $300 expected.",
        "open or awaiting an answer last month, and still.",
        "open or awaiting an answer last month, and closed since: $100 expected.",
    ]


def test_causes_are_of_the_dollars_denied_at_the_first_answer() -> None:
    """100 of 200 for eligibility, 60 for coding, 40 for records; 900 taken back count with none."""
    episodes = [
        {"line_id": f"{cause}-1", "payer_sequence": "P", "cause": cause, "is_take_back": is_back,
         "expected_allowed": Decimal(expected), "first_denied_date": JULY}
        for cause, expected, is_back in (
            ("eligibility", 100, False), ("coding", 60, False), ("records", 40, False),
            ("bundling", 900, True),
        )
    ]  # fmt: skip
    claim = {"claim_id": "a", "first_answer_date": JULY, "denied_lines": 3,
             "denied_charge": Decimal(500), "denied_expected": Decimal(200)}  # fmt: skip
    (sentence,) = said(
        "What was denied",
        "denial_answer",
        {"audit.claim_outcome": [claim], "audit.denial_episode": episodes},
    )
    assert sentence.endswith(
        "$200 expected allowed. Eligibility and coding make 80.0% of the dollars."
    )


def test_a_line_without_a_price_adds_no_charge_to_what_is_expected() -> None:
    """Two lines wait with an error; only one has a price. One line alone breaks, and awaits."""
    findings = [
        finding("MOHS020", "A-1", "error", "300.00"), finding("MOHS020", "B-1", "error", "900.00"),
    ]  # fmt: skip
    tables: dict[str, list[dict[str, Any]]] = {
        "core.service_line": [line(name, "Alpha", is_adjudicated=False) for name in ("A-1", "B-1")],
        "audit.finding": findings,
        "audit.expected_payment": [
            {"line_id": "A-1", "expected_allowed": Decimal(300)},
            {"line_id": "B-1", "expected_allowed": None},
        ],
    }
    (sentence,) = said("", "run_card", tables)
    assert "$300 expected (priced lines only) on 2 lines that break an error rule and" in sentence
    (sentence,) = said("", "run_card", {**tables, "audit.finding": findings[1:]})
    assert "$0 expected (priced lines only) on 1 line that breaks an error rule and" in sentence
