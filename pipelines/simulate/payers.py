"""Payers of the invented practice: terms, habits and the edits they honour, each for its dates.

Terms of payment are those of the day of service; what a payer does with a claim is what it did on
the day the claim was sent. A day on which any row of a payer begins or ends starts another dialect.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parent / "parameters"
EVERYONE = "*"
BEHAVIOUR = ("payers", "denials", "clerical", "edits", "slips", "appeals")
"""Files whose rows are about a payer."""
LAST = "9999-12-31"


def read_rows(name: str, on: date | None = None) -> list[dict[str, str]]:
    """The rows of one parameter file, as text; with `on`, those in force on that day.

    Raises FileNotFoundError where it is missing.
    """
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    if on is None:
        return rows
    day = on.isoformat()
    return [row for row in rows if is_in_force(row, day)]


def is_in_force(row: dict[str, str], day: str) -> bool:
    """Whether a row holds on a day (YYYY-MM-DD); a row without dates always does."""
    return row.get("effective_from", "") <= day <= (row.get("effective_to", "") or LAST)


def starts_of(rows: list[dict[str, str]]) -> set[date]:
    """The days on which a row begins, and those after which one ended."""
    found = {date.fromisoformat(row["effective_from"]) for row in rows if row.get("effective_from")}
    return found | {
        date.fromisoformat(row["effective_to"]) + timedelta(days=1)
        for row in rows
        if row.get("effective_to")
    }


@dataclass(frozen=True, slots=True)
class Denial:
    """What a payer does when something triggers it."""

    probability: float
    group_code: str
    carc: str
    rarc: str


@dataclass(frozen=True, slots=True)
class Clerical:
    """A reason to send a whole claim back that has nothing to do with coding."""

    denial: Denial
    weight: float
    is_final: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """A payer's own edit: what a line must look like for it to deny at its probability.

    Whatever is empty is not asked for. Codes, diagnoses and `beside` are starts of codes; `beside`
    is looked for on another line of the claim, `rendering` is a type or a surgeon's key.
    """

    name: str
    codes: tuple[str, ...]
    modifiers: frozenset[str]
    without: frozenset[str]
    diagnoses: tuple[str, ...]
    places: tuple[str, ...]
    rendering: tuple[str, ...]
    beside: tuple[str, ...]
    fewest_units: int
    fewest_days: int
    """From service to submission."""
    denial: Denial


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake in payment: how often in a claim, on which codes, and what rule tells of it."""

    name: str
    codes: tuple[str, ...]
    probability: float
    factor: float
    rule: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """How often denials of a category are appealed, and how often the payer gives in."""

    appealed: float
    won: float


@dataclass(frozen=True)
class Dialect:
    """What a payer pays and does in a period."""

    values: dict[str, str]
    denials: dict[str, Denial]
    clerical: tuple[Clerical, ...]
    edits: tuple[Edit, ...]
    slips: tuple[Slip, ...]
    appeals: dict[str, Appeal]
    _edits: dict[str, tuple[Edit, ...]] = field(default_factory=dict)

    @cached_property
    def rates(self) -> dict[str, float]:
        found = {}
        for name, value in self.values.items():
            try:
                found[name] = float(value)
            except ValueError:
                continue
        return found

    @cached_property
    def percent(self) -> int:
        """Basis points of Medicare's fee."""
        return round(self.rates["percent_of_medicare"] * 10000)

    @cached_property
    def coinsurance(self) -> int:
        """Basis points of the allowed amount after the deductible."""
        return round(self.rates["coinsurance"] * 10000)

    @cached_property
    def years_behind(self) -> int:
        return int(self.values["schedule_years_behind"])

    @cached_property
    def is_sequestered(self) -> bool:
        return self.values["sequestration"] == "yes"

    @cached_property
    def has_deductible(self) -> bool:
        return self.values["has_deductible"] == "yes"

    @cached_property
    def shows_reduction(self) -> bool:
        return self.values["reduction_shown"] == "yes"

    @cached_property
    def reviewed(self) -> frozenset[str]:
        """Keys of the surgeons whose records are asked for more often."""
        return frozenset(self.values.get("surgeons_reviewed", "").split())

    def edits_of(self, code: str) -> tuple[Edit, ...]:
        """The payer's own edits that look at a procedure code."""
        found = self._edits.get(code)
        if found is None:
            found = tuple(e for e in self.edits if not e.codes or code.startswith(e.codes))
            self._edits[code] = found
        return found


@dataclass(frozen=True)
class Payer:
    """One payer: who it is, and its dialect of any day."""

    index: int
    key: str
    starts: tuple[int, ...]
    """First day (proleptic ordinal) of each dialect."""
    dialects: tuple[Dialect, ...]

    def on(self, day: int) -> Dialect:
        """The dialect of a day; before the first one, that one."""
        return self.dialects[max(bisect_right(self.starts, day) - 1, 0)]

    @cached_property
    def values(self) -> dict[str, str]:
        """The latest values: names and identifiers do not change."""
        return self.dialects[-1].values

    @cached_property
    def name(self) -> str:
        return self.values["name"]

    @cached_property
    def identifier(self) -> str:
        return self.values["payer_identifier"]

    @cached_property
    def filing_indicator(self) -> str:
        return self.values["filing_indicator"]

    @cached_property
    def line_of_business(self) -> str:
        return self.values["line_of_business"]

    @cached_property
    def share(self) -> float:
        return float(self.values["share"])


def behaviour(*, drift: bool = False) -> dict[str, list[dict[str, str]]]:
    """The rows about payers by file; those of the drift only where it is asked for."""
    found = {name: read_rows(name) for name in BEHAVIOUR}
    found["edits"] = [row for row in found["edits"] if drift or row["only_with"] != "drift"]
    return found


def load_payers(*, drift: bool = False) -> tuple[Payer, ...]:
    """Every payer in the order of `payers.csv`."""
    rows = behaviour(drift=drift)
    keys = dict.fromkeys(row["payer"] for row in rows["payers"])
    starts = sorted(set().union(*(starts_of(found) for found in rows.values())))
    return tuple(
        Payer(
            index,
            key,
            tuple(start.toordinal() for start in starts),
            tuple(
                _dialect(
                    key,
                    {
                        name: [row for row in found if is_in_force(row, start.isoformat())]
                        for name, found in rows.items()
                    },
                )
                for start in starts
            ),
        )
        for index, key in enumerate(keys)
    )


def _dialect(key: str, rows: dict[str, list[dict[str, str]]]) -> Dialect:
    """A row of the payer's own stands before the row of every payer."""
    own = {
        name: [row for owner in (EVERYONE, key) for row in found if row["payer"] == owner]
        for name, found in rows.items()
    }
    return Dialect(
        values={row["parameter"]: row["value"] for row in own["payers"]},
        denials={row["trigger"]: _denial(row) for row in own["denials"]},
        clerical=tuple(
            Clerical(
                Denial(1.0, row["group_code"], row["carc"], row["rarc"]),
                float(row["weight"]),
                row["is_final"] == "yes",
            )
            for row in own["clerical"]
        ),
        edits=tuple(_edit(row) for row in own["edits"]),
        slips=tuple(
            Slip(
                row["slip"],
                tuple(row["procedure_codes"].split()),
                float(row["probability"]),
                float(row["factor"] or 1),
                row["rule"],
            )
            for row in own["slips"]
        ),
        appeals={
            row["category"]: Appeal(float(row["appealed"]), float(row["won"]))
            for row in own["appeals"]
        },
    )


def _denial(row: dict[str, str]) -> Denial:
    return Denial(float(row["probability"]), row["group_code"], row["carc"], row["rarc"])


def _edit(row: dict[str, str]) -> Edit:
    return Edit(
        name=row["edit"],
        codes=tuple(row["procedure_codes"].split()),
        modifiers=frozenset(row["modifiers"].split()),
        without=frozenset(row["without_modifiers"].split()),
        diagnoses=tuple(row["diagnoses"].split()),
        places=tuple(row["places"].split()),
        rendering=tuple(row["rendering"].split()),
        beside=tuple(row["beside"].split()),
        fewest_units=int(row["fewest_units"] or 0),
        fewest_days=int(row["fewest_days"] or 0),
        denial=_denial(row),
    )
