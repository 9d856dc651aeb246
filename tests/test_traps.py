"""Wrong advice in print, the statements of the seed, and whether the rule book is sound as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import examples, rules, warehouse
from pipelines.cases import NOT_EVALUABLE, read_cases
from tests.verdicts import verdicts

CASES, PROBLEMS = read_cases(Path(__file__).parent / "files" / "traps.md")
BOOK = rules.read_book()
ADVISED, RIGHT = "as advised", "as it is"
STATEMENTS = {
    "17315 counts the stages beyond the fifth",
    "17315 is for sites other than the head",
    "The codes go by the size of the lesion",
    "Pathology 88305 to 88312 is to be added to a Mohs case",
    "17313 covers the scalp",
    "Every stage carries 51",
    "Closure is not billed separately",
    "Complex repair of the face alone is separate",
    "17311 is for head, neck, hands, feet and genitals alone",
    "54, 55 and 56 apply to Mohs surgery",
    "62 and 66 apply to Mohs surgery",
    "80, 81, 82 and AS apply to Mohs surgery",
    "58, 78 and 79 follow Mohs surgery",
    "76 marks further stages",
    "77 is for another physician's stage",
    "Keratoses, warts, shaves and biopsies beside Mohs surgery need 59",
}
"""Of the contested-claims ledger, and those of the seed whose verdict is wrong or incomplete."""
UNANSWERED = {"MOHS030": "MOHS020", "MOHS050": ""}
"""Rules about what no authority answers -> the rule whose certain denial they explain."""


def statement(title: str) -> tuple[str, str]:
    name, _, side = title.partition(": ")
    return name, side


def test_the_file_is_sound() -> None:
    assert PROBLEMS == ()
    assert {statement(case.title)[0] for case in CASES} == STATEMENTS
    assert all(statement(case.title)[1].startswith((ADVISED, RIGHT)) for case in CASES)


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_a_statement_has_a_claim_that_follows_it_and_one_that_does_not(name: str) -> None:
    advised = [case for case in CASES if statement(case.title)[0] == name and ADVISED in case.title]
    right = [case for case in CASES if statement(case.title)[0] == name and RIGHT in case.title]
    assert advised
    assert right
    assert all(any(line.finding for line in case.lines) for case in advised)
    assert not any(line.finding for case in right for line in case.lines)


def test_no_trap_catches_the_rules() -> None:
    assert verdicts(CASES, BOOK.rules) == []


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_examples_of_a_rule_are_complete(rule: rules.Rule) -> None:
    """Flagged and passed lines, a boundary, a case for each exception, and one it cannot judge."""
    lines = [line for case in rule.cases for line in case.lines]
    flagged = [line for line in lines if line.finding not in ("", NOT_EVALUABLE)]
    assert len(flagged) >= 2
    assert sum(not line.finding for line in lines) >= 2
    assert any(case.is_boundary for case in rule.cases)
    unnamed = [
        exception
        for exception in rule.header.exceptions
        if not any(case.is_named_after(exception) for case in rule.cases)
    ]
    assert unnamed == []
    if {"chart", "remits"} & set(rule.header.needs):
        assert any(line.finding == NOT_EVALUABLE for line in lines)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_an_error_does_not_rest_on_memory_alone(rule: rules.Rule) -> None:
    if "error" in rule.header.severities:
        assert {item.grade for item in rule.header.citation} != {"recalled"}


def test_open_points_give_nothing_above_info() -> None:
    """Wrist, ankle and the skin around the anus; stains of many blocks."""
    cases, problems = read_cases(Path(__file__).parent / "files" / "open_points.md")
    assert problems == ()
    heavy = [
        (case.title, rule_id, reason)
        for case, lines in zip(cases, examples.judge(cases, BOOK.rules), strict=True)
        for line in lines
        for rule_id, (severity, reason) in line.findings.items()
        if severity != "info"
    ]
    assert heavy == []


def test_no_list_of_covered_diagnoses_ships() -> None:
    """The lists of the contractors could not be read; a practice loads its own."""
    path = warehouse.SQL / "reference" / "covered_diagnosis.csv"
    assert len(path.read_text().splitlines()) == 1


def test_a_bundle_of_another_quarter_weighs_less() -> None:
    """Pairs of quarters that are not loaded may have changed."""
    assert "ptp" in rules.DEMOTING


@pytest.mark.parametrize("rule_id", sorted(UNANSWERED))
def test_what_nobody_answers_is_not_answered(rule_id: str) -> None:
    """An open matter is at most info, or certain in its denial and open in its remedy, and says so."""
    rule = next(rule for rule in BOOK.rules if rule.id == rule_id)
    assert "suggested_code" not in rule.sql
    if rule.header.severity != "info":
        assert UNANSWERED[rule_id] in rule.header.supersedes
        assert "ask the payer" in rule.header.remedy
        assert "no text was found" in rule.header.why
