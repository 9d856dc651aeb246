"""Every error rule is scored against errors made on purpose, in claims and in charts."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines import rules, scoring
from pipelines.places import Place
from pipelines.simulate import simulate
from tests.conftest import mohs

ENCOUNTERS, MONTHS, SEED = 2500, 24, 5
UNDECIDABLE = {
    "MOHS161": "needs a contractor's list of covered diagnoses, of which none is shipped"
}
AFTERWARDS = {"MOHS023", "MOHS194"}
"""What payer or office do after filing, which no error of the visit brings about."""
BOOK = rules.read_book()
ERROR_RULES = sorted(rule.id for rule in BOOK.rules if "error" in rule.header.severities)
JUDGED = [
    rule.id
    for rule in BOOK.rules
    if rule.id in ERROR_RULES
    and rule.id not in UNDECIDABLE
    and ("remits" not in rule.header.needs or rule.id in AFTERWARDS)
]


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Rule -> its score in a practice that makes each error about as often as any other."""
    folder = tmp_path_factory.mktemp("truth")
    simulate(folder / "sim", ENCOUNTERS, MONTHS, SEED, evenly=0.6)
    place = ("--warehouse", "w.duckdb", "--practice", "sim/practice")
    for words in (("ingest", "sim/inbox"), ("audit",)):
        done = mohs(*words, *place, cwd=folder)
        assert done.returncode == 0, done.stderr
    table = scoring.score(
        Place(folder / "w.duckdb"), folder / "sim" / "truth", [rule.header for rule in BOOK.rules]
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
