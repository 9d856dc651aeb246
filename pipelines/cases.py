"""Worked examples: Markdown tables of billed lines whose last column says which a rule must flag.

A file has one `## heading` per case and a table under it. A heading with the word "boundary" marks
the case at the edge of the rule; a heading that repeats an exception of the rule's header is that
exception's case.

Columns are named as in the data contract, or by the short forms of SHORT (`procedure`, `date`);
those not shown, and blank cells, take the values of a plain Mohs line (PLAIN). In a cell `none`
means that the place is there and blank (missing), `unknown` that the source has no place for it.
The last column, `finding`, is blank, `yes`, `not evaluable`, or the exact reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from schemas.headers import Problem

NOT_EVALUABLE = "not evaluable"
FLAGGED = "yes"

SHORT = {
    "claim": "claim_id",
    "line": "line_number",
    "patient": "patient_id",
    "rendering": "rendering_npi",
    "procedure": "procedure_code",
    "date": "date_of_service",
    "diagnosis": "diagnosis_codes",
    "diagnoses": "diagnosis_codes",
    "modifier": "modifiers",
    "frequency": "frequency_code",
    "submitted": "submitted_date",
    "clia": "clia_number",
    "group": "group_id",
}

PLAIN: Mapping[str, str] = {
    "claim_id": "A",
    "line_number": "",
    "patient_id": "1",
    "rendering_npi": "surgeon",
    "date_of_service": "2024-08-13",
    "procedure_code": "17311",
    "units": "1",
    "charge": "1000.00",
    "modifiers": "none",
    "diagnosis_codes": "C44.311",
    "place_of_service": "11",
    "payer": "Medicare",
    "line_of_business": "medicare",
    "billing_npi": "practice",
    "rendering_type": "MD",
    "specialty": "dermatology",
    "group_id": "unknown",
    "patient_sex": "F",
    "locality": "15202-00",
    "payer_sequence": "P",
    "frequency_code": "1",
    "submitted_date": "unknown",
    "clia_number": "36D0000000",
}
"""A plain Mohs line, inside the PTP release that ships. The names in `rendering_npi`, `billing_npi`
and `patient_id` stand for one provider or person of the case."""

_DATES = ("date_of_service", "submitted_date")
_AMOUNTS = ("units", "charge")
_ROW = re.compile(r"^\s*\|(.*)\|\s*$")
_RULE_OFF = re.compile(r"^[\s|:-]+$")


@dataclass(frozen=True)
class ExampleLine:
    """One billed line of a case; `values` holds every column of PLAIN."""

    values: Mapping[str, str]
    finding: str

    @property
    def label(self) -> str:
        """`claim A line 2`."""
        return f"claim {self.values['claim_id']} line {self.values['line_number']}"


@dataclass(frozen=True)
class Case:
    """One heading with its table."""

    title: str
    path: Path
    line: int
    columns: tuple[str, ...]
    lines: tuple[ExampleLine, ...]

    @property
    def is_boundary(self) -> bool:
        """The heading says so."""
        return "boundary" in self.title.lower()

    def is_named_after(self, exception: str) -> bool:
        """The heading repeats the exception, but for case and the final stop."""
        return self.title.strip().rstrip(".").lower() == exception.strip().rstrip(".").lower()


def read_cases(path: Path) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """The cases of a file and what is wrong with it. A file that is not there has none."""
    if not path.is_file():
        return (), (
            Problem(path, 1, "there are no worked examples", "Write the file beside the rule."),
        )
    found: list[Case] = []
    problems: list[Problem] = []
    for title, line, table in _tables(path.read_text(encoding="utf-8")):
        case, wrong = _case(path, title, line, table)
        problems += wrong
        if case:
            found.append(case)
    if not found and not problems:
        problems.append(
            Problem(path, 1, "no table of examples was found", "Put a table under a `## heading`.")
        )
    return tuple(found), tuple(problems)


def _tables(text: str) -> Iterator[tuple[str, int, list[tuple[int, list[str]]]]]:
    """Heading, its line, and the rows (line, cells) of the table under it."""
    title, title_line = "", 1
    rows: list[tuple[int, list[str]]] = []
    for number, line in enumerate([*text.splitlines(), "## "], start=1):
        row = _ROW.match(line)
        if row:
            rows.append((number, [cell.strip() for cell in row[1].split("|")]))
            continue
        if rows:
            yield title, title_line, rows
            rows = []
        if line.startswith("## "):
            title, title_line = line[3:].strip(), number


def _case(
    path: Path, title: str, line: int, table: list[tuple[int, list[str]]]
) -> tuple[Case | None, list[Problem]]:
    problems: list[Problem] = []
    (head_line, head), *rows = table
    columns = [SHORT.get(name.lower(), name.lower()) for name in head]
    if not title:
        problems.append(
            Problem(path, head_line, "the table has no heading", "Put `## what it shows` above it.")
        )
    problems += [
        Problem(path, head_line, f"unknown column {name!r}", f"Known are {', '.join(PLAIN)}.")
        for name in columns
        if name not in PLAIN and name != "finding"
    ]
    if not columns or columns[-1] != "finding":
        problems.append(
            Problem(path, head_line, "the last column is not `finding`", "Add it, blank or `yes`.")
        )
    if problems:
        return None, problems
    lines: list[ExampleLine] = []
    for row_line, cells in rows:
        if _RULE_OFF.match("|".join(cells)) and "-" in "".join(cells):
            continue
        if len(cells) != len(columns):
            problems.append(
                Problem(path, row_line, f"{len(cells)} cells under {len(columns)} columns", "Fix.")
            )
            continue
        given = {name: cell for name, cell in zip(columns, cells, strict=True) if cell}
        finding = given.pop("finding", "")
        values = {**PLAIN, **given}
        values["line_number"] = values["line_number"] or str(len(lines) + 1)
        problems += [
            Problem(path, row_line, f"{values[name]!r} is no {name}", "Write 2024-08-13, 1, 12.50.")
            for name in (*_DATES, *_AMOUNTS)
            if not _is_sound(name, values[name])
        ]
        lines.append(ExampleLine(values, finding))
    if len({example.label for example in lines}) < len(lines) and not problems:
        problems += _repeated(path, line, lines)
    return (
        None if problems else Case(title, path, line, tuple(columns[:-1]), tuple(lines))
    ), problems


def _is_sound(name: str, value: str) -> bool:
    if value == "unknown" and name == "submitted_date":
        return True
    try:
        if name in _DATES:
            date.fromisoformat(value)
        else:
            return Decimal(value) >= 0
    except (ValueError, InvalidOperation):
        return False
    return True


def _repeated(path: Path, line: int, lines: list[ExampleLine]) -> list[Problem]:
    """The same claim and line twice is right only for another submission of the claim."""
    seen: set[tuple[str, str, str, str, str]] = set()
    problems = []
    for example in lines:
        value = example.values
        key = (
            value["claim_id"],
            value["line_number"],
            value["payer_sequence"],
            value["frequency_code"],
            value["billing_npi"],
        )
        if key in seen:
            problems.append(
                Problem(path, line, f"{example.label} stands twice", "Number the lines apart.")
            )
        seen.add(key)
    return problems
