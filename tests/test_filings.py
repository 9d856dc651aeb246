"""What rules ask of a claim beyond its lines, where a worked example cannot say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import examples, judging, reference, rules, warehouse
from pipelines.cases import read_cases

BOOK = {rule.id: rule for rule in rules.read_book().rules}


@pytest.fixture
def connection() -> warehouse.Connection:
    connection = warehouse.connect()
    warehouse.create(connection)
    reference.load(connection, None)
    return connection


def stage(connection: warehouse.Connection, folder: Path, table: str) -> None:
    path = folder / "case.md"
    path.write_text(f"## A case\n\n{table}\n")
    cases, problems = read_cases(path)
    assert problems == ()
    examples.stage(connection, cases)


def found(connection: warehouse.Connection, rule_id: str) -> list[tuple[str, str]]:
    warehouse.build(connection, warehouse.queries("core"))
    outcome = judging.run(connection, [BOOK[rule_id]], run_id="test")
    assert outcome.problems == ()
    return connection.execute("SELECT line_id, reason FROM audit.finding ORDER BY 1").fetchall()


KERATOSIS = """\
| claim | line | procedure | diagnosis | finding |
|---|---|---|---|---|
| A | 1 | 17311 | L57.0 | |"""


def test_a_diagnosis_no_line_points_to_is_the_claims_all_the_same(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    """An 837 lists the diagnoses of the claim [HI]; pointers choose among them."""
    stage(connection, tmp_path, KERATOSIS)
    connection.execute(
        "INSERT INTO staged.diagnosis BY NAME SELECT claim_key, file_id, patient_id, bucket, "
        "2 AS position, 'icd-10-cm' AS code_type, 'C44311' AS code FROM staged.claim"
    )
    ((line_id, reason),) = found(connection, "MOHS165")
    assert line_id.endswith("A-1")
    assert "C44311" in reason


def test_without_it_the_line_is_left_to_the_rule_about_no_tumour(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    stage(connection, tmp_path, KERATOSIS)
    assert found(connection, "MOHS165") == []


RESUBMITTED = """\
| claim | line | procedure | frequency | submitted | status | adjustments | adjudicated | finding |
|---|---|---|---|---|---|---|---|---|
| A | 1 | 17311 | 1 | 2024-08-20 | denied | CO-50:1000.00 | 2024-09-12 | |
| A | 1 | 17311 | 7 | 2024-10-01 | none | | | |"""


@pytest.mark.parametrize(("frequency", "findings"), [("1", 1), ("7", 0)])
def test_a_bill_sent_again_under_its_own_number_after_a_denial(
    connection: warehouse.Connection, tmp_path: Path, frequency: str, findings: int
) -> None:
    """The second submission of the bill stands; it is a new claim unless its frequency is 7."""
    stage(connection, tmp_path, RESUBMITTED)
    connection.execute(
        "UPDATE staged.claim SET frequency_code = ? WHERE submission = 2", [frequency]
    )
    assert len(found(connection, "MOHS214")) == findings
