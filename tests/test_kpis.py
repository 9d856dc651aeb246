"""Indicators: definitions that say what they are, figures by hand, intervals, maturity."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.desk import Desk, opened
from tests.episodes import TABLES, built
from tests.x12_text import bills, remits, reversed_

KPIS = ("audit.claim_outcome", "audit.payer_lag", "audit.kpi_measure", "audit.kpi_days")
MONTH = date(2024, 8, 1)
LATE = {"day": "20240805"}
DENIED = {**LATE, "adjustments": [("CO", "50", "1000")]}
PAID = {
    **LATE, "paid": "640", "allowed": "800",
    "adjustments": [("CO", "45", "200"), ("PR", "2", "160")],
}  # fmt: skip


def price(line: str) -> dict[str, Any]:
    return {
        "line_id": line, "patient_id": "", "status": "priced", "expected_basis": "medicare",
        "expected_allowed": Decimal(800), "medicare_allowed": Decimal(1000),
    }  # fmt: skip


def variance(line: str, status: str, amount: int) -> dict[str, Any]:
    return {
        "line_id": line, "patient_id": "", "status": status, "variance": Decimal(amount),
        "is_counted": status == "under", "procedure_code": "17311",
    }  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """audit.kpi of four claims: paid, denied and paid after 40 days, denied, paid and taken back."""
    desk = Desk(opened(), tmp_path_factory.mktemp("kpis"))
    desk.clear()
    claims = [{"number": number, "lines": [LATE]} for number in "ABCD"]
    desk.take_in(
        bills(*claims, created="20240809"),
        remits(
            {"number": "A", "lines": [PAID]},
            {"number": "B", "lines": [DENIED]},
            {"number": "C", "lines": [DENIED]},
            {"number": "D", "lines": [PAID]},
            paid_on="20240829",
        ),
        remits(
            reversed_({"number": "B", "lines": [DENIED]}),
            {"number": "B", "lines": [PAID]},
            reversed_({"number": "D", "lines": [PAID]}),
            paid_on="20241008",
            control="2",
        ),
        bills({"number": "E", "lines": [{"day": "20241001"}]}, created="20241130", control="3"),
    )
    tables = built(
        desk,
        [*TABLES, *KPIS, "audit.kpi"],
        {
            "audit.expected_payment": [price(f"{number}-1") for number in "ABC"],
            "audit.payment_variance": [
                variance("A-1", "as_expected", 0),
                variance("B-1", "under", -30),
                variance("C-1", "denied", 0),
            ],
        },
    )
    return tables["audit.kpi"]


def row(found: pl.DataFrame, kpi: str, month: date | None = MONTH) -> dict[str, Any]:
    rows = found.filter(pl.col("kpi") == kpi, pl.col("month").eq_missing(month))
    assert rows["payer"].sort().to_list() == ["MEDICARE TEST", "all payers"]
    # one payer is all payers
    assert rows.drop("payer").unique().height == 1
    return rows.row(0, named=True)


@pytest.mark.parametrize(
    ("kpi", "numerator", "denominator", "value"),
    [
        ("first_pass_resolution_rate", 2, 4, "0.5"),
        ("first_pass_payment_yield", 800, 2400, "0.333333"),
        ("initial_denial_rate_lines", 2, 4, "0.5"),
        ("initial_denial_rate_claims", 2, 4, "0.5"),
        ("initial_denial_rate_expected", 1600, 2400, "0.666667"),
        ("zero_pay_rate", 2, 4, "0.5"),
        ("remittance_denial_rate", 2, 4, "0.5"),
        ("overturn_rate", 1, 1, "1"),
        ("overturn_rate_dollars", 800, 800, "1"),
        ("preventable_rate", 0, 2, "0"),
        ("payment_accuracy", 1, 2, "0.5"),
        ("underpayment_rate", 1, 2, "0.5"),
        ("underpayment_dollars", 30, None, "30"),
        ("effective_rate", 1600, 2000, "0.8"),
        ("price_coverage", 3, 4, "0.75"),
        ("answer_lag_median", 20, None, "20"),
        ("bill_lag_p90", 4, None, "4"),
        ("days_denial_to_resolution_median", 40, None, "40"),
        # A and B are paid, D was taken back; the write-offs of D went with it
        ("payer_collection_rate", 1280, 3600, "0.355556"),
        ("allowed_per_mohs_case", 1600, 3, "533.333333"),
    ],
)
def test_figures_by_hand(
    found: pl.DataFrame, kpi: str, numerator: int, denominator: int | None, value: str
) -> None:
    one = row(found, kpi)
    assert (one["numerator"], one["denominator"]) == (numerator, denominator)
    assert one["value"] == Decimal(value)


def test_money_taken_back_counts_in_the_month_it_goes(found: pl.DataFrame) -> None:
    one = row(found, "recoupment_rate", date(2024, 10, 1))
    assert (one["numerator"], one["denominator"]) == (640, 640)


def test_what_waits_is_aged_at_the_cut_of_the_data(found: pl.DataFrame) -> None:
    # 60 days after its service
    one = row(found, "aged_unanswered_rate", date(2024, 11, 1))
    assert (one["numerator"], one["denominator"], one["n"]) == (0, 1000, 1)


def test_what_files_do_not_tell_is_a_row_that_says_why(found: pl.DataFrame) -> None:
    missing = found.filter(~pl.col("is_computable"))
    reasons = dict(missing.select("kpi", "reason").iter_rows())
    assert {"clean_claim_rate", "cost_to_collect", "denial_write_off_rate"} <= set(reasons)
    assert "scrubber" in reasons["clean_claim_rate"]
    assert all(reasons.values())
    # without an appeal written down nobody knows whether there was one
    assert "appeal_rate" in reasons
    assert missing["value"].null_count() == missing.height


def test_every_indicator_is_there_once_and_defined(found: pl.DataFrame) -> None:
    definitions = opened().table("reference.kpi").pl()
    assert set(found["kpi"]) == set(definitions["kpi"])
    assert not found.select("kpi", "month", "payer").is_duplicated().any()


def test_a_young_month_is_not_mature(found: pl.DataFrame) -> None:
    """The files reach to 30 November; the payer's 90th percentile is 24 days, the least age 60."""
    assert row(found, "first_pass_resolution_rate")["is_mature"]
    october = found.filter(pl.col("month") == date(2024, 10, 1), pl.col("basis") == "service")
    assert october.height
    assert not october["is_mature"].any()
    posted = found.filter(pl.col("month") == date(2024, 10, 1), pl.col("basis") == "posting")
    assert posted.height
    assert posted["is_mature"].all()


def test_intervals_are_wilsons(tmp_path: Path) -> None:
    """18 of 20 is 0.70 to 0.97 and 90 of 100 is 0.83 to 0.94, as printed in the design notes."""
    desk = Desk(opened(), tmp_path)
    desk.clear()
    counts = {"A": (18, 20), "B": (90, 100), "C": (0, 12), "D": (12, 12)}
    measures = [
        {
            "kpi": "overturn_rate", "month": MONTH, "payer": payer, "numerator": Decimal(k),
            "denominator": Decimal(n), "n": n,
        }
        for payer, (k, n) in counts.items()
    ]  # fmt: skip
    table = built(desk, ["audit.data_cut", "audit.kpi"], {"audit.kpi_measure": measures})
    bounds = {
        payer: (round(lower, 2), round(upper, 2))
        for payer, lower, upper in table["audit.kpi"]
        .filter(pl.col("is_computable"))
        .select("payer", "lower", "upper")
        .iter_rows()
    }
    assert bounds["A"] == (Decimal("0.70"), Decimal("0.97"))
    assert bounds["B"] == (Decimal("0.83"), Decimal("0.94"))
    assert (bounds["C"][0], bounds["D"][1]) == (0, 1)
    assert 0 < bounds["C"][1] < Decimal("0.3")
