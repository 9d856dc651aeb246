"""A worksheet read back: every row checked against what was drawn, rows put together by unit.

Dollars are what payers paid against what they would have paid for what the record supports: the
payer's share of the audited allowed amount. That share is the line's own, paid over allowed; for
what goes beyond the amount allowed on an unpaid line it is that of all lines drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import fastexcel

from pipelines.sampling import UnusableSample
from pipelines.worksheets import (
    BILLED,
    CORRECT,
    FILLED,
    GIVEN,
    LABELS,
    MISSED,
    MISSED_CHARGE,
    MISSED_LABELS,
    NO_RECORD,
    NONE,
    NUMBERS,
    REVIEW,
    SEAL,
    rows_of,
)
from reports.workbook import inert

TOLD = 20
"""Problems told at once."""


@dataclass(frozen=True)
class Reviewed:
    """One row as reviewed: what was billed, what the record supports, and the dollars between them."""

    role: str
    stratum: str
    place: int
    unit_id: str
    line_id: str
    rendering_npi: str
    paid: Decimal
    audited_paid: Decimal
    label: str
    second_label: str
    reviewer: str = ""
    second_reviewer: str = ""
    note: str = ""
    procedure_code: str = ""
    coder: str = ""

    @property
    def difference(self) -> Decimal:
        """Overpaid; below zero where it was underpaid."""
        return self.paid - self.audited_paid

    @property
    def is_correct(self) -> bool:
        return self.label in (CORRECT, NONE)


@dataclass(frozen=True)
class Unit:
    """One unit reviewed: lines, those correct, and its dollars."""

    stratum: str
    unit_id: str
    surgeon: str
    lines: int
    correct: int
    paid: float
    over: float
    under: float
    labels: tuple[str, ...]

    @property
    def net(self) -> float:
        return self.over - self.under

    @property
    def is_correct(self) -> bool:
        return self.lines == self.correct

    @property
    def is_paid_right(self) -> bool:
        return not self.over and not self.under


def units_of(rows: Sequence[Reviewed]) -> list[Unit]:
    """Rows put together by unit; overpaid and underpaid lines of a unit are not set off."""
    grouped: dict[str, list[Reviewed]] = {}
    for row in rows:
        grouped.setdefault(row.unit_id, []).append(row)
    units = []
    for unit_id, lines in grouped.items():
        counted = [one for one in lines if one.line_id != MISSED or one.label != NONE]
        nothing = Decimal(0)
        units.append(
            Unit(
                lines[0].stratum,
                unit_id,
                lines[0].rendering_npi,
                len(counted),
                sum(one.is_correct for one in counted),
                float(sum((one.paid for one in lines), nothing)),
                float(sum((max(one.difference, nothing) for one in lines), nothing)),
                float(sum((max(-one.difference, nothing) for one in lines), nothing)),
                tuple(one.label for one in counted if not one.is_correct),
            )
        )
    return units


def read(path: Path, record: Mapping[str, Any]) -> list[Reviewed]:
    """The rows reviewed, spares that were not needed and units they replaced left out.

    Raises UnusableSample with every problem found: file, sheet, row, what is wrong, what to do.
    """
    cells = _cells(path)
    sealed = {row[0]: row[1] for row in _table(path, SEAL, header=False)}
    if sealed.get("seal") != record["seal"]:
        raise UnusableSample(
            f"{path}, sheet {SEAL}: belongs to another sample (frame "
            f"{str(sealed.get('frame_sha256', 'unknown'))[:16]}, this manifest's is "
            f"{record['frame']['sha256'][:16]}); give the manifest of this worksheet with --manifest"
        )
    problems: list[str] = []

    def tell(row: int, what: str, remedy: str) -> None:
        problems.append(f"{path}, sheet {REVIEW}, row {row}: {what}; {remedy}")

    wanted = {(row["unit_id"], row["line_id"]): row for row in rows_of(record)}
    found: dict[tuple[str, str], tuple[int, dict[str, str]]] = {}
    for number, cell in cells:
        key = (_active(cell["unit_id"]), _active(cell["line_id"]))
        if key not in wanted:
            tell(number, f"{' '.join(key)} was not drawn", "restore the id, or delete the row")
        elif key in found:
            tell(number, f"{' '.join(key)} stands twice", "delete one of the rows")
        else:
            found[key] = (number, cell)
            _compare(number, cell, wanted[key], tell)
    problems += [
        f"{path}, sheet {REVIEW}: the row of {' '.join(key)} is missing; restore it from the "
        "worksheet as it was written"
        for key in wanted
        if key not in found
    ]
    rows = [] if problems else _reviewed(wanted, found, tell)
    if problems:
        more = len(problems) - TOLD
        raise UnusableSample(
            "\n".join(problems[:TOLD]) + (f"\nand {more} problems more" if more > 0 else "")
        )
    return rows


def _active(text: str) -> str:
    """The text behind the apostrophe that kept a spreadsheet from running it."""
    return text[1:] if text.startswith("'") and inert(text[1:]) == text else text


def _table(path: Path, name: str, *, header: bool) -> list[tuple[str, ...]]:
    try:
        book = fastexcel.read_excel(str(path))
        sheet = book.load_sheet(name, header_row=0 if header else None, dtypes="string")
    except (fastexcel.FastExcelError, FileNotFoundError, OSError):
        raise UnusableSample(
            f"{path}: cannot be read as a worksheet with the sheet {name}; save it as .xlsx and "
            "leave its sheets as they were written"
        ) from None
    frame = sheet.to_polars()
    rows = [tuple(value or "" for value in row) for row in frame.iter_rows()]
    return [tuple(frame.columns), *rows] if header else rows


def _cells(path: Path) -> list[tuple[int, dict[str, str]]]:
    """(row number in the sheet, column -> text) of every row that is not blank."""
    heading, *rows = _table(path, REVIEW, header=True)
    lacking = [name for name in (*GIVEN, *FILLED) if name not in heading]
    if lacking:
        raise UnusableSample(
            f"{path}, sheet {REVIEW}, row 1: the column {lacking[0]} is missing; restore the headings"
        )
    named = [dict(zip(heading, (cell.strip() for cell in row), strict=True)) for row in rows]
    return [(at, row) for at, row in enumerate(named, start=2) if any(row.values())]


Tell = Callable[[int, str, str], None]


def _compare(number: int, cell: Mapping[str, str], row: Mapping[str, Any], tell: Tell) -> None:
    for name in BILLED:
        given = row[name] or ""
        text = cell[name]
        same = _is_amount(text, given) if name in NUMBERS else _active(text) == given
        if not same:
            tell(
                number,
                f"{name} is {text or 'blank'} but {given or 'blank'} was drawn",
                "restore it; what the record supports goes into the audited columns",
            )


def _is_amount(text: str, given: str) -> bool:
    try:
        return _rounded(text) == (Decimal(given) if given else None)
    except InvalidOperation:
        return False


def _rounded(text: str) -> Decimal | None:
    """The amount of a cell, which holds a binary number: 0.1 + 0.2 comes as 0.30000000000000004."""
    return Decimal(text).quantize(Decimal("0.001")) if text else None


def _number(text: str) -> Decimal | None:
    """What a reviewer wrote; None where it is blank. Raises InvalidOperation."""
    value = _rounded(text)
    if value is not None and not value >= 0:
        raise InvalidOperation
    return value


def _reviewed(
    wanted: Mapping[tuple[str, str], Mapping[str, Any]],
    found: Mapping[tuple[str, str], tuple[int, dict[str, str]]],
    tell: Tell,
) -> list[Reviewed]:
    share = _share(wanted.values())
    rows: list[tuple[int, Reviewed]] = []
    for key, row in wanted.items():
        number, cell = found[key]
        one = _judged(number, cell, row, share, tell)
        if one is not None:
            rows.append((number, one))
    return _replaced(rows, tell)


def _share(rows: Iterable[Mapping[str, Any]]) -> Decimal:
    """What payers paid of a dollar allowed, over the lines drawn; 1 where nothing was allowed."""
    pairs = [(Decimal(row["paid"] or 0), Decimal(row["allowed"] or 0)) for row in rows]
    allowed = sum((two for _, two in pairs), Decimal(0))
    return sum((one for one, _ in pairs), Decimal(0)) / allowed if allowed else Decimal(1)


def _judged(
    number: int, cell: Mapping[str, str], row: Mapping[str, Any], share: Decimal, tell: Tell
) -> Reviewed | None:
    """The row as reviewed; None for a spare that is blank, and where a problem was told."""
    is_missed = row["line_id"] == MISSED
    filled = [name for name in FILLED if cell[name]]
    if row["role"] == "spare" and (not filled or (is_missed and cell["label"] in ("", NONE))):
        return None
    label = cell["label"] or (NONE if is_missed else "")
    offered = MISSED_LABELS if is_missed else LABELS
    for name, text in (("label", label), ("second_label", cell["second_label"])):
        if text and text not in offered:
            tell(number, f"the {name} {text!r} is unknown", f"choose one of {', '.join(offered)}")
            return None
    if not label:
        tell(number, "is not filled in", "choose a label, or `no record` where there is none")
        return None
    allowed, paid = (Decimal(row[name] or 0) for name in ("allowed", "paid"))
    try:
        audited, units = _number(cell["audited_allowed"]), _number(cell["audited_units"])
    except InvalidOperation:
        tell(number, "audited_allowed or audited_units is no amount", "write it as 1234.56")
        return None
    trouble = _second_opinion(cell) or _contradiction(label, cell, row, allowed, audited, units)
    if trouble:
        tell(number, *trouble)
        return None
    if label in (CORRECT, NONE):
        due = paid
    else:
        # nothing is due without a record; _contradiction asks for the amount of any other label
        due = (
            _paid_of(audited or Decimal(0), allowed, paid, share)
            if label != NO_RECORD
            else Decimal(0)
        )
    return Reviewed(
        row["role"],
        row["stratum"],
        int(row["place"]),
        row["unit_id"],
        row["line_id"],
        row["rendering_npi"] or "",
        paid,
        due,
        label,
        cell["second_label"],
        cell["reviewer"],
        cell["second_reviewer"],
        _active(cell["note"]),
        row["procedure_code"] or "",
        row.get("coder") or "",
    )


def _paid_of(audited: Decimal, allowed: Decimal, paid: Decimal, share: Decimal) -> Decimal:
    """What the payer would have paid of an allowed amount.

    Up to the amount allowed at the line's own share (0 where the deductible took it all), beyond it
    at the line's share where the payer paid any, else at that of all lines drawn.
    """
    own = paid / allowed if allowed > 0 else share
    beyond = max(audited - allowed, Decimal(0)) if allowed > 0 else Decimal(0)
    due = (audited - beyond) * own + beyond * (own if own > 0 else share)
    return due.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _second_opinion(cell: Mapping[str, str]) -> tuple[str, str] | None:
    """A second label is of somebody else, else kappa says nothing; the remedy."""
    first, second = cell["reviewer"], cell["second_reviewer"]
    if cell["second_label"] and not second:
        return "has a second_label and no second_reviewer", "give their initials"
    if cell["second_label"] and first.casefold() == second.casefold():
        return (
            f"has {second} as both reviewers",
            "a second review is somebody else's; correct one, or clear second_label",
        )
    return None


def _contradiction(
    label: str,
    cell: Mapping[str, str],
    row: Mapping[str, Any],
    allowed: Decimal,
    audited: Decimal | None,
    units: Decimal | None,
) -> tuple[str, str] | None:
    """What a label says against the cells beside it, and the remedy."""
    changed = [
        name
        for name, is_other in (
            ("code", cell["audited_code"] not in ("", row["procedure_code"])),
            ("modifiers", cell["audited_modifiers"] not in ("", row["modifiers"])),
            ("units", units is not None and units != Decimal(row["units"] or 0)),
            ("allowed", audited is not None and audited != allowed),
        )
        if is_other
    ]
    if label in (CORRECT, NONE):
        if changed:
            return (
                f"is labelled {label} but audited {changed[0]} differs from what was billed",
                "choose the label of the error, or clear the audited columns",
            )
        return None
    if not cell["reviewer"]:
        return "has no reviewer", "give your initials"
    if label == NO_RECORD:
        return None
    if audited is None:
        return (
            "has no audited_allowed",
            "give what should have been allowed, the amount billed as allowed where it is the same",
        )
    if label == "overcoding" and audited > allowed:
        return (
            "is labelled overcoding but more should have been allowed",
            "check the amount or label",
        )
    if label == "undercoding" and audited < allowed:
        return (
            "is labelled undercoding but less should have been allowed",
            "check the amount or label",
        )
    if label == MISSED_CHARGE and not cell["audited_code"]:
        return "has no audited_code", "give the code that was missed"
    return None


def _replaced(rows: list[tuple[int, Reviewed]], tell: Tell) -> list[Reviewed]:
    """The rows that count: spares that were used, in order, instead of units without a record."""
    units: dict[tuple[str, str, int, str], list[tuple[int, Reviewed]]] = {}
    for number, one in rows:
        units.setdefault((one.stratum, one.role, one.place, one.unit_id), []).append((number, one))
    first_spare = _first_spares(units)
    lost: dict[str, list[str]] = {}
    used: dict[str, int] = {}
    # the sample of a stratum comes before its spares, and these in order
    for (stratum, role, place, unit_id), lines in sorted(units.items()):
        number = lines[0][0]
        labels = {one.label for _, one in lines if one.line_id != MISSED}
        if NO_RECORD in labels and labels != {NO_RECORD}:
            tell(
                number,
                f"{unit_id} has a record for some lines and none for others",
                "label every line of the unit `no record`, or none",
            )
        if role == "spare":
            at = used.get(stratum, 0)
            used[stratum] = at + 1
            if at >= len(lost.get(stratum, [])):
                tell(
                    number,
                    "is a spare nothing made room for",
                    "clear it, or label a unit `no record`",
                )
            elif place != first_spare[stratum] + at:
                tell(number, "is not the next spare", "review the spares of a stratum in order")
        if labels == {NO_RECORD}:
            lost.setdefault(stratum, []).append(unit_id)
    replaced = {unit for stratum, count in used.items() for unit in lost.get(stratum, [])[:count]}
    return [one for _, one in rows if one.unit_id not in replaced]


def _first_spares(units: Iterable[tuple[str, str, int, str]]) -> dict[str, int]:
    """Stratum -> place of its first spare: the one after the last of the sample."""
    last: dict[str, int] = {}
    for stratum, role, place, _ in units:
        if role == "sample":
            last[stratum] = max(last.get(stratum, 0), place)
    return {stratum: place + 1 for stratum, place in last.items()}
