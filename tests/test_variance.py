"""What was allowed against what was expected; tests/files/variance.md has the worked examples."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines import examples, reference, warehouse
from pipelines.cases import Case, read_cases

EXAMPLES = Path(__file__).parent / "files" / "variance.md"
PAYERS = """\
payer_identifier,remit_payer_name,export_payer_name,payer,line_of_business
N1,NEAR,Near,Near,commercial
L1,LENIENT,Lenient,Lenient,commercial
F1,FIFTH,Fifth,Fifth,commercial
F2,FLAT,Flat,Flat,commercial
R1,RAISED,Raised,Raised,commercial
"""
CONTRACTS = """\
payer,procedure_code,basis,value,medicare_year,escalator,effective_from,effective_to,source
Near,,percent_of_medicare,1.0000,,,2020-01-01,,exhibit A
Lenient,,percent_of_medicare,1.0000,,,2020-01-01,,exhibit A
Fifth,,percent_of_medicare,1.2000,,,2020-01-01,,exhibit A
Flat,17311,fee,500.0000,,,2020-01-01,,exhibit A
Raised,,percent_of_medicare,1.0000,2020,0.0300,2020-01-01,,exhibit A
Raised,17312,fee,400.0000,,,2020-01-01,2020-12-31,exhibit A
Raised,17312,fee,440.0000,,,2021-01-01,,exhibit B
"""
OVERLAYS = """\
rule_id,payer,setting,value,effective_from,effective_to,document_reference,remittance_evidence
MOHS240,Lenient,other_percent,2,2020-01-01,,letter of 2020-01-01,
"""
COLUMNS = "line_id, expected_allowed, allowed, variance, status, cause, explanation, pattern_id"
Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    (folder / "payers.csv").write_text(PAYERS)
    (folder / "contracts.csv").write_text(CONTRACTS)
    (folder / "overlays.csv").write_text(OVERLAYS)
    return folder


def read(folder: Path, text: str) -> tuple[Case, ...]:
    path = folder / "cases.md"
    path.write_text(text)
    cases, problems = read_cases(path)
    assert not problems
    return cases


def compare(
    cases: Sequence[Case], practice: Path | None = None, *changes: str
) -> tuple[list[tuple[str, ...]], Rows]:
    """The line ids of each case and the variances of all; `changes` are made to what was staged."""
    connection = warehouse.connect()
    warehouse.create(connection)
    reference.load(connection, practice)
    ids = examples.stage(connection, cases)
    for change in changes:
        connection.execute(change).fetchall()
    warehouse.build(connection, warehouse.patient_tables())
    found = warehouse.select(connection, f"SELECT {COLUMNS} FROM audit.payment_variance")
    connection.close()
    return ids, {row["line_id"]: row for row in found.to_dicts()}


@pytest.fixture(scope="module")
def compared(practice: Path) -> tuple[tuple[Case, ...], list[tuple[str, ...]], Rows]:
    cases, problems = read_cases(EXAMPLES)
    assert not problems
    return cases, *compare(cases, practice)


TITLES = [line[3:] for line in EXAMPLES.read_text().splitlines() if line.startswith("## ")]


@pytest.mark.parametrize("title", TITLES)
def test_worked_examples(
    title: str, compared: tuple[tuple[Case, ...], list[tuple[str, ...]], Rows]
) -> None:
    cases, ids, rows = compared
    [position] = [number for number, case in enumerate(cases) if case.title == title]
    lines = [rows[line_id] for line_id in ids[position]]
    told = [f"{row['status']} {row['cause'] or ''}".strip() for row in lines]
    assert told == [line.finding for line in cases[position].lines]


def test_a_variance_is_told_whole_or_not_at_all(
    compared: tuple[tuple[Case, ...], list[tuple[str, ...]], Rows],
) -> None:
    cases, _, rows = compared
    assert len(rows) == sum(len(case.lines) for case in cases)
    for row in rows.values():
        assert row["expected_allowed"] is None or row["expected_allowed"] >= 0
        is_variance = row["status"] in ("under", "over")
        assert is_variance == (row["cause"] is not None) == (row["pattern_id"] is not None)
        if row["variance"] is None:
            assert row["status"] in ("denied", "not_comparable")
            assert row["explanation"]
        else:
            assert row["variance"] == row["allowed"] - row["expected_allowed"]
        if is_variance:
            assert (row["variance"] < 0) == (row["status"] == "under")


def test_without_terms_a_line_says_its_percent_of_medicare(tmp_path: Path) -> None:
    text = (
        "## x\n\n| procedure | date | payer | line_of_business | allowed | finding |\n"
        "|---|---|---|---|---|---|\n| 17311 | 2020-03-02 | Blue | commercial | 772.69 | |\n"
    )
    [[line_id]], rows = compare(read(tmp_path, text))
    # 772.69 / 643.91
    assert rows[line_id]["explanation"].endswith("compared as percent of Medicare: 120.0 %")


LINE = (
    "## x\n\n| procedure | date | locality | charge | allowed | adjustments | finding |\n"
    "|---|---|---|---|---|---|---|\n| {} | 2020-03-02 | 15202-00 | 1000.00 | {} | {} | |\n"
)


def recoded(code: str) -> str:
    return (
        "UPDATE staged.remit_line "
        f"SET submitted_code = procedure_code, procedure_code = '{code}' WHERE true"
    )


@pytest.mark.parametrize(
    ("allowed", "code", "status", "cause", "expected"),
    [
        ("465.90", "13132", "as_expected", None, "465.90"),
        ("232.95", "13132", "under", "reduction_on", "465.90"),
        ("384.77", "17312", "as_expected", None, "384.77"),
        ("643.91", "13132", "over", "billed_code", "465.90"),
        ("643.91", "99999", "not_comparable", None, None),
    ],
)
def test_the_code_the_payer_adjudicated_is_what_is_compared(
    tmp_path: Path, allowed: str, code: str, status: str, cause: str | None, expected: str | None
) -> None:
    cases = read(tmp_path, LINE.format("17311", allowed, ""))
    [[line_id]], rows = compare(cases, None, recoded(code))
    row = rows[line_id]
    assert (row["status"], row["cause"]) == (status, cause)
    assert row["explanation"].startswith(f"adjudicated as {code}")
    if expected is not None:
        assert row["expected_allowed"] == Decimal(expected)


def test_interest_is_no_part_of_what_was_allowed(tmp_path: Path) -> None:
    # paid 515.13 (80 % of 643.91) and 3.21 interest; no amount allowed is stated
    text = (
        "## x\n\n| procedure | date | charge | status | adjustments | finding |\n"
        "|---|---|---|---|---|---|\n"
        "| 17311 | 2020-03-02 | 1000.00 | paid | CO-45:356.09 PR-2:128.78 CO-225:-3.21 | |\n"
    )
    [[line_id]], rows = compare(read(tmp_path, text))
    assert rows[line_id]["allowed"] == Decimal("643.91")
    assert rows[line_id]["status"] == "as_expected"


def test_a_payment_that_was_taken_back_is_no_variance(tmp_path: Path) -> None:
    text = LINE.format("17311", "500.00", "")
    back = [
        "INSERT INTO staged.remit_claim BY NAME SELECT * REPLACE (remit_claim_id || 'R' AS "
        "remit_claim_id, true AS is_reversal, -charge AS charge, -paid AS paid) "
        "FROM staged.remit_claim",
        "INSERT INTO staged.remit_line BY NAME SELECT * REPLACE (remit_line_id || 'R' AS "
        "remit_line_id, remit_claim_id || 'R' AS remit_claim_id, -charge AS charge, -paid AS paid) "
        "FROM staged.remit_line",
        "INSERT INTO staged.adjustment BY NAME SELECT * REPLACE (owner || 'R' AS owner, "
        "line_owner || 'R' AS line_owner, -amount AS amount) FROM staged.adjustment",
    ]
    [[line_id]], rows = compare(read(tmp_path, text), None, *back)
    assert line_id not in rows


def test_every_tried_locality_that_fits_is_a_real_one_and_the_contractors_own_comes_first(
    tmp_path: Path,
) -> None:
    # fees.md 7, 2026: 17312 in Los Angeles 455.54, in Manhattan 462.20
    text = (
        "## x\n\n| claim | patient | procedure | date | locality | allowed | finding |\n"
        "|---|---|---|---|---|---|---|\n"
        "| A | 1 | 17312 | 2026-03-02 | 15202-00 | 455.54 | |\n"
        "| B | 2 | 17312 | 2026-03-02 | 15202-00 | 462.20 | |\n"
    )
    [ids], rows = compare(read(tmp_path, text))
    assert [rows[line_id]["explanation"] for line_id in ids] == [
        "the fee of locality 01182-18",
        "the fee of locality 13202-01",
    ]
