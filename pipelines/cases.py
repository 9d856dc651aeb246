"""Worked examples: Markdown tables of billed lines whose last column says which a rule must flag.

A file has one `## heading` per case and a table under it. A heading with the word "boundary" marks
the case at the edge of the rule; a heading that repeats an exception of the rule's header is that
exception's case.

Columns are named as in the data contract, or by the short forms of SHORT (`procedure`, `date`);
those not shown, and blank cells, take the values of a plain Mohs line (PLAIN). In a cell `none`
means that the place is there and blank (missing), `unknown` that the source has no place for it.
The last column, `finding`, is blank, `yes`, `error`, `warning` or `info` (flagged, and weighed so),
`not evaluable`, or the exact reason.

A line with `paid` or `denied` in `status`, or with an amount in `allowed` or `paid`, has a
remittance of the day `adjudicated`, 30 days after the service where that is not shown. What is not
shown follows from what is: a paid line is allowed and paid in full, a denied one is allowed nothing
and taken off by CO-50; of what is allowed and not paid the patient owes coinsurance (PR-2), and
what is charged and not allowed is contractual (CO-45). `adjustments`, as `CO-45:120.00 PR-2:30.10`,
say otherwise; with `paid` they make up the charge. `remarks` are remark codes. A line without any
of it has not been adjudicated.

A chart is a second table under the heading, whose first column is `lesion`: a row for each lesion
and stage, with the columns of the chart file. Those not shown are those of a lesion of the nose
whose chart lacks nothing (case_charts.PLAIN). There `none` is blank too, but in `deep_structure` and
`closure`, where it is the chart's own word, and `blank` is blank; `unknown` throughout a column is
a file that has no such column. Names of providers are those of the lines.

A line with a number in `times` stands so many times, each time for another patient and on another
claim; lines of one patient or claim are repeated together. A case with that column is a practice of
its own: its mirror is made, and rules that find providers judge it. What such a rule says of a
provider is expected on each of the provider's lines.

A list of covered diagnoses is a further table, whose first column is `article`: a row for each
period, with `version`, `carrier` or `payer`, `diagnoses`, `effective_from` and `effective_to`
(COVERED where blank). It stands for all examples that are run together, and so names a carrier or
payer no other example has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pipelines import case_charts, case_remits
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
    "received": "received_date",
    "clia": "clia_number",
    "group": "group_id",
    "birth": "patient_birth_date",
    "adjudicated": "adjudicated_date",
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
    "participating": "yes",
    "patient_sex": "F",
    "locality": "15202-00",
    "payer_sequence": "P",
    "frequency_code": "1",
    "submitted_date": "unknown",
    "clia_number": "36D0000000",
    "received_date": "unknown",
    "original_reference": "unknown",
    "patient_birth_date": "unknown",
    "date_of_service_end": "unknown",
    "assignment": "unknown",
    "prior_authorization": "unknown",
    "filing_indicator": "unknown",
    "referring_npi": "unknown",
    "supervising_npi": "unknown",
    "facility_npi": "unknown",
    "patient_paid": "unknown",
    "status": "none",
    "allowed": "unknown",
    "paid": "unknown",
    "adjustments": "unknown",
    "remarks": "none",
    "adjudicated_date": "unknown",
    "times": "1",
}
"""A plain Mohs line, inside the PTP release that ships. Names of providers and of `patient_id`
stand for one provider or person of the case."""

PROVIDERS = (
    "rendering_npi",
    "billing_npi",
    "referring_npi",
    "supervising_npi",
    "facility_npi",
    "surgeon_npi",
    "pathologist_npi",
)

_DAYS = (
    "date_of_service",
    "date_of_service_end",
    "submitted_date",
    "received_date",
    "adjudicated_date",
    "patient_birth_date",
)
_AMOUNTS = ("units", "charge", "allowed", "paid", "patient_paid", "times")
_ROW = re.compile(r"^\s*\|(.*)\|\s*$")
_RULE_OFF = re.compile(r"^[\s|:-]+$")

Row = tuple[int, list[str]]


COVERED: Mapping[str, str] = {
    "article": "",
    "version": "1",
    "carrier": "",
    "payer": "",
    "diagnoses": "",
    "effective_from": "2015-10-01",
    "effective_to": "9999-12-31",
}
"""A row of a list of covered diagnoses."""


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
    """One heading with its table of lines and, where it has one, that of its chart."""

    title: str
    path: Path
    line: int
    columns: tuple[str, ...]
    lines: tuple[ExampleLine, ...]
    chart_columns: tuple[str, ...] = ()
    chart: tuple[Mapping[str, str], ...] = ()
    """One entry per lesion and stage: every column of the chart file."""
    covered: tuple[Mapping[str, str], ...] = ()
    """Rows of lists of covered diagnoses, every column of COVERED."""

    @property
    def is_practice(self) -> bool:
        """It is looked at as a practice of its own, provider by provider."""
        return "times" in self.columns

    @property
    def is_boundary(self) -> bool:
        """The heading says so."""
        return "boundary" in self.title.lower()

    def is_named_after(self, exception: str) -> bool:
        """The heading repeats the exception, but for case and the final stop."""
        return self.title.strip().rstrip(".").lower() == exception.strip().rstrip(".").lower()


def markdown(case: Case) -> list[str]:
    """The case as Markdown tables of the columns in which it says something."""
    names = ["claim_id", "line_number"]
    names += [name for name in case.columns if name not in names]
    rows = [[*(line.values[name] for name in names), line.finding] for line in case.lines]
    text = _table([*names, "finding"], rows)
    if case.chart:
        names = ["lesion", "stage"]
        names += [name for name in case.chart_columns if name not in names]
        text += ["", *_table(names, [[row[name] for name in names] for row in case.chart])]
    if case.covered:
        names = [n for n in COVERED if any(row[n] != COVERED[n] for row in case.covered)]
        text += ["", *_table(names, [[row[name] for name in names] for row in case.covered])]
    return text


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]]


def read_cases(path: Path) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """The cases of a file and what is wrong with it. A file that is not there has none."""
    if not path.is_file():
        return (), (
            Problem(path, 1, "there are no worked examples", "Write the file beside the rule."),
        )
    found: list[Case] = []
    problems: list[Problem] = []
    for title, line, lines, chart, covered in _joined(_tables(path.read_text(encoding="utf-8"))):
        case, wrong = _case(path, title, line, lines, chart, covered)
        problems += wrong
        if case:
            found.append(case)
    if not found and not problems:
        problems.append(
            Problem(path, 1, "no table of examples was found", "Put a table under a `## heading`.")
        )
    return tuple(found), tuple(problems)


def _joined(
    tables: Iterator[tuple[str, int, list[Row]]],
) -> list[tuple[str, int, list[Row], list[Row], list[Row]]]:
    """Tables of lines, each with the chart and the list of covered diagnoses that stand under it."""
    found: list[tuple[str, int, list[Row], list[Row], list[Row]]] = []
    for title, line, rows in tables:
        kind = rows[0][1][0].lower()
        is_under = bool(found) and found[-1][1] == line
        if kind == "lesion" and is_under and not found[-1][3]:
            found[-1] = (*found[-1][:3], rows, found[-1][4])
        elif kind == "article" and is_under and not found[-1][4]:
            found[-1] = (*found[-1][:4], rows)
        else:
            found.append((title, line, rows, [], []))
    return found


def _tables(text: str) -> Iterator[tuple[str, int, list[Row]]]:
    """Heading, its line, and the rows (line, cells) of the table under it."""
    title, title_line = "", 1
    rows: list[Row] = []
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
    path: Path, title: str, line: int, table: list[Row], chart: list[Row], covered: list[Row]
) -> tuple[Case | None, list[Problem]]:
    problems: list[Problem] = []
    (head_line, head), *rows = table
    columns = [SHORT.get(name.lower(), name.lower()) for name in head]
    if not title:
        problems.append(
            Problem(path, head_line, "the table has no heading", "Put `## what it shows` above it.")
        )
    if columns[0] == "lesion":
        remedy = "Put the table of billed lines above the chart."
        return None, [*problems, Problem(path, head_line, "the chart has no lines", remedy)]
    problems += _unknown_columns(path, head_line, columns, (*PLAIN, "finding"))
    if not columns or columns[-1] != "finding":
        problems.append(
            Problem(path, head_line, "the last column is not `finding`", "Add it, blank or `yes`.")
        )
    if problems:
        return None, problems
    lines: list[ExampleLine] = []
    for row_line, given in _filled_rows(path, columns, rows, problems):
        finding = given.pop("finding", "")
        values = {**PLAIN, **given}
        values["line_number"] = values["line_number"] or str(len(lines) + 1)
        problems += [
            Problem(path, row_line, f"{values[name]!r} is no {name}", "Write 2024-08-13, 1, 12.50.")
            for name in (*_DAYS, *_AMOUNTS)
            if not _is_sound(name, values[name])
        ]
        if not problems and (flaw := case_remits.flaw(values)):
            problems.append(Problem(path, row_line, flaw, "Correct the row."))
        lines.append(ExampleLine(values, finding))
    if len({example.label for example in lines}) < len(lines) and not problems:
        problems += _repeated(path, line, lines)
    chart_columns, stages, wrong = _chart(path, chart)
    problems += wrong
    listed = _covered(path, covered, problems)
    if problems:
        return None, problems
    return (
        Case(title, path, line, tuple(columns[:-1]), tuple(lines), chart_columns, stages, listed),
        problems,
    )


def _unknown_columns(
    path: Path, line: int, columns: Sequence[str], known: Sequence[str]
) -> list[Problem]:
    names = [name for name in known if name != "finding"]
    return [
        Problem(path, line, f"unknown column {name!r}", f"Known are {', '.join(names)}.")
        for name in columns
        if name not in known
    ]


def _filled_rows(
    path: Path, columns: Sequence[str], rows: Sequence[Row], problems: list[Problem]
) -> list[tuple[int, dict[str, str]]]:
    """Line and cells by column of the rows, blank cells left out; what is wrong goes to problems."""
    found = []
    for line, cells in rows:
        if _RULE_OFF.match("|".join(cells)) and "-" in "".join(cells):
            continue
        if len(cells) != len(columns):
            problems.append(
                Problem(path, line, f"{len(cells)} cells under {len(columns)} columns", "Fix.")
            )
            continue
        found.append((line, {n: cell for n, cell in zip(columns, cells, strict=True) if cell}))
    return found


def _is_sound(name: str, value: str) -> bool:
    if value == "unknown" and PLAIN[name] == "unknown":
        return True
    try:
        if name in _DAYS:
            date.fromisoformat(value)
        elif name == "times":
            return int(value) >= 1
        else:
            return Decimal(value) >= 0
    except (ValueError, InvalidOperation):
        return False
    return True


def _chart(
    path: Path, table: list[Row]
) -> tuple[tuple[str, ...], tuple[Mapping[str, str], ...], list[Problem]]:
    """Columns and rows of a chart, each row with every column of the chart file."""
    if not table:
        return (), (), []
    (head_line, head), *rows = table
    columns = [case_charts.SHORT.get(name.lower(), name.lower()) for name in head]
    problems = _unknown_columns(path, head_line, columns, ("lesion", *case_charts.PLAIN))
    if problems:
        return (), (), problems
    given = _filled_rows(path, columns, rows, problems)
    for line, cells in given:
        if not cells.get("lesion"):
            problems.append(Problem(path, line, "the row names no lesion", "Number the lesions."))
        problems += [
            Problem(path, line, f"{cells[name]!r} is no {name}", "Write it as in the chart file.")
            for name in case_charts.unsound(cells)
        ]
    if problems:
        return (), (), problems
    return tuple(columns), case_charts.complete([cells for _, cells in given]), []


def _covered(
    path: Path, table: list[Row], problems: list[Problem]
) -> tuple[Mapping[str, str], ...]:
    """Rows of a list of covered diagnoses; what is wrong goes to problems."""
    if not table:
        return ()
    (head_line, head), *rows = table
    columns = [name.lower() for name in head]
    problems += _unknown_columns(path, head_line, columns, tuple(COVERED))
    if problems:
        return ()
    found = []
    for line, given in _filled_rows(path, columns, rows, problems):
        values = {**COVERED, **given}
        if not values["article"] or not values["diagnoses"] or values["carrier"] == values["payer"]:
            remedy = "Name the article, its diagnoses, and a carrier or a payer."
            problems.append(Problem(path, line, "the row lists nothing for anybody", remedy))
        found.append(values)
    return tuple(found)


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
