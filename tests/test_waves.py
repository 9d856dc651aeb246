"""Rules that read findings run after the others, and see what those found."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import judging, rules
from pipelines.cases import read_cases
from pipelines.examples import judge
from tests.small_audit import BOOK

CASES = """
## Two second stages are denied, one of them without a first

| claim | line | patient | procedure | status | adjustments    | finding |
|-------|------|---------|-----------|--------|----------------|---------|
| A     | 1    | 1       | 17312     | denied | CO-107:1000.00 |         |
| B     | 1    | 2       | 17311     | paid   |                |         |
| B     | 2    | 2       | 17312     | denied | CO-50:1000.00  |         |
"""


def test_readers_come_last_whatever_their_id() -> None:
    first, second = judging.waves(rules.pick(BOOK, ["MOHS253", "MOHS020", "MOHS251"]))
    assert [rule.id for rule in first] == ["MOHS020"]
    assert [rule.id for rule in second] == ["MOHS251", "MOHS253"]


def test_alone_it_still_sees_what_the_other_rules_find(tmp_path: Path) -> None:
    path = tmp_path / "cases.md"
    path.write_text(CASES)
    cases, problems = read_cases(path)
    assert problems == ()
    [lines] = judge(cases, rules.pick(BOOK, ["MOHS253"]))
    assert [bool(line.findings) for line in lines] == [False, False, True]


READER = """/* ---
id: ACME001
name: reads-findings
summary: A line another rule flags.
severity: info
category: test
population: core.mohs_line
needs: [claims]
requires: []
scope: {scope}
effective: {{from: 2007-01-01}}
carc: []
citation:
  - {{title: ours, grade: inference, checked: 2026-11-23}}
why: To see what others found.
exceptions: []
remedy: Nothing.
{more}--- */
select
    found.line_id,
    found.rule_id as reason
from {table} as found
"""


@pytest.mark.parametrize(
    ("scope", "more", "table", "told"),
    [
        ("patient", "", "audit.finding", ""),
        ("global", "", "audit.finding", "a rule of global scope cannot read audit.finding"),
        (
            "patient",
            "supersedes: [MOHS020]\n",
            "audit.finding",
            "a rule that reads audit.finding cannot supersede another",
        ),
        ("patient", "", "audit.rule", "a rule cannot read audit.rule"),
    ],
)
def test_what_a_rule_that_reads_findings_may_ask_for(
    tmp_path: Path, scope: str, more: str, table: str, told: str
) -> None:
    text = READER.format(scope=scope, more=more, table=table)
    if table == "audit.rule":
        text = text.replace("found.line_id", "found.rule_id as line_id")
    (tmp_path / "ACME001.sql").write_text(text)
    book = rules.read_book(tmp_path)
    own = [problem.message for problem in book.problems if problem.path == tmp_path / "ACME001.sql"]
    assert own == ([told] if told else [])
