"""What the reimbursement pages add up to, against sums made line by line in Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pipelines import examples, reference, warehouse
from pipelines.cases import read_cases
from pipelines.warehouse import Connection
from reports import answers
from tests.reported import line, put
from tests.test_variance import CONTRACTS, EXAMPLES, PAYERS

YEARS = """\
## Two years of Mohs lines, more of the dear code in the second

| claim | patient | line | procedure | units | date       | charge  | allowed | finding     |
|-------|---------|------|-----------|-------|------------|---------|---------|-------------|
| A     | 1       | 1    | 17311     | 1     | 2025-02-03 | 3000.00 | 600.00  | under       |
| A     | 1       | 2    | 17312     | 3     | 2025-02-03 | 3000.00 | 1000.00 | under       |
| B     | 2       | 1    | 17313     | 1     | 2025-02-04 | 3000.00 | 500.00  | under       |
| C     | 3       | 1    | 17311     | 2     | 2026-02-03 | 3000.00 | 900.00  | under       |
| C     | 3       | 2    | 17312     | 2     | 2026-02-03 | 3000.00 | 700.00  | under       |
| D     | 4       | 1    | 17315     | 3     | 2026-02-04 | 3000.00 | 200.00  | under       |
"""
LEVELS = ("Medicare's full fee", "expected", "allowed", "paid")


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The worked examples of variances and two years of lines, priced and compared."""
    practice = tmp_path_factory.mktemp("practice")
    (practice / "payers.csv").write_text(PAYERS)
    (practice / "contracts.csv").write_text(CONTRACTS)
    (practice / "years.md").write_text(YEARS)
    cases, problems = read_cases(EXAMPLES)
    more, more_problems = read_cases(practice / "years.md")
    assert not problems
    assert not more_problems
    connection = warehouse.connect()
    warehouse.create(connection)
    reference.load(connection, practice)
    examples.stage(connection, (*cases, *more))
    warehouse.build(connection, {*warehouse.queries("core"), *warehouse.patient_tables()})
    warehouse.build(connection, ["audit.payment_month", "audit.mohs_year"], is_set=False)
    yield connection
    connection.close()


def exhibits(connection: Connection, name: str) -> list[pl.DataFrame]:
    (answered,) = answers.answer(warehouse.selector(connection), pages=[name])
    return [one.data for one in answered.answers]


def lines(connection: Connection) -> list[dict[str, Any]]:
    """Lines priced, answered and comparable."""
    return warehouse.select(
        connection,
        "SELECT * FROM audit.expected_payment AS p"
        " JOIN (SELECT line_id, status AS outcome, allowed, expected_allowed AS compared,"
        " is_counted FROM audit.payment_variance) AS v USING (line_id)"
        " JOIN (SELECT line_id, payer, paid FROM core.service_line) AS l USING (line_id)"
        " WHERE p.status = 'priced' AND v.outcome <> 'not_comparable'",
    ).to_dicts()


def test_the_bridge_adds_up_to_the_cent(connection: Connection) -> None:
    """Down each payer and across payers, and its levels are the lines' own."""
    whole, _, payers = exhibits(connection, "payment_bridge")
    found = dict(zip(whole["step"], whole["amount"], strict=True))
    rows = lines(connection)
    assert whole["lines"][0] == len(rows) > 20
    assert found["expected"] == sum(row["expected_allowed"] for row in rows)
    assert found["allowed"] == sum(row["allowed"] for row in rows)
    assert found["paid"] == sum(row["paid"] for row in rows)
    for direction, step in (("under", "underpaid"), ("over", "overpaid")):
        assert found[step] == sum(
            row["allowed"] - row["compared"]
            for row in rows
            if row["outcome"] == direction and row["is_counted"]
        )
        assert found[step] != 0
    for frame in (whole, *(group for _, group in payers.group_by("payer", maintain_order=True))):
        running = Decimal(0)
        for step, amount in zip(frame["step"], frame["amount"], strict=True):
            if step == LEVELS[0]:
                running = amount
            elif step in LEVELS:
                assert running == amount, step
            else:
                running += amount
    across = payers.group_by("step").agg(pl.col("amount").sum())
    assert dict(across.iter_rows()) == found


def test_medicares_full_fee_of_a_contract_is_that_of_the_price_calculator(
    connection: Connection,
) -> None:
    """Where nothing moves the price, Medicare's full fee is what Medicare would allow."""
    rows = [row for row in lines(connection) if row["expected_basis"] == "contract"]
    assert all(row["mppr_rate"] == row["modifier_rate"] == 1 for row in rows)
    *_, payers = exhibits(connection, "payment_bridge")
    fees = {row["payer"]: row["amount"] for row in payers.to_dicts() if row["step"] == LEVELS[0]}
    for payer in {row["payer"] for row in rows}:
        assert fees[payer] == sum(row["medicare_allowed"] for row in rows if row["payer"] == payer)


def test_the_answer_counts_what_the_lines_say(connection: Connection) -> None:
    compared = warehouse.select(connection, "SELECT * FROM audit.payment_variance").filter(
        pl.col("status").is_in(["as_expected", "under", "over"])
    )
    said, rates, dollars, *_ = exhibits(connection, "payment_accuracy")
    as_expected = compared.filter(pl.col("status") == "as_expected").height
    assert rates["lines"][1] == said["expected_lines"][0] == as_expected
    assert rates["n"][1] == said["compared"][0] == compared.height
    counted = compared.filter("is_counted")
    under, over, net = dollars["dollars"][:3]
    assert -under == counted.filter(pl.col("status") == "under")["variance"].sum()
    assert over == counted.filter(pl.col("status") == "over")["variance"].sum()
    assert net == over - under == said["net"][0]


def test_price_volume_and_mix_add_up(connection: Connection) -> None:
    """To the cent, in all and by row; price by cell in Python where both years have units."""
    chart, table, _ = exhibits(connection, "fee_years")
    first, *effects, last = chart["amount"]
    assert first + sum(effects) == last
    assert table["difference"].sum() == last - first
    for effect, amount in zip(("volume", "mix", "price"), effects, strict=True):
        assert table[effect].sum() == amount
    cells: dict[Any, dict[int, list[Decimal]]] = {}
    priced = warehouse.select(
        connection,
        "SELECT year(date_of_service) AS year, payer, procedure_code, locality, place_of_service,"
        " units, expected_allowed FROM audit.expected_payment AS p JOIN core.service_line"
        " USING (line_id) WHERE p.status = 'priced' AND procedure_code BETWEEN '17311' AND '17315'",
    )
    months = (chart["step"][0].split(" to "), chart["step"][4].split(" to "))
    assert [one[0][:4] for one in months] == ["2025", "2026"]
    for year, *cell, units, dollars in priced.rows():
        if year >= 2025:
            sums = cells.setdefault(tuple(cell), {2025: [Decimal(0)] * 2, 2026: [Decimal(0)] * 2})
            sums[year] = [sums[year][0] + units, sums[year][1] + dollars]
    before = sum(sums[2025][1] for sums in cells.values())
    growth = Decimal(chart["units_now"][0]) / Decimal(chart["units_before"][0])
    assert first == before
    assert abs(effects[0] - first * (growth - 1)) < Decimal("0.10")
    price = sum(
        (
            sums[2026][1] - sums[2025][1] / sums[2025][0] * sums[2026][0]
            for sums in cells.values()
            if sums[2025][0] and sums[2026][0]
        ),
        Decimal(0),
    )
    assert abs(effects[2] - price) < Decimal("0.10")
    assert effects[2] != 0


def test_a_period_is_every_moment_of_its_month_and_no_other(connection: Connection) -> None:
    connection.execute(answers.MACROS.read_text(encoding="utf-8"))
    moments = {
        "DATE '2025-12-31'": False,
        "DATE '2026-02-01'": True,
        "DATE '2026-02-28'": True,
        "TIMESTAMP '2026-02-28 23:59:59'": True,
        "DATE '2026-03-01'": False,
        "CAST(NULL AS DATE)": None,
    }
    asked = "SELECT " + ", ".join(f"in_period({moment})" for moment in moments)
    connection.execute("SET VARIABLE month = '2026-02'")
    assert connection.execute(asked).fetchall() == [tuple(moments.values())]
    connection.execute("RESET VARIABLE month")
    assert set(*connection.execute(asked).fetchall()) == {True}


def test_medicares_full_fee_stands_beside_every_price(connection: Connection) -> None:
    """Of a line Medicare is to pay it is the fee expected; of another payer's, Medicare's own."""
    prices = warehouse.select(connection, "SELECT * FROM audit.expected_payment").to_dicts()
    by_basis = {
        basis: [p for p in prices if p["expected_basis"] == basis]
        for basis in ("medicare", "contract", "none")
    }
    assert by_basis["medicare"]
    assert all(p["medicare_fee"] == p["full_fee"] for p in by_basis["medicare"])
    contracted = [p for p in by_basis["contract"] if p["mppr_rate"] == p["modifier_rate"] == 1]
    assert any(p["medicare_fee"] != p["full_fee"] for p in contracted)
    assert all(p["medicare_fee"] == p["medicare_allowed"] for p in contracted)


def test_months_add_up_to_the_lines(connection: Connection) -> None:
    """Each line due a price is in one month of its payer."""
    (sums,) = warehouse.select(
        connection,
        "SELECT sum(lines) AS lines, sum(priced_lines) AS priced, sum(compared_lines) AS compared,"
        " sum(medicare_fee + by_contract + by_ranking + by_modifiers + by_charge - expected) AS left,"
        " sum(expected + by_recoding + by_denial + by_underpayment + by_overpayment + by_tolerance"
        " - allowed) AS rest FROM audit.payment_month",
    ).to_dicts()
    prices = warehouse.select(connection, "SELECT * FROM audit.expected_payment")
    results = warehouse.select(connection, "SELECT * FROM audit.payment_variance")
    assert sums["lines"] == prices.height
    assert sums["priced"] == prices.filter(pl.col("status") == "priced").height > 20
    compared = results.filter(pl.col("status").is_in(["as_expected", "under", "over"]))
    assert sums["compared"] == compared.height > 0
    assert sums["left"] == sums["rest"] == 0


@pytest.mark.parametrize(
    ("reach", "last"), [(date(2026, 10, 29), "2026-07"), (date(2026, 10, 30), "2026-08")]
)
def test_a_month_is_finished_as_the_indicators_say(reach: date, last: str) -> None:
    """Sixty days after its last day, however many of its lines are answered."""
    connection = warehouse.connect()
    warehouse.create(connection)
    reference.load(connection)
    months = [date(2026, number, 1) for number in (6, 7, 8, 9)]
    put(connection, "audit.data_cut", [{"as_of_date": reach}])
    lags = (("all payers", 60), ("Slow", 88))
    put(
        connection,
        "audit.payer_lag",
        [{"payer": payer, "mature_days": days, "claims": 9} for payer, days in lags],
    )
    sums = {"lines": 10, "answered_lines": 10, "compared_lines": 10, "accurate_lines": 9}
    put(
        connection,
        "audit.payment_month",
        [{"payer": "Slow", "line_of_business": "medicare", "month": m, **sums} for m in months],
    )
    put(
        connection,
        "core.service_line",
        [line(f"{m:%m}-1", "Slow", day=m, is_adjudicated=m.month != 6) for m in months],
    )
    shares = {"payer": "all payers", "numerator": Decimal(9), "denominator": Decimal(10), "n": 10}
    put(
        connection,
        "audit.kpi_measure",
        [{"kpi": "payment_accuracy", "month": m, **shares} for m in months],
    )
    warehouse.build(connection, ["audit.kpi"], is_set=False)
    mature = warehouse.select(
        connection,
        "SELECT strftime(month, '%Y-%m') FROM audit.kpi WHERE kpi = 'payment_accuracy' AND is_mature",
    )
    tiles, dollars = exhibits(connection, "payment_accuracy")[3:5]
    unchecked, *_, waiting = exhibits(connection, "not_checked")
    for shown in (tiles, dollars, waiting):
        found = set(
            shown.filter(pl.col("is_unfinished").not_() & (pl.col("month") > "2026-05"))["month"]
        )
        assert (
            found
            == set(mature.to_series())
            == {f"{m:%Y-%m}" for m in months if f"{m:%Y-%m}" <= last}
        )
    assert unchecked["amount"][4] == waiting["unfinished"][0] == 4 - len(mature)


def test_a_step_is_the_same_in_the_sentence_and_in_the_chart(connection: Connection) -> None:
    said, steps, heat, _ = exhibits(connection, "payment_ratios")
    off = steps.filter(pl.col("ratio") != 1)
    fullest = off.filter(pl.col("ratio") == said["fullest"][0])
    assert fullest["lines"].to_list() == [off["lines"].max()] == [said["most"][0]]
    assert fullest["cause"][0] == said["what"][0]
    assert heat["lines"].null_count() == 0
    assert heat.filter(pl.col("lines") == 0).height
    assert heat["lines"].sum() == said["compared"][0]


def test_medicares_own_codes_stand_at_a_hundred_percent_as_it_does_itself() -> None:
    connection = warehouse.connect()
    warehouse.create(connection)
    payers = {"Medicare B": "medicare", "Nobody": "commercial"}
    put(
        connection,
        "core.service_line",
        [line(f"{p}-1", p, line_of_business=kind) for p, kind in payers.items()],
    )
    put(
        connection,
        "audit.payer_schedule",
        [
            {
                "payer": payer, "service_year": 2026, "procedure_code": code,
                "basis": "percent_of_medicare", "exact_share": 1.0, "near_share": 1.0,
            }
            for payer in payers
            for code in ("", "17311")
        ],
    )  # fmt: skip
    _, all_codes, by_code, *_ = exhibits(connection, "payer_schedules")
    for table in (all_codes, by_code):
        assert dict(table.select("payer", "loaded").iter_rows()) == {
            "Medicare B": 1,
            "Nobody": None,
        }
