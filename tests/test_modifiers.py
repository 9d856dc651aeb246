"""Every modifier that claims of Mohs surgery carry: its rule on a Mohs line, or a case of none."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from pipelines import rules
from pipelines.cases import Case, read_cases
from tests.verdicts import verdicts

CASES, PROBLEMS = read_cases(Path(__file__).parent / "files" / "modifiers.md")
BOOK = rules.read_book()
MOHS = {"17311", "17312", "17313", "17314", "17315"}
NAMED = (
    "22 24 25 26 50 51 52 53 54 55 56 57 58 59 XE XP XS XU 62 66 73 74 76 77 78 79 80 81 82 AS "
    "GA GX GY GZ LT RT E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 TC"
)
"""Those the published lists of Mohs modifiers name, and those they leave out."""
UNFLAGGED = {"XS", "XU", "GA", "GX", "GZ"}
"""Right on a Mohs line in the right case, and never wrong for standing there alone."""


def titled(case: Case) -> set[str]:
    """The modifiers a case is about: what stands before the colon of its heading."""
    return set(case.title.partition(":")[0].split())


def flagged_by(finding: str) -> set[str]:
    return {word.partition(":")[0] for word in finding.split()}


def test_the_file_is_sound() -> None:
    assert PROBLEMS == ()
    assert len({case.title for case in CASES}) == len(CASES)


def test_every_case_comes_out_as_written() -> None:
    assert verdicts(CASES, BOOK.rules) == []


@pytest.mark.parametrize("modifier", NAMED.split())
def test_a_modifier_has_a_rule_or_a_case_of_none(modifier: str) -> None:
    """On a Mohs line: judged in the table of modifiers under its own name, right or flagged."""
    own = [
        line
        for case in CASES
        if modifier in titled(case)
        for line in case.lines
        if line.values["procedure_code"] in MOHS and modifier in line.values["modifiers"].split()
    ]
    assert own, f"add a case of {modifier} to tests/files/modifiers.md"
    named = {rule_id for line in own for rule_id in flagged_by(line.finding)}
    assert named <= {rule.id for rule in BOOK.rules}
    if modifier in UNFLAGGED or (modifier[0] in "EFT" and modifier != "TC"):
        assert any(not line.finding for line in own)
    else:
        assert named, f"no rule flags {modifier} in any of its cases"


def test_the_rules_named_show_the_modifier_themselves() -> None:
    """A rule the table names for a modifier has a worked example with it on a Mohs line."""
    shown: dict[str, set[str]] = defaultdict(set)
    for rule in BOOK.rules:
        for case in rule.cases:
            for line in case.lines:
                if line.finding and line.values["procedure_code"] in MOHS:
                    shown[rule.id] |= set(line.values["modifiers"].split())
    missing = [
        f"{rule_id}: no line is flagged with any of {' '.join(sorted(carried))}"
        for case in CASES
        for line in case.lines
        if (carried := titled(case) & set(line.values["modifiers"].split()))
        for rule_id in flagged_by(line.finding)
        if rule_id >= "MOHS100" and not carried & shown[rule_id]
    ]
    assert missing == []
