"""Invented patients: attributes are computed from a number, only what crosses visits is kept."""

from __future__ import annotations

from array import array
from datetime import date, timedelta

from pipelines.simulate.parameters import Parameters
from pipelines.simulate.visits import Patient

WORD = (1 << 64) - 1


def scramble(value: int) -> int:
    """64 well-mixed bits of an integer (splitmix64)."""
    value = (value + 0x9E3779B97F4A7C15) & WORD
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & WORD
    return value ^ (value >> 31)


class Panel:
    """The patients of the practice and what their next visit must know of earlier ones.

    Twenty-odd bytes a patient, so that a million fit in memory.
    """

    def __init__(self, parameters: Parameters, size: int, seed: int) -> None:
        self.size = size
        self._parameters = parameters
        self._key = scramble(seed)
        self._payers: list[int] = []
        for payer in parameters.payers:
            self._payers += [payer.index] * round(payer.share * 1000)
        self._commercial = next(p for p in parameters.payers if p.line_of_business == "commercial")
        self.last_day = array("i", [0]) * size
        self.closed_until = array("i", [0]) * size
        """No visit until then: a global of another specialty is open."""
        self.global_until = array("i", [0]) * size
        self.last_biopsy = array("i", [0]) * size
        self.is_known = bytearray(size)
        self._diagnosis = array("h", [-1]) * size
        self._diagnosis_day = array("i", [0]) * size
        self._spent = array("i", [0]) * size
        self._spent_year = array("h", [0]) * size
        self._diagnoses: dict[str, int] = {}

    def patient(self, number: int) -> Patient:
        """Who patient `number` is."""
        bits = scramble(self._key ^ (number * 0x9E3779B1 + 1))
        more = scramble(bits)
        payer = self._parameters.payers[self._payers[bits % len(self._payers)]]
        bits >>= 10
        family_names, given_names = self._parameters.family_names, self._parameters.given_names
        is_old = payer.line_of_business.startswith("medicare")
        youngest, years = (66, 27) if is_old else (28, 36)
        days = youngest * 365 + bits % (years * 365)
        birth = self._parameters.last_service_date - timedelta(days=days)
        draw = (more >> 32) / (1 << 32)
        rates = self._parameters.rates
        surgeons = len(self._parameters.surgeons)
        has_secondary = payer.index == 0 and draw < rates["secondary_share"]
        return Patient(
            number=number,
            family_name=family_names[(bits >> 14) % (len(family_names) - surgeons)],
            given_name=given_names[(bits >> 22) % len(given_names)],
            sex="MF"[(bits >> 30) & 1],
            birth_date=birth.strftime("%Y%m%d"),
            member_id=f"SIM{more % 10**4:04d}{number:07d}",
            payer=payer,
            secondary=self._commercial if has_secondary else None,
            is_crossover=has_secondary
            and draw < rates["secondary_share"] * rates["crossover_share"],
            group_number=f"SIM{payer.index}{more % 97:02d}",
        )

    def recent_diagnosis(self, number: int, day: int) -> str:
        """The diagnosis of a first stage within the last 30 days, or nothing."""
        if self._diagnosis[number] < 0 or day - self._diagnosis_day[number] > 30:
            return ""
        return list(self._diagnoses)[self._diagnosis[number]]

    def remember_diagnosis(self, number: int, day: int, code: str) -> None:
        self._diagnosis[number] = self._diagnoses.setdefault(code, len(self._diagnoses))
        self._diagnosis_day[number] = day

    def deductible_left(self, number: int, day: int, deductible: int, met_by: int) -> int:
        """Cents of the year's deductible still open.

        Other doctors' bills meet it on a day of the year of the patient's own, at the latest on
        day `met_by`.
        """
        on = date.fromordinal(day)
        met_on = scramble(self._key ^ (number * 31 + on.year)) % met_by
        if on.timetuple().tm_yday >= met_on:
            return 0
        if self._spent_year[number] != on.year:
            return deductible
        return max(deductible - self._spent[number], 0)

    def spend_deductible(self, number: int, day: int, amount: int) -> None:
        year = date.fromordinal(day).year
        if self._spent_year[number] != year:
            self._spent_year[number] = year
            self._spent[number] = 0
        self._spent[number] += amount
