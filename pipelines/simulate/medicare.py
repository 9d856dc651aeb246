"""Medicare's fee as the simulated payers pay it: RVU x GPCI x CF, ranking, assistants.

Works from `sql/reference` alone and shares no code with the audit's own pricing, so that the two
check each other. Fees are whole cents per unit of service (formula: notes of the CMS RVU files).
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[2] / "sql" / "reference"
ASSISTANTS = ("80", "81", "82", "AS")


class UnpricedDateError(ValueError):
    """No RVU, GPCI or conversion factor is on file for a date the simulation needs."""


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class FeeSchedule:
    """Fees by code, day, locality and setting, computed on first use and kept."""

    def __init__(self, reference: Path = REFERENCE) -> None:
        self._rvu: dict[str, list[dict[str, str]]] = {}
        for row in _rows(reference / "mpfs_rvu.csv"):
            if not row["modifier"]:
                self._rvu.setdefault(row["procedure_code"], []).append(row)
        self._gpci: dict[str, list[dict[str, str]]] = {}
        for row in _rows(reference / "gpci.csv"):
            self._gpci.setdefault(row["locality"], []).append(row)
        self._factors = [
            row
            for row in _rows(reference / "conversion_factor.csv")
            if row["apm_qualifying"] == "false"
        ]
        days = {row["effective_from"] for row in self._factors}
        days.update(row["effective_from"] for rows in self._rvu.values() for row in rows)
        days.update(row["effective_from"] for rows in self._gpci.values() for row in rows)
        self._starts = sorted(date.fromisoformat(day).toordinal() for day in days)
        self._deductibles = _rows(reference / "deductible.csv")
        self._sequestration = _rows(reference / "sequestration.csv")
        factors = {
            row["factor"]: int(Decimal(row["value"]) * 10000)
            for row in _rows(reference / "payment_factor.csv")
        }
        self.assistant = factors["assistant"]
        """Basis points of the fee for an assistant at surgery."""
        self.nonphysician = factors["nonphysician"]
        """Basis points of the fee where an NP, PA or CNS renders."""
        self._fees: dict[tuple[str, int, str, bool, bool], int] = {}
        self._traits: dict[str, tuple[bool, int]] = {}

    def _on(self, rows: list[dict[str, str]], day: str, what: str) -> dict[str, str]:
        for row in rows:
            if row["effective_from"] <= day <= (row["effective_to"] or "9999-12-31"):
                return row
        raise UnpricedDateError(f"sql/reference has no {what} for {day}: simulate fewer months")

    def fee(
        self,
        code: str,
        day: int,
        locality: str,
        is_facility: bool,
        *,
        has_old_factor: bool = False,
    ) -> int:
        """Cents for one unit on a day (proleptic ordinal), 0 for a code without RVUs at all.

        `has_old_factor` takes the conversion factor before that of the day. Raises
        UnpricedDateError.
        """
        if code not in self._rvu:
            return 0
        period = bisect_right(self._starts, day) - 1
        key = (code, period, locality, is_facility, has_old_factor)
        found = self._fees.get(key)
        if found is None:
            found = self._compute(code, day, locality, is_facility, has_old_factor)
            self._fees[key] = found
        return found

    def _compute(
        self, code: str, day: int, locality: str, is_facility: bool, has_old_factor: bool
    ) -> int:
        on = date.fromordinal(day).isoformat()
        rvu = self._on(self._rvu.get(code, []), on, f"RVU of {code}")
        gpci = self._on(self._gpci.get(locality, []), on, f"GPCI of {locality}")
        factor = self._on(self._factors, on, "conversion factor")
        if has_old_factor:
            before = date.fromisoformat(factor["effective_from"]) - timedelta(days=1)
            factor = self._on(self._factors, before.isoformat(), "conversion factor")
        practice = rvu["facility_pe_rvu"] if is_facility else rvu["nonfacility_pe_rvu"]
        total = (
            Decimal(rvu["work_rvu"]) * Decimal(gpci["work_gpci"])
            + Decimal(practice) * Decimal(gpci["pe_gpci"])
            + Decimal(rvu["mp_rvu"]) * Decimal(gpci["mp_gpci"])
        )
        amount = total * Decimal(factor["conversion_factor"])
        return int(amount.quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)

    def is_reduced(self, code: str) -> bool:
        """Whether the code takes part in the multiple-procedure ranking (indicator 2)."""
        return self._trait(code)[0]

    def global_days(self, code: str) -> int:
        """10 or 90, else 0."""
        return self._trait(code)[1]

    def _trait(self, code: str) -> tuple[bool, int]:
        found = self._traits.get(code)
        if found is None:
            rows = self._rvu.get(code)
            if rows:
                days = rows[-1]["global_days"]
                found = rows[-1]["multiple_procedure"] == "2", int(days) if days.isdigit() else 0
            else:
                found = False, 0
            self._traits[code] = found
        return found

    def deductible(self, year: int) -> int:
        """Part B deductible of a year, cents. Raises UnpricedDateError."""
        row = self._on(self._deductibles, f"{year}-06-30", "Part B deductible")
        return int(Decimal(row["deductible"]) * 100)

    def sequestration(self, day: int) -> int:
        """Basis points taken off the program's payment on a day. Raises UnpricedDateError."""
        row = self._on(self._sequestration, date.fromordinal(day).isoformat(), "sequestration rate")
        return int(Decimal(row["sequestration_rate"]) * 10000)

    def is_assistant_paid(self, code: str) -> bool:
        """Whether Medicare pays an assistant at surgery (indicator 2)."""
        rows = self._rvu.get(code, [])
        return bool(rows) and rows[-1]["assistant"] == "2"


@dataclass(frozen=True)
class Pairs:
    """The NCCI procedure-to-procedure edits on file, and the modifiers that free a pair."""

    edits: dict[tuple[str, str], str]
    """(column 1, column 2) -> modifier indicator."""
    modifiers: frozenset[str]


def load_pairs(reference: Path = REFERENCE) -> Pairs:
    """Read the pair edits and the modifiers."""
    return Pairs(
        {
            (row["column1"], row["column2"]): row["modifier_indicator"]
            for row in _rows(reference / "ncci_ptp.csv")
        },
        frozenset(
            row["modifier"] for row in _rows(reference / "modifier.csv") if row["is_ncci"] == "true"
        ),
    )


def share(amount: int, basis_points: int) -> int:
    """A part of an amount of cents, half up."""
    return (amount * basis_points + 5000) // 10000


def rank(fees: Sequence[tuple[int, int]], *, is_worst_first: bool = False) -> list[int]:
    """What (fee per unit, units) pairs of ranked lines are paid: best unit in full, others half.

    Each unit is its own procedure; ties keep claim order (100-04 ch. 12 s. 40.6). The sixth and
    later units, by report for a real contractor, are paid half here.
    """
    paid = [(fee + 1) // 2 * units for fee, units in fees]
    if fees:
        choose = min if is_worst_first else max
        best = choose(range(len(fees)), key=lambda index: fees[index][0])
        fee = fees[best][0]
        paid[best] += fee - (fee + 1) // 2
    return paid
