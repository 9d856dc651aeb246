"""Errors in what is billed beside the stages: biopsies, pathology, excisions, repairs, visits."""

from __future__ import annotations

from datetime import date

from pipelines.simulate.clinic import line
from pipelines.simulate.closing import closure_class
from pipelines.simulate.injection import (
    Chance,
    first_stage,
    has_one_lesion,
    injects,
    is_mohs,
    is_plain,
    mark,
    recode,
)
from pipelines.simulate.visits import MOHS, Bill, Line, Visit

SINCE_BIOPSY = 21
"""Days from an earlier biopsy to the visit."""


@injects(is_mohs)
def bundled_block(visit: Visit, chance: Chance) -> None:
    diagnoses = first_stage(visit).diagnosis_codes[:1]
    item = line(chance.clinic, chance.error.detail, 1, diagnoses)
    mark(visit, item, "MOHS061", "MOHS060")
    visit.bills[0].lines.append(item)


@injects(lambda visit, _: is_plain(visit) and not visit.place.is_facility)
def pathology_of_mohs_tissue(visit: Visit, chance: Chance) -> None:
    first = first_stage(visit)
    item = line(chance.clinic, chance.error.detail, first.units, first.diagnosis_codes[:1])
    mark(visit, item, "MOHS062", "MOHS061", "MOHS144")
    visit.bills[0].lines.append(item)


@injects(lambda visit, _: is_plain(visit))
def biopsy_of_mohs_lesion(visit: Visit, chance: Chance) -> None:
    diagnoses = first_stage(visit).diagnosis_codes[:1]
    item = line(chance.clinic, chance.error.detail, 1, diagnoses)
    mark(visit, item, "MOHS064", "MOHS061", "MOHS065")
    for other in visit.bills[0].lines:
        # repairs pair with the biopsy too
        other.also += () if other.procedure_code in MOHS else ("MOHS061",)
    visit.bills[0].lines.append(item)


def _visit_line(visit: Visit) -> Line | None:
    if visit.kind != "mohs":
        return None
    return next((i for i in visit.bills[0].lines if "25" in i.modifiers), None)


@injects(lambda visit, _: _visit_line(visit) is not None)
def visit_without_25(visit: Visit, chance: Chance) -> None:
    item = _visit_line(visit)
    if item is not None:
        item.modifiers = tuple(m for m in item.modifiers if m != "25")
        mark(visit, item, "MOHS100", "MOHS061")


@injects(lambda visit, _: _visit_line(visit) is not None)
def visit_for_the_decision(visit: Visit, chance: Chance) -> None:
    item = _visit_line(visit)
    if item is not None:
        item.diagnosis_codes = first_stage(visit).diagnosis_codes[:1]
        mark(visit, item, "MOHS102")


def _add(
    visit: Visit, chance: Chance, code: str, *also: str, units: int = 1, freed: str = ""
) -> None:
    """A further line of the tumour's own diagnosis; what it pairs with may be flagged too."""
    diagnoses = first_stage(visit).diagnosis_codes[:1]
    item = line(chance.clinic, code, units, diagnoses, (freed,) if freed else ())
    mark(visit, item, chance.error.rule, "MOHS061", *also)
    for other in visit.bills[0].lines:
        other.also += () if other.procedure_code in MOHS else ("MOHS061",)
    visit.bills[0].lines.append(item)


def _is_lone(visit: Visit, _: int) -> bool:
    return has_one_lesion(visit) and is_plain(visit) and len(visit.bills) == 1


@injects(_is_lone)
def service_never_paid(visit: Visit, chance: Chance) -> None:
    _add(visit, chance, chance.error.detail)


@injects(lambda visit, _: _is_lone(visit, _) and not visit.place.is_facility)
def frozen_section_of_mohs_tissue(visit: Visit, chance: Chance) -> None:
    _add(visit, chance, chance.error.detail, "MOHS062", "MOHS065", freed="59")


@injects(_is_lone)
def excision_of_mohs_lesion(visit: Visit, chance: Chance) -> None:
    _add(visit, chance, chance.choices[visit.lesions[0].family], "MOHS074")


@injects(_is_lone)
def destruction_of_mohs_lesion(visit: Visit, chance: Chance) -> None:
    _add(visit, chance, chance.choices[visit.lesions[0].family])


@injects(lambda visit, _: _is_lone(visit, _) and visit.lesions[0].family == "H")
def benign_excision_of_mohs_lesion(visit: Visit, chance: Chance) -> None:
    _add(visit, chance, chance.error.detail, "MOHS074")


@injects(lambda visit, _: _is_lone(visit, _) and visit.lesions[0].site.site in ("ear", "lip"))
def site_excision_of_mohs_lesion(visit: Visit, chance: Chance) -> None:
    _add(visit, chance, chance.choices[visit.lesions[0].site.site])


def _has_flap(visit: Visit, _: int) -> bool:
    return _is_lone(visit, _) and visit.lesions[0].closure == "flap"


@injects(_has_flap)
def repair_inside_flap(visit: Visit, chance: Chance) -> None:
    site = visit.lesions[0].site
    closures = chance.clinic.parameters.closures["intermediate", site.intermediate]
    _add(visit, chance, closures[0].procedure_code, "MOHS010", "MOHS193")


@injects(_has_flap)
def excision_inside_flap(visit: Visit, chance: Chance) -> None:
    _add(visit, chance, chance.choices[visit.lesions[0].family], "MOHS069")


@injects(
    lambda visit, _: (
        _is_lone(visit, _)
        and visit.lesions[0].stages == 1
        and visit.lesions[0].blocks[0] <= 5
        and not visit.lesions[0].special_stain
        and not visit.place.is_facility
    )
)
def stains_beyond_blocks(visit: Visit, chance: Chance) -> None:
    code, units = chance.error.detail.split(":")
    _add(visit, chance, code, "MOHS062", units=int(units), freed="59")


@injects(_is_lone)
def service_inside_surgery(visit: Visit, chance: Chance) -> None:
    _add(visit, chance, chance.error.detail)


@injects(_is_lone)
def anaesthesia_by_surgeon(visit: Visit, chance: Chance) -> None:
    _add(visit, chance, chance.error.detail, "MOHS060")


@injects(
    lambda visit, _: (
        visit.has_chart
        and _is_lone(visit, _)
        and not visit.place.is_facility
        and date.fromordinal(visit.day).timetuple().tm_yday > SINCE_BIOPSY
    )
)
def biopsy_of_proven_lesion(visit: Visit, chance: Chance) -> None:
    lesion = visit.lesions[0]
    lesion.biopsy_day = visit.day - SINCE_BIOPSY
    diagnoses = (lesion.diagnosis_code,)
    before = [line(chance.clinic, code, 1, diagnoses) for code in ("11102", "88305")]
    for number, item in enumerate(before, 1):
        item.number = item.control = number
    bill = Bill(visit.surgeon, visit.bills[0].group, before, "biopsy", day=lesion.biopsy_day)
    visit.bills.append(bill)
    visit.clean.append(bill.copy())
    _add(visit, chance, chance.error.detail, freed="59")


def _has_long_repair(visit: Visit, _: int) -> bool:
    repairs = [i for i in visit.bills[0].lines if i.procedure_code not in MOHS]
    kind = visit.lesions[0].closure if visit.lesions else ""
    return _is_lone(visit, _) and kind in ("complex", "graft") and len(repairs) == 1


@injects(_has_long_repair)
def add_on_without_primary(visit: Visit, chance: Chance) -> None:
    item = next(i for i in visit.bills[0].lines if i.procedure_code not in MOHS)
    rows = chance.clinic.parameters.closures[closure_class(visit.lesions[0])]
    recode(chance, item, next(row.add_on_code for row in rows if row.add_on_code))
    mark(visit, item, "MOHS028", "MOHS010")
