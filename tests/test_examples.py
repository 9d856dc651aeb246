"""Every rule's worked examples, the clean encounters, and the reader of both."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pipelines import case_charts, examples, reference, rules, warehouse
from pipelines.cases import read_cases

CLEAN = Path(__file__).parent / "files" / "clean_encounters.md"
BOOK = rules.read_book()
LINE = "| claim | finding |\n|--|--|\n| A | |\n"


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
        ("| claim | paid | finding |\n|--|--|--|\n| A | x | |", "5: 'x' is no paid"),
        ("| claim | birth | finding |\n|--|--|--|\n| A | x | |", "5: 'x' is no patient_birth_date"),
        ("| claim | status | finding |\n|--|--|--|\n| A | open | |", "5: 'open' is no status"),
        (
            "| claim | adjudicated | finding |\n|--|--|--|\n| A | 2024-09-01 | |",
            "5: adjudicated_date of a line without a remittance",
        ),
        (
            "| claim | status | adjustments | finding |\n|--|--|--|--|\n| A | paid | 45:10 | |",
            "5: '45:10' is no adjustment",
        ),
        (
            "| claim | paid | adjustments | finding |\n|--|--|--|--|\n| A | 800 | CO-45:100 | |",
            "5: the charge less what was paid and taken off leaves 100.00, not 0",
        ),
        ("| lesion | site |\n|--|--|\n| 1 | nose |", "3: the chart has no lines"),
        (f"{LINE}\n| lesion | place |\n|--|--|\n| 1 | nose |", "7: unknown column 'place'"),
        (f"{LINE}\n| lesion | site |\n|--|--|\n| | nose |", "9: the row names no lesion"),
        (f"{LINE}\n| lesion | margin |\n|--|--|\n| 1 | clear |", "9: 'clear' is no margin"),
        (f"{LINE}\n| lesion | has_map |\n|--|--|\n| 1 | maybe |", "9: 'maybe' is no has_map"),
        (f"{LINE}\n| lesion | size_mm |\n|--|--|\n| 1 | big |", "9: 'big' is no size_mm"),
        (f"{LINE}\n| lesion | biopsy_date |\n|--|--|\n| 1 | 7/4 |", "9: '7/4' is no biopsy_date"),
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


ANSWERS = {
    "nothing": ("none", "", "", "", None, None, False, None),
    "paid in full": ("paid", "", "", "", "1000.00", "1000.00", False, None),
    "paid what is said": ("none", "", "400.00", "", "400.00", "400.00", False, None),
    "coinsurance": ("none", "500.00", "400.00", "", "500.00", "400.00", False, None),
    "denied": ("denied", "", "", "", "0.00", "0.00", True, "50"),
    "denied for a reason": ("denied", "", "", "CO-97:1000.00", "0.00", "0.00", True, "97"),
    "all deductible": (
        "paid", "", "0.00", "CO-45:700.00 PR-1:300.00", "300.00", "0.00", False, None,
    ),
    "reduced for a reason": (
        "paid", "", "", "CO-45:200.00 CO-59:300.00", "500.00", "500.00", False, None,
    ),
    "allowed as stated": (
        "paid", "450.00", "400.00", "CO-45:550.00 OA-94:50.00", "450.00", "400.00", False, None,
    ),
}  # fmt: skip
"""status, allowed, paid, adjustments of a line of 1,000 dollars; then allowed, paid, is_denied and
driver_carc by the contract: paid and PR-1 to 3 are allowed, CO-45 and CO-59 are contractual."""


def test_what_a_line_was_paid_follows_from_its_remittance(tmp_path: Path) -> None:
    path = tmp_path / "X.md"
    rows = "".join(
        f"| A{n} | {n} | {' | '.join(answer[:4])} "
        f"| {f'2024-09-{n + 1:02}' if answer[4] else ''} | |\n"
        for n, answer in enumerate(ANSWERS.values())
    )
    path.write_text(
        "## Answers\n\n| claim | patient | status | allowed | paid | adjustments | adjudicated "
        f"| finding |\n|--|--|--|--|--|--|--|--|\n{rows}"
    )
    cases, problems = read_cases(path)
    assert problems == ()
    connection = warehouse.connect()
    warehouse.create(connection)
    reference.load(connection)
    (ids,) = examples.stage(connection, cases)
    warehouse.build(connection, warehouse.queries("core"))
    said = {
        row["line_id"]: row
        for row in warehouse.select(connection, "SELECT * FROM core.service_line").iter_rows(
            named=True
        )
    }
    connection.close()
    for n, (line_id, (name, answer)) in enumerate(zip(ids, ANSWERS.items(), strict=True)):
        allowed, paid, is_denied, driver = answer[4:]
        row = said[line_id]
        assert row["allowed"] == (Decimal(allowed) if allowed else None), name
        assert row["paid"] == (Decimal(paid) if paid else None), name
        assert (row["is_denied"], row["driver_carc"]) == (is_denied, driver), name
        assert row["is_adjudicated"] is (allowed is not None), name
        day = f"2024-09-{n + 1:02}" if allowed is not None else None
        assert (row["remitted_date"] and row["remitted_date"].isoformat()) == day, name


def test_a_chart_stands_under_the_lines_of_its_case(tmp_path: Path) -> None:
    path = tmp_path / "X.md"
    path.write_text(
        "## Two stages\n\n| claim | finding |\n|--|--|\n| A | |\n\nAs charted:\n\n"
        "| lesion | blocks | deep_structure | size_mm | closure |\n|--|--|--|--|--|\n"
        "| 1 | 7 | none | none | blank |\n| 1 | | blank | unknown | none |\n"
        "## One without\n\n| claim | finding |\n|--|--|\n| B | |\n"
    )
    (charted, plain), problems = read_cases(path)
    assert problems == ()
    assert plain.chart == ()
    first, second = charted.chart
    names = ("stage", "blocks", "margin", "site", "diagnosis_code")
    assert [first[name] for name in names] == ["1", "7", "positive", "nose", "C44.311"]
    assert [second[name] for name in names] == ["2", "2", "negative", "nose", "C44.311"]
    filed = [case_charts.as_filed(row) for row in charted.chart]
    assert [row["deep_structure"] for row in filed] == ["none", ""]
    assert [row["closure"] for row in filed] == ["", "none"]
    assert [row["size_mm"] for row in filed] == ["", None]
    assert set(case_charts.COLUMNS) == set(first)


def test_the_plain_chart_lacks_nothing_a_documentation_rule_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "X.md"
    path.write_text(
        "## Nothing\n\n| claim | procedure | units | finding |\n|--|--|--|--|\n"
        "| A | 17311 | 1 | |\n| A | 17312 | 1 | |\n\n"
        "| lesion |\n|--|\n| 1 |\n| 1 |\n"
    )
    cases, problems = read_cases(path)
    assert problems == ()
    book = [rule for rule in BOOK.rules if "chart" in rule.header.needs]
    ((first, second),) = examples.judge(cases, book)
    assert len(first.judged) >= 13
    assert first.findings == second.findings == {}
