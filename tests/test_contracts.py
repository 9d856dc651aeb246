"""Payers' own terms: rows of contracts.csv applied to lines of a payer that is not Medicare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines import pricing, reference
from pipelines.dated import ReferenceFileError
from schemas.pricing import PricingLine
from schemas.table import create_statement, polars_schema

HEADER = (
    "payer,procedure_code,basis,value,medicare_year,medicare_locality,site_of_service,follows_mppr,"
    "multiple_procedure,is_lesser_of_charge,escalator,effective_from,effective_to,source"
)
MIAMI, OHIO = "09102-04", "15202-00"
DAY = date(2026, 3, 2)


def practice(folder: Path, *rows: str, header: str = HEADER) -> Path:
    folder = folder / "practice"
    folder.mkdir(exist_ok=True)
    (folder / "contracts.csv").write_text("\n".join([header, *rows]) + "\n")
    return folder


def price(
    folder: Path | None, lines: Sequence[dict[str, object]], payer: str = "Blue"
) -> list[dict[str, Any]]:
    """Lines of a commercial payer in Miami, office, each naming what differs."""
    plain: dict[str, object] = {
        "patient_id": "P1",
        "pricing_group": f"{payer} npi 1",
        "payer": payer,
        "line_of_business": "commercial",
        "submitted_date": DAY,
        "date_of_service": DAY,
        "procedure_code": "17311",
        "modifiers": [],
        "units": Decimal(1),
        "place_of_service": "11",
        "locality": MIAMI,
        "locality_note": None,
        "charge": None,
        "participating": True,
        "assigned": True,
        "apm_qualifying": False,
        "rendering_type": "MD",
        "mips_factor": Decimal(0),
        "deductible": None,
        "deductible_remaining": None,
        "qmb": False,
    }
    rows = [
        {"line_id": str(number), "ordinal": number, **plain, **line}
        for number, line in enumerate(lines)
    ]
    for row in rows:
        row["modifier_key"] = " ".join(sorted(row["modifiers"]))
    frame = pl.DataFrame(rows, schema=polars_schema(PricingLine))
    connection = duckdb.connect()
    reference.load(connection, folder, pricing.TABLES)
    connection.execute("CREATE SCHEMA core")
    connection.execute(create_statement(PricingLine))
    connection.register("frame", frame.to_arrow())
    connection.execute("INSERT INTO core.pricing_line BY NAME SELECT * FROM frame")
    prices = pricing.price_lines(connection).sort("line_id").rows(named=True)
    connection.close()
    return prices


def allowed(prices: list[dict[str, Any]]) -> list[str]:
    return [str(row["expected_allowed"]) for row in prices]


FLAP_AND_STAGE: list[dict[str, object]] = [
    {"procedure_code": "17311"},
    {"procedure_code": "17312"},
    {"procedure_code": "14060"},
]
"""Example A of fees.md: Medicare's fees are 715.40, 431.32 and 844.40."""


def test_without_terms_a_line_is_compared_as_percent_of_medicare() -> None:
    prices = price(None, FLAP_AND_STAGE)
    assert {(row["status"], row["expected_basis"]) for row in prices} == {("not_priced", "none")}
    assert allowed(prices) == ["None"] * 3
    assert [row["full_fee"] for row in prices] == [None] * 3
    assert [str(row["medicare_fee"]) for row in prices] == ["715.40", "431.32", "844.40"]
    assert [str(row["medicare_allowed"]) for row in prices] == ["357.70", "431.32", "844.40"]
    assert prices[0]["reason"] == "no terms are loaded for Blue (commercial)"
    assert prices[0]["explanation"].startswith("compared as percent of Medicare: fee 715.40")


def test_percent_of_the_lines_own_schedule(tmp_path: Path) -> None:
    folder = practice(tmp_path, "Blue,,percent_of_medicare,1.3500,,,,,,,,2025-01-01,,exhibit B")
    prices = price(folder, FLAP_AND_STAGE)
    # 1.35 x 715.40 = 965.79, halved 482.90; 1.35 x 431.32 = 582.28; 1.35 x 844.40 = 1139.94
    assert allowed(prices) == ["482.90", "582.28", "1139.94"]
    assert [str(row["medicare_fee"]) for row in prices] == ["715.40", "431.32", "844.40"]
    assert [str(row["medicare_allowed"]) for row in prices] == ["357.70", "431.32", "844.40"]
    assert {(row["expected_basis"], row["contract_source"]) for row in prices} == {
        ("contract", "exhibit B")
    }
    assert (prices[0]["expected_paid"], prices[0]["patient_share"]) == (None, None)
    assert "contract x 1.3500 = 965.79; rank 2 x 0.500000 = 482.90" in prices[0]["explanation"]


def test_a_named_year_stands_as_it_did_at_its_end(tmp_path: Path) -> None:
    folder = practice(
        tmp_path, f"Blue,,percent_of_medicare,1.0000,2024,{OHIO},,,,,,2025-01-01,,exhibit B"
    )
    [row] = price(folder, [{}])
    # 33.2875 x (6.20 x 1.000 + 13.61 x 0.911 + 0.64 x 1.033), RVUs and GPCIs of fees.md 5 and 7
    assert str(row["expected_allowed"]) == "641.11"
    assert row["fee_schedule"] == "exhibit B: RVU24C, CF 33.2875, RVU24C 15202-00"


def test_own_percentages_by_rank(tmp_path: Path) -> None:
    folder = practice(
        tmp_path, "Blue,,percent_of_medicare,1.0000,,,,,100/50/25,,,2025-01-01,,exhibit B"
    )
    prices = price(
        folder,
        [
            {"procedure_code": "14060"},
            {"procedure_code": "17311", "units": Decimal(2)},
            {"procedure_code": "13132", "units": Decimal(4)},
        ],
    )
    # 844.40; 715.40 at 50 and 25 %: 357.70 + 178.85; 500.19 four times at 25 %: 125.05 each
    assert allowed(prices) == ["844.40", "536.55", "500.20"]
    assert {row["status"] for row in prices} == {"priced"}


def test_a_payer_that_does_not_reduce(tmp_path: Path) -> None:
    folder = practice(
        tmp_path, "Blue,,percent_of_medicare,1.0000,,,,false,,,,2025-01-01,,exhibit B"
    )
    assert allowed(price(folder, FLAP_AND_STAGE)) == ["715.40", "431.32", "844.40"]


def test_the_code_goes_before_its_range_and_the_range_before_the_rest(tmp_path: Path) -> None:
    folder = practice(
        tmp_path,
        "Blue,,percent_of_medicare,1.1000,,,,,,,,2025-01-01,,exhibit A",
        "Blue,10000-69999,percent_of_medicare,1.2000,,,,,,,,2025-01-01,,exhibit B",
        "Blue,17000-17999,percent_of_medicare,1.3000,,,,,,,,2025-01-01,,exhibit C",
        "Blue,17312,fee,400.0000,,,,,,,,2025-01-01,,exhibit D",
        "Blue,88300-88399,carved_out,0,,,,,,,,2025-01-01,,exhibit E",
    )
    codes = ("17312", "17314", "14060", "99213", "88305", "A9270")
    prices = price(
        folder,
        [{"procedure_code": code, "patient_id": code, "locality": OHIO} for code in codes],
    )
    assert [row["contract_source"] for row in prices] == [
        "exhibit D",
        "exhibit C",
        "exhibit B",
        "exhibit A",
        "exhibit E",
        "exhibit A",
    ]
    assert str(prices[0]["expected_allowed"]) == "400.00"
    assert (prices[4]["status"], prices[4]["expected_basis"]) == ("not_priced", "contract")
    assert "leaves 88305 out" in prices[4]["reason"]
    assert prices[4]["medicare_allowed"] is not None
    assert "A9270 is not on the loaded schedule" in prices[5]["reason"]


def test_a_flat_fee_prices_what_medicare_does_not_list(tmp_path: Path) -> None:
    folder = practice(tmp_path, "Blue,A9270,fee,12.5000,,,,,,,,2025-01-01,,exhibit D")
    [row] = price(folder, [{"procedure_code": "A9270", "units": Decimal(3), "locality": None}])
    assert (row["status"], str(row["expected_allowed"])) == ("priced", "37.50")
    assert row["medicare_allowed"] is None


def test_lesser_of_charge_is_the_rule_unless_the_contract_says_not(tmp_path: Path) -> None:
    lesser = practice(tmp_path, "Blue,,percent_of_medicare,1.5000,,,,,,,,2025-01-01,,exhibit B")
    assert allowed(price(lesser, [{"charge": Decimal("800.00")}])) == ["800.00"]
    full = practice(tmp_path, "Blue,,percent_of_medicare,1.5000,,,,,,false,,2025-01-01,,exhibit B")
    assert allowed(price(full, [{"charge": Decimal("800.00")}])) == ["1073.10"]


def test_percent_of_charge(tmp_path: Path) -> None:
    folder = practice(tmp_path, "Blue,,percent_of_charge,0.6000,,,,,,,,2025-01-01,,exhibit B")
    lines = [{"charge": Decimal("1000.01")}, {"charge": None, "patient_id": "P2"}]
    known, unknown = price(folder, lines)
    assert str(known["expected_allowed"]) == "600.01"
    assert (unknown["status"], unknown["reason"]) == ("not_priced", "the charge is unknown")


def test_own_rule_for_the_place_of_service(tmp_path: Path) -> None:
    folder = practice(
        tmp_path, "Blue,,percent_of_medicare,1.0000,,,nonfacility,,,,,2025-01-01,,exhibit B"
    )
    assert allowed(price(folder, [{"place_of_service": "22"}])) == ["715.40"]


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2023, 6, 30), None),
        (date(2023, 7, 1), "500.00"),
        (date(2024, 6, 30), "500.00"),
        (date(2024, 7, 1), "515.00"),
        (date(2025, 7, 1), "530.45"),
        # 500 x 1.03 ^ 3 = 546.3635, rounded once
        (date(2026, 7, 1), "546.36"),
        (date(2026, 12, 31), "546.36"),
        (date(2027, 1, 1), None),
    ],
)
def test_an_escalator_raises_the_value_each_contract_year(
    tmp_path: Path, day: date, value: str | None
) -> None:
    folder = practice(
        tmp_path, "Blue,17311,fee,500.0000,,,,,,,0.0300,2023-07-01,2026-12-31,exhibit D"
    )
    [row] = price(folder, [{"date_of_service": day}])
    assert row["expected_allowed"] == (None if value is None else Decimal(value))
    assert row["expected_basis"] == ("none" if value is None else "contract")


def test_a_qualifying_participant_has_medicares_factor_with_medicare_only(tmp_path: Path) -> None:
    folder = practice(tmp_path, "Blue,,percent_of_medicare,1.0000,,,,,,,,2025-01-01,,exhibit B")
    [row] = price(folder, [{"apm_qualifying": True, "participating": False}])
    assert str(row["expected_allowed"]) == "715.40"


def test_payers_are_ranked_apart(tmp_path: Path) -> None:
    folder = practice(tmp_path, "Blue,,percent_of_medicare,1.0000,,,,,,,,2025-01-01,,exhibit B")
    lines: list[dict[str, object]] = [
        {},
        {
            "procedure_code": "14060",
            "payer": "Medicare",
            "line_of_business": "medicare",
            "pricing_group": "npi 1",
        },
    ]
    assert [row["mppr_rank"] for row in price(folder, lines)] == [1, 1]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Blue,,percent_of_medicare,1.2000,,,,,,,,2025-01-01,,", "no source"),
        ("Blue,17311,fee,500.00,2024,,,,,,,2025-01-01,,exhibit B", "medicare_year"),
        ("Blue,,percent_of_charge,0.6,,,,,100/50,,,2025-01-01,,exhibit B", "not ranked"),
        ("Blue,,percent_of_medicare,1.2,,,,false,100/50,,,2025-01-01,,exhibit B", "follows_mppr"),
        ("Blue,,percent_of_medicare,0,,,,,,,,2025-01-01,,exhibit B", "value is 0"),
        ("Blue,,percent_of_medicare,1.2,,,,,100-50,,,2025-01-01,,exhibit B", "multiple_procedure"),
        ("Blue,1731,fee,500.00,,,,,,,,2025-01-01,,exhibit B", "procedure_code"),
        (
            "Blue,,percent_of_medicare,125,,,,,,,,2025-01-01,,exhibit B",
            "row 2, column value: percent_of_medicare 125 is 12,500 %.*write 1.2500 for 125 %",
        ),
        ("Blue,,percent_of_medicare,10.0001,,,,,,,,2025-01-01,,exhibit B", "column value"),
        (
            "Blue,,percent_of_charge,55,,,,,,,,2025-01-01,,exhibit B",
            "row 2, column value: percent_of_charge 55 is 5,500 %.*write 0.5500 for 55 %",
        ),
        ("Blue,,percent_of_charge,1.0001,,,,,,,,2025-01-01,,exhibit B", "column value"),
        (
            "Blue,17311,fee,500.00,,,,,,,3,2025-01-01,,exhibit B",
            "row 2, column escalator: escalator 3 is 300 %.*write 0.0300 for 3 %",
        ),
        ("Blue,17311,fee,500.00,,,,,,,0.5,2025-01-01,,exhibit B", "or give effective_to"),
        ("Blue,17311,fee,500.00,,,,,,,0.03,,,exhibit B", "the contract's first day"),
        ("Blue,17311,fee,,,,,,,,,2025-01-01,,exhibit B", "column value"),
    ],
)
def test_terms_that_cannot_be_used_are_refused(tmp_path: Path, row: str, message: str) -> None:
    folder = practice(tmp_path, row)
    with pytest.raises(ReferenceFileError, match=message) as raised:
        reference.tables(folder, ["contract"])
    assert "contracts.csv" in str(raised.value)


def test_terms_at_their_bounds_and_idle_ones_are_read(tmp_path: Path) -> None:
    folder = practice(
        tmp_path,
        "Blue,17311,percent_of_medicare,10,,,,,,,,2025-01-01,,exhibit B",
        "Blue,17312,percent_of_charge,1,,,,,,,,2025-01-01,,exhibit B",
        "Blue,17313,fee,500.00,,,,,,,0.5,2025-01-01,2026-12-31,exhibit B",
        "Blue,88305,carved_out,,,,,,,,,2025-01-01,,exhibit E",
    )
    [(_, terms)] = reference.tables(folder, ["contract"])
    found = terms.sort("procedure_code", "effective_from").select("procedure_code", "value").rows()
    assert [(code, str(value)) for code, value in found] == [
        ("17311", "10.0000"),
        ("17312", "1.0000"),
        ("17313", "500.0000"),
        ("17313", "750.0000"),
        ("88305", "0.0000"),
    ]


def test_a_file_without_the_column_source_is_refused(tmp_path: Path) -> None:
    header = "payer,procedure_code,basis,value,effective_from"
    folder = practice(tmp_path, "Blue,,percent_of_medicare,1.2,2025-01-01", header=header)
    with pytest.raises(ReferenceFileError, match="source"):
        reference.tables(folder, ["contract"])
