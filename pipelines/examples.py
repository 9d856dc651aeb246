"""Worked examples run through the SQL that runs on real claims.

Every case becomes staged claims of its own patients and providers, so that one build of `core`
serves a whole book.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import reference, rules, warehouse
from pipelines.cases import FLAGGED, NOT_EVALUABLE, Case, ExampleLine
from pipelines.rules import Rule
from schemas.claims import (
    StagedClaim,
    StagedDiagnosis,
    StagedLine,
    StagedLineDiagnosis,
    StagedLineModifier,
)
from schemas.headers import Problem
from schemas.reference import Provider
from schemas.table import DATE_OPEN, Table, polars_schema, table_name

FEWEST = 2
"""Lines a rule's examples must flag, and lines of its population they must pass."""

LEFT_OPEN: dict[str, object] = {"String": "", "Boolean": False, "Int64": 0}


@dataclass(frozen=True)
class Check:
    """How a case came out; `problems` is empty where every line did what the table says."""

    rule_id: str
    case: Case
    flagged: int
    passed: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Found:
    """What a run said of one line of a case: rule -> (severity, reason), and what was judged."""

    findings: dict[str, tuple[str, str]]
    judged: frozenset[str]
    not_evaluable: frozenset[str]


def check(book: Sequence[Rule], practice: Path | None = None) -> tuple[Check, ...]:
    """Run the rules over their own examples; one Check per case, in the order of the book."""
    labelled = [(rule, case) for rule in book for case in rule.cases]
    found = judge([case for _, case in labelled], book, practice)
    return tuple(
        _check(rule, case, lines) for (rule, case), lines in zip(labelled, found, strict=True)
    )


def shortcomings(rule: Rule, checks: Iterable[Check]) -> list[str]:
    """What its examples lack: flagged and passed lines, a boundary, a case for each exception."""
    own = [item for item in checks if item.rule_id == rule.id]
    lacking = []
    if sum(item.flagged for item in own) < FEWEST:
        lacking.append(f"{rule.id}: fewer than {FEWEST} lines are flagged")
    if sum(item.passed for item in own) < FEWEST:
        lacking.append(f"{rule.id}: fewer than {FEWEST} lines of its population pass")
    if not any(case.is_boundary for case in rule.cases):
        lacking.append(f"{rule.id}: no heading says boundary")
    lacking += [
        f"{rule.id}: no case is named after the exception {exception!r}"
        for exception in rule.header.exceptions
        if not any(case.is_named_after(exception) for case in rule.cases)
    ]
    return lacking


def judge(
    cases: Sequence[Case], book: Sequence[Rule], practice: Path | None = None
) -> list[tuple[Found, ...]]:
    """What the rules say of every line of the cases, which do not see each other."""
    connection = warehouse.connect()
    try:
        warehouse.create(connection)
        reference.load(connection, practice)
        line_ids = stage(connection, cases)
        warehouse.build(connection, warehouse.queries("core"))
        findings, judged, not_evaluable = _run_each(connection, book)
    finally:
        connection.close()
    return [
        tuple(
            Found(
                findings={
                    rule.id: findings[rule.id, line_id]
                    for rule in book
                    if (rule.id, line_id) in findings
                },
                judged=frozenset(rule.id for rule in book if (rule.id, line_id) in judged),
                not_evaluable=frozenset(
                    rule.id for rule in book if (rule.id, line_id) in not_evaluable
                ),
            )
            for line_id in ids
        )
        for ids in line_ids
    ]


def _run_each(
    connection: warehouse.Connection, book: Sequence[Rule]
) -> tuple[dict[tuple[str, str], tuple[str, str]], set[tuple[str, str]], set[tuple[str, str]]]:
    """Findings, lines judged and lines not evaluable, by rule and line."""
    judged: set[tuple[str, str]] = set()
    not_evaluable: set[tuple[str, str]] = set()
    for rule in book:
        outcome = rules.run(connection, [rule], run_id="examples")
        if outcome.problems:
            raise ValueError(str(outcome.problems[0]))
        for line_id, missing in rules.lines(connection, rule):
            (judged if missing is None else not_evaluable).add((rule.id, line_id))
    findings = {
        (rule_id, line_id): (severity, reason)
        for rule_id, line_id, severity, reason in connection.execute(
            "SELECT rule_id, line_id, severity, reason FROM audit.finding"
        ).fetchall()
    }
    return findings, judged, not_evaluable


def _check(rule: Rule, case: Case, lines: Sequence[Found]) -> Check:
    problems: list[Problem] = []
    for example, found in zip(case.lines, lines, strict=True):
        said = found.findings.get(rule.id, ("", ""))[1]
        if rule.id in found.not_evaluable:
            said = NOT_EVALUABLE
        if example.finding == said or (
            example.finding == FLAGGED and said not in ("", NOT_EVALUABLE)
        ):
            continue
        problems.append(
            Problem(
                case.path,
                case.line,
                f"{case.title!r}, {example.label}: expected {example.finding or 'no finding'!r}, "
                f"found {said or 'no finding'!r}",
                f"Correct the example, or {rule.id}.",
            )
        )
    return Check(
        rule_id=rule.id,
        case=case,
        flagged=sum(rule.id in found.findings for found in lines),
        passed=sum(rule.id in found.judged - found.findings.keys() for found in lines),
        problems=tuple(problems),
    )


def stage(connection: warehouse.Connection, cases: Sequence[Case]) -> list[tuple[str, ...]]:
    """Put the cases into `staged.*` and the roster; the line_id of every line, case by case."""
    rows: dict[type[Table], list[dict[str, Any]]] = {
        model: []
        for model in (
            StagedClaim,
            StagedLine,
            StagedDiagnosis,
            StagedLineModifier,
            StagedLineDiagnosis,
            Provider,
        )
    }
    numbers = count(9_000_000_000)
    line_ids = []
    for position, case in enumerate(cases, start=1):
        npis: dict[str, str] = {}
        for example in case.lines:
            for name in ("rendering_npi", "billing_npi"):
                label = example.values[name]
                if label not in ("none", "unknown") and label not in npis:
                    npis[label] = str(next(numbers))
        line_ids.append(_stage_case(f"E{position}", case, npis, rows))
    for model, table in rows.items():
        frame = pl.DataFrame(table, schema=polars_schema(model), orient="row")
        if model is Provider:
            frame = frame.unique(["npi", "effective_from"], maintain_order=True)
        warehouse.insert(connection, table_name(model), frame)
    return line_ids


def _stage_case(
    prefix: str, case: Case, npis: dict[str, str], rows: dict[type[Table], list[dict[str, Any]]]
) -> tuple[str, ...]:
    submissions: dict[str, list[str]] = {}
    for example in case.lines:
        known = submissions.setdefault(_claim_id(prefix, example), [])
        if example.values["frequency_code"] not in known:
            known.append(example.values["frequency_code"])
    started: set[str] = set()
    line_ids = []
    for ordinal, example in enumerate(case.lines, start=1):
        value = {name: _read(cell) for name, cell in example.values.items()}
        for name in ("rendering_npi", "billing_npi"):
            value[name] = npis.get(example.values[name], value[name])
        claim_id = _claim_id(prefix, example)
        frequency = example.values["frequency_code"]
        submission = submissions[claim_id].index(frequency) + 1
        is_standing = submission == len(submissions[claim_id]) and frequency != "8"
        claim_key = f"{claim_id}:{submission}"
        common = {
            "file_id": "examples",
            "patient_id": f"{prefix}/{value['patient_id']}",
            "bucket": 0,
        }
        if claim_key not in started:
            started.add(claim_key)
            rows[StagedClaim].append(
                _filled(
                    StagedClaim,
                    value
                    | common
                    | {
                        "claim_key": claim_key,
                        "source": "export",
                        "claim_number": claim_id.partition("/")[0],
                        "claim_id": claim_id,
                        "submission": submission,
                        "is_standing": is_standing,
                        "submitted_date": _day(example.values["submitted_date"]),
                        "root_number": claim_id.partition("/")[0],
                        "payer_name": value["payer"],
                        "charge": sum(
                            Decimal(other.values["charge"])
                            for other in case.lines
                            if _claim_id(prefix, other) == claim_id
                            and other.values["frequency_code"] == frequency
                        ),
                    },
                )
            )
        modifiers = _codes(example.values["modifiers"]) or []
        diagnoses = _codes(example.values["diagnosis_codes"].replace(".", ""))
        rows[StagedLine].append(
            _filled(
                StagedLine,
                value
                | common
                | {
                    "claim_key": claim_key,
                    "ordinal": ordinal,
                    "date_of_service": _day(example.values["date_of_service"]),
                    "modifiers": modifiers,
                    "modifier_key": " ".join(sorted(modifiers)),
                    "diagnosis_key": None if diagnoses is None else " ".join(diagnoses),
                    "charge": Decimal(example.values["charge"]),
                    "units": Decimal(example.values["units"]),
                    "diagnosis_codes": diagnoses,
                },
            )
        )
        place = common | {"claim_key": claim_key, "line_ordinal": ordinal}
        rows[StagedLineModifier] += [
            _filled(StagedLineModifier, place | {"position": position, "modifier": code})
            for position, code in enumerate(modifiers, start=1)
        ]
        rows[StagedLineDiagnosis] += [
            _filled(StagedLineDiagnosis, place | {"position": position, "code": code})
            for position, code in enumerate(diagnoses or [], start=1)
        ]
        rows[Provider].append(_roster_row(example, value))
        line_ids.append(f"{claim_id}-{example.values['line_number']}")
    rows[Provider] = [row for row in rows[Provider] if row["npi"]]
    return tuple(line_ids)


def _roster_row(example: ExampleLine, value: dict[str, str | None]) -> dict[str, Any]:
    return {
        "effective_from": date.min,
        "effective_to": date.fromisoformat(DATE_OPEN),
        "source": "examples",
        "npi": value["rendering_npi"],
        "rendering_type": value["rendering_type"] or None,
        "specialty": value["specialty"] or None,
        "group_id": value["group_id"] or None,
        "participating": True,
        "apm_qualifying": False,
        "mips_factor": Decimal(0),
    }


def _claim_id(prefix: str, example: ExampleLine) -> str:
    sequence = example.values["payer_sequence"]
    suffix = f"/{sequence}" if sequence in ("S", "T") else ""
    return f"{prefix}.{example.values['claim_id']}{suffix}"


def _filled(model: type[Table], value: dict[str, Any]) -> dict[str, Any]:
    """A row of the model: what is given, the rest null, or empty where null is not allowed."""
    row = {}
    for name, field in model.to_schema().columns.items():
        left_open = None if field.nullable else LEFT_OPEN.get(str(field.dtype))
        row[name] = value.get(name, left_open)
    return row


def _read(cell: str) -> str | None:
    return {"none": "", "unknown": None}.get(cell, cell)


def _codes(cell: str) -> list[str] | None:
    return None if cell == "unknown" else [] if cell == "none" else cell.split()


def _day(cell: str) -> date | None:
    return None if cell == "unknown" else date.fromisoformat(cell)
