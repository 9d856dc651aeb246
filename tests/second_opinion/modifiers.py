"""What modifiers claim, against the other lines and the fee schedule's policy indicators."""

from __future__ import annotations

from datetime import timedelta

from tests.second_opinion import tables
from tests.second_opinion.bundling import partners
from tests.second_opinion.files import Line
from tests.second_opinion.judging import World, rule, same_practitioner

RENDERER = ("rendering_npi",)
MPFS = ("mpfs",)
SPLIT = {"54", "55", "56"}
RETURNS = {"58", "78", "79"}
PRICED = {"component", "bilateral", "assistant", "return", "by_report"}


def days_after(line: Line) -> int:
    """Days of aftercare the fee schedule gives an operation."""
    return {"010": 10, "090": 90}.get(line["global"], 0)


def is_unpriced_surgery(line: Line) -> bool:
    """Surgery by its number, whose global days are not at hand or left to the payer."""
    code = line["procedure"]
    if line["global"] == "YYY":
        return True
    return line["global"] is None and "10000" <= code <= "69999" and not code.endswith("F")


def globals_open(line: Line, world: World) -> tuple[bool, bool]:
    """Whether a global period of the practice is open, for sure and for all one knows."""
    earlier = [
        other
        for other in world.history(line, 90)
        if same_practitioner(line, other) and "78" not in other["marks"] and not other["assists"]
    ]
    sure = any((line["date"] - other["date"]).days <= days_after(other) for other in earlier)
    return sure, sure or any(is_unpriced_surgery(other) for other in earlier)


def stages_of_the_day(line: Line, world: World) -> list[Line]:
    """Mohs lines of that day by the same physician or specialty."""
    return [
        other
        for other in world.lines
        if other["date"] == line["date"] and other["mohs"] and same_practitioner(line, other)
    ]


@rule("MOHS101", "encounter", lambda line: not line["visit"])
def visit_modifier_on_procedure(line: Line, world: World) -> bool:
    is_surgery = line["global"] in ("000", "010", "090", "ZZZ")
    return bool(line["marks"] & {"24", "25", "57"}) and (
        is_surgery or "mohs_pathology" in line["kinds"]
    )


@rule("MOHS104", "patient", lambda line: line["visit"] and "24" in line["marks"],
      wants=RENDERER, releases=MPFS)  # fmt: skip
def visit_without_global(line: Line, world: World) -> bool:
    return line["practitioner"] is not None and not globals_open(line, world)[1]


@rule("MOHS103", "patient", lambda line: line["visit"] and "57" in line["marks"],
      wants=RENDERER, releases=MPFS)  # fmt: skip
def decision_for_nothing_major(line: Line, world: World) -> bool:
    near = [
        other
        for other in world.lines
        if line["date"] <= other["date"] <= line["date"] + timedelta(1)
        and same_practitioner(line, other)
    ]
    return any(other["first"] for other in near) and not any(
        other["global"] == "090" or is_unpriced_surgery(other) for other in near
    )


@rule("MOHS100", "patient", lambda line: line["visit"] and line["on_first_day"], wants=RENDERER)
def visit_without_25(line: Line, world: World) -> bool:
    return not line["marks"] & {"25", "57"}


@rule(
    "MOHS102",
    "patient",
    lambda line: line["visit"] and "25" in line["marks"] and line["on_first_day"],
    wants=("rendering_npi", "diagnosis_codes"),
)
def visit_for_the_lesion(line: Line, world: World) -> bool:
    operated = {code for stage in stages_of_the_day(line, world) for code in stage["codes"]}
    return "57" not in line["marks"] and bool(line["codes"]) and line["code_set"] <= operated


@rule("MOHS105", "encounter", lambda line: bool(line["distinct"]), since="2015-01-01")
def distinct_twice(line: Line, world: World) -> bool:
    return len(line["distinct"]) > 1


@rule("MOHS106", narrowed=lambda line: line["first"], wants=RENDERER, releases=("ptp",))
def lone_first_stage(line: Line, world: World) -> bool:
    of_the_day = [
        other for other in world.lines if other["date"] == line["date"] and other["first"]
    ]
    if not line["distinct"] or sum(other["units"] for other in of_the_day) != 1:
        return False
    return not any(
        tables.indicator(one["procedure"], two["procedure"], line["date"])
        for other in world.others(line)
        for one, two in ((line, other), (other, line))
    )


@rule("MOHS107", "encounter", lambda line: bool(line["distinct"]), since="2015-01-01",
      wants=("rendering_npi", "place_of_service", "diagnosis_codes"), releases=("ptp",))  # fmt: skip
def contradicted_x(line: Line, world: World) -> bool:
    day = [other for other in world.lines if other["date"] == line["date"]]
    alone = len({other["rendering_npi"] for other in day}) == 1
    one_place = len({other["place_of_service"] for other in day} - {None}) <= 1
    if "XP" in line["marks"] and alone:
        return True
    if "XE" in line["marks"] and alone and one_place:
        return True
    specimen = {
        "biopsy_primary",
        "biopsy_add_on",
        "mohs_pathology",
        "frozen_section",
        "immunostain",
    }
    if "XU" not in line["marks"] or line["kinds"] & specimen:
        return False
    return any(line["code_set"] & other["code_set"] for other in partners(line, world))


@rule("MOHS108", narrowed=lambda line: "76" in line["marks"], wants=RENDERER)
def repeat_of_nothing(line: Line, world: World) -> bool:
    return not line["first"] or not any(
        other["procedure"] == line["procedure"] and "76" not in other["marks"]
        for other in world.others(line)
    )


@rule("MOHS109", wants=RENDERER)
def repeat_by_another(line: Line, world: World) -> bool:
    return "77" in line["marks"]


def without_global(line: Line, world: World) -> bool:
    return line["practitioner"] is not None and not globals_open(line, world)[1]


for _id, _modifier in (("MOHS110", "58"), ("MOHS112", "79")):
    rule(
        _id,
        narrowed=lambda line, modifier=_modifier: modifier in line["marks"],  # type: ignore[misc]
        wants=RENDERER,
        releases=MPFS,
    )(without_global)


@rule("MOHS111", narrowed=lambda line: "78" in line["marks"],
      wants=("rendering_npi", "place_of_service"), releases=MPFS)  # fmt: skip
def return_to_no_room(line: Line, world: World) -> bool:
    return line["place_of_service"] == "11" or without_global(line, world)


@rule("MOHS113", wants=RENDERER, releases=MPFS)
def inside_a_global(line: Line, world: World) -> bool:
    return not line["marks"] & RETURNS and globals_open(line, world)[0]


@rule("MOHS114", narrowed=lambda line: line["additional"] or line["block"])
def more_work_on_add_on(line: Line, world: World) -> bool:
    return "22" in line["marks"]


@rule("MOHS115")
def reduced(line: Line, world: World) -> bool:
    return "52" in line["marks"]


@rule("MOHS116", wants=RENDERER)
def stopped_and_went_on(line: Line, world: World) -> bool:
    if "53" not in line["marks"]:
        return False
    if not line["first"]:
        return True
    family = [other for other in world.day(line) if other["family"] == line["family"]]
    return sum(other["units"] for other in family if other["first"]) == 1 and any(
        other["additional"] for other in family
    )


@rule("MOHS117", "encounter", lambda line: line["global"] in ("000", "ZZZ"), releases=MPFS)
def split_care(line: Line, world: World) -> bool:
    return bool(line["marks"] & SPLIT)


@rule("MOHS118", "encounter", lambda line: bool(line["fee"]), releases=MPFS)
def two_surgeons(line: Line, world: World) -> bool:
    return "62" in line["marks"] and line["fee"]["co_surgeon"] == "0"


@rule("MOHS119", "encounter", lambda line: bool(line["fee"]), releases=MPFS)
def team(line: Line, world: World) -> bool:
    return "66" in line["marks"] and line["fee"]["team"] == "0"


@rule(
    "MOHS120",
    "patient",
    lambda line: line["assists"] and line["on_mohs_day"],
    wants=("assistant",),
    releases=MPFS,
)
def barred_assistant(line: Line, world: World) -> bool:
    return bool(line["assistant"] == "1")


@rule("MOHS121", narrowed=lambda line: bool(line["fee"]), releases=MPFS)
def both_sides(line: Line, world: World) -> bool:
    return "50" in line["marks"] and line["fee"]["bilateral"] == "0"


@rule("MOHS122", narrowed=lambda line: line["first"], wants=RENDERER, releases=MPFS)
def right_and_left(line: Line, world: World) -> bool:
    """The later of the two lines is flagged."""
    if line["distinct"] or line["fee"].get("bilateral") != "0":
        return False
    return any(
        other["procedure"] == line["procedure"]
        and not other["distinct"]
        and other["line_id"] < line["line_id"]
        and (
            ("RT" in line["marks"] and "LT" in other["marks"])
            or ("LT" in line["marks"] and "RT" in other["marks"])
        )
        for other in world.others(line)
    )


@rule("MOHS123", "encounter", lambda line: line["global"] == "ZZZ", releases=MPFS)
def several_on_add_on(line: Line, world: World) -> bool:
    return "51" in line["marks"] and line["fee"]["multiple_procedure"] == "0"


@rule("MOHS124", "encounter", lambda line: line["fee"].get("pctc") == "0", releases=MPFS)
def component(line: Line, world: World) -> bool:
    return bool(line["marks"] & {"26", "TC"})


@rule("MOHS125", since="2010-04-01", wants=("diagnosis_codes",))
def liability(line: Line, world: World) -> bool:
    marks = line["marks"] & {"GA", "GX", "GY", "GZ"}
    return len(marks - {"GY"}) > 1 or ("GY" in marks and bool(line["malignant"]))


@rule("MOHS126", "encounter", lambda line: bool(line["modifiers"]), since="2013-01-01")
def unknown_modifier(line: Line, world: World) -> bool:
    return len(line["marks"]) < len(line["modifiers"]) or any(
        tables.meaning(modifier, line["date"]) is None for modifier in line["modifiers"]
    )


@rule("MOHS127", narrowed=lambda line: bool(line["sided"]), since="2015-10-01",
      wants=("diagnosis_codes",))  # fmt: skip
def part_of_another_site(line: Line, world: World) -> bool:
    placed = bool(line["families"]) and set(line["families"]) <= {"HNHFG", "TAL", "LIMB"}
    return placed and any(
        not any(tables.is_of(code, f"part_{part}", line["date"]) for code in line["codes"])
        for part in line["parts"]
    )


@rule("MOHS128", "encounter",
      lambda line: line["line_of_business"] == "medicare"
      and line["fee"].get("multiple_procedure") == "2", releases=MPFS)  # fmt: skip
def several_for_medicare(line: Line, world: World) -> bool:
    return "51" in line["marks"]


@rule("MOHS129", "encounter", wants=RENDERER)
def facility_modifier(line: Line, world: World) -> bool:
    return bool(line["marks"] & {"73", "74"})


@rule("MOHS130", "encounter", lambda line: len(line["modifiers"]) > 1, since="2013-01-01")
def informational_first(line: Line, world: World) -> bool:
    seen = False
    for modifier in line["modifiers"]:
        found = tables.meaning(modifier, line["date"])
        if found is None:
            continue
        if seen and found["price_effect"] in PRICED:
            return True
        if (
            found["price_effect"] == "none"
            and found["is_distinct"] == "false"
            and modifier[0].isalpha()
        ):
            seen = True
    return False
