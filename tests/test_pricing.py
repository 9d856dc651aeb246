"""The price calculator against amounts CMS printed, worked examples and a second implementation."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import pricing, reference, releases
from schemas.pricing import PricingLine
from schemas.table import create_statement, polars_schema

ROOT = Path(__file__).resolve().parent.parent
CENT = Decimal("0.01")
MIAMI, OHIO, NATIONAL = "09102-04", "15202-00", "00000-00"


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@pytest.fixture
def national(tmp_path: Path) -> Path:
    """A practice with a locality whose indices are all 1.000, as in CMS's national amounts."""
    folder = tmp_path / "practice" / "reference"
    folder.mkdir(parents=True)
    rows = [
        f"{NATIONAL},,NATIONAL,1.000,1.000,1.000,TEST,{year}-01-01,{year}-12-31,test"
        for year in range(2020, 2027)
    ]
    (folder / "gpci.national.csv").write_text(
        "locality,state,name,work_gpci,pe_gpci,mp_gpci,release,effective_from,effective_to,source\n"
        + "\n".join(rows)
        + "\n"
    )
    return folder.parent


def price(
    folder: Path, rows: Sequence[dict[str, object]], practice: Path | None = None
) -> list[dict[str, Any]]:
    """Rows through `price_file`; each row names what differs from a plain Mohs line in Ohio."""
    plain: dict[str, object] = {
        "patient_id": "P1",
        "rendering_npi": "1234567893",
        "date_of_service": "2026-03-02",
        "modifiers": "",
        "units": "1",
        "place_of_service": "11",
        "locality": OHIO,
    }
    lines = [{"line_id": str(number), **plain, **row} for number, row in enumerate(rows, start=1)]
    names = list(dict.fromkeys(name for line in lines for name in line))
    path = folder / "lines.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names, restval="")
        writer.writeheader()
        writer.writerows(lines)
    return pricing.price_file(path, practice).rows(named=True)


def allowed(prices: list[dict[str, Any]]) -> list[str]:
    return [str(row["expected_allowed"]) for row in prices]


def test_every_amount_cms_printed_for_ohio_2020(shared_data: Path, tmp_path: Path) -> None:
    printed = pl.read_csv(shared_data / "published/mpfs_2020_ohio.csv", infer_schema=False)
    rows = [
        {
            "patient_id": f"{number}-{place}",
            "date_of_service": "2020-06-01",
            "procedure_code": row["HCPCS Code"],
            "modifiers": row["Modifier"].replace("none", ""),
            "place_of_service": place,
        }
        for number, row in enumerate(printed.rows(named=True))
        for place in ("11", "22")
    ]
    prices = price(tmp_path, rows)
    expected = [
        Decimal(row[name])
        for row in printed.rows(named=True)
        for name in ("Non-Facility Fee", "Facility Fee")
    ]
    assert [row["expected_allowed"] for row in prices] == expected
    assert len(prices) == 2 * 55


def test_every_amount_of_pfrev_2025d(shared_data: Path, tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    releases.load_cms(
        [shared_data / "cms_files/PPRRVU2025_Oct.csv", shared_data / "cms_files/GPCI2025.csv"],
        practice,
    )
    printed = pl.read_csv(shared_data / "published/pfrev_2025d.csv", infer_schema=False)
    rows = [
        {
            "patient_id": f"{number}-{place}",
            "date_of_service": "2025-11-03",
            "procedure_code": row["hcpcs"],
            "modifiers": row["mod"] or "",
            "place_of_service": place,
            "locality": f"{row['carrier']}-{row['locality']}",
        }
        for number, row in enumerate(printed.rows(named=True))
        for place in ("11", "22")
    ]
    prices = price(tmp_path, rows, practice)
    expected = [
        (Decimal(row[name]), "RVU25D")
        for row in printed.rows(named=True)
        for name in ("published_nonfac", "published_fac")
    ]
    found = [(row["full_fee"], row["fee_schedule"].partition(",")[0]) for row in prices]
    assert found == expected
    assert len(prices) == 2 * 763


MOHS_NATIONAL = """
2020-07-01 679.93/375.69 407.81/200.30 637.34/337.08 389.77/185.50 80.12/53.05
2021-07-01 690.19/361.49 419.42/191.91 647.96/323.81 401.27/177.95 78.86/50.94
2022-07-01 687.63/357.83 419.08/190.33 646.10/321.49 401.09/176.15 78.56/50.53
2023-07-01 688.59/356.15 418.17/189.77 646.57/319.22 400.55/175.20 79.97/50.49
2024-03-08 669.62/344.47 406.36/183.37 629.34/309.11 389.33/169.94 78.59/48.46
2024-03-09 680.73/350.18 413.10/186.41 639.79/314.23 395.79/172.76 79.89/49.27
2025-07-01 661.16/342.87 399.48/182.76 621.38/307.94 382.34/168.53 78.28/47.87
2026-07-01 667.02/286.91 402.81/152.98 626.27/257.52 385.45/139.62 79.16/40.08
"""


def test_national_mohs_amounts_of_every_year(tmp_path: Path, national: Path) -> None:
    codes = ("17311", "17312", "17313", "17314", "17315")
    rows, expected = [], []
    for text in MOHS_NATIONAL.strip().splitlines():
        day, *pairs = text.split()
        for code, pair in zip(codes, pairs, strict=True):
            for place, amount in zip(("11", "22"), pair.split("/"), strict=True):
                rows.append(
                    {
                        "patient_id": f"{code}-{place}",
                        "date_of_service": day,
                        "procedure_code": code,
                        "place_of_service": place,
                        "locality": NATIONAL,
                    }
                )
                expected.append(amount)
    assert allowed(price(tmp_path, rows, national)) == expected


def test_flap_outranks_first_stage_and_add_on_is_exempt(tmp_path: Path) -> None:
    prices = price(
        tmp_path,
        [{"procedure_code": code, "locality": MIAMI} for code in ("17311", "17312", "14060")],
    )
    assert allowed(prices) == ["357.70", "431.32", "844.40"]
    assert [str(row["expected_paid"]) for row in prices] == ["280.44", "338.16", "662.01"]
    assert sum(row["expected_paid"] for row in prices) == Decimal("1280.61")
    assert sum(row["patient_share"] for row in prices) == Decimal("326.68")
    assert [row["mppr_rank"] for row in prices] == [2, None, 1]


def test_two_units_of_the_first_stage_are_two_procedures(tmp_path: Path) -> None:
    prices = price(
        tmp_path,
        [
            {"procedure_code": "17311", "units": "2", "locality": MIAMI},
            {"procedure_code": "17312", "locality": MIAMI},
            {"procedure_code": "13132", "locality": MIAMI},
        ],
    )
    assert allowed(prices) == ["1073.10", "431.32", "250.10"]
    assert str(prices[0]["full_fee"]) == "1430.80"
    assert prices[0]["mppr_rate"] == Decimal("0.75")


def test_units_that_cannot_be_meant_are_priced_too(tmp_path: Path) -> None:
    """17312 is 431.32 a unit; a mistyped line must not stop the others."""
    rows = [
        {"procedure_code": "17312", "units": units, "locality": MIAMI}
        for units in ("1000", "99999")
    ]
    assert [str(row["full_fee"]) for row in price(tmp_path, rows)] == ["431320.00", "43131568.68"]


@pytest.mark.parametrize(
    ("place", "codes", "expected"),
    [
        ("22", ("17311", "13132"), ["286.91", "125.59"]),
        ("11", ("17311", "13132"), ["667.02", "231.14"]),
    ],
)
def test_setting_decides_the_ranking(
    tmp_path: Path, national: Path, place: str, codes: tuple[str, ...], expected: list[str]
) -> None:
    rows = [
        {"procedure_code": code, "place_of_service": place, "locality": NATIONAL} for code in codes
    ]
    assert allowed(price(tmp_path, rows, national)) == expected


@pytest.mark.parametrize(
    ("day", "flap", "stage"),
    [("2026-03-02", "667.35", "333.51"), ("2025-03-03", "312.15", "661.16")],
)
def test_ranking_reverses_between_2025_and_2026(
    tmp_path: Path, national: Path, day: str, flap: str, stage: str
) -> None:
    rows = [
        {"procedure_code": code, "date_of_service": day, "locality": NATIONAL}
        for code in ("14000", "17311")
    ]
    assert allowed(price(tmp_path, rows, national)) == [flap, stage]


def test_sixth_unit_is_by_report_and_the_others_are_priced(tmp_path: Path) -> None:
    prices = price(
        tmp_path,
        [
            {"procedure_code": "17311", "units": "4"},
            {"procedure_code": "13132"},
            {"procedure_code": "12052"},
            {"procedure_code": "17312", "units": "6"},
        ],
    )
    assert [row["status"] for row in prices] == ["priced", "priced", "manual", "priced"]
    assert prices[2]["expected_allowed"] is None
    assert "sixth" in prices[2]["reason"]


def test_not_participating_and_not_assigned(tmp_path: Path) -> None:
    [row] = price(tmp_path, [{"procedure_code": "17311", "participating": "no", "assigned": "no"}])
    assert (str(row["full_fee"]), str(row["expected_allowed"])) == ("628.44", "597.02")
    assert "limiting charge 686.57" in row["explanation"]


def test_qualifying_participant_has_its_own_factor(tmp_path: Path, national: Path) -> None:
    rows = [{"procedure_code": "17311", "apm_qualifying": "true", "locality": NATIONAL}]
    assert allowed(price(tmp_path, rows, national)) == ["670.34"]


def test_nurse_practitioner_is_paid_85_percent(tmp_path: Path, national: Path) -> None:
    [row] = price(
        tmp_path,
        [{"procedure_code": "99213", "rendering_type": "NP", "locality": NATIONAL}],
        national,
    )
    assert row["expected_allowed"] == cents(Decimal("95.19") * Decimal("0.85"))


def test_deductible_is_taken_in_claim_order(tmp_path: Path) -> None:
    prices = price(
        tmp_path,
        [
            {"procedure_code": "17315", "deductible_remaining": "283"},
            {"procedure_code": "17311", "deductible_remaining": "283"},
        ],
    )
    first, second = (row["expected_allowed"] for row in prices)
    assert prices[0]["patient_share"] == first
    assert prices[0]["expected_paid"] == 0
    rest = Decimal(283) - first
    assert prices[1]["patient_share"] == rest + cents((second - rest) * Decimal("0.2"))


def test_assistant_is_barred_by_statute_and_paid_for_a_large_flap(tmp_path: Path) -> None:
    prices = price(
        tmp_path,
        [
            {"procedure_code": "17311", "modifiers": "80"},
            {"procedure_code": "14301", "modifiers": "80", "patient_id": "P2"},
            {"procedure_code": "14301", "modifiers": "AS", "patient_id": "P3"},
            {"procedure_code": "67961", "modifiers": "80", "patient_id": "P4"},
        ],
    )
    assert str(prices[0]["expected_allowed"]) == "0.00"
    sixteen = cents(prices[1]["full_fee"] * Decimal("0.16"))
    assert prices[1]["expected_allowed"] == sixteen
    assert prices[2]["expected_allowed"] == cents(sixteen * Decimal("0.85"))
    assert prices[3]["status"] == "manual"


def test_bilateral_indicator(tmp_path: Path) -> None:
    prices = price(
        tmp_path,
        [
            {"procedure_code": "67961", "modifiers": "50", "patient_id": "P1"},
            {"procedure_code": "17311", "modifiers": "50", "patient_id": "P2"},
            {"procedure_code": "67961", "modifiers": "50", "units": "2", "patient_id": "P3"},
        ],
    )
    assert prices[0]["expected_allowed"] == cents(prices[0]["full_fee"] * Decimal("1.5"))
    assert prices[1]["expected_allowed"] == prices[1]["full_fee"]
    assert prices[2]["status"] == "manual"


WITHOUT_PRICE: list[tuple[dict[str, object], str, str]] = [
    ({"date_of_service": "2027-01-04"}, "not_priced", "no fee schedule for 2027"),
    ({"date_of_service": "2019-12-31"}, "not_priced", "no fee schedule for 2019"),
    ({"procedure_code": "00000"}, "not_priced", "not on the loaded schedule"),
    ({"procedure_code": "G2211", "date_of_service": "2023-01-04"}, "not_priced", "status B"),
    ({"modifiers": "26"}, "not_priced", "17311-26 is not on the loaded schedule"),
    ({"modifiers": "26 TC", "procedure_code": "88305"}, "not_priced", "exclude each other"),
    ({"locality": ""}, "not_priced", "locality unknown"),
    ({"locality": "99999-99"}, "not_priced", "has no GPCI for 2026"),
    ({"place_of_service": ""}, "not_priced", "place of service unknown"),
    ({"place_of_service": "88"}, "not_priced", "place of service 88"),
    ({"units": "1.5"}, "not_priced", "whole number"),
    ({"units": "0"}, "not_priced", "whole number"),
    ({"modifiers": "GZ"}, "not_priced", "does not pay"),
    ({"modifiers": "22"}, "manual", "modifier 22"),
    ({"modifiers": "59 52"}, "manual", "modifier 52"),
    ({"modifiers": "QZQ"}, "manual", "modifier QZQ is not in the loaded table"),
    ({"modifiers": "54"}, "manual", "without a global period"),
    ({"modifiers": "54 55", "procedure_code": "14060"}, "manual", "exclude each other"),
    ({"modifiers": "62"}, "manual", "co-surgeons are not permitted"),
    ({"modifiers": "66"}, "manual", "team surgery is not permitted"),
    ({"modifiers": "62 80", "procedure_code": "14301"}, "manual", "exclude each other"),
    ({"modifiers": "80", "rendering_type": "PA"}, "manual", "renderer"),
    ({"procedure_code": "88305", "rendering_type": "NP"}, "manual", "technical part"),
]


@pytest.fixture(scope="module")
def without_price(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The answers to all of them, each a line of a patient of its own."""
    rows = [
        {"procedure_code": "17311", "patient_id": f"P{at}", **row}
        for at, (row, _, _) in enumerate(WITHOUT_PRICE)
    ]
    return price(tmp_path_factory.mktemp("without"), rows)


@pytest.mark.parametrize("at", range(len(WITHOUT_PRICE)), ids=lambda at: WITHOUT_PRICE[at][2])
def test_a_line_without_a_price_says_why(without_price: list[dict[str, Any]], at: int) -> None:
    _, status, reason = WITHOUT_PRICE[at]
    found = without_price[at]
    assert found["status"] == status
    assert reason in found["reason"]
    assert found["expected_allowed"] is None


def test_a_000_day_code_with_78_pays_in_full(tmp_path: Path) -> None:
    [found] = price(tmp_path, [{"procedure_code": "17311", "modifiers": "78"}])
    assert (found["status"], found["expected_allowed"]) == ("priced", found["full_fee"])


@pytest.mark.parametrize(
    ("code", "modifier", "share"),
    [
        ("14060", "54", "0.81"),
        ("14060", "55", "0.19"),
        ("14060", "78", "0.71"),
        ("13132", "54", "0.90"),
        ("13132", "55", "0.10"),
        ("13132", "78", "0.80"),
        ("67961", "54", "0.80"),
        ("67961", "55", "0.20"),
    ],
)
def test_shares_of_the_global_fee(tmp_path: Path, code: str, modifier: str, share: str) -> None:
    """Shares as printed in fees.md section 5."""
    [found] = price(tmp_path, [{"procedure_code": code, "modifiers": modifier}])
    assert found["modifier_rate"] == Decimal(share)
    assert found["expected_allowed"] == cents(found["full_fee"] * Decimal(share))


@pytest.mark.parametrize("code", ["15121", "15730"])
def test_co_surgeons_are_paid_five_eighths_each(tmp_path: Path, code: str) -> None:
    [found] = price(tmp_path, [{"procedure_code": code, "modifiers": "62"}])
    assert found["expected_allowed"] == cents(found["full_fee"] * Decimal("0.625"))


def test_a_reduced_share_is_ranked_by_what_it_comes_to(tmp_path: Path) -> None:
    aftercare, stage = price(
        tmp_path, [{"procedure_code": "14060", "modifiers": "55"}, {"procedure_code": "17311"}]
    )
    assert (aftercare["mppr_rank"], stage["mppr_rank"]) == (2, 1)


def test_the_mips_factor_moves_what_is_paid_and_nothing_else(tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    practice.mkdir()
    (practice / "providers.csv").write_text(
        "npi,rendering_type,specialty,group_id,participating,apm_qualifying,mips_factor,"
        "effective_from,effective_to,source\n"
        "1234567893,MD,d,g,true,false,-0.0900,2026-01-01,2026-12-31,test\n"
    )
    row = {"procedure_code": "17312", "locality": MIAMI, "patient_id": "P2"}
    [plain] = price(tmp_path, [row])
    [cut] = price(tmp_path, [row], practice)
    [raised] = price(tmp_path, [{**row, "mips_factor": "0.0123"}], practice)
    paid = plain["expected_paid"]
    assert paid == Decimal("338.16")
    assert cut["expected_paid"] == paid + cents(paid * Decimal("-0.09"))
    assert raised["expected_paid"] == paid + cents(paid * Decimal("0.0123"))
    assert {row["expected_allowed"] for row in (plain, cut, raised)} == {Decimal("431.32")}
    assert {row["patient_share"] for row in (plain, cut, raised)} == {Decimal("86.26")}


def test_the_explanation_can_be_redone_with_a_pencil(tmp_path: Path) -> None:
    found = price(
        tmp_path,
        [
            {"procedure_code": "17311", "locality": MIAMI, "charge": "300"},
            {"procedure_code": "14060", "locality": MIAMI},
        ],
    )[0]["explanation"]
    assert found == (
        "fee 715.40 nonfacility = 33.4009 x (6.05 x 1.000 + 13.33 x 1.041 + 0.59 x 2.529); "
        "rank 2 x 0.500000 = 357.70; allowed 300.00 (the charge); deductible taken as met; "
        "coinsurance x 0.2000 = 60.00; sequestration x 0.0200 = 4.80; paid 235.20"
    )
    total = (
        Decimal("6.05") + Decimal("13.33") * Decimal("1.041") + Decimal("0.59") * Decimal("2.529")
    )
    assert cents(Decimal("33.4009") * total) == Decimal("715.40")


def test_a_code_that_could_outrank_the_others_is_mentioned(tmp_path: Path) -> None:
    stage, unlisted, add_on = price(
        tmp_path, [{"procedure_code": code} for code in ("17311", "15823", "17312")]
    )
    assert unlisted["status"] == "not_priced"
    assert "ranked without a code of the day" in stage["explanation"]
    assert "ranked without" not in add_on["explanation"]


def test_groups_rank_apart(tmp_path: Path) -> None:
    surgeon = {"procedure_code": "17311", "rendering_npi": "1", "group_id": "A", "specialty": "d"}
    colleague = {"procedure_code": "14060", "rendering_npi": "2", "group_id": "A", "specialty": "d"}
    other = {"procedure_code": "14060", "rendering_npi": "3", "group_id": "B", "specialty": "p"}
    assert [row["mppr_rank"] for row in price(tmp_path, [surgeon, colleague])] == [2, 1]
    assert [row["mppr_rank"] for row in price(tmp_path, [surgeon, other])] == [1, 1]


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_excel_and_parquet_price_as_csv(tmp_path: Path, suffix: str) -> None:
    frame = pl.DataFrame(
        {
            "line_id": ["b", "a"],
            "patient_id": ["P1", "P1"],
            "rendering_npi": [1234567893, 1234567893],
            "date_of_service": [date(2026, 3, 2)] * 2,
            "procedure_code": [17311, 14060],
            "modifiers": ["", "59"],
            "units": [1, 1],
            "place_of_service": [11, 11],
            "zip": ["44106", "44106-1234"],
            "charge": [1500.5, 100.25],
        }
    )
    path = tmp_path / f"lines{suffix}"
    if suffix == ".xlsx":
        frame.write_excel(path)
    else:
        frame.write_parquet(path)
    prices = pricing.price_file(path)
    assert prices["line_id"].to_list() == ["b", "a"]
    assert prices["expected_allowed"].to_list() == [Decimal("314.22"), Decimal("100.25")]
    assert prices.columns == list(pricing.COLUMNS)


def test_zip_gives_the_locality(tmp_path: Path) -> None:
    prices = price(
        tmp_path,
        [
            {"procedure_code": "17311", "locality": "", "zip": "33101", "patient_id": "P1"},
            {"procedure_code": "17311", "locality": "", "zip": "00001", "patient_id": "P2"},
            {"procedure_code": "17311", "zip": "33101", "patient_id": "P3"},
        ],
    )
    assert allowed(prices) == ["715.40", "None", "628.44"]
    assert "ZIP 00001" in prices[1]["reason"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("line_id,patient_id\n1,2\n", "row 1, column rendering_npi: is missing"),
        ("{plain}\n1,P,1,03/02/2026,17311,,1,11,15202-00\n", "row 2, column date_of_service"),
        ("{plain}\n1,P,1,2026-03-02,17311,,one,11,15202-00\n", "row 2, column units"),
        ("{plain}\n1,P,1,2026-03-02,17311,,-1,11,15202-00\n", "row 2, column units"),
        ("{plain}\n1,P,1,2026-03-02,17311,,1,11,1520200\n", "row 2, column locality"),
        (
            "{plain}\n1,P,1,2026-03-02,17311,,1,11,15202-00\n1,P,1,2026-03-02,17311,,1,11,15202-00\n",
            "row 2, column line_id",
        ),
        ("{plain}\n1,,1,2026-03-02,17311,,1,11,15202-00\n", "row 2, column patient_id"),
        ("{plain},charge\n1,P,1,2026-03-02,17311,,1,11,15202-00,$5\n", "row 2, column charge"),
        ("{plain},qmb\n1,P,1,2026-03-02,17311,,1,11,15202-00,maybe\n", "row 2, column qmb"),
        ("{plain},rendering_type\n1,P,1,2026-03-02,17311,,1,11,15202-00,RN\n", "rendering_type"),
    ],
)
def test_bad_input_names_file_row_and_column(tmp_path: Path, text: str, message: str) -> None:
    plain = ",".join([*pricing.REQUIRED, "locality"])
    path = tmp_path / "bad.csv"
    path.write_text(text.replace("{plain}", plain))
    with pytest.raises(pricing.PriceFileError, match=message) as raised:
        pricing.price_file(path)
    assert "bad.csv" in str(raised.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(pricing.PriceFileError, match="no such file"):
        pricing.price_file(tmp_path / "none.csv")


# A second implementation in plain Python, from the CSVs, for random encounters.


def read(table: str) -> list[dict[str, str]]:
    with (ROOT / "sql/reference" / f"{table}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def in_force(rows: list[dict[str, str]], day: date) -> dict[str, str]:
    text = day.isoformat()
    [row] = [r for r in rows if r["effective_from"] <= text <= (r["effective_to"] or "9999-12-31")]
    return row


RVUS: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
for _row in read("mpfs_rvu"):
    RVUS[_row["procedure_code"], _row["modifier"]].append(_row)
GPCIS: dict[str, list[dict[str, str]]] = defaultdict(list)
for _row in read("gpci"):
    GPCIS[_row["locality"]].append(_row)
FACTORS = read("conversion_factor")
SEQUESTRATION = read("sequestration")
FACILITY = {
    row["place_of_service"] for row in read("place_of_service") if row["setting"] == "facility"
}


@dataclass(frozen=True)
class Line:
    patient: str
    order: int
    code: str
    component: str
    units: int
    day: date
    place: str
    locality: str
    npi: str
    charge: Decimal | None
    participating: bool
    qualifying: bool
    kind: str
    deductible: Decimal
    qmb: bool
    marks: tuple[str, ...] = field(default=())
    claim: int = 0

    @property
    def line_id(self) -> str:
        return f"{self.patient}-{self.order}"


def one_fee(line: Line) -> Decimal:
    rvu = in_force(RVUS[line.code, line.component], line.day)
    index = in_force(GPCIS[line.locality], line.day)
    flag = "true" if line.qualifying else "false"
    factor = in_force([r for r in FACTORS if r["apm_qualifying"] == flag], line.day)
    expense = "facility_pe_rvu" if line.place in FACILITY else "nonfacility_pe_rvu"
    total = (
        Decimal(rvu["work_rvu"]) * Decimal(index["work_gpci"])
        + Decimal(rvu[expense]) * Decimal(index["pe_gpci"])
        + Decimal(rvu["mp_rvu"]) * Decimal(index["mp_gpci"])
    )
    return cents(total * Decimal(factor["conversion_factor"]))


def portion(line: Line) -> Decimal | None:
    """What a modifier leaves of the fee [fees.md section 6]; None where a person has to say."""
    rvu = in_force(RVUS[line.code, line.component], line.day)
    mark = line.marks[0] if line.marks else ""
    has_global = rvu["global_days"] in {"010", "090"}
    if mark == "50":
        sides = {"0": Decimal(1), "1": Decimal("1.5"), "2": Decimal(1)}
        return sides.get(rvu["bilateral"]) if line.units == 1 else None
    if mark in {"80", "AS"}:
        if mark == "80" and line.kind == "NP":
            return None
        return {"1": Decimal(0), "2": Decimal("0.16")}.get(rvu["assistant"])
    if mark == "62":
        is_paid = rvu["co_surgeon"] in {"1", "2"} and line.kind != "NP"
        return Decimal("0.625") if is_paid else None
    if mark == "78":
        return Decimal(rvu["intraoperative_share"]) if has_global else Decimal(1)
    if mark in {"54", "55"}:
        after = Decimal(rvu["postoperative_share"])
        return (after if mark == "55" else 1 - after) if has_global else None
    return Decimal(1)


def expected(lines: Sequence[Line]) -> dict[str, dict[str, Any]]:
    """Prices of lines whose codes are all of indicator 0 or 2."""
    whole = {line.line_id: one_fee(line) for line in lines}
    portions = {line.line_id: portion(line) for line in lines}
    fees = {
        line_id: cents(fee * (1 if portions[line_id] is None else portions[line_id] or 0))
        for line_id, fee in whole.items()
    }
    groups: dict[object, list[Line]] = defaultdict(list)
    for line in lines:
        indicator = in_force(RVUS[line.code, line.component], line.day)["multiple_procedure"]
        is_assistant = not {"80", "AS"}.isdisjoint(line.marks)
        if indicator == "2" and portions[line.line_id] != 0:
            group = line.patient, line.day, line.npi, is_assistant
            groups[group].extend([line] * line.units)
    ranks: dict[str, list[int]] = defaultdict(list)
    for group in groups.values():
        ordered = sorted(group, key=lambda line: (-fees[line.line_id], line.order))
        for rank, line in enumerate(ordered, start=1):
            ranks[line.line_id].append(rank)
    results: dict[str, dict[str, Any]] = {}
    used: dict[object, Decimal] = defaultdict(Decimal)
    for line in sorted(lines, key=lambda line: line.order):
        fee, own = fees[line.line_id], ranks[line.line_id]
        full = whole[line.line_id] * line.units
        if max(own, default=0) > 5 or portions[line.line_id] is None:
            results[line.line_id] = {"status": "manual", "full_fee": full}
            continue
        amount = (
            sum((fee if rank == 1 else cents(fee / 2) for rank in own), Decimal())
            if own
            else fee * line.units
        )
        if not line.participating:
            amount = cents(amount * Decimal("0.95"))
        if line.kind in {"NP", "PA", "CNS"} or "AS" in line.marks:
            amount = cents(amount * Decimal("0.85"))
        if line.charge is not None:
            amount = min(amount, line.charge)
        left = max(line.deductible - used[line.patient, line.day], Decimal())
        used[line.patient, line.day] += amount
        deductible = min(left, amount)
        coinsurance = cents((amount - deductible) * Decimal("0.2"))
        program = amount - deductible - coinsurance
        rate = Decimal(in_force(SEQUESTRATION, line.day)["sequestration_rate"])
        sequestration = cents(program * rate)
        results[line.line_id] = {
            "status": "priced",
            "full_fee": full,
            "mppr_rank": min(own, default=None),
            "expected_allowed": amount,
            "expected_paid": program - sequestration,
            "patient_share": Decimal() if line.qmb else deductible + coinsurance,
            "sequestration": sequestration,
        }
    return results


@pytest.fixture(scope="module")
def loaded() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    reference.load(connection, None, pricing.TABLES)
    connection.execute("CREATE SCHEMA core")
    connection.execute(create_statement(PricingLine))
    yield connection
    connection.close()


def priced(connection: duckdb.DuckDBPyConnection, lines: Sequence[Line]) -> dict[str, Any]:
    frame = pl.DataFrame(
        [
            {
                "line_id": line.line_id,
                "submitted_date": line.day + timedelta(days=line.claim),
                "ordinal": line.order,
                "patient_id": line.patient,
                "pricing_group": line.npi,
                "payer": "Medicare",
                "line_of_business": "medicare",
                "date_of_service": line.day,
                "procedure_code": line.code,
                "modifiers": [*([line.component] if line.component else []), *line.marks],
                "modifier_key": " ".join(
                    sorted([*([line.component] if line.component else []), *line.marks])
                ),
                "units": Decimal(line.units),
                "place_of_service": line.place,
                "locality": line.locality,
                "locality_note": None,
                "charge": line.charge,
                "participating": line.participating,
                "assigned": True,
                "apm_qualifying": line.qualifying,
                "rendering_type": line.kind,
                "mips_factor": Decimal(0),
                "deductible": None,
                "deductible_remaining": line.deductible,
                "qmb": line.qmb,
            }
            for line in lines
        ],
        schema=polars_schema(PricingLine),
    )
    connection.execute("DELETE FROM core.pricing_line")
    connection.register("test_lines", frame.to_arrow())
    connection.execute("INSERT INTO core.pricing_line BY NAME SELECT * FROM test_lines")
    return {row["line_id"]: row for row in pricing.price_lines(connection).rows(named=True)}


DAYS = [
    date(2020, 4, 30),
    date(2020, 5, 1),
    date(2021, 6, 1),
    date(2022, 3, 31),
    date(2022, 4, 1),
    date(2022, 7, 1),
    date(2023, 9, 30),
    date(2024, 3, 8),
    date(2024, 3, 9),
    date(2025, 12, 31),
    date(2026, 1, 1),
]
MOHS = ["17311", "17312", "17313", "17314", "17315"]
OFTEN = [*MOHS, "14060", "13132", "12052", "15260", "11102", "11103", "99213"]
SURGICAL = [
    key
    for key, rows in RVUS.items()
    if len(rows) == 7 and {row["status_code"] for row in rows} == {"A"}
]
PLACES = ["11", "22", "24"]
LOCALITIES = [MIAMI, OHIO, "02102-01", "09202-20", "13202-01"]
KINDS = ["MD", "DO", "MD", "NP"]
PLAIN_MARKS: list[tuple[str, ...]] = [(), ("59",), ("XS", "RT")]
MARKS = [*PLAIN_MARKS * 3, ("50",), ("62",), ("80",), ("AS",), ("54",), ("55",), ("78",)]


@st.composite
def encounters(draw: st.DrawFn, size: int = 6) -> list[Line]:
    patient = draw(st.sampled_from(["P1", "P2"]))
    day = draw(st.sampled_from(DAYS))
    place = draw(st.sampled_from(PLACES))
    locality = draw(st.sampled_from(LOCALITIES))
    often = st.tuples(st.sampled_from(OFTEN), st.just(""))
    keys = draw(st.lists(st.one_of(often, st.sampled_from(SURGICAL)), min_size=1, max_size=size))
    kind = draw(st.sampled_from(KINDS))
    deductible = Decimal(draw(st.sampled_from([0, 0, 100, 283])))
    lines = []
    for order, (code, component) in enumerate(keys):
        if kind == "NP" and code.startswith("883") and component != "26":
            continue
        charge = draw(st.one_of(st.none(), st.integers(0, 200_000)))
        lines.append(
            Line(
                patient=patient,
                order=order,
                code=code,
                component=component,
                units=draw(st.sampled_from([1, 1, 1, 2, 3, 7])),
                day=day,
                place=place,
                locality=locality,
                npi=draw(st.sampled_from(["1", "1", "1", "2"])),
                charge=None if charge is None else Decimal(charge) / 100,
                participating=draw(st.booleans()),
                qualifying=draw(st.booleans()),
                kind=kind,
                deductible=deductible,
                qmb=draw(st.booleans()),
                marks=draw(st.sampled_from(MARKS)),
            )
        )
    return lines


@st.composite
def days_of_claims(draw: st.DrawFn, size: int = 6) -> list[Line]:
    """Encounters of as many patients."""
    drawn = draw(st.lists(encounters(size), min_size=3, max_size=8))
    return [
        replace(line, patient=f"P{number}") for number, lines in enumerate(drawn) for line in lines
    ]


RANDOM = settings(max_examples=6, deadline=None)


@RANDOM
@given(lines=days_of_claims())
def test_random_encounters_agree_with_the_second_implementation(
    loaded: duckdb.DuckDBPyConnection, lines: list[Line]
) -> None:
    found = priced(loaded, lines)
    for line_id, wanted in expected(lines).items():
        for name in wanted.keys() - {"sequestration"}:
            assert found[line_id][name] == wanted[name], (line_id, name)


@RANDOM
@given(lines=days_of_claims())
def test_shares_add_up_and_stay_below_the_charge(
    loaded: duckdb.DuckDBPyConnection, lines: list[Line]
) -> None:
    found = priced(loaded, lines)
    for line in lines:
        row = found[line.line_id]
        if row["status"] != "priced":
            continue
        if line.charge is not None:
            assert row["expected_allowed"] <= line.charge
        if not line.qmb:
            assert row["patient_share"] == row["deductible"] + row["coinsurance"]
        program = row["expected_paid"] + row["sequestration"]
        assert row["deductible"] + row["coinsurance"] + program == row["expected_allowed"]


def plainly(lines: Sequence[Line]) -> list[Line]:
    """The lines as one surgeon's, without a charge or modifier and fewer than six procedures."""
    return [
        replace(line, charge=None, units=1, participating=True, npi="1", marks=()) for line in lines
    ]


def totals(rows: dict[str, Any]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows.values():
        sums[row["patient_id"]] += row["expected_allowed"]
    return sums


@RANDOM
@given(lines=days_of_claims(size=5), seed=st.integers(0, 1000))
def test_order_of_lines_changes_no_total(
    loaded: duckdb.DuckDBPyConnection, lines: list[Line], seed: int
) -> None:
    plain = plainly(lines)
    shuffled = random.Random(seed).sample(range(100), len(plain))
    moved = [replace(line, order=order) for line, order in zip(plain, shuffled, strict=True)]
    assert totals(priced(loaded, plain)) == totals(priced(loaded, moved))


@RANDOM
@given(lines=days_of_claims(size=5), seed=st.integers(0, 1000))
def test_splitting_an_encounter_over_two_claims_changes_no_total(
    loaded: duckdb.DuckDBPyConnection, lines: list[Line], seed: int
) -> None:
    plain = plainly(lines)
    choose = random.Random(seed)
    split = [replace(line, claim=choose.randint(0, 1)) for line in plain]
    assert totals(priced(loaded, plain)) == totals(priced(loaded, split))


@RANDOM
@given(lines=days_of_claims(4), add_on=st.sampled_from(["17312", "17314", "17315", "13133"]))
def test_an_add_on_never_changes_another_lines_rank(
    loaded: duckdb.DuckDBPyConnection, lines: list[Line], add_on: str
) -> None:
    firsts = {line.patient: line for line in reversed(lines)}.values()
    extra = [
        replace(line, code=add_on, component="", order=99, units=3, marks=()) for line in firsts
    ]
    without = priced(loaded, lines)
    with_it = priced(loaded, [*lines, *extra])
    for line_id, row in without.items():
        assert with_it[line_id]["mppr_rank"] == row["mppr_rank"]
        assert with_it[line_id]["expected_allowed"] == row["expected_allowed"]
