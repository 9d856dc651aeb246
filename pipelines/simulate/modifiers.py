"""Errors in modifiers, and lines that should not stand because of theirs."""

from __future__ import annotations

from dataclasses import replace

from pipelines.simulate.injection import (
    Chance,
    first_stage,
    has_one_lesion,
    injects,
    is_mohs,
    is_plain,
    mark,
)
from pipelines.simulate.stages import single_repair
from pipelines.simulate.visits import (
    ADD_ON_STAGES,
    DISTINCT,
    MOHS,
    Bill,
    Line,
    Visit,
)

PRICELESS = frozenset({"26", "53", "54", "62", "66"})
"""Modifiers with which a code of Mohs surgery has no fee, so that it may not be ranked either."""
RANKED_OTHERWISE = ("MOHS240", "MOHS241", "MOHS243")
SIDES = {"right": "LT", "left": "RT"}


def _add_modifier(visit: Visit, chance: Chance, item: Line, *also: str) -> None:
    item.modifiers = (chance.error.detail, *item.modifiers)
    mark(visit, item, chance.error.rule, *also)
    if chance.error.detail in PRICELESS:
        for other in visit.bills[0].lines:
            other.also += () if other is item else RANKED_OTHERWISE


@injects(is_mohs)
def visit_modifier_on_procedure(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit), "MOHS126")


@injects(is_mohs)
def modifier_post_operative(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit), "MOHS126")


@injects(is_mohs)
def modifier_two_surgeons(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit), "MOHS126")


@injects(is_mohs)
def modifier_both_sides(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit), "MOHS126")


@injects(is_mohs)
def modifier_component(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit), "MOHS126")


@injects(is_mohs)
def modifier_unrelated(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit), "MOHS126")


@injects(lambda visit, _: any(i.procedure_code in ADD_ON_STAGES for i in visit.bills[0].lines))
def modifier_multiple_on_add_on(visit: Visit, chance: Chance) -> None:
    item = next(i for i in visit.bills[0].lines if i.procedure_code in ADD_ON_STAGES)
    _add_modifier(visit, chance, item, "MOHS126")


@injects(lambda visit, _: len(visit.lesions) == 1 and visit.lesions[0].laterality != "")
def wrong_side(visit: Visit, chance: Chance) -> None:
    item = first_stage(visit)
    item.modifiers = (*item.modifiers, SIDES[visit.lesions[0].laterality])
    mark(visit, item, "MOHS007")


def _lone_repair(visit: Visit) -> bool:
    """Stages, one repair that is neither flap nor graft, nothing else."""
    codes = [i.procedure_code for i in visit.bills[0].lines if i.procedure_code not in MOHS]
    repairs = [code for code in codes if code[:2] in ("12", "13")]
    return visit.kind == "mohs" and len(codes) == len(repairs) == 1


@injects(lambda visit, _: _lone_repair(visit))
def repair_modifier_needless(visit: Visit, chance: Chance) -> None:
    item = single_repair(visit)
    if item is not None and not DISTINCT.intersection(item.modifiers):
        _add_modifier(visit, chance, item)


def _assisted(visit: Visit, chance: Chance, modifier: str) -> None:
    """A second claim for the first stage by whoever is said to have assisted."""
    clinic = chance.clinic
    first = first_stage(visit)
    if modifier == "AS":
        rendering = clinic.assistant
        also: tuple[str, ...] = ("MOHS140", "MOHS142", "MOHS213")
    else:
        others = [s for s in clinic.surgeons if s is not visit.surgeon]
        rendering = others[int(chance.rng.random() * len(others))]
        also = ("MOHS142", "MOHS213")
    item = replace(first, modifiers=(modifier,), charge=first.charge // 5, rules=(), also=())
    mark(visit, item, "MOHS120", *also, chart=("MOHS025", "MOHS047", "MOHS141"))
    bill = Bill(rendering, clinic.parameters.groups[rendering.group_id], [item], "assistant")
    visit.bills.append(bill)


@injects(lambda visit, _: is_plain(visit) and len(visit.bills) == 1)
def assistant_at_mohs(visit: Visit, chance: Chance) -> None:
    _assisted(visit, chance, chance.error.detail)


@injects(lambda visit, _: is_plain(visit) and len(visit.bills) == 1)
def assistant_physician_assistant(visit: Visit, chance: Chance) -> None:
    _assisted(visit, chance, chance.error.detail)


def _has_add_on(visit: Visit, _: int) -> bool:
    return any(item.procedure_code in ADD_ON_STAGES for item in visit.bills[0].lines)


@injects(_has_add_on)
def modifier_more_work_on_add_on(visit: Visit, chance: Chance) -> None:
    item = next(i for i in visit.bills[0].lines if i.procedure_code in ADD_ON_STAGES)
    _add_modifier(visit, chance, item)


@injects(is_mohs)
def modifier_team(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit))


@injects(lambda visit, _: has_one_lesion(visit, "", 2))
def modifier_reduced(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit))


@injects(lambda visit, _: has_one_lesion(visit, "", 2))
def modifier_stopped(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit))


@injects(lambda visit, _: has_one_lesion(visit, "H") and visit.lesions[0].laterality == "")
def modifier_of_another_part(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit), "MOHS007", "MOHS106")


@injects(
    lambda visit, _: (
        visit.kind == "mohs"
        and len(visit.bills) == 1
        and any(DISTINCT.intersection(item.modifiers) for item in visit.bills[0].lines)
    )
)
def modifier_other_practitioner(visit: Visit, chance: Chance) -> None:
    for item in visit.bills[0].lines:
        if DISTINCT.intersection(item.modifiers):
            item.modifiers = tuple(
                chance.error.detail if modifier in DISTINCT else modifier
                for modifier in item.modifiers
            )
            mark(visit, item, chance.error.rule)


@injects(lambda visit, _: has_one_lesion(visit) and len(visit.bills) == 1)
def modifier_repeat_by_another(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit))


@injects(lambda visit, _: visit.kind == "mohs" and visit.place.code == "11")
def modifier_return_to_theatre(visit: Visit, chance: Chance) -> None:
    _add_modifier(visit, chance, first_stage(visit))
