"""What is included in what: NCCI pairs and the rules built on them."""

from __future__ import annotations

from collections.abc import Callable

from tests.second_opinion import tables
from tests.second_opinion.files import Line
from tests.second_opinion.judging import World, rule

RENDERER = ("rendering_npi",)
DIAGNOSED = ("rendering_npi", "diagnosis_codes")
PTP = ("ptp",)


def partners(line: Line, world: World, indicators: str = "01") -> list[Line]:
    """Lines of the day whose code is column 1 to this one's column 2."""
    if "partners" not in line:
        line["partners"] = [
            (found, other)
            for other in world.others(line)
            if (found := tables.indicator(other["procedure"], line["procedure"], line["date"]))
        ]
    return [other for found, other in line["partners"] if found in indicators]


def is_freed(line: Line, other: Line) -> bool:
    """A modifier that frees a pair stands on either line."""
    return bool(line["frees"] or other["frees"])


def beside_first(*kinds: str) -> Callable[[Line], bool]:
    return lambda line: line["beside_first"] and bool(line["kinds"] & set(kinds))


@rule("MOHS060", "encounter", wants=RENDERER, releases=PTP)
def never_paid_together(line: Line, world: World) -> bool:
    return bool(partners(line, world, "0"))


@rule("MOHS061", "encounter", wants=RENDERER, releases=PTP)
def bundled_without_modifier(line: Line, world: World) -> bool:
    return any(not is_freed(line, other) for other in partners(line, world, "1"))


@rule(
    "MOHS062",
    "encounter",
    lambda line: beside_first("mohs_pathology")(line) and line["procedure"] != "88311",
    wants=RENDERER,
)
def pathology_of_mohs_tissue(line: Line, world: World) -> bool:
    """Without a modifier; with one, of the tumour's diagnosis where nothing else was taken."""
    day = world.day(line)
    taken = {"shave", "site_excision_head", "site_excision_trunk"}
    has_source = any(one["biopsy"] or one["excision"] or one["kinds"] & taken for one in day)
    is_suspect = "88302" <= line["procedure"] <= "88309" and not has_source
    return any(
        (is_suspect and line["code_set"] & stage["code_set"])
        if line["frees"] or stage["distinct"]
        else True
        for stage in day
        if stage["first"]
    )


def is_marked(line: Line) -> bool:
    """Said to be another lesion, or what led to the surgery."""
    return bool(line["distinct"]) or "58" in line["marks"]


@rule("MOHS063", "encounter", beside_first("frozen_section"), since="2019-01-01", wants=RENDERER)
def frozen_section_of_nothing(line: Line, world: World) -> bool:
    return is_marked(line) and not any(
        other["excision"] or (other["biopsy"] and is_marked(other)) for other in world.day(line)
    )


def is_bundled_biopsy(line: Line, world: World) -> bool:
    """MOHS064: of the tumour, for all the claim says."""
    if not line["biopsy"] or "58" in line["marks"] or line["distinct"]:
        return False
    return any(
        stage["first"] and not stage["distinct"] and not elsewhere(line, stage)
        for stage in partners(line, world)
    )


def elsewhere(line: Line, other: Line) -> bool:
    """Both lines name a side or part, and not the same."""
    return bool(line["sided"] and other["sided"]) and not line["sided"] & other["sided"]


@rule(
    "MOHS064",
    "encounter",
    beside_first("biopsy_primary"),
    since="2019-01-01",
    wants=RENDERER,
    releases=PTP,
)
def biopsy_of_the_tumour(line: Line, world: World) -> bool:
    return is_bundled_biopsy(line, world)


@rule(
    "MOHS065",
    "encounter",
    lambda line: beside_first("biopsy_primary")(line) and is_marked(line),
    since="2019-01-01",
    wants=DIAGNOSED,
)
def biopsied_before(line: Line, world: World) -> bool:
    return any(
        ("biopsy_primary" in earlier["kinds"] or earlier["procedure"] == "88305")
        and earlier["malignant"] & line["malignant"]
        and not elsewhere(line, earlier)
        for earlier in world.history(line, 60)
    )


@rule(
    "MOHS066",
    "encounter",
    beside_first("biopsy_add_on"),
    since="2019-01-01",
    wants=RENDERER,
    releases=("ptp", "add_on"),
)
def add_on_of_bundled_biopsy(line: Line, world: World) -> bool:
    wanted = tables.primaries(line["procedure"], line["date"])
    biopsies = [
        other for other in world.day(line) if other["biopsy"] and other["procedure"] in wanted
    ]
    return bool(biopsies) and all(is_bundled_biopsy(one, world) for one in biopsies)


def is_one_lesion(line: Line, other: Line) -> bool:
    """One diagnosis, and neither the lack of a modifier nor 59 or X speaks for another lesion.

    Only a modifier for the side or part does.
    """
    is_distinct = bool(line["distinct"] or other["distinct"])
    return (
        bool(line["code_set"] & other["code_set"])
        and (is_distinct or not is_freed(line, other))
        and not elsewhere(line, other)
    )


def removed_twice(line: Line, world: World) -> bool:
    return any(stage["first"] and is_one_lesion(line, stage) for stage in partners(line, world))


rule("MOHS067", "encounter", beside_first("malignant_excision"), wants=DIAGNOSED, releases=PTP)(
    removed_twice
)
rule("MOHS068", "encounter", beside_first("malignant_destruction"), wants=DIAGNOSED, releases=PTP)(
    removed_twice
)


def pairs_with_first(line: Line, world: World) -> bool:
    return any(
        stage["first"] and (not is_freed(line, stage) or is_one_lesion(line, stage))
        for stage in partners(line, world)
    )


rule("MOHS069", "encounter", beside_first("benign_excision"), wants=RENDERER, releases=PTP)(
    pairs_with_first
)
rule(
    "MOHS070",
    "encounter",
    beside_first("site_excision_head", "site_excision_trunk"),
    wants=RENDERER,
    releases=PTP,
)(pairs_with_first)


@rule("MOHS071", "encounter", lambda line: line["closure"] is not None, wants=RENDERER)
def needless_modifier(line: Line, world: World) -> bool:
    return bool(line["distinct"]) and all(other["mohs"] for other in world.others(line))


@rule(
    "MOHS073",
    "encounter",
    lambda line: line["closure"] in ("simple", "intermediate", "complex"),
    wants=DIAGNOSED,
    releases=PTP,
)
def repair_inside_flap(line: Line, world: World) -> bool:
    return any(
        other["closure"] in ("flap", "graft")
        and line["code_set"] & other["code_set"]
        and not is_freed(line, other)
        for other in partners(line, world)
    )


@rule("MOHS074", "encounter", lambda line: line["excision"], wants=DIAGNOSED, releases=PTP)
def excision_inside_flap(line: Line, world: World) -> bool:
    return any(
        other["closure"] == "flap" and is_one_lesion(line, other) for other in partners(line, world)
    )


@rule(
    "MOHS080",
    "encounter",
    lambda line: "included_service" in line["kinds"] and not line["mohs"],
    wants=RENDERER,
    releases=PTP,
)
def included_service(line: Line, world: World) -> bool:
    return any(stage["mohs"] and not is_freed(line, stage) for stage in partners(line, world, "1"))


@rule("MOHS084", "encounter", beside_first("graft_bed_preparation"), wants=DIAGNOSED)
def fresh_bed(line: Line, world: World) -> bool:
    return not line["distinct"] and any(
        stage["first"] and line["code_set"] & stage["code_set"] for stage in world.day(line)
    )
