"""Worked examples run through the SQL that runs on real claims.

Every case becomes staged claims of its own patients and providers, so that one build of `core`
serves a whole book.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain, count
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import (
    case_charts,
    charts,
    dated,
    judging,
    overlays,
    reference,
    rules,
    warehouse,
)
from pipelines.case_remits import remittance
from pipelines.cases import FLAGGED, NOT_EVALUABLE, PROVIDERS, Case, ExampleLine
from pipelines.rules import Rule
from pipelines.values import has_npi_check_digit
from schemas.claims import (
    StagedClaim,
    StagedDiagnosis,
    StagedLine,
    StagedLineDiagnosis,
    StagedLineModifier,
)
from schemas.headers import SEVERITIES, Problem
from schemas.reference import CoveredDiagnosis, Overlay, Provider, Threshold
from schemas.remits import StagedAdjustment, StagedRemit, StagedRemitClaim, StagedRemitLine
from schemas.table import DATE_OPEN, Table, polars_schema, table_name

FEWEST = 2
"""Lines a rule's examples must flag, and lines of its population they must pass."""

STAGED: tuple[type[Table], ...] = (
    StagedClaim,
    StagedLine,
    StagedDiagnosis,
    StagedLineModifier,
    StagedLineDiagnosis,
    StagedRemit,
    StagedRemitClaim,
    StagedRemitLine,
    StagedAdjustment,
    Provider,
    CoveredDiagnosis,
)
Rows = dict[type[Table], list[dict[str, Any]]]
DAYS = (
    "date_of_service",
    "date_of_service_end",
    "submitted_date",
    "received_date",
    "patient_birth_date",
)
AMOUNTS = ("units", "charge", "patient_paid")
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
    # a rule that is off by default is shown as it judges for a payer that has it on
    found = judge(
        [case for _, case in labelled], [judging.switched_on(rule) for rule in book], practice
    )
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
    shown = {line.finding for case in rule.cases for line in case.lines}
    lacking += [
        f"{rule.id}: no line is flagged {severity}, as severity_when says"
        for severity in rule.header.severity_when
        if severity not in shown
    ]
    return lacking


def judge(
    cases: Sequence[Case], book: Sequence[Rule], practice: Path | None = None
) -> list[tuple[Found, ...]]:
    """What the rules say of every line of the cases, which do not see each other.

    Where one of them reads findings, the other rules that ship run before it.
    """
    connection = warehouse.connect()
    try:
        warehouse.create(connection)
        reference.load(connection, practice)
        _lend_values(connection, book)
        line_ids = stage(connection, cases)
        warehouse.build(connection, {*warehouse.queries("core"), *warehouse.patient_tables()})
        _mirror(connection, cases)
        _run_others(connection, book, practice)
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


def _mirror(connection: warehouse.Connection, cases: Sequence[Case]) -> None:
    """Make the practice mirror of each case that is a practice of its own."""
    labels = [_label(position) for position, case in enumerate(cases, start=1) if case.is_practice]
    if labels:
        # scipy takes seconds to import
        from pipelines import mirror

        providers = warehouse.select(
            connection, "SELECT DISTINCT rendering_npi, patient_id FROM core.mohs_encounter"
        )
        practices = providers.select(
            "rendering_npi", practice=pl.col("patient_id").str.split("/").list.first()
        ).unique()
        mirror.fill(connection, practices.filter(pl.col("practice").is_in(labels)))


def _label(position: int) -> str:
    """How the identifiers of a case begin."""
    return f"E{position}"


def _lend_values(connection: warehouse.Connection, book: Sequence[Rule]) -> None:
    """Give rules the shipped book has no values for, a practice's own, those they were read with."""
    name = table_name(Threshold)
    known = {row[0] for row in connection.execute(f"SELECT rule_id FROM {name}").fetchall()}
    rows = [
        {
            "rule_id": rule.id,
            "parameter": value.parameter,
            "value": value.value,
            "effective_from": value.first,
            "effective_to": value.last,
            "source": value.source,
        }
        for rule in book
        if rule.id not in known
        for value in rule.values
        if not value.payer
    ]
    if rows:
        lent = overlays.thresholds(pl.DataFrame(rows), dated.empty(Overlay))
        warehouse.insert(connection, name, lent)


def _run_others(
    connection: warehouse.Connection, book: Sequence[Rule], practice: Path | None
) -> None:
    """Find what rules of the book that read findings want to know of the others."""
    if any(rule.reads_findings for rule in book):
        known = {rule.id for rule in book}
        others = rules.read_book(practice=practice).rules
        first, *_ = judging.waves([rule for rule in others if rule.id not in known])
        judging.run(connection, first, run_id="examples")


def _run_each(
    connection: warehouse.Connection, book: Sequence[Rule]
) -> tuple[dict[tuple[str, str], tuple[str, str]], set[tuple[str, str]], set[tuple[str, str]]]:
    """Findings, lines judged and lines not evaluable, by rule and line.

    What is said of a provider is said of each of the provider's lines.
    """
    lines_of: dict[str, list[str]] = {}
    for npi, line_id in connection.execute(
        "SELECT rendering_npi, line_id FROM core.service_line WHERE rendering_npi IS NOT NULL"
    ).fetchall():
        lines_of.setdefault(npi, []).append(line_id)
    judged: set[tuple[str, str]] = set()
    not_evaluable: set[tuple[str, str]] = set()
    for rule in chain.from_iterable(judging.waves(book)):
        outcome = judging.run(connection, [rule], run_id="examples")
        if outcome.problems:
            raise ValueError(str(outcome.problems[0]))
        is_line = rule.header.subject == "line"
        for name, missing in judging.lines(connection, rule):
            for line_id in [name] if is_line else lines_of[name]:
                (judged if missing is None else not_evaluable).add((rule.id, line_id))
    findings = {
        (rule_id, line_id): (severity, reason)
        for rule_id, found_id, npi, severity, reason in connection.execute(
            "SELECT rule_id, line_id, rendering_npi, severity, reason FROM audit.finding"
        ).fetchall()
        for line_id in ([found_id] if found_id else lines_of[npi])
    }
    return findings, judged, not_evaluable


def _check(rule: Rule, case: Case, lines: Sequence[Found]) -> Check:
    problems: list[Problem] = []
    for example, found in zip(case.lines, lines, strict=True):
        severity, said = found.findings.get(rule.id, ("", ""))
        if rule.id in found.not_evaluable:
            severity, said = "", NOT_EVALUABLE
        if (severity and example.finding in (severity, FLAGGED)) or example.finding == said:
            continue
        if severity and example.finding in SEVERITIES:
            said = severity
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
        flagged=_count(rule, case, [rule.id in found.findings for found in lines]),
        passed=_count(
            rule, case, [rule.id in found.judged - found.findings.keys() for found in lines]
        ),
        problems=tuple(problems),
    )


def _count(rule: Rule, case: Case, is_so: Sequence[bool]) -> int:
    """Lines of which it is so, or providers where the rule finds providers."""
    if rule.header.subject == "line":
        return sum(is_so)
    named = (line.values["rendering_npi"] for line in case.lines)
    return len({npi for npi, yes in zip(named, is_so, strict=True) if yes})


def stage(connection: warehouse.Connection, cases: Sequence[Case]) -> list[tuple[str, ...]]:
    """Put the cases into `staged.*` and the roster; the line_id of every line, case by case."""
    rows: Rows = {model: [] for model in STAGED}
    numbers = (f"{body}{digit}" for body in count(900_000_000) for digit in "0123456789")
    valid = filter(has_npi_check_digit, numbers)
    line_ids = []
    for position, case in enumerate(cases, start=1):
        npis: dict[str, str] = {}
        for values in (*(example.values for example in case.lines), *case.chart):
            for name in PROVIDERS:
                label = values.get(name, "none")
                if label not in ("none", "unknown", "blank") and label not in npis:
                    npis[label] = label if label.isdigit() else next(valid)
        label = _label(position)
        line_ids.append(_stage_case(label, case, npis, rows))
        for copy in _copies(case):
            _stage_case(label, copy, npis, rows)
        rows[CoveredDiagnosis] += _covered_rows(case)
        for name, frame in _charted(label, case, npis).items():
            warehouse.insert(connection, name, frame)
    for model, table in rows.items():
        frame = pl.DataFrame(table, schema=polars_schema(model), orient="row")
        if model is Provider:
            frame = frame.unique(["npi", "effective_from"], maintain_order=True)
        warehouse.insert(connection, table_name(model), frame)
    return line_ids


def _copies(case: Case) -> Iterator[Case]:
    """The lines that stand more than once, once more for each further time."""
    times = [int(line.values["times"]) for line in case.lines]
    for number in range(2, max(times) + 1):
        lines = tuple(
            replace(
                line,
                values={
                    **line.values,
                    "claim_id": f"{line.values['claim_id']}~{number}",
                    "patient_id": f"{line.values['patient_id']}~{number}",
                },
            )
            for line, most in zip(case.lines, times, strict=True)
            if number <= most
        )
        yield replace(case, lines=lines)


def _stage_case(prefix: str, case: Case, npis: dict[str, str], rows: Rows) -> tuple[str, ...]:
    submissions: dict[str, list[str]] = {}
    for example in case.lines:
        known = submissions.setdefault(_claim_id(prefix, example), [])
        if example.values["frequency_code"] not in known:
            known.append(example.values["frequency_code"])
    started: set[str] = set()
    line_ids = []
    for ordinal, example in enumerate(case.lines, start=1):
        value: dict[str, Any] = {name: _read(cell) for name, cell in example.values.items()}
        value |= {
            name: npis.get(example.values[name], value[name]) for name in PROVIDERS if name in value
        }
        value |= {name: _day(example.values[name]) for name in DAYS}
        value |= {name: _amount(example.values[name]) for name in AMOUNTS}
        claim_id = _claim_id(prefix, example)
        frequency = example.values["frequency_code"]
        submission = submissions[claim_id].index(frequency) + 1
        is_standing = submission == len(submissions[claim_id]) and frequency != "8"
        value |= {
            "claim_id": claim_id,
            "claim_key": f"{claim_id}:{submission}",
            "file_id": "examples",
            "patient_id": f"{prefix}/{value['patient_id']}",
            "bucket": 0,
            "ordinal": ordinal,
            "control_number": f"L{value['line_number']}",
        }
        if value["claim_key"] not in started:
            started.add(value["claim_key"])
            submitted = [
                other.values
                for other in case.lines
                if _claim_id(prefix, other) == claim_id
                and other.values["frequency_code"] == frequency
            ]
            rows[StagedClaim].append(_claim_row(value, submission, is_standing, submitted))
        _stage_line(value, example, rows)
        _stage_remittance(value, example, rows)
        rows[Provider].append(_roster_row(example, value))
        line_ids.append(f"{claim_id}-{example.values['line_number']}")
    rows[Provider] = [row for row in rows[Provider] if row["npi"]]
    return tuple(line_ids)


def _covered_rows(case: Case) -> list[dict[str, Any]]:
    """A row for each diagnosis the case's lists cover."""
    return [
        _filled(
            CoveredDiagnosis,
            row
            | {
                "diagnosis_code": code,
                "effective_from": date.fromisoformat(row["effective_from"]),
                "effective_to": date.fromisoformat(row["effective_to"]),
                "source": "example",
            },
        )
        for row in map(dict, case.covered)
        for code in row["diagnoses"].replace(".", "").split()
    ]


def _claim_row(
    value: dict[str, Any],
    submission: int,
    is_standing: bool,
    submitted: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    number = value["claim_id"].partition("/")[0]
    return _filled(
        StagedClaim,
        value
        | {
            "source": "export",
            "claim_number": number,
            "root_number": number,
            "submission": submission,
            "is_standing": is_standing,
            "first_date_of_service": min(
                date.fromisoformat(line["date_of_service"]) for line in submitted
            ),
            "payer_name": value["payer"],
            "charge": sum(Decimal(line["charge"]) for line in submitted),
        },
    )


def _stage_line(value: dict[str, Any], example: ExampleLine, rows: Rows) -> None:
    modifiers = _codes(example.values["modifiers"]) or []
    diagnoses = _codes(example.values["diagnosis_codes"].replace(".", ""))
    line = value | {
        "modifiers": modifiers,
        "modifier_key": " ".join(sorted(modifiers)),
        "diagnosis_key": None if diagnoses is None else " ".join(diagnoses),
        "diagnosis_codes": diagnoses,
    }
    rows[StagedLine].append(_filled(StagedLine, line))
    place = value | {"line_ordinal": value["ordinal"]}
    rows[StagedLineModifier] += [
        _filled(StagedLineModifier, place | {"position": position, "modifier": code})
        for position, code in enumerate(modifiers, start=1)
    ]
    rows[StagedLineDiagnosis] += [
        _filled(StagedLineDiagnosis, place | {"position": position, "code": code})
        for position, code in enumerate(diagnoses or [], start=1)
    ]


def _stage_remittance(value: dict[str, Any], example: ExampleLine, rows: Rows) -> None:
    """The line's answer as a remittance of its own."""
    answer = remittance(example.values)
    if answer is None:
        return
    key = f"{value['claim_key']}:{value['line_number']}"
    charge = value["charge"]
    common = value | {
        "remit_key": key,
        "remit_claim_id": key,
        "remit_line_id": key,
        "source": "835",
        "payment_date": answer.day,
        "paid": answer.paid,
    }
    rows[StagedRemit].append(
        _filled(StagedRemit, common | {"payer_name": value["payer"], "total_paid": answer.paid})
    )
    claim = common | {
        "claim_number": value["claim_id"].partition("/")[0],
        "is_matched": True,
        "own_patient_id": value["patient_id"],
        "claim_status_code": str("PST".find(value["payer_sequence"]) + 1),
        "is_reversal": False,
        "patient_responsibility": sum(
            (amount for group, _, amount in answer.adjustments if group == "PR"), Decimal(0)
        ),
        "payer_claim_id": f"{value['claim_id']}!",
        "remarks": [],
    }
    rows[StagedRemitClaim].append(_filled(StagedRemitClaim, claim))
    modifiers = _codes(example.values["modifiers"]) or []
    line = common | {
        "sequence": 1,
        "modifiers": modifiers,
        "modifier_key": " ".join(sorted(modifiers)),
        "charge": charge,
        "units_paid": value["units"],
        "allowed_amount": answer.allowed,
        "remarks": list(answer.remarks),
    }
    rows[StagedRemitLine].append(_filled(StagedRemitLine, line))
    rows[StagedAdjustment] += [
        _filled(
            StagedAdjustment,
            common
            | {
                "side": "remit",
                "owner": key,
                "line_owner": key,
                "position": position,
                "group_code": group,
                "carc": carc,
                "amount": amount,
            },
        )
        for position, (group, carc, amount) in enumerate(answer.adjustments, start=1)
    ]


def _charted(prefix: str, case: Case, npis: dict[str, str]) -> dict[str, pl.DataFrame]:
    """The case's chart as staged lesions and stages, typed as a chart file is."""
    if not case.chart:
        return {}
    rows: list[dict[str, Any]] = []
    for ordinal, row in enumerate(case.chart, start=1):
        filed = case_charts.as_filed(row)
        filed |= {name: npis.get(row[name], filed[name]) for name in PROVIDERS if name in filed}
        rows.append(
            filed
            | {
                "patient_id": f"{prefix}/{row['patient_id']}",
                "claim_id": filed["claim_id"] and f"{prefix}.{filed['claim_id']}",
                "ordinal": ordinal,
                "bucket": 0,
                "absent_columns": sorted(name for name, cell in filed.items() if cell is None),
            }
        )
    schema: dict[str, Any] = dict.fromkeys(case_charts.COLUMNS, pl.String)
    schema |= {"ordinal": pl.Int64, "bucket": pl.Int64, "absent_columns": pl.List(pl.String)}
    return charts.type_rows(pl.DataFrame(rows, schema=schema), f"{prefix}.chart")


def _roster_row(example: ExampleLine, value: dict[str, str | None]) -> dict[str, Any]:
    return {
        "effective_from": date.min,
        "effective_to": date.fromisoformat(DATE_OPEN),
        "source": "examples",
        "npi": value["rendering_npi"],
        "rendering_type": value["rendering_type"] or None,
        "specialty": value["specialty"] or None,
        "group_id": value["group_id"] or None,
        "participating": value["participating"] != "no",
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


def _amount(cell: str) -> Decimal | None:
    return None if cell == "unknown" else Decimal(cell)


def _day(cell: str) -> date | None:
    return None if cell == "unknown" else date.fromisoformat(cell)
