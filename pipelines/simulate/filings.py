"""Errors in who rendered, in diagnoses, and in the claim as it was filed."""

from __future__ import annotations

from datetime import date

from pipelines.simulate.injection import (
    Chance,
    has_one_lesion,
    injects,
    is_plain,
    mark,
    stage_lines,
)
from pipelines.simulate.parameters import NO_NPI
from pipelines.simulate.visits import MOHS, Visit

LATE = 367
ROOM_FOR_LATE = 420
ROOM_FOR_DUPLICATE = 60
FACE = ("nose", "cheek", "forehead", "temple", "chin")
EARLY = 8
"""Days from an early claim to the visit, so few that both are of one month."""


@injects(lambda visit, _: is_plain(visit) and len(visit.bills) == 1)
def rendered_by_physician_assistant(visit: Visit, chance: Chance) -> None:
    visit.bills[0].rendering = chance.clinic.assistant
    for item in stage_lines(visit):
        mark(visit, item, "MOHS140", "MOHS148", chart=("MOHS148", "MOHS141"))


@injects(
    lambda visit, _: visit.kind == "mohs" and visit.patient.payer.line_of_business == "medicare"
)
def certificate_missing(visit: Visit, chance: Chance) -> None:
    visit.bills[0].has_certificate = False
    for item in stage_lines(visit):
        mark(visit, item, chance.error.rule)


@injects(lambda visit, _: has_one_lesion(visit, "H") or has_one_lesion(visit, "T"))
def keratosis_only(visit: Visit, chance: Chance) -> None:
    for item in visit.bills[0].lines:
        if item.lesion == 0:
            item.diagnosis_codes = (chance.error.detail,)
            if item.procedure_code in MOHS:
                mark(visit, item, "MOHS160", chart=("MOHS008",))


@injects(lambda visit, _: len(visit.lesions) == 1 and "eyelid" in visit.lesions[0].site.site)
def diagnosis_truncated(visit: Visit, chance: Chance) -> None:
    for item in visit.bills[0].lines:
        if item.lesion == 0:
            item.diagnosis_codes = (chance.error.detail,)
            if item.procedure_code in MOHS:
                mark(visit, item, "MOHS166", "MOHS006", "MOHS160", chart=("MOHS008",))


@injects(
    lambda visit, days_left: (
        len(visit.bills) == 1
        and days_left > ROOM_FOR_DUPLICATE
        and visit.kind == "mohs"
        and all(
            i.procedure_code in MOHS and i.units <= 2 and not i.modifiers
            for i in visit.bills[0].lines
        )
    )
)
def exact_duplicate(visit: Visit, chance: Chance) -> None:
    twin = visit.bills[0].copy()
    twin.role = "duplicate"
    twin.is_duplicate = True
    twin.submit_after = 20 + int(chance.rng.random() * 30)
    visit.bills.append(twin)
    for item in twin.lines:
        mark(visit, item, "MOHS210", "MOHS040", chart=("MOHS025", "MOHS046", "MOHS047"))
    for item, other in zip(visit.bills[0].lines, twin.lines, strict=True):
        item.also += ("MOHS210", *other.also)


@injects(
    lambda visit, days_left: (
        days_left > ROOM_FOR_LATE
        and visit.kind == "mohs"
        and visit.patient.payer.line_of_business == "medicare"
    )
)
def filed_late(visit: Visit, chance: Chance) -> None:
    visit.bills[0].submit_after = LATE + int(chance.rng.random() * 40)
    for item in visit.bills[0].lines:
        mark(visit, item, "MOHS220")


@injects(lambda visit, _: has_one_lesion(visit) and is_plain(visit) and _has_companions(visit))
def pointer_to_no_tumour(visit: Visit, chance: Chance) -> None:
    for item in stage_lines(visit):
        item.diagnosis_codes = (chance.error.detail,)
        mark(visit, item, "MOHS165", "MOHS160")


def _has_companions(visit: Visit) -> bool:
    return any(item.procedure_code not in MOHS for item in visit.bills[0].lines)


def _rediagnose(visit: Visit, chance: Chance, code: str, *also: str) -> None:
    """Another diagnosis for all that was done to the visit's one tumour."""
    for bill in visit.bills:
        for item in bill.lines:
            if item.lesion == 0:
                item.diagnosis_codes = (code,)
                if item.procedure_code in MOHS:
                    mark(visit, item, chance.error.rule, *also, chart=("MOHS008",))
                else:
                    item.also += ("MOHS010",)


@injects(lambda visit, _: has_one_lesion(visit) and is_plain(visit))
def history_only(visit: Visit, chance: Chance) -> None:
    _rediagnose(visit, chance, chance.error.detail, "MOHS160")


@injects(lambda visit, _: has_one_lesion(visit, "H") and is_plain(visit))
def site_of_other_sex(visit: Visit, chance: Chance) -> None:
    _rediagnose(visit, chance, chance.choices[visit.patient.sex])


@injects(
    lambda visit, _: (
        visit.has_chart
        and has_one_lesion(visit, "H")
        and is_plain(visit)
        and visit.lesions[0].site.site in FACE
    )
)
def site_of_another_tumour(visit: Visit, chance: Chance) -> None:
    _rediagnose(visit, chance, chance.error.detail)


@injects(lambda visit, _: visit.kind == "mohs" and len(visit.bills) == 1)
def place_without_surgery(visit: Visit, chance: Chance) -> None:
    visit.bills[0].place_code = chance.error.detail
    for item in stage_lines(visit):
        mark(visit, item, chance.error.rule)


def _opens_no_global(visit: Visit, _: int) -> bool:
    """What is billed under another birth date is no operation of the patient."""
    return (
        visit.kind == "mohs"
        and len(visit.bills) == 1
        and all(lesion.closure in ("none", "simple") for lesion in visit.lesions)
    )


@injects(_opens_no_global)
def birth_date_after_service(visit: Visit, chance: Chance) -> None:
    born = visit.patient.birth_date
    visit.bills[0].birth_date = f"{date.fromordinal(visit.day).year + 1}{born[4:]}"
    for item in visit.bills[0].lines:
        mark(visit, item, "MOHS221")


@injects(lambda visit, _: visit.kind == "mohs" and len(visit.bills) == 1)
def billing_number_missing(visit: Visit, chance: Chance) -> None:
    bill = visit.bills[0]
    bill.group = chance.clinic.parameters.groups[bill.group.group_id + NO_NPI]
    for item in bill.lines:
        mark(visit, item, "MOHS224")


@injects(
    lambda visit, _: (
        visit.kind == "mohs"
        and len(visit.bills) == 1
        and date.fromordinal(visit.day).day > 2 * EARLY
    )
)
def filed_before_service(visit: Visit, chance: Chance) -> None:
    visit.bills[0].submit_after = -EARLY
    for item in visit.bills[0].lines:
        mark(visit, item, "MOHS223")


@injects(lambda visit, _: visit.kind == "mohs" and len(visit.bills) == 1)
def replacement_of_nothing(visit: Visit, chance: Chance) -> None:
    visit.bills[0].frequency = "7"
    for item in visit.bills[0].lines:
        mark(visit, item, "MOHS212")
