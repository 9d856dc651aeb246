"""An analyst's own rules: beside the shipped book, under the same checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import catalogue, rules, steps, warehouse
from pipelines.places import Place
from tests.conftest import Small

OWN = """/* ---
id: ACME001
name: first-stage-seen
summary: A first stage is billed.
severity: info
category: own
population: core.mohs_line where is_mohs
needs: [claims]
requires: []
scope: patient
effective: {from: 2007-01-01}
carc: []
citation:
  - title: Our own practice
    grade: inference
    checked: 2026-11-23
why: To count them.
exceptions: []
remedy: None is needed.
--- */
select
    stage.line_id,
    stage.procedure_code || ' is a first stage' as reason
from core.mohs_line as stage
where stage.is_first_stage
"""
EXAMPLES = """## First stages and others

| claim | line | procedure | finding |
|-------|------|-----------|---------|
| A     | 1    | 17311     | 17311 is a first stage |
| A     | 2    | 17312     |         |

## Boundary: the trunk

| claim | line | procedure | finding |
|-------|------|-----------|---------|
| A     | 1    | 17313     | info    |
| A     | 2    | 17314     |         |
"""


def write(folder: Path, name: str = "ACME001", *, sql: str = OWN, cases: str = EXAMPLES) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.sql"
    path.write_text(sql.replace("ACME001", name))
    path.with_suffix(".md").write_text(cases)
    return path


@pytest.fixture
def place(small: Small, tmp_path: Path) -> Place:
    """A copy of the small practice, to be audited again."""
    return small.copy(tmp_path)


def counts(place: Place) -> dict[str, int]:
    """Rule -> lines it flags now."""
    query = "SELECT rule_id, count(*) FROM audit.finding WHERE state <> 'gone' GROUP BY rule_id"
    return dict(ask(place, query))


def ask(place: Place, query: str) -> list[tuple[str, int]]:
    connection = warehouse.connect(place.warehouse, read_only=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def first_stages(place: Place) -> int:
    [(_, lines)] = ask(
        place,
        "SELECT '', count(*) FROM core.service_line WHERE procedure_code IN ('17311', '17313') "
        "AND encounter_id IS NOT NULL AND charge > 0",
    )
    return lines


@pytest.mark.slow
@pytest.mark.parametrize("below", ["given", "practice"])
def test_a_private_rule_runs_beside_the_book(place: Place, tmp_path: Path, below: str) -> None:
    before = counts(place)
    assert place.practice
    folder = tmp_path / "given" if below == "given" else place.practice / "rules"
    write(folder)
    done = steps.audit(place, extra_rules=tmp_path / "given" if below == "given" else None)
    assert done.patients > 0
    found = counts(place)
    assert found.pop("ACME001") == first_stages(place) > 0
    assert found == before, "the shipped rules find what they found"
    if below == "given":
        # without the folder the rule is out of the book, and its findings with it
        steps.audit(place)
        assert counts(place) == before


@pytest.mark.slow
def test_a_broken_file_is_told_and_the_rest_run(place: Place, tmp_path: Path) -> None:
    before = counts(place)
    folder = tmp_path / "given"
    write(folder)
    broken = write(folder, "ACME002", sql=OWN.replace("stage.procedure_code", "stage.procedure"))
    nameless = write(folder, "ACME003", sql=OWN.replace("severity: info", "severity: grave"))
    copied = write(folder, "MOHS020")
    done = steps.audit(place, extra_rules=folder)
    own = [text for text in done.problems if str(folder) in text]
    [said_broken, said_nameless, said_copied] = own
    assert said_broken.startswith(f"{broken}:23: ")
    assert "Correct the query" in said_broken
    assert said_nameless.startswith(f"{nameless}:5: 'grave' is not known here. Write one of")
    assert said_copied.startswith(f"{copied}:1: MOHS020 is also ")
    assert "Give the rule another id" in said_copied
    found = counts(place)
    assert found.pop("ACME001") == first_stages(place)
    assert found == before


def test_examples_of_private_rules_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "given"
    write(folder)
    place = Place(tmp_path / "none.duckdb", None)
    assert catalogue.check(place, ["ACME001"], folder, None) == status_of(folder)
    assert capsys.readouterr().out.strip() == "1 rules, 2 examples: 2 met, 0 not"
    path = write(folder, cases=EXAMPLES.replace("| 17312     |         |", "| 17312 | yes |"))
    assert catalogue.check(place, ["ACME001"], folder, None) == 1
    said = capsys.readouterr().out
    assert f"{path.with_suffix('.md')}:1: " in said
    assert "expected 'yes', found 'no finding'" in said
    assert said.strip().endswith("1 rules, 2 examples: 1 met, 1 not")
    write(folder, cases=EXAMPLES.partition("## Boundary")[0])
    assert catalogue.check(place, ["ACME001"], folder, None) == 1
    assert "ACME001: no heading says boundary" in capsys.readouterr().out


def status_of(folder: Path) -> int:
    """0, unless a file of the book is broken."""
    return 1 if rules.read_book(folder).problems else 0


def test_a_private_rule_without_examples_is_told_but_runs(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.with_suffix(".md").unlink()
    book = rules.read_book(tmp_path)
    assert [str(one.path) for one in book.problems if one.path.is_relative_to(tmp_path)] == [
        str(path.with_suffix(".md"))
    ]
    assert [rule.id for rule in rules.pick(book, ["ACME001"])] == ["ACME001"]


def test_a_rule_tried_alone_tells_what_keeps_others_from_running(
    place: Place, tmp_path: Path
) -> None:
    folder = tmp_path / "rules"
    write(folder)
    write(folder, "ACME002", sql=OWN.replace("stage.is_first_stage", "stage.is_first"))
    tried = steps.try_rules(place, ["ACME001"], extra_rules=folder)
    flagged = tried.coverage.filter(outcome="flagged")["lines"].to_list()
    assert flagged == [
        ask(place, "SELECT 'x', count(*) FROM core.mohs_line WHERE is_first_stage")[0][1]
    ]
    (problem,) = tried.problems
    assert "ACME002.sql" in problem
    assert "is_first" in problem
