"""An audit in memory of billed lines written as worked examples are (pipelines/cases.py)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines import (
    counterfactual,
    examples,
    findings,
    judging,
    records,
    reference,
    rules,
    warehouse,
)
from pipelines.cases import read_cases
from pipelines.warehouse import Connection

BOOK = rules.read_book()


def audit(
    folder: Path, markdown: str, ids: Sequence[str], practice: Path | None = None
) -> Connection:
    """A warehouse in memory in which the rules ran over the cases, which do not see each other.

    Line ids are E1.A-1 for line 1 of claim A in the first case.
    """
    path = folder / "cases.md"
    path.write_text(markdown)
    cases, problems = read_cases(path)
    assert problems == ()
    book = rules.pick(BOOK, ids)
    connection = warehouse.connect()
    warehouse.create(connection)
    reference.load(connection, practice)
    examples.stage(connection, cases)
    warehouse.build(connection, {*warehouse.queries("core"), *warehouse.patient_tables()})
    outcome = judging.run(connection, book, run_id="run")
    assert outcome.problems == ()
    warehouse.insert(connection, "audit.rule", findings.catalogue(rules.Book(book, ())))
    records.count_judged(connection, book)
    warehouse.build(connection, ["audit.policy_payer", "audit.rule_record"], is_set=False)
    counterfactual.study(connection)
    return connection


def rows(connection: Connection, query: str) -> list[dict[str, Any]]:
    """The result of a query as dictionaries."""
    return warehouse.select(connection, query).to_dicts()
