"""Billing errors, one small function each.

The functions under `@injects` are entered in `INJECTIONS` by the name of their row in
`parameters/errors.csv`. Each spoils the bills of a rightly coded visit in place and notes on the
lines which rule should find it (`rules`) and which others may fire as a consequence (`also`). To
add an error: write the function and add its row.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.simulate.clinic import line
from pipelines.simulate.injection import INJECTIONS, Chance, injects
from pipelines.simulate.visits import (
    ADD_ON_STAGES,
    ADDITIONAL,
    DISTINCT,
    EXTRA_BLOCK,
    FIRST,
    FIRST_STAGES,
    MOHS,
    Bill,
    Line,
    Visit,
)

__all__ = ["INJECTIONS"]

LATE = 367
ROOM_FOR_LATE = 420
ROOM_FOR_DUPLICATE = 60
LIMBS = ("C44.6", "C44.7", "D03.6", "D03.7", "D04.6", "D04.7")
"""Codes that cannot tell hand from arm or foot from leg."""
SIDES = {"right": "LT", "left": "RT"}


def _mark(visit: Visit, item: Line, rule: str, *also: str, chart: tuple[str, ...] = ()) -> None:
    item.rules += (rule,)
    item.also += also + (chart if visit.has_chart else ())


def _mohs(visit: Visit, _: int) -> bool:
    return visit.kind == "mohs"


def _one_lesion(visit: Visit, family: str, stages: int = 1) -> bool:
    lesions = visit.lesions
    return (
        len(lesions) == 1
        and lesions[0].family == family
        and lesions[0].stages >= stages
        and not lesions[0].deep_structure
    )


def _plain(visit: Visit) -> bool:
    """Nothing but stages and closure on the main claim."""
    return visit.kind == "mohs" and all(
        item.procedure_code in MOHS or item.procedure_code[:2] in ("12", "13", "14", "15")
        for item in visit.bills[0].lines
    )


def _is_head(visit: Visit) -> bool:
    return not visit.lesions[0].diagnosis_code.startswith(LIMBS)


def _recode(visit: Visit, chance: Chance, item: Line, code: str) -> None:
    item.procedure_code = code
    item.charge = chance.clinic.parameters.charges[code] * item.units


def _stage_lines(visit: Visit) -> list[Line]:
    return [item for item in visit.bills[0].lines if item.procedure_code in MOHS]


def _first(visit: Visit) -> Line:
    return next(i for i in visit.bills[0].lines if i.procedure_code in FIRST_STAGES)


@injects(lambda visit, _: _one_lesion(visit, "H") and _is_head(visit))
def trunk_code_on_face(visit: Visit, chance: Chance) -> None:
    other = {FIRST["H"]: FIRST["T"], ADDITIONAL["H"]: ADDITIONAL["T"]}
    for item in _stage_lines(visit):
        if item.procedure_code in other:
            _recode(visit, chance, item, other[item.procedure_code])
            _mark(visit, item, "MOHS001", chart=("MOHS004", "MOHS025", "MOHS026", "MOHS047"))


@injects(
    lambda visit, _: (_one_lesion(visit, "H", 2) and _is_head(visit)) or _one_lesion(visit, "T", 2)
)
def add_on_of_other_family(visit: Visit, chance: Chance) -> None:
    family = visit.lesions[0].family
    other = "T" if family == "H" else "H"
    for item in _stage_lines(visit):
        if item.procedure_code == ADDITIONAL[family]:
            _recode(visit, chance, item, ADDITIONAL[other])
            also = ("MOHS021", "MOHS001") if other == "T" else ("MOHS020", "MOHS002")
            chart = ("MOHS003", "MOHS004", "MOHS047")
            _mark(visit, item, "MOHS005", *also, chart=chart)
            if item.units > 4 and other == "T":
                item.also += ("MOHS040",)


def _drop_first(visit: Visit, rule: str) -> None:
    bill = visit.bills[0]
    bill.lines = [item for item in bill.lines if item.procedure_code not in FIRST_STAGES]
    for item in bill.lines:
        if item.procedure_code in ("17312", "17314"):
            _mark(visit, item, rule, "MOHS030", chart=("MOHS026",))


@injects(lambda visit, _: _one_lesion(visit, "H", 2) and _plain(visit))
def first_stage_missing(visit: Visit, chance: Chance) -> None:
    _drop_first(visit, chance.error.rule)


@injects(lambda visit, _: _one_lesion(visit, "T", 2) and _plain(visit))
def first_stage_missing_trunk(visit: Visit, chance: Chance) -> None:
    _drop_first(visit, chance.error.rule)


@injects(lambda visit, _: _one_lesion(visit, "H") and _plain(visit))
def stages_missing_under_blocks(visit: Visit, chance: Chance) -> None:
    lesion = visit.lesions[0]
    lesion.blocks[0] = 7
    extra = sum(max(blocks - 5, 0) for blocks in lesion.blocks)
    block = line(chance.clinic, EXTRA_BLOCK, extra, (lesion.diagnosis_code,), (), 0)
    for bill in (visit.bills[0], visit.clean[0]):
        kept = [item for item in bill.lines if item.procedure_code != EXTRA_BLOCK]
        bill.lines = [*kept, replace(block, number=len(kept) + 1)]
    lines = visit.bills[0].lines
    visit.bills[0].lines = [item for item in lines if item.procedure_code not in MOHS]
    _mark(visit, block, "MOHS022", chart=("MOHS026", "MOHS047"))
    visit.bills[0].lines.append(block)


@injects(lambda visit, _: _one_lesion(visit, "H", 2))
def too_many_stages(visit: Visit, chance: Chance) -> None:
    code, units = chance.error.detail.split(":")
    for item in _stage_lines(visit):
        if item.procedure_code == code:
            item.charge = item.charge // item.units * int(units)
            item.units = int(units)
            _mark(visit, item, "MOHS040", chart=("MOHS047",))


@injects(lambda visit, _: _one_lesion(visit, "H"))
def too_many_first_stages(visit: Visit, chance: Chance) -> None:
    item = _first(visit)
    units = int(chance.error.detail.split(":")[1])
    item.charge = item.charge // item.units * units
    item.units = units
    _mark(visit, item, "MOHS040", "MOHS049", chart=("MOHS025",))


def _single_repair(visit: Visit) -> Line | None:
    return next(
        (
            item
            for item in visit.bills[0].lines
            if item.procedure_code[:3] in ("120", "131") or item.procedure_code[:2] == "12"
        ),
        None,
    )


@injects(lambda visit, _: visit.kind == "mohs" and _single_repair(visit) is not None)
def two_repairs_of_one_code(visit: Visit, chance: Chance) -> None:
    item = _single_repair(visit)
    if item is not None:
        item.charge *= 2
        item.units = 2
        _mark(visit, item, "MOHS045", "MOHS040")


@injects(_mohs)
def bundled_block(visit: Visit, chance: Chance) -> None:
    diagnoses = _first(visit).diagnosis_codes[:1]
    item = line(chance.clinic, chance.error.detail, 1, diagnoses)
    _mark(visit, item, "MOHS061", "MOHS060")
    visit.bills[0].lines.append(item)


@injects(lambda visit, _: _plain(visit) and not visit.place.is_facility)
def pathology_of_mohs_tissue(visit: Visit, chance: Chance) -> None:
    first = _first(visit)
    item = line(chance.clinic, chance.error.detail, first.units, first.diagnosis_codes[:1])
    _mark(visit, item, "MOHS062", "MOHS061", "MOHS144")
    visit.bills[0].lines.append(item)


@injects(lambda visit, _: _plain(visit))
def biopsy_of_mohs_lesion(visit: Visit, chance: Chance) -> None:
    diagnoses = _first(visit).diagnosis_codes[:1]
    item = line(chance.clinic, chance.error.detail, 1, diagnoses)
    _mark(visit, item, "MOHS064", "MOHS061", "MOHS065")
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
        item.habit = ""
        _mark(visit, item, "MOHS100", "MOHS061")


@injects(lambda visit, _: _visit_line(visit) is not None)
def visit_for_the_decision(visit: Visit, chance: Chance) -> None:
    item = _visit_line(visit)
    if item is not None:
        item.diagnosis_codes = _first(visit).diagnosis_codes[:1]
        _mark(visit, item, "MOHS102")


def _add_modifier(visit: Visit, chance: Chance, item: Line, *also: str) -> None:
    item.modifiers = (chance.error.detail, *item.modifiers)
    _mark(visit, item, chance.error.rule, *also)


@injects(_mohs)
def visit_modifier_on_procedure(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, _first(visit), "MOHS126")


@injects(_mohs)
def modifier_post_operative(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, _first(visit), "MOHS126")


@injects(_mohs)
def modifier_two_surgeons(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, _first(visit), "MOHS126")


@injects(_mohs)
def modifier_both_sides(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, _first(visit), "MOHS126")


@injects(_mohs)
def modifier_component(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, _first(visit), "MOHS126")


@injects(_mohs)
def modifier_unrelated(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, _first(visit), "MOHS126")


@injects(lambda visit, _: any(i.procedure_code in ADD_ON_STAGES for i in visit.bills[0].lines))
def modifier_multiple_on_add_on(visit: Visit, chance: Chance) -> None:
    item = next(i for i in visit.bills[0].lines if i.procedure_code in ADD_ON_STAGES)
    _add_modifier(visit, chance, item, "MOHS126")


@injects(lambda visit, _: len(visit.lesions) == 1 and visit.lesions[0].laterality != "")
def wrong_side(visit: Visit, chance: Chance) -> None:
    item = _first(visit)
    item.modifiers = (*item.modifiers, SIDES[visit.lesions[0].laterality])
    _mark(visit, item, "MOHS007")


def _lone_repair(visit: Visit) -> bool:
    """Stages, one repair that is neither flap nor graft, nothing else."""
    codes = [i.procedure_code for i in visit.bills[0].lines if i.procedure_code not in MOHS]
    repairs = [code for code in codes if code[:2] in ("12", "13")]
    return visit.kind == "mohs" and len(codes) == len(repairs) == 1


@injects(lambda visit, _: _lone_repair(visit))
def repair_modifier_needless(visit: Visit, chance: Chance) -> None:
    item = _single_repair(visit)
    if item is not None and not DISTINCT.intersection(item.modifiers):
        _add_modifier(visit, chance, item)


def _assisted(visit: Visit, chance: Chance, modifier: str) -> None:
    """A second claim for the first stage by whoever is said to have assisted."""
    clinic = chance.clinic
    first = _first(visit)
    if modifier == "AS":
        rendering = clinic.assistant
        also: tuple[str, ...] = ("MOHS140", "MOHS142", "MOHS213")
    else:
        others = [s for s in clinic.surgeons if s is not visit.surgeon]
        rendering = others[int(chance.rng.random() * len(others))]
        also = ("MOHS142", "MOHS213")
    item = replace(first, modifiers=(modifier,), charge=first.charge // 5, rules=(), also=())
    _mark(visit, item, "MOHS120", *also, chart=("MOHS025", "MOHS047", "MOHS141"))
    bill = Bill(rendering, clinic.parameters.groups[rendering.group_id], [item], "assistant")
    visit.bills.append(bill)


@injects(lambda visit, _: _plain(visit) and len(visit.bills) == 1)
def assistant_at_mohs(visit: Visit, chance: Chance) -> None:
    _assisted(visit, chance, chance.error.detail)


@injects(lambda visit, _: _plain(visit) and len(visit.bills) == 1)
def assistant_physician_assistant(visit: Visit, chance: Chance) -> None:
    _assisted(visit, chance, chance.error.detail)


@injects(lambda visit, _: _plain(visit) and len(visit.bills) == 1)
def rendered_by_physician_assistant(visit: Visit, chance: Chance) -> None:
    visit.bills[0].rendering = chance.clinic.assistant
    for item in _stage_lines(visit):
        _mark(visit, item, "MOHS140", "MOHS148", chart=("MOHS148", "MOHS141"))


@injects(_mohs)
def certificate_missing(visit: Visit, chance: Chance) -> None:
    visit.bills[0].has_certificate = False
    for item in _stage_lines(visit):
        _mark(visit, item, chance.error.rule)


@injects(lambda visit, _: _one_lesion(visit, "H") or _one_lesion(visit, "T"))
def keratosis_only(visit: Visit, chance: Chance) -> None:
    for item in visit.bills[0].lines:
        if item.lesion == 0:
            item.diagnosis_codes = (chance.error.detail,)
            if item.procedure_code in MOHS:
                _mark(visit, item, "MOHS160", chart=("MOHS008",))


@injects(lambda visit, _: len(visit.lesions) == 1 and "eyelid" in visit.lesions[0].site.site)
def diagnosis_truncated(visit: Visit, chance: Chance) -> None:
    for item in visit.bills[0].lines:
        if item.lesion == 0:
            item.diagnosis_codes = (chance.error.detail,)
            if item.procedure_code in MOHS:
                _mark(visit, item, "MOHS166", "MOHS006", "MOHS160", chart=("MOHS008",))


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
        _mark(visit, item, "MOHS210", "MOHS040", chart=("MOHS025", "MOHS046", "MOHS047"))
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
        _mark(visit, item, "MOHS220")
