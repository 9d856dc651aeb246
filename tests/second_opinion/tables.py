"""The shipped reference values, read with the csv module: dated rows, looked up by day."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "sql" / "reference"
FARTHEST = 8
"""Quarters from a release beyond which nothing is judged by it [issue 3]."""

Row = dict[str, str]
Dated = list[tuple[date, date, Row]]


def rows(path: Path) -> list[Row]:
    """The rows of a CSV as they stand there."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def dated(path: Path, *keys: str) -> dict[tuple[str, ...], Dated]:
    """Key -> its rows with first and last day."""
    found: dict[tuple[str, ...], Dated] = defaultdict(list)
    for row in rows(path):
        first = date.fromisoformat(row["effective_from"])
        last = date.fromisoformat(row["effective_to"]) if row["effective_to"] else date.max
        found[tuple(row[key] for key in keys)].append((first, last, row))
    return dict(found)


CLASSES = dated(FOLDER / "code_class.csv", "procedure_code")
FEES = dated(FOLDER / "mpfs_rvu.csv", "procedure_code", "modifier")
PAIRS = dated(FOLDER / "ncci_ptp.csv", "column1", "column2")
LIMITS = dated(FOLDER / "ncci_mue.csv", "procedure_code")
ADD_ONS = dated(FOLDER / "ncci_add_on.csv", "add_on_code")
SITES = dated(FOLDER / "icd10_site_map.csv", "diagnosis_code")
PREFIXES = dated(FOLDER / "icd10_class.csv", "class_name")
MODIFIERS = dated(FOLDER / "modifier.csv", "modifier")
RELEASES = dated(FOLDER / "release.csv", "series")
SITE_CODES = sorted(code for (code,) in SITES)


def on(found: Dated, day: date) -> list[Row]:
    """The rows in force."""
    return [row for first, last, row in found if first <= day <= last]


@cache
def kinds(code: str, day: date) -> frozenset[str]:
    """Classes of a procedure code."""
    return frozenset(row["class_name"] for row in on(CLASSES.get((code,), []), day))


@cache
def judging_day(series: str, day: date) -> tuple[date, int]:
    """The day moved into the release that judges it, and how many quarters it was moved."""
    nearest = min(
        (max((first - day).days, (day - last).days, 0), first, last)
        for first, last, _ in RELEASES[series,]
    )
    moved = min(max(day, nearest[1]), nearest[2])
    return moved, abs(_quarter(day) - _quarter(moved))


def _quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


@cache
def fee(code: str, day: date) -> Row | None:
    """Policy indicators of a code without modifier."""
    found = on(FEES.get((code, ""), []), judging_day("mpfs", day)[0])
    return found[0] if found else None


@cache
def limit(code: str, day: date) -> tuple[int, str] | None:
    """Units and MAI of the medically unlikely edit."""
    found = on(LIMITS.get((code,), []), judging_day("mue", day)[0])
    return (int(found[0]["units"]), found[0]["mai"]) if found else None


@cache
def indicator(column1: str, column2: str, day: date) -> str | None:
    """Modifier indicator of a pair."""
    found = PAIRS.get((column1, column2))
    if found is None:
        return None
    in_force = on(found, judging_day("ptp", day)[0])
    return in_force[0]["modifier_indicator"] if in_force else None


@cache
def primaries(add_on: str, day: date) -> frozenset[str]:
    """Codes an add-on of type 1 may be added to."""
    found = on(ADD_ONS.get((add_on,), []), judging_day("add_on", day)[0])
    return frozenset(row["primary_code"] for row in found if row["edit_type"] == "1")


@cache
def site(code: str, day: date) -> tuple[str, str]:
    """Site family of a diagnosis (OTHER where it has none) and its side (L, R, U or blank)."""
    found = on(SITES.get((code,), []), day)
    return (found[0]["site_family"], found[0]["laterality"]) if found else ("OTHER", "")


@cache
def is_invalid(code: str, day: date) -> bool:
    """A diagnosis of the sites on file, or a heading above some, that is not in force."""
    is_known = any(known.startswith(code) for known in SITE_CODES)
    return is_known and not on(SITES.get((code,), []), day)


@cache
def is_of(code: str, kind: str, day: date) -> bool:
    """A diagnosis begins with a prefix of the class."""
    return any(
        code.startswith(row["diagnosis_prefix"]) for row in on(PREFIXES.get((kind,), []), day)
    )


@cache
def regions(code: str, day: date) -> frozenset[str]:
    """Anatomic regions of a diagnosis, named as the classes of closures are."""
    return frozenset(
        kind for (kind,) in PREFIXES if kind.startswith("region_") and is_of(code, kind, day)
    )


@cache
def meaning(modifier: str, day: date) -> Row | None:
    """What a modifier says; None where it is unknown or not in force."""
    found = on(MODIFIERS.get((modifier,), []), day)
    return found[0] if found else None
