"""From claims to lines with what is known of them, and from those to opinions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.second_opinion import tables
from tests.second_opinion.files import Claim, Line
from tests.second_opinion.tables import Dated

FLAGGED, PASSED, NOT_EVALUABLE = "flagged", "passed", "not evaluable"

PHYSICIANS = ("MD", "DO")


@dataclass
class World:
    """What a line is judged against: its patient's lines, all of them and by encounter."""

    lines: list[Line] = field(default_factory=list)
    encounters: dict[tuple[Any, ...], list[Line]] = field(default_factory=lambda: defaultdict(list))

    def day(self, line: Line) -> list[Line]:
        """Lines of the patient, rendering provider and day, the line's own included."""
        return self.encounters[line["encounter"]]

    def others(self, line: Line) -> list[Line]:
        """The encounter without the line."""
        return [other for other in self.day(line) if other is not line]

    def history(self, line: Line, days: int) -> list[Line]:
        """The patient's lines of the days before the line's."""
        first = line["date"] - timedelta(days)
        return [other for other in self.lines if first <= other["date"] < line["date"]]


@dataclass(frozen=True)
class Rule:
    """When a rule says something, of which lines, from which day on and what it cannot do without."""

    id: str
    since: date
    about: str
    narrowed: Callable[[Line], bool]
    wants: tuple[str, ...]
    releases: tuple[str, ...]
    fires: Callable[[Line, World], bool]


@dataclass
class Opinion:
    """What is held of each rule and line: `flagged`, `passed`, `not evaluable`; else not in question."""

    outcomes: dict[str, dict[str, str]]

    @property
    def findings(self) -> set[tuple[str, str]]:
        """(line_id, rule_id) of what is flagged."""
        return {
            (line_id, rule_id)
            for rule_id, lines in self.outcomes.items()
            for line_id, outcome in lines.items()
            if outcome == FLAGGED
        }


rules: dict[str, Rule] = {}


def rule(
    rule_id: str,
    about: str = "mohs",
    narrowed: Callable[[Line], bool] = lambda line: True,
    *,
    since: str = "2007-01-01",
    wants: Iterable[str] = (),
    releases: Iterable[str] = (),
) -> Callable[[Callable[[Line, World], bool]], Callable[[Line, World], bool]]:
    """Enter a rule: about `mohs` lines, lines of a Mohs `encounter`, of a Mohs `patient`, or `all`."""

    def enter(fires: Callable[[Line, World], bool]) -> Callable[[Line, World], bool]:
        rules[rule_id] = Rule(
            rule_id,
            date.fromisoformat(since),
            about,
            narrowed,
            tuple(wants),
            tuple(releases),
            fires,
        )
        return fires

    return enter


def judge(claims: Iterable[Claim], providers: Path) -> Opinion:
    """Every rule's opinion of every line of the claims that stand; `providers` is the roster's CSV."""
    roster = tables.dated(providers, "npi")
    patients: dict[str, list[Claim]] = defaultdict(list)
    for claim in standing(claims):
        patients[claim["patient_id"]].append(claim)
    by_scope: dict[str, list[Rule]] = defaultdict(list)
    for one in rules.values():
        by_scope[one.about].append(one)
    opinion = Opinion({rule_id: {} for rule_id in rules})
    for own in patients.values():
        world = World()
        for claim in own:
            for billed in claim["lines"]:
                line = known(claim, billed, roster)
                if line["charge"] > 0:
                    world.lines.append(line)
                    world.encounters[line["encounter"]].append(line)
        place(world)
        for line in world.lines:
            for scope in line["scopes"]:
                for one in by_scope[scope]:
                    if line["date"] >= one.since and one.narrowed(line):
                        outcome = _judge_line(one, line, world)
                        opinion.outcomes[one.id][line["line_id"]] = outcome
    return opinion


def place(world: World) -> None:
    """Say of a patient's lines which rules are about them and what else was done that day."""
    is_patient = any(line["mohs"] for line in world.lines)
    mohs_days = {line["date"] for line in world.lines if line["mohs"]}
    operated = {(line["date"], line["practitioner"]) for line in world.lines if line["first"]}
    for line in world.lines:
        day = world.day(line)
        of_mohs = any(other["mohs"] for other in day)
        line["scopes"] = [
            "all",
            *(["patient"] if is_patient else []),
            *(["encounter"] if of_mohs else []),
            *(["mohs"] if line["mohs"] else []),
        ]
        line["beside_first"] = any(other["first"] for other in day)
        line["on_mohs_day"] = line["date"] in mohs_days
        line["on_first_day"] = (line["date"], line["practitioner"]) in operated


def _judge_line(one: Rule, line: Line, world: World) -> str:
    for name in one.wants:
        if line[name] is None:
            return NOT_EVALUABLE
    for series in one.releases:
        if tables.judging_day(series, line["date"])[1] > tables.FARTHEST:
            return NOT_EVALUABLE
    return FLAGGED if one.fires(line, world) else PASSED


def standing(claims: Iterable[Claim]) -> list[Claim]:
    """The last submission of each bill, but for bills that were voided."""
    chains: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        chains[claim["claim_id"]].append(claim)
    last = [max(chain, key=lambda claim: claim["submission"]) for chain in chains.values()]
    return [claim for claim in last if claim["frequency"] != "8"]


def known(claim: Claim, billed: dict[str, Any], roster: dict[tuple[str, ...], Dated]) -> Line:
    """A line with its claim's facts and what the tables say of its codes."""
    day, code = billed["date"], billed["procedure"]
    kinds = tables.kinds(code, day)
    # of the line, else of the claim's first line, else the billing provider [staged.service_line]
    npi = billed["rendering_npi"] or claim["lines"][0]["rendering_npi"] or claim["billing_npi"]
    person = next(iter(tables.on(roster.get((npi,), []), day)), {})
    meanings = [tables.meaning(modifier, day) for modifier in billed["modifiers"]]
    understood = [found for found in meanings if found]
    diagnoses = billed["diagnoses"]
    codes = diagnoses or []
    fee = tables.fee(code, day)
    line: Line = {
        "line_id": f"{claim['claim_id']}-{billed['number']}",
        "claim_id": claim["claim_id"],
        "number": int(billed["number"]),
        "patient_id": claim["patient_id"],
        "patient_sex": claim["patient_sex"],
        "billing_npi": claim["billing_npi"],
        "frequency": claim["frequency"],
        "line_of_business": claim["line_of_business"],
        "submitted_date": claim["submitted"],
        "received_date": claim["received"],
        "clia_number": claim["clia"],
        "rendering_npi": npi,
        "rendering_type": person.get("rendering_type") or claim["rendering_type"] or None,
        "specialty": person.get("specialty"),
        "group_id": person.get("group_id"),
        "date": day,
        "procedure": code,
        "modifiers": billed["modifiers"],
        "marks": set(billed["modifiers"]),
        "units": billed["units"],
        "charge": billed["charge"],
        "diagnosis_codes": diagnoses,
        "codes": codes,
        "code_set": set(codes),
        "families": [tables.site(one, day)[0] for one in codes],
        "malignant": {one for one in codes if tables.is_of(one, "malignant", day)},
        "place_of_service": billed["place"],
        "encounter": (claim["patient_id"], npi, day),
        "kinds": kinds,
        "mohs": "mohs" in kinds,
        "first": "mohs_first_stage" in kinds,
        "additional": "mohs_additional_stage" in kinds,
        "block": "mohs_extra_block" in kinds,
        "family": "H" if "mohs_head" in kinds else "T" if "mohs_trunk" in kinds else None,
        "visit": "evaluation_management" in kinds,
        "biopsy": "biopsy_primary" in kinds,
        "excision": bool(kinds & {"benign_excision", "malignant_excision"}),
        "closure": closure(kinds),
        "fee": fee or {},
        "global": fee["global_days"] if fee else None,
        "assistant": fee["assistant"] if fee else None,
        "distinct": {one["modifier"] for one in understood if one["is_distinct"] == "true"},
        "frees": any(one["is_ncci"] == "true" for one in understood),
        "assists": any(one["price_effect"] == "assistant" for one in understood),
        "sided": {one["modifier"] for one in understood if one["side"] or one["part"]},
        "sides": {one["side"] for one in understood if one["side"]},
        "parts": {one["part"] for one in understood if one["part"]},
    }
    group, specialty = line["group_id"], line["specialty"]
    line["practitioner"] = (group, specialty) if group and specialty else (npi,) if npi else None
    return line


def closure(kinds: frozenset[str]) -> str | None:
    """simple, intermediate, complex, flap, graft; None for what closes nothing."""
    for kind in kinds:
        word = kind.removesuffix("_add_on").removesuffix("_repair")
        if word in ("simple", "intermediate", "complex", "flap", "graft"):
            return word
    return None


def same_practitioner(one: Line, other: Line) -> bool:
    """The same group and specialty, or the same NPI where those are not known.

    Lines without any NPI are one encounter on one day; on two days nobody knows.
    """
    if one["practitioner"] is None and one["date"] != other["date"]:
        return False
    return bool(one["practitioner"] == other["practitioner"])
