"""Closing the wound: which repair, how long, and by whom (classes of codes: rules.md MOHS010)."""

from __future__ import annotations

from bisect import bisect
from random import Random
from typing import TYPE_CHECKING

from pipelines.simulate.visits import Bill, Lesion, Line, Visit

if TYPE_CHECKING:
    from pipelines.simulate.clinic import Clinic

LENGTHS = {"simple": (1.0, 4.5), "intermediate": (1.8, 6.5), "complex": (1.8, 8.5)}
AREAS = {"flap": (3.0, 28.0), "graft": (1.0, 18.0)}
MEASURED_BY_AREA = ("flap", "graft")


def close(clinic: Clinic, rng: Random, lesion: Lesion) -> None:
    """Choose how the wound is closed and measure it."""
    kinds, weights = clinic.closures
    kind = kinds[min(bisect(weights, rng.random() * weights[-1]), len(kinds) - 1)]
    lesion.closure = kind
    lesion.defect_cm2 = round(0.6 + (lesion.size_mm / 10 + 0.6) ** 2 * 0.8, 1)
    if kind in LENGTHS:
        low, high = LENGTHS[kind]
        lesion.closure_cm = round(low + rng.random() ** 1.5 * (high - low), 1)
    elif kind in AREAS:
        low, high = AREAS[kind]
        area = low + rng.random() ** 2 * (high - low)
        if kind == "flap" and rng.random() < clinic.parameters.rates["large_flap"]:
            area = 31 + rng.random() * 25
        lesion.defect_cm2 = round(area, 1)


def _codes(clinic: Clinic, lesions: list[Lesion]) -> list[tuple[str, int]]:
    """(code, units) of one repair, or of several of a kind whose lengths add up."""
    kind, area = closure_class(lesions[0])
    if kind in MEASURED_BY_AREA:
        measure = sum(lesion.defect_cm2 for lesion in lesions)
    else:
        measure = sum(lesion.closure_cm for lesion in lesions)
    rows = clinic.parameters.closures[kind, area]
    row = next((row for row in rows if measure <= row.up_to), rows[-1])
    found = [(row.procedure_code, 1)]
    if row.add_on_code and measure > row.up_to:
        steps = int((measure - row.up_to - 0.001) // row.add_on_step) + 1
        found.append((row.add_on_code, steps))
    return found


def closure_class(lesion: Lesion) -> tuple[str, str]:
    """Kind and class of site: what the closure codes of a wound are looked up by."""
    kind = lesion.closure
    site = lesion.site
    if kind == "simple":
        return kind, site.simple
    if kind == "intermediate":
        return kind, site.intermediate
    return kind, site.other


def closure_bills(clinic: Clinic, rng: Random, visit: Visit) -> None:
    """Bill the closures: on the surgeon's claim, or on that of whoever closed."""
    rates = clinic.parameters.rates
    repairs: dict[tuple[str, str, int], list[int]] = {}
    for index, lesion in enumerate(visit.lesions):
        if lesion.closure == "none":
            continue
        kind, area = closure_class(lesion)
        # lengths of one class add up; every flap is its own defect
        alone = index if kind == "flap" else -1
        repairs.setdefault((kind, area, alone), []).append(index)
    if not repairs:
        return
    bill = visit.bills[0]
    who = rng.random()
    if not visit.place.is_facility and not visit.in_global and len(visit.lesions) == 1:
        if who < rates["closed_by_assistant"] and visit.lesions[0].closure != "flap":
            bill = _second_bill(clinic, visit, "closing")
        elif who > 1 - rates["closed_by_plastic"]:
            bill = _second_bill(clinic, visit, "plastic")
    unrelated = ("79",) if visit.in_global else ()
    for order, indexes in enumerate(sorted(repairs.values())):
        lesions = [visit.lesions[index] for index in indexes]
        diagnoses = tuple(dict.fromkeys(lesion.diagnosis_code for lesion in lesions))
        modifiers = (*unrelated, "59") if order else unrelated
        for code, units in _codes(clinic, lesions):
            charge = clinic.parameters.charges[code] * units
            repair = Line(code, modifiers, units, charge, diagnoses, indexes[0])
            bill.lines.append(repair)
            if code == "14301" and bill is visit.bills[0]:
                _assist(clinic, rng, visit, repair)


def _second_bill(clinic: Clinic, visit: Visit, role: str) -> Bill:
    rendering = clinic.plastic if role == "plastic" else clinic.assistant
    bill = Bill(rendering, clinic.parameters.groups[rendering.group_id], [], role)
    visit.bills.append(bill)
    return bill


def _assist(clinic: Clinic, rng: Random, visit: Visit, repair: Line) -> None:
    """A second surgeon at a large flap: one of the few companions where an assistant is paid."""
    if rng.random() >= clinic.parameters.rates["flap_assistant_surgeon"]:
        return
    others = [s for s in clinic.surgeons if s is not visit.surgeon]
    rendering = others[int(rng.random() * len(others))]
    modifiers = ("80", *repair.modifiers)
    line = Line("14301", modifiers, 1, repair.charge // 5, repair.diagnosis_codes, repair.lesion)
    group = clinic.parameters.groups[rendering.group_id]
    visit.bills.append(Bill(rendering, group, [line], "assistant"))
