"""Why a line is at risk, in plain words: which of its facts raise the probability, and on what record.

A group of features is set to what is usual, and the probability asked for again; the fall is what the
group adds. The words give the payer's record, counted before the line was submitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.risk_counts import Floats, Whole
from pipelines.risk_features import CATEGORIES, GROUPS, Made
from pipelines.risk_models import Matrix, Predict

MOST = 3
LEAST = 0.002
"""A fifth of a percent; less is not worth a sentence."""
SEVERITIES = {1: "an error", 2: "a warning", 3: "a note"}

Row = Mapping[str, Any]


def usual(matrix: Matrix, names: tuple[str, ...]) -> NDArray[np.float32]:
    """The median of each feature, of a category the most frequent value."""
    found = np.median(matrix, axis=0).astype(np.float32)
    for name in CATEGORIES:
        if name in names:
            at = names.index(name)
            found[at] = np.bincount(matrix[:, at].astype(int)).argmax()
    return found


def contributions(
    matrix: Matrix, names: tuple[str, ...], predict: Predict, chances: Floats, normal: Matrix
) -> Floats:
    """Row x group of GROUPS: how much lower the probability were without what is unusual in it."""
    found = np.zeros((len(matrix), len(GROUPS)))
    for column, features in enumerate(GROUPS.values()):
        at = [names.index(name) for name in features if name in names]
        if not at:
            continue
        changed = matrix.copy()
        changed[:, at] = normal[at]
        moved = (matrix[:, at] != normal[at]).any(axis=1)
        found[moved, column] = chances[moved] - predict(changed[moved])
    return found


def words(lines: pl.DataFrame, made: Made, rows: Whole, added: Floats) -> list[list[str]]:
    """Up to three reasons for each of the rows, strongest first.

    `lines` are all lines, `added` one row for each of `rows`.
    """
    facts = lines.select(FACTS)[rows.tolist()]
    worst = _worst(made, rows)
    groups = list(GROUPS)
    order = np.argsort(-added, axis=1, kind="stable")[:, :MOST]
    told = []
    for at, fact in enumerate(facts.iter_rows(named=True)):
        row = int(rows[at])
        counts = {name: (int(n[row]), int(k[row])) for name, (n, k) in made.counts.items()}
        known = {**fact, **worst.get(row, {})}
        told.append(
            [
                WORDS[groups[group]](known, counts)
                for group in order[at]
                if added[at, group] >= LEAST
            ]
        )
    return told


FACTS = (
    "payer",
    "kind",
    "procedure_code",
    "modifier_key",
    "diagnosis_family",
    "place_of_service",
    "units",
    "code_position",
    "days_to_submission",
    "is_resubmission",
    "family_match",
    "visits",
    "biopsies",
    "closures",
    "first_stage_lines",
    "encounter_lines",
)


def _worst(made: Made, rows: Whole) -> dict[int, dict[str, Any]]:
    if made.worst_rule.is_empty():
        return {}
    wanted = made.worst_rule.filter(pl.col("row").is_in(rows.tolist()))
    return {one["row"]: one for one in wanted.iter_rows(named=True)}


Counts = Mapping[str, tuple[int, int]]


def _record(who: str, count: tuple[int, int], what: str) -> str:
    lines, denied = count
    if not lines:
        return f"{who} has not decided {what} before"
    return f"{who} denied {denied:,} of {lines:,} {what}"


def _rules(row: Row, counts: Counts) -> str:
    if not row.get("rule_id"):
        return "no rule fired on it"
    count = (row["lines"], row["denied"])
    return f"{row['rule_id']} fired on it ({SEVERITIES[row['severity_rank']]}): " + _record(
        row["payer"], count, "lines on which it fired"
    )


def _companions(row: Row, counts: Counts) -> str:
    return "a rule fired on a line it belongs with or is billed beside"


def _payer(row: Row, counts: Counts) -> str:
    return _record(row["payer"], counts["payer_code_rate"], f"lines of {row['procedure_code']}")


def _modifiers(row: Row, counts: Counts) -> str:
    key = row["modifier_key"] or "none"
    return _record(
        row["payer"], counts["payer_modifier_rate"], f"{row['kind']} lines with modifiers: {key}"
    )


def _diagnosis(row: Row, counts: Counts) -> str:
    if row["family_match"] == -1:
        return "no diagnosis it points to lies where the code says the tumour is"
    family = row["diagnosis_family"] or "no diagnosis"
    return _record(row["payer"], counts["payer_diagnosis_rate"], f"lines that point to {family}")


def _place(row: Row, counts: Counts) -> str:
    return _record(
        row["payer"],
        counts["payer_place_rate"],
        f"lines with place of service {row['place_of_service'] or 'blank'}",
    )


def _renderer(row: Row, counts: Counts) -> str:
    return _record(row["payer"], counts["payer_renderer_rate"], "lines of this renderer")


def _timing(row: Row, counts: Counts) -> str:
    days = row["days_to_submission"]
    again = ", and not for the first time" if row["is_resubmission"] else ""
    return f"it was submitted {days:,} days after the service{again}"


def _day(row: Row, counts: Counts) -> str:
    said = []
    if row["code_position"] > 1:
        said.append(f"line {row['code_position']} of {row['procedure_code']} that day")
    if row["units"] > 1:
        said.append(f"{row['units']:g} units")
    for name, word in (
        ("visits", "a visit"),
        ("biopsies", "a biopsy"),
        ("closures", "a closure"),
        ("first_stage_lines", "a first stage"),
    ):
        if row[name] and row["encounter_lines"] > 1:
            said.append(word)
    return "what is billed that day: " + (", ".join(said) or f"{row['encounter_lines']} lines")


WORDS: Mapping[str, Callable[[Row, Counts], str]] = {
    "rules": _rules,
    "companions": _companions,
    "payer": _payer,
    "modifiers": _modifiers,
    "diagnosis": _diagnosis,
    "place": _place,
    "renderer": _renderer,
    "timing": _timing,
    "day": _day,
}
BASELINE_GROUP = {"payer_code_rate": "payer", "rule_only": "rules"}
"""What a baseline's probability rests on alone."""
