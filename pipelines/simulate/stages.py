"""Errors in the stages themselves: their site family, their order and their units."""

from __future__ import annotations

from dataclasses import replace

from pipelines.simulate.clinic import MOST_EXTRA_STAGES, line
from pipelines.simulate.injection import (
    Chance,
    first_stage,
    has_one_lesion,
    injects,
    is_plain,
    mark,
    recode,
    recount,
    stage_lines,
)
from pipelines.simulate.parameters import Surgeon
from pipelines.simulate.visits import (
    ADD_ON_STAGES,
    ADDITIONAL,
    EXTRA_BLOCK,
    FIRST,
    FIRST_STAGES,
    MOHS,
    Bill,
    Line,
    Visit,
)

LIMBS = ("C44.6", "C44.7", "D03.6", "D03.7", "D04.6", "D04.7")
"""Codes that cannot tell hand from arm or foot from leg."""
ROOM_FOR_NEXT_DAY = 20


def _is_limb(visit: Visit) -> bool:
    return visit.lesions[0].diagnosis_code.startswith(LIMBS)


@injects(lambda visit, _: has_one_lesion(visit, "H") and not _is_limb(visit))
def trunk_code_on_face(visit: Visit, chance: Chance) -> None:
    other = {FIRST["H"]: FIRST["T"], ADDITIONAL["H"]: ADDITIONAL["T"]}
    for item in stage_lines(visit):
        if item.procedure_code in other:
            recode(chance, item, other[item.procedure_code])
            chart = ("MOHS025", "MOHS026", "MOHS047")
            mark(visit, item, "MOHS001", charted=("MOHS004",), chart=chart)
            if item.units > MOST_EXTRA_STAGES["T"]:
                item.also += ("MOHS040",)


@injects(
    lambda visit, _: (
        (has_one_lesion(visit, "H", 2) and not _is_limb(visit)) or has_one_lesion(visit, "T", 2)
    )
)
def add_on_of_other_family(visit: Visit, chance: Chance) -> None:
    family = visit.lesions[0].family
    other = "T" if family == "H" else "H"
    for item in stage_lines(visit):
        if item.procedure_code == ADDITIONAL[family]:
            recode(chance, item, ADDITIONAL[other])
            also = ("MOHS021", "MOHS001") if other == "T" else ("MOHS020", "MOHS002")
            chart = ("MOHS003", "MOHS004", "MOHS047")
            mark(visit, item, "MOHS005", *also, chart=chart)
            if other == "T" and item.units > MOST_EXTRA_STAGES["T"]:
                item.also += ("MOHS040",)


def _drop_first(visit: Visit, rule: str) -> None:
    bill = visit.bills[0]
    bill.lines = [item for item in bill.lines if item.procedure_code not in FIRST_STAGES]
    for item in bill.lines:
        if item.procedure_code in ("17312", "17314"):
            mark(visit, item, rule, "MOHS030", chart=("MOHS026",))


@injects(lambda visit, _: has_one_lesion(visit, "H", 2) and is_plain(visit))
def first_stage_missing(visit: Visit, chance: Chance) -> None:
    _drop_first(visit, chance.error.rule)


@injects(lambda visit, _: has_one_lesion(visit, "T", 2) and is_plain(visit))
def first_stage_missing_trunk(visit: Visit, chance: Chance) -> None:
    _drop_first(visit, chance.error.rule)


def _more_blocks(visit: Visit, chance: Chance, blocks: int) -> Line:
    """Let the first stage have been cut into more blocks, and bill those beyond the fifth."""
    lesion = visit.lesions[0]
    lesion.blocks[0] = blocks
    extra = sum(max(blocks - 5, 0) for blocks in lesion.blocks)
    item = line(chance.clinic, EXTRA_BLOCK, extra, (lesion.diagnosis_code,), (), 0)
    for bill in (visit.bills[0], visit.clean[0]):
        kept = [other for other in bill.lines if other.procedure_code != EXTRA_BLOCK]
        last = len(kept) + 1
        bill.lines = [*kept, replace(item, number=last, control=last)]
    return visit.bills[0].lines[-1]


@injects(lambda visit, _: has_one_lesion(visit, "H") and is_plain(visit))
def stages_missing_under_blocks(visit: Visit, chance: Chance) -> None:
    block = _more_blocks(visit, chance, 7)
    lines = visit.bills[0].lines
    visit.bills[0].lines = [item for item in lines if item.procedure_code not in MOHS]
    mark(visit, block, "MOHS022", chart=("MOHS026", "MOHS047"))
    visit.bills[0].lines.append(block)


@injects(lambda visit, _: has_one_lesion(visit, "H", 2))
def too_many_stages(visit: Visit, chance: Chance) -> None:
    code, units = chance.error.detail.split(":")
    for item in stage_lines(visit):
        if item.procedure_code == code:
            recount(chance, item, int(units))
            mark(visit, item, "MOHS040", chart=("MOHS047",))


@injects(lambda visit, _: has_one_lesion(visit, "H"))
def too_many_first_stages(visit: Visit, chance: Chance) -> None:
    item = first_stage(visit)
    recount(chance, item, int(chance.error.detail.split(":")[1]))
    mark(visit, item, "MOHS040", "MOHS049", chart=("MOHS025",))


def single_repair(visit: Visit) -> Line | None:
    """The first repair on the main claim that is neither flap nor graft."""
    return next(
        (
            item
            for item in visit.bills[0].lines
            if item.procedure_code[:3] in ("120", "131") or item.procedure_code[:2] == "12"
        ),
        None,
    )


@injects(lambda visit, _: visit.kind == "mohs" and single_repair(visit) is not None)
def two_repairs_of_one_code(visit: Visit, chance: Chance) -> None:
    item = single_repair(visit)
    if item is not None:
        recount(chance, item, 2)
        mark(visit, item, "MOHS045", "MOHS040")


def _of_other_family(visit: Visit, chance: Chance, *chart: str) -> None:
    """Every stage of the visit's one tumour under the codes of the other site family."""
    family = visit.lesions[0].family
    other = "T" if family == "H" else "H"
    codes = {FIRST[family]: FIRST[other], ADDITIONAL[family]: ADDITIONAL[other]}
    for item in stage_lines(visit):
        if item.procedure_code in codes:
            recode(chance, item, codes[item.procedure_code])
            mark(visit, item, chance.error.rule, chart=("MOHS025", "MOHS026", "MOHS047", *chart))
            if other == "T" and item.units > MOST_EXTRA_STAGES["T"]:
                item.also += ("MOHS040",)


@injects(lambda visit, _: visit.has_chart and has_one_lesion(visit, "T") and not _is_limb(visit))
def head_code_on_trunk(visit: Visit, chance: Chance) -> None:
    _of_other_family(visit, chance)


@injects(lambda visit, _: visit.has_chart and has_one_lesion(visit, "T") and _is_limb(visit))
def head_code_on_limb(visit: Visit, chance: Chance) -> None:
    _of_other_family(visit, chance)


@injects(lambda visit, _: visit.has_chart and has_one_lesion(visit, "H") and _is_limb(visit))
def trunk_code_on_hand_or_foot(visit: Visit, chance: Chance) -> None:
    _of_other_family(visit, chance)


@injects(lambda visit, _: has_one_lesion(visit, "H") and visit.lesions[0].stages < 5)
def retired_codes(visit: Visit, chance: Chance) -> None:
    codes = chance.choices
    for item in stage_lines(visit):
        if item.procedure_code in codes:
            recode(chance, item, codes[item.procedure_code])
            mark(visit, item, "MOHS009")


def _can_be_split(visit: Visit) -> bool:
    """One claim that opens no global, so that nothing but the split is wrong with its parts."""
    return len(visit.bills) == 1 and has_one_lesion(visit, "", 2) and is_plain(visit)


def _split(visit: Visit, chance: Chance, rendering: Surgeon, day: int = 0) -> list[Line]:
    """Move the additional stages and blocks to a claim of their own."""
    bill = visit.bills[0]
    moved = [item for item in bill.lines if item.procedure_code in ADD_ON_STAGES]
    bill.lines = [item for item in bill.lines if item.procedure_code not in ADD_ON_STAGES]
    group = chance.clinic.parameters.groups[rendering.group_id]
    visit.bills.append(Bill(rendering, group, moved, "stages", day=day))
    for item in bill.lines:
        item.also += ("MOHS026", "MOHS046", "MOHS047") if visit.has_chart else ()
    return moved


@injects(
    lambda visit, days_left: (
        days_left > ROOM_FOR_NEXT_DAY and _can_be_split(visit) and not _repairs(visit)
    )
)
def stages_of_another_day(visit: Visit, chance: Chance) -> None:
    for item in _split(visit, chance, visit.surgeon, visit.day + 1):
        # blocks have their additional stage beside them
        if item.procedure_code != EXTRA_BLOCK:
            mark(visit, item, "MOHS030", "MOHS020", "MOHS021", chart=("MOHS047",))


@injects(lambda visit, _: _can_be_split(visit))
def stages_of_another_surgeon(visit: Visit, chance: Chance) -> None:
    others = [s for s in chance.clinic.surgeons if s is not visit.surgeon]
    other = others[int(chance.rng.random() * len(others))]
    for item in _split(visit, chance, other):
        also = ("MOHS020", "MOHS021", "MOHS022")
        mark(visit, item, "MOHS142", *also, chart=("MOHS046", "MOHS047"))


def _repairs(visit: Visit) -> bool:
    return any(item.procedure_code not in MOHS for item in visit.bills[0].lines)


@injects(lambda visit, _: visit.has_chart and has_one_lesion(visit) and is_plain(visit))
def first_stages_beyond_chart(visit: Visit, chance: Chance) -> None:
    item = first_stage(visit)
    recount(chance, item, 2)
    mark(visit, item, "MOHS025", "MOHS027")


@injects(
    lambda visit, _: (
        visit.has_chart
        and has_one_lesion(visit)
        and is_plain(visit)
        and max(visit.lesions[0].blocks) <= 5
    )
)
def blocks_beyond_chart(visit: Visit, chance: Chance) -> None:
    diagnoses = first_stage(visit).diagnosis_codes[:1]
    item = line(chance.clinic, EXTRA_BLOCK, 1, diagnoses, (), 0)
    mark(visit, item, "MOHS046")
    visit.bills[0].lines.append(item)


@injects(
    lambda visit, _: (
        visit.has_chart and has_one_lesion(visit, "", 2) and visit.lesions[0].stages < 5
    )
)
def stages_beyond_chart(visit: Visit, chance: Chance) -> None:
    for item in stage_lines(visit):
        if item.procedure_code in ADDITIONAL.values():
            recount(chance, item, item.units + 1)
            mark(visit, item, "MOHS047")


@injects(lambda visit, _: visit.has_chart and has_one_lesion(visit) and is_plain(visit))
def blocks_uncounted(visit: Visit, chance: Chance) -> None:
    _more_blocks(visit, chance, int(chance.error.detail))
    lesion = visit.lesions[0]
    lesion.defect, lesion.defect_value = "blocks", ""
    lesion.defect_rules = (chance.error.rule,)
