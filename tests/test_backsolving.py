"""Schedules inferred from remittances, against terms the tests themselves made up.

Fees come from the simulator's own fee schedule, which shares no code with the audit's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import backsolving
from pipelines.simulate.medicare import FeeSchedule

CODES = ("17311", "17312", "17313", "17314", "13132", "14060", "88305", "99213")
LOCALITIES = ("15202-00", "01182-18", "10112-00")
LAST_DAYS = (
    date(2021, 12, 31),
    date(2022, 12, 31),
    date(2023, 12, 31),
    date(2024, 3, 8),
    date(2024, 12, 31),
    date(2025, 12, 31),
)
SCHEDULE = FeeSchedule()
PLACE = {"component": "", "setting": "nonfacility", "apm_qualifying": False}
Pay = Callable[[str, date, date, str], Decimal]
"""What a payer allows: code, day of service, day of remittance, locality."""


def fee(code: str, day: date, locality: str) -> Decimal:
    """Medicare's office fee, dollars."""
    return Decimal(SCHEDULE.fee(code, day.toordinal(), locality, False)) / 100


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


FEES = pl.DataFrame(
    [
        {
            "procedure_code": code,
            "locality": locality,
            "schedule_date": day,
            "fee": float(fee(code, day, locality)),
            **PLACE,
        }
        for code in CODES
        for locality in LOCALITIES
        for day in LAST_DAYS
    ]
)


def paid(
    pay: Pay, year: int, *, codes: Sequence[str] = CODES, every: int = 9, is_further: bool = False
) -> list[dict[str, Any]]:
    """A year's lines of one payer: each code and locality every few days, paid 20 days later."""
    rows = []
    day = date(year, 1, 4)
    while day.year == year:
        remitted = day + timedelta(20)
        for code in codes:
            for locality in LOCALITIES:
                amount = pay(code, day, remitted, locality)
                rows.append(
                    {
                        "payer": "Payer",
                        "line_of_business": "commercial",
                        "service_year": year,
                        "procedure_code": code,
                        "locality": locality,
                        "own_date": next(last for last in LAST_DAYS if last >= day),
                        "remittance_date": remitted,
                        "unit_allowed": float(amount),
                        "is_further": is_further,
                        "lines": 1,
                        **PLACE,
                    }
                )
        day += timedelta(every)
    return rows


def inferred(*years: list[dict[str, Any]]) -> dict[tuple[int, str], dict[str, Any]]:
    """(year of service, code) -> the schedule inferred."""
    seen = pl.DataFrame([row for rows in years for row in rows])
    rows = backsolving.infer(seen, FEES)
    return {(row["service_year"], row["procedure_code"]): row for row in rows}


def of_year(percent: str, last_day: date | None = None) -> Pay:
    """A percent of the schedule of the day of service, or of one schedule."""

    def pay(code: str, day: date, remitted: date, locality: str) -> Decimal:
        return cents(fee(code, last_day or day, locality) * Decimal(percent))

    return pay


@pytest.mark.parametrize("year", [2024, 2025])
def test_percent_of_the_year_of_service(year: int) -> None:
    found = inferred(paid(of_year("1.35"), year))
    whole = found[year, ""]
    assert whole["percent_of_medicare"] == 1.35
    assert (whole["medicare_year"], whole["years_behind"]) == (year, 0)
    assert whole["exact_share"] == 1
    assert whole["is_reliable"]
    assert whole["lag_weeks"] == 0
    assert {row["is_carve_out"] for row in found.values()} == {False}
    for code in CODES:
        assert found[year, code]["percent_of_medicare"] == 1.35


@pytest.mark.parametrize("last_day", LAST_DAYS[:-1])
def test_the_year_of_the_schedule_is_told_from_the_spread(last_day: date) -> None:
    whole = inferred(paid(of_year("1.1275", last_day), 2025))[2025, ""]
    assert whole["schedule_date"] == last_day
    assert whole["medicare_year"] == last_day.year
    assert whole["percent_of_medicare"] == 1.1275
    assert whole["other_exact_share"] < 0.5


@settings(max_examples=20, deadline=None)
@given(
    percent=st.integers(min_value=5000, max_value=25000),
    wrong=st.lists(st.integers(min_value=0, max_value=29), max_size=6, unique=True),
    factor=st.sampled_from(["0.5", "0.97", "1.03", "2", "0.8"]),
)
def test_wrong_payments_do_not_move_the_percent(
    percent: int, wrong: list[int], factor: str
) -> None:
    """30 lines, up to a fifth of them paid wrongly: the percent is right to 0.1 point and better."""
    rate = Decimal(percent) / 10000
    rows = paid(of_year(str(rate)), 2025, codes=CODES[:2], every=70)[:30]
    assert len(rows) == 30
    for place in wrong:
        rows[place]["unit_allowed"] = float(
            cents(Decimal(str(rows[place]["unit_allowed"])) * Decimal(factor))
        )
    whole = inferred(rows)[2025, ""]
    assert abs(whole["percent_of_medicare"] - float(rate)) < 0.0001
    assert whole["lower"] <= whole["percent_of_medicare"] <= whole["upper"]
    assert whole["lines"] == 30
    assert whole["is_reliable"]


def test_the_interval_is_that_of_the_median() -> None:
    """Ranks 2 and 9 of ten lines hold the median with 97.9 percent (binomial tables)."""
    ratios = [1.01, 1.02, 1.03, 1.04, 1.05, 1.05, 1.07, 1.08, 1.09, 1.10]
    rows = [
        {**row, "unit_allowed": float(cents(Decimal(str(ratio)) * Decimal("10000")))}
        for row, ratio in zip(
            paid(of_year("1"), 2025, codes=CODES[:1], every=100), ratios, strict=False
        )
    ]
    fees = FEES.with_columns(fee=pl.lit(10000.0))
    [whole, _] = backsolving.infer(pl.DataFrame(rows), fees)
    assert (whole["lower"], whole["upper"]) == (1.02, 1.09)


def test_codes_that_depart_are_carve_outs() -> None:
    def pay(code: str, day: date, remitted: date, locality: str) -> Decimal:
        if code == "99213":
            return Decimal("88.00")
        rate = {"88305": "0.80"}.get(code, "1.20")
        return cents(fee(code, date(2023, 12, 31), locality) * Decimal(rate))

    found = inferred(paid(pay, 2025))
    assert found[2025, ""]["percent_of_medicare"] == 1.2
    assert found[2025, ""]["exact_share"] == 1
    told = {code for (_, code), row in found.items() if row["is_carve_out"]}
    assert "88305" in told
    assert found[2025, "88305"]["percent_of_medicare"] == 0.8
    assert (found[2025, "99213"]["basis"], found[2025, "99213"]["fee"]) == ("fee", 88.0)
    assert found[2025, "17312"]["percent_of_medicare"] == 1.2


def test_weeks_until_a_new_year_is_loaded() -> None:
    loaded = date(2025, 2, 17)

    def pay(code: str, day: date, remitted: date, locality: str) -> Decimal:
        schedule = day if remitted >= loaded else date(2024, 12, 31)
        return cents(fee(code, schedule, locality) * Decimal("1.10"))

    whole = inferred(paid(pay, 2025, every=4))[2025, ""]
    assert (whole["medicare_year"], whole["percent_of_medicare"]) == (2025, 1.1)
    # 47 days after New Year's Day
    assert whole["lag_weeks_lower"] < round(47 / 7, 1) <= whole["lag_weeks_upper"]
    assert whole["lag_weeks_upper"] - whole["lag_weeks_lower"] < 1
    assert whole["exact_share"] == 1


def test_a_payer_a_year_behind_has_no_lag_to_tell() -> None:
    whole = inferred(paid(of_year("1.20", date(2024, 12, 31)), 2025))[2025, ""]
    assert (whole["years_behind"], whole["lag_weeks"]) == (1, None)


def test_stray_payments_by_the_old_schedule_are_no_lag() -> None:
    def pay(code: str, day: date, remitted: date, locality: str) -> Decimal:
        schedule = date(2024, 12, 31) if day.day == 4 else day
        return cents(fee(code, schedule, locality))

    whole = inferred(paid(pay, 2025, every=5))[2025, ""]
    assert whole["lag_weeks"] == 0


def test_a_raise_and_the_one_that_was_missed() -> None:
    base = date(2022, 12, 31)
    found = inferred(
        paid(of_year("1.2000", base), 2023),
        paid(of_year("1.2360", base), 2024),
        paid(of_year("1.2360", base), 2025),
    )
    assert found[2023, ""]["raise_rate"] is None
    assert found[2024, ""]["raise_rate"] == pytest.approx(0.03, abs=1e-4)
    assert found[2024, ""]["missed_escalator"] is None
    assert found[2025, ""]["raise_rate"] == pytest.approx(0, abs=1e-4)
    assert found[2025, ""]["missed_escalator"] == pytest.approx(0.03, abs=1e-4)


@pytest.mark.parametrize("rate", ["0.5", "0.25", "1"])
def test_what_a_second_procedure_is_paid(rate: str) -> None:
    def further(code: str, day: date, remitted: date, locality: str) -> Decimal:
        return cents(of_year("1.3")(code, day, remitted, locality) * Decimal(rate))

    rows = paid(of_year("1.3"), 2025) + paid(
        further, 2025, codes=("17311", "13132"), every=60, is_further=True
    )
    whole = inferred(rows)[2025, ""]
    assert whole["further_rate"] == float(rate)
    assert whole["further_lines"] == 42


def test_few_lines_are_told_and_not_relied_on() -> None:
    few = paid(of_year("1.4"), 2024, codes=CODES[:3], every=200)
    assert not inferred(few)[2024, ""]["is_reliable"]
    both = inferred(few, paid(of_year("1.4"), 2025))
    assert both[2024, ""]["is_reliable"]
    other = inferred(few, paid(of_year("1.5"), 2025))
    assert not other[2024, ""]["is_reliable"]


def test_amounts_that_follow_no_schedule_are_not_relied_on() -> None:
    def pay(code: str, day: date, remitted: date, locality: str) -> Decimal:
        return cents(fee(code, day, locality) * (1 + Decimal(day.toordinal() % 97) / 200))

    assert not inferred(paid(pay, 2025))[2025, ""]["is_reliable"]
