"""Stages, units, provider, claim data and duplicates, as the catalogue tells them."""

from __future__ import annotations

from datetime import date

from tests.second_opinion import tables
from tests.second_opinion.files import Line
from tests.second_opinion.judging import PHYSICIANS, World, rule, same_practitioner

RETIRED = ("17304", "17305", "17306", "17307", "17310")
USUAL = {
    "dermatology",
    "micrographic dermatologic surgery",
    "procedural dermatology",
    "plastic surgery",
    "otolaryngology",
}
PLACES = {"11", "19", "22", "24", "49"}
RENDERER = ("rendering_npi",)


def is_first(line: Line) -> bool:
    return bool(line["first"])


def is_additional(line: Line) -> bool:
    return bool(line["additional"])


def is_block(line: Line) -> bool:
    return bool(line["block"])


def total(lines: list[Line], kind: str, family: str | None = None) -> int:
    """Units of first stages, additional stages or blocks, of one family where it is named."""
    return sum(line["units"] for line in lines if line[kind] and family in (None, line["family"]))


def a_year_later(day: date, years: int = 1) -> date:
    """The same day of a later year, the last of February where there is none."""
    if (day.month, day.day) == (2, 29) and (day.year + years) % 4:
        return date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)


@rule("MOHS009", "all", lambda line: "17304" <= line["procedure"] <= "17315")
def retired_code(line: Line, world: World) -> bool:
    return line["procedure"] in RETIRED


@rule("MOHS005", narrowed=is_additional, wants=RENDERER)
def stage_of_the_other_family(line: Line, world: World) -> bool:
    families = {other["family"] for other in world.day(line) if other["first"]}
    return bool(families) and line["family"] not in families


def has_no_first_stage(line: Line, world: World) -> bool:
    return not any(
        other["first"] and other["family"] == line["family"] for other in world.day(line)
    )


rule(
    "MOHS020", narrowed=lambda line: is_additional(line) and line["family"] == "H", wants=RENDERER
)(has_no_first_stage)
rule(
    "MOHS021", narrowed=lambda line: is_additional(line) and line["family"] == "T", wants=RENDERER
)(has_no_first_stage)


@rule("MOHS022", narrowed=is_block, wants=RENDERER)
def block_without_stage(line: Line, world: World) -> bool:
    return not any(other["first"] or other["additional"] for other in world.day(line))


@rule("MOHS027", narrowed=is_additional, wants=("rendering_npi", "diagnosis_codes"))
def stage_of_no_one_tumour(line: Line, world: World) -> bool:
    first = [one for one in world.day(line) if one["first"] and one["family"] == line["family"]]
    if sum(one["units"] for one in first) < 2:
        return False
    tumours = {code for one in first for code in one["codes"]}
    met = line["code_set"] & tumours
    return not met or met == tumours


@rule(
    "MOHS028",
    "encounter",
    lambda line: "companion_add_on" in line["kinds"],
    since="2013-01-01",
    wants=RENDERER,
    releases=("add_on",),
)
def companion_add_on_alone(line: Line, world: World) -> bool:
    wanted = tables.primaries(line["procedure"], line["date"])
    return not any(other["procedure"] in wanted for other in world.day(line))


@rule("MOHS029", narrowed=is_first, wants=("rendering_npi", "diagnosis_codes"))
def second_first_stage(line: Line, world: World) -> bool:
    if not line["codes"] or line["marks"] & {"58", "76", "78", "79"}:
        return False

    def group(one: Line) -> str:
        return str(one["group_id"] or one["rendering_npi"])

    return any(
        earlier["first"]
        and group(earlier) == group(line) != ""
        and earlier["code_set"] == line["code_set"]
        and earlier["sided"] == line["sided"]
        for earlier in world.history(line, 30)
    )


@rule("MOHS030", narrowed=is_additional, wants=RENDERER)
def stage_on_another_day(line: Line, world: World) -> bool:
    if any(other["first"] for other in world.day(line)):
        return False
    return any(
        other["first"]
        and other["family"] == line["family"]
        and other["rendering_npi"] == line["rendering_npi"] != ""
        and abs((other["date"] - line["date"]).days) <= 7
        for other in world.lines
    )


@rule(
    "MOHS040",
    "encounter",
    lambda line: tables.limit(line["procedure"], line["date"]) is not None,
    wants=RENDERER,
    releases=("mue",),
)
def units_beyond_limit(line: Line, world: World) -> bool:
    limit = tables.limit(line["procedure"], line["date"])
    assert limit is not None
    units, indicator = limit
    if indicator == "1":
        return bool(line["units"] > units)
    return same_code_units(line, world) > units


def same_code_units(line: Line, world: World) -> int:
    return sum(
        other["units"] for other in world.day(line) if other["procedure"] == line["procedure"]
    )


@rule(
    "MOHS045",
    "encounter",
    lambda line: "repair_once_a_day" in line["kinds"],
    wants=RENDERER,
    releases=("mue",),
)
def repair_twice(line: Line, world: World) -> bool:
    return same_code_units(line, world) > 1


@rule("MOHS048", narrowed=is_block, wants=RENDERER)
def many_blocks(line: Line, world: World) -> bool:
    day = world.day(line)
    stages, blocks = total(day, "first") + total(day, "additional"), total(day, "block")
    return stages > 0 and (blocks >= 6 or blocks > 5 * stages)


@rule("MOHS049", narrowed=is_first, wants=("rendering_npi", "diagnosis_codes"))
def first_stages_as_blocks(line: Line, world: World) -> bool:
    if line["units"] < 3 or len(line["codes"]) != 1:
        return False
    return not any(other["malignant"] - line["code_set"] for other in world.others(line))


@rule("MOHS050", narrowed=is_block, wants=RENDERER)
def blocks_for_stages(line: Line, world: World) -> bool:
    day = world.day(line)
    return 1 <= total(day, "block") <= 3 and any(
        5 <= total(day, "additional", family) <= 6 for family in "HT"
    )


@rule("MOHS140", wants=("rendering_type",))
def not_a_physician(line: Line, world: World) -> bool:
    return line["rendering_type"] not in PHYSICIANS and not line["assists"]


@rule(
    "MOHS145", narrowed=lambda line: line["line_of_business"] == "medicare", wants=("clia_number",)
)
def certificate_missing(line: Line, world: World) -> bool:
    number = line["clia_number"]
    return len(number) != 10 or number[2] != "D"


@rule("MOHS146", wants=("place_of_service",))
def unlikely_place(line: Line, world: World) -> bool:
    return line["place_of_service"] not in PLACES | {""}


@rule("MOHS149", wants=("specialty",))
def unusual_specialty(line: Line, world: World) -> bool:
    return (
        line["specialty"].lower() not in USUAL
        and line["rendering_type"] in PHYSICIANS
        and not line["assists"]
    )


@rule("MOHS210", "encounter", wants=("rendering_npi", "diagnosis_codes"))
def billed_again(line: Line, world: World) -> bool:
    def order(one: Line) -> tuple[date, str]:
        return (one["submitted_date"] or one["date"], one["claim_id"])

    return any(
        other["claim_id"] != line["claim_id"]
        and order(other) < order(line)
        and all(other[name] == line[name] for name in ("procedure", "units", "charge", "codes"))
        and sorted(other["modifiers"]) == sorted(line["modifiers"])
        for other in world.others(line)
    )


@rule("MOHS211", narrowed=is_first, wants=("diagnosis_codes",))
def same_first_stage_twice(line: Line, world: World) -> bool:
    if line["modifiers"] or not line["codes"]:
        return False
    return any(
        other["claim_id"] == line["claim_id"]
        and other["procedure"] == line["procedure"]
        and not other["modifiers"]
        and other["codes"] == line["codes"]
        and other["number"] < line["number"]
        for other in world.others(line)
    )


@rule(
    "MOHS220",
    "encounter",
    lambda line: line["line_of_business"] == "medicare",
    since="2010-01-01",
    wants=("submitted_date",),
)
def filed_late(line: Line, world: World) -> bool:
    filed = line["received_date"] or line["submitted_date"]
    return bool(line["frequency"] != "7" and filed > a_year_later(line["date"]))


@rule("MOHS223", "encounter", wants=("submitted_date",))
def dates_out_of_order(line: Line, world: World) -> bool:
    return any(
        line[name] is not None and line[name] < line["date"]
        for name in ("submitted_date", "received_date")
    )


@rule("MOHS224", "encounter", since="2008-05-23", wants=RENDERER)
def provider_missing(line: Line, world: World) -> bool:
    numbers = [line["rendering_npi"], line["billing_npi"]]
    return any(number is not None and not passes_luhn(f"80840{number}") for number in numbers)


def passes_luhn(number: str) -> bool:
    """ISO/IEC 7812-1: from the right, every second digit doubled, all digits summed."""
    if len(number) != 15:
        return False
    doubled = "".join(
        str(int(digit) * (1 + place % 2)) for place, digit in enumerate(reversed(number))
    )
    return sum(map(int, doubled)) % 10 == 0


@rule("MOHS225", "patient", lambda line: "new_patient_visit" in line["kinds"], wants=RENDERER)
def not_a_new_patient(line: Line, world: World) -> bool:
    return any(
        earlier["date"] < line["date"] < a_year_later(earlier["date"], 3)
        and same_practitioner(earlier, line)
        and not earlier["kinds"] & {"mohs_pathology", "immunostain"}
        for earlier in world.lines
    )
