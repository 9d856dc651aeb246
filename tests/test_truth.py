"""Every error rule is scored against errors made on purpose, in claims and in charts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import rules, scoring, warehouse
from pipelines.places import Place
from pipelines.simulate import simulate
from tests.conftest import mohs

ENCOUNTERS, MONTHS, SEED = 2500, 24, 5
UNDECIDABLE = {
    "MOHS161": "needs a contractor's list of covered diagnoses, of which none is shipped"
}
AFTERWARDS = {"MOHS023", "MOHS194"} | {f"MOHS{n}" for n in (*range(240, 249), 251, 252)}
"""What payer or office do after filing, which no error of the visit brings about."""
BOOK = rules.read_book()
ERROR_RULES = sorted(rule.id for rule in BOOK.rules if "error" in rule.header.severities)
JUDGED = [
    rule.id
    for rule in BOOK.rules
    if rule.id not in UNDECIDABLE
    and (rule.id in AFTERWARDS or (rule.id in ERROR_RULES and "remits" not in rule.header.needs))
]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice that makes each error about as often as any other, audited: its folder."""
    folder = tmp_path_factory.mktemp("truth")
    simulate(folder / "sim", ENCOUNTERS, MONTHS, SEED, evenly=0.6)
    place = ("--warehouse", "w.duckdb", "--practice", "sim/practice")
    for words in (("ingest", "sim/inbox"), ("audit",)):
        done = mohs(*words, *place, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def scores(audited: Path) -> dict[str, dict[str, Any]]:
    """Rule -> its score."""
    table = scoring.score(
        Place(audited / "w.duckdb"), audited / "sim" / "truth", [rule.header for rule in BOOK.rules]
    )
    return {row["rule"]: row for row in table.to_dicts()}


def test_every_error_rule_is_scored(scores: dict[str, dict[str, Any]]) -> None:
    assert {rule for rule, row in scores.items() if row["severity"] == "error"} == set(ERROR_RULES)
    decidable = [rule for rule in ERROR_RULES if scores[rule]["needs"] == "claims"]
    assert len(decidable) > 50


@pytest.mark.parametrize("rule", JUDGED)
def test_an_error_rule_finds_what_was_done_wrong_and_nothing_else(
    scores: dict[str, dict[str, Any]], rule: str
) -> None:
    row = scores[rule]
    fewest = 1 if rule in AFTERWARDS else 5
    assert row["intended"] >= fewest, "the simulator makes no such error (pipelines/simulate)"
    assert row["recall"] >= 0.98, row
    assert row["precision"] >= 0.98, row


def test_a_rule_that_cannot_be_scored_finds_nothing(scores: dict[str, dict[str, Any]]) -> None:
    for rule in UNDECIDABLE:
        assert (scores[rule]["intended"], scores[rule]["found"]) == (0, 0)


def test_policy_against_payers_is_what_was_meant(audited: Path) -> None:
    """Of lines with an error made on purpose, or nothing, and an answer: at least 0.98 each way."""
    about_claims = {
        rule.id: rule.header.severity for rule in BOOK.rules if rule.header.basis != "payment"
    }
    truth = pl.read_csv(audited / "sim" / "truth" / "line.csv", infer_schema=False).fill_null("")
    meant = {}
    for line in truth.iter_rows(named=True):
        broken = {
            about_claims[name] for name in line["intended_rules"].split() if name in about_claims
        }
        # what only may follow from an error elsewhere on the claim, or is judged, is not determined
        if broken & {"error"} or not (broken or line["consequent_rules"]):
            is_denied = line["intended_outcome"] == "denied"
            meant[line["line_id"]] = (
                f"{'broken' if broken else 'clean'}_{'denied' if is_denied else 'paid'}"
            )
    connection = warehouse.connect(audited / "w.duckdb.snapshot.duckdb", read_only=True)
    try:
        found = warehouse.select(
            connection,
            "SELECT line_id, quadrant FROM audit.policy_payer WHERE severity IS DISTINCT FROM "
            "'warning'",
        )
    finally:
        connection.close()
    matrix: dict[str, list[bool]] = {}
    for line_id, quadrant in found.iter_rows():
        if line_id in meant:
            matrix.setdefault(meant[line_id], []).append(quadrant == meant[line_id])
    assert sorted(matrix) == ["broken_denied", "broken_paid", "clean_denied", "clean_paid"]
    for quadrant, is_right in matrix.items():
        assert len(is_right) >= 30, quadrant
        assert sum(is_right) / len(is_right) >= 0.98, (quadrant, sum(is_right), len(is_right))


def test_a_denial_is_laid_to_the_claim_as_it_was_denied(audited: Path) -> None:
    """Of first denials of lines with an error of their own as filed, or of visits without any, also
    where a correction changed the line since: at least 0.98 each way, and nearly none unknown."""
    about_claims = {rule.id for rule in BOOK.rules if rule.header.basis != "payment"}
    truth = pl.read_csv(audited / "sim" / "truth" / "line.csv", infer_schema=False).fill_null("")
    meant = {}
    for line in truth.filter(pl.col("first_outcome") == "denied").iter_rows(named=True):
        is_changed = line["is_as_first_filed"] == "false"
        of_line = about_claims & set(line["intended_rules"].split())
        if of_line or (is_changed and line["error"]):
            meant[line["line_id"]] = (True, is_changed)
        elif not line["error"] and not line["consequent_rules"]:
            meant[line["line_id"]] = (False, is_changed)
    connection = warehouse.connect(audited / "w.duckdb.snapshot.duckdb", read_only=True)
    try:
        found = warehouse.select(
            connection,
            "SELECT line_id, is_preventable FROM audit.denial_episode WHERE denied_submission = 1",
        )
    finally:
        connection.close()
    assert found["is_preventable"].null_count() <= 0.01 * found.height
    told = {line_id: is_told for line_id, is_told in found.iter_rows() if line_id in meant}
    assert sum(meant[line_id] == (True, True) for line_id in told) >= 100
    assert sum(meant[line_id] == (False, False) for line_id in told) >= 50
    right = [line_id for line_id, is_told in told.items() if is_told and meant[line_id][0]]
    assert len(right) >= 0.98 * sum(meant[line_id][0] for line_id in told)
    assert len(right) >= 0.98 * sum(bool(is_told) for is_told in told.values())


def test_the_percents_payers_pay_are_inferred_within_a_tenth_of_a_point(audited: Path) -> None:
    """Of every code with 30 lines or more in a year, against the terms the payers were given."""
    terms = pl.read_csv(audited / "sim" / "truth" / "payer.csv", infer_schema=False).filter(
        pl.col("parameter").is_in(["percent_of_medicare", "schedule_years_behind"])
    )
    snapshot = warehouse.connect(audited / "w.duckdb.snapshot.duckdb", read_only=True)
    found = warehouse.select(
        snapshot,
        "SELECT * FROM audit.payer_schedule WHERE lines >= 30 AND is_reliable AND NOT is_carve_out",
    ).to_dicts()
    snapshot.close()
    assert len({row["payer"] for row in found}) >= 3
    assert any(row["procedure_code"] for row in found)
    for row in found:
        day = f"{row['service_year']}-06-30"
        given = {
            one["parameter"]: float(one["value"])
            for one in terms.filter(pl.col("payer") == row["payer"]).to_dicts()
            if (one["effective_from"] or "") <= day <= (one["effective_to"] or "9999")
        }
        assert abs(float(row["percent_of_medicare"]) - given["percent_of_medicare"]) < 0.001, row
        assert row["years_behind"] == given["schedule_years_behind"], row
        assert row["lower"] <= row["percent_of_medicare"] <= row["upper"]
