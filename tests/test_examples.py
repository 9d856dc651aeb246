"""Every rule's worked examples, the clean encounters, and the reader of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import examples, rules
from pipelines.cases import read_cases

CLEAN = Path(__file__).parent / "files" / "clean_encounters.md"
BOOK = rules.read_book()


@pytest.fixture(scope="module")
def checks() -> tuple[examples.Check, ...]:
    return examples.check(BOOK.rules)


def test_the_book_has_no_broken_file() -> None:
    assert [str(problem) for problem in BOOK.problems] == []


@pytest.mark.parametrize("rule_id", [rule.id for rule in BOOK.rules])
def test_examples_come_out_as_written(checks: tuple[examples.Check, ...], rule_id: str) -> None:
    own = [check for check in checks if check.rule_id == rule_id]
    assert own
    assert [str(problem) for check in own for problem in check.problems] == []


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_examples_are_enough(checks: tuple[examples.Check, ...], rule: rules.Rule) -> None:
    assert examples.shortcomings(rule, checks) == []


def test_an_example_that_is_wrong_is_told(tmp_path: Path) -> None:
    """The check can fail: a copy of a rule whose expectations are swapped is told line by line."""
    folder = tmp_path / "rules"
    folder.mkdir()
    rule = next(rule for rule in BOOK.rules if rule.id == "MOHS020")
    text = rule.path.read_text().replace("id: MOHS020", "id: ACME020")
    (folder / "ACME020.sql").write_text(text)
    (folder / "ACME020.md").write_text(
        "## A first stage is flagged and a lone second one is not\n\n"
        "| claim | procedure | finding |\n|---|---|---|\n| A | 17311 | yes |\n"
        "## Wrong reason\n\n"
        "| claim | procedure | finding |\n|---|---|---|\n| A | 17312 | no such words |\n"
    )
    own = [rule for rule in rules.read_book(folder).rules if rule.id == "ACME020"]
    told = [str(problem) for check in examples.check(own) for problem in check.problems]
    assert len(told) == 2
    assert "ACME020.md:1:" in told[0]
    assert "expected 'yes', found 'no finding'" in told[0]
    assert "expected 'no such words', found '17312 has no first stage" in told[1]
    lacking = examples.shortcomings(own[0], examples.check(own))
    assert any("boundary" in text for text in lacking)
    assert any("exception" in text for text in lacking)


def test_clean_encounters_give_nothing_above_info() -> None:
    cases, problems = read_cases(CLEAN)
    assert problems == ()
    assert [case.title.split()[0] for case in cases] == [str(number) for number in range(1, 26)]
    judged = 0
    for case, lines in zip(cases, examples.judge(cases, BOOK.rules), strict=True):
        for found in lines:
            judged += len(found.judged)
            heavy = [said for said in found.findings.values() if said[0] != "info"]
            assert heavy == [], case.title
    assert judged > 100


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("| claim | cpt | finding |\n|--|--|--|\n| A | 17311 | |", "3: unknown column 'cpt'"),
        ("| claim | procedure |\n|--|--|\n| A | 17311 |", "3: the last column is not `finding`"),
        ("| claim | date | finding |\n|--|--|--|\n| A | 8/13/24 | |", "5: '8/13/24' is no date"),
        ("| claim | units | finding |\n|--|--|--|\n| A | x | |", "5: 'x' is no units"),
        ("| claim | units | finding |\n|--|--|--|\n| A | |", "5: 2 cells under 3 columns"),
        ("| claim | line | finding |\n|-|-|-|\n| A | 1 | |\n| A | 1 | |", "claim A line 1 stands"),
        ("no table", "no table of examples"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(tmp_path: Path, table: str, told: str) -> None:
    path = tmp_path / "X.md"
    path.write_text(f"## A case\n\n{table}\n")
    cases, problems = read_cases(path)
    assert cases == ()
    assert any(told in str(problem) for problem in problems), problems


def test_cells_left_out_are_those_of_a_plain_line(tmp_path: Path) -> None:
    path = tmp_path / "X.md"
    path.write_text(
        "## A case\n\n| claim | rendering_npi | modifiers | finding |\n|--|--|--|--|\n"
        "| A | unknown | XS RT | not evaluable |\n| B | | | |\n"
    )
    (case,), _ = read_cases(path)
    first, second = (line.values for line in case.lines)
    assert first["rendering_npi"] == "unknown"
    assert first["modifiers"] == "XS RT"
    assert second["procedure_code"] == "17311"
    assert second["diagnosis_codes"] == "C44.311"
    assert second["date_of_service"] == "2024-08-13"
    assert second["modifiers"] == "none"
    assert [line.finding for line in case.lines] == ["not evaluable", ""]
