"""Cases judged by the whole rule book: the last column names the rules that flag a line."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines import examples
from pipelines.cases import Case
from pipelines.examples import Found
from pipelines.rules import Rule

NOTHING = "no finding"


def verdicts(cases: Sequence[Case], book: Sequence[Rule]) -> list[str]:
    """Every line of which the book says anything else than its last column, told.

    The column holds `MOHS117`, or `MOHS002:error` where the severity matters, one for each rule
    that flags the line and is not stood in for by another; blank is no finding of any severity.
    """
    told = []
    for case, lines in zip(cases, examples.judge(cases, book), strict=True):
        for example, found in zip(case.lines, lines, strict=True):
            wanted = sorted(example.finding.split())
            weighed = {word.partition(":")[0] for word in wanted if ":" in word}
            said = sorted(
                f"{rule_id}:{severity}" if rule_id in weighed else rule_id
                for rule_id, severity in standing(found, book).items()
            )
            if said != wanted:
                told.append(
                    f"{case.title!r}, {example.label}: expected {' '.join(wanted) or NOTHING}, "
                    f"found {' '.join(said) or NOTHING}"
                )
    return told


def standing(found: Found, book: Sequence[Rule]) -> dict[str, str]:
    """Rule -> severity of a line's findings, less those another rule stands in for."""
    replaced = {
        other for rule in book if rule.id in found.findings for other in rule.header.supersedes
    }
    return {
        rule_id: severity
        for rule_id, (severity, _) in found.findings.items()
        if rule_id not in replaced
    }
