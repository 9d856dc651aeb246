"""Site and medical necessity: what the diagnoses say."""

from __future__ import annotations

from tests.second_opinion import tables
from tests.second_opinion.files import Line
from tests.second_opinion.judging import World, rule

SINCE = "2015-10-01"
DIAGNOSES = ("diagnosis_codes",)


def all_of(line: Line, family: str) -> bool:
    return bool(line["families"]) and set(line["families"]) == {family}


@rule("MOHS001", narrowed=lambda line: line["family"] == "T", since=SINCE, wants=DIAGNOSES)
def trunk_code_on_head(line: Line, world: World) -> bool:
    return all_of(line, "HNHFG")


@rule("MOHS002", narrowed=lambda line: line["family"] == "H", since=SINCE, wants=DIAGNOSES)
def head_code_on_trunk(line: Line, world: World) -> bool:
    return all_of(line, "TAL")


@rule("MOHS006", since=SINCE, wants=DIAGNOSES)
def vague_diagnosis(line: Line, world: World) -> bool:
    found = [tables.site(code, line["date"]) for code in line["codes"]]
    return bool(found) and all(family == "AMBIG" or side == "U" for family, side in found)


@rule("MOHS007", "encounter", lambda line: bool(line["sided"]), since=SINCE, wants=DIAGNOSES)
def other_side(line: Line, world: World) -> bool:
    diagnosed = {tables.site(code, line["date"])[1] for code in line["codes"]} & {"L", "R"}
    return bool(diagnosed and line["sides"]) and not diagnosed & line["sides"]


@rule(
    "MOHS010",
    "encounter",
    lambda line: line["closure"] is not None,
    since=SINCE,
    wants=("rendering_npi", "diagnosis_codes"),
)
def closure_of_another_region(line: Line, world: World) -> bool:
    own = {kind for kind in line["kinds"] if kind.startswith("region_")}
    tumours = {code for other in world.day(line) if other["mohs"] for code in other["codes"]}
    if not own or not line["code_set"] & tumours:
        return False
    places = [tables.regions(code, line["date"]) for code in tumours]
    return all(places) and not any(own & place for place in places)


@rule("MOHS160", since=SINCE, wants=DIAGNOSES)
def nothing_malignant(line: Line, world: World) -> bool:
    return not line["malignant"]


@rule("MOHS163", since=SINCE, wants=DIAGNOSES)
def invasive_melanoma(line: Line, world: World) -> bool:
    return any(code.startswith("C43") for code in line["codes"]) and not any(
        code.startswith("D03") for code in line["codes"]
    )


@rule("MOHS166", since=SINCE, wants=DIAGNOSES)
def invalid_diagnosis(line: Line, world: World) -> bool:
    return any(tables.is_invalid(code, line["date"]) for code in line["codes"])


@rule("MOHS167", since=SINCE, wants=DIAGNOSES)
def history_only(line: Line, world: World) -> bool:
    return bool(line["codes"]) and all(
        tables.is_of(code, "history", line["date"]) for code in line["codes"]
    )


@rule("MOHS168", since=SINCE, wants=DIAGNOSES)
def sex_and_site(line: Line, world: World) -> bool:
    barred = {"M": "female_only", "F": "male_only"}.get(line["patient_sex"])
    return (
        barred is not None
        and "KX" not in line["marks"]
        and any(tables.is_of(code, barred, line["date"]) for code in line["codes"])
    )
