"""Encounters of the simulated practice, spoiled at random.

The same seed gives the same
claims.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random

from tests.second_opinion import tables
from tests.second_opinion.files import ABSENT, Claim, Line

KEPT = 0.1
"""Share of the patients whose claims stay as simulated."""
STRANGERS = {"2900000001": "MD", "2900000002": "NP", "2900000003": ""}
"""Renderers the roster does not know, with the type the export gives."""
COLLEAGUES = """\
2900000011,MD,family practice,G3,true,false,0.0000,2020-01-01,,perturbation
2900000012,DO,Otolaryngology,G3,true,false,0.0000,2020-01-01,2025-03-31,perturbation
2900000012,DO,dermatology,G1,true,false,0.0000,2025-04-01,,perturbation
"""
"""More rows of providers.csv: another specialty, and somebody who changed both group and trade."""


def copied(claim: Claim) -> Claim:
    """The claim with lines of its own."""
    return claim | {"lines": [same_line(line) for line in claim["lines"]]}


def same_line(line: Line) -> Line:
    """The line with lists of its own."""
    diagnoses = line["diagnoses"]
    return line | {
        "modifiers": list(line["modifiers"]),
        "diagnoses": None if diagnoses is None else list(diagnoses),
    }


def perturbed(
    claims: Iterable[Claim], roster: Sequence[str], payers: dict[str, str], seed: int
) -> list[Claim]:
    """The claims with errors and rarities added, patient by patient; `payers`: name -> business."""
    patients: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        patients[claim["patient_id"]].append(copied(claim))
    found: list[Claim] = []
    for number, (patient, own) in enumerate(sorted(patients.items())):
        hand = Spoiler(Random(f"{seed} {patient}"), f"X{number}", roster, payers)
        found += own if hand.rng.random() < KEPT else hand.spoil(own)
    return found


@cache
def classed(*names: str) -> tuple[str, ...]:
    """Procedure codes of some classes, sorted."""
    rows = tables.rows(tables.FOLDER / "code_class.csv")
    return tuple(sorted({row["procedure_code"] for row in rows if row["class_name"] in names}))


MOHS = classed("mohs")
FIRST = classed("mohs_first_stage")
COMPANIONS: list[tuple[int, Sequence[str]]] = [
    (20, classed("biopsy_primary")),
    (5, classed("biopsy_add_on")),
    (7, classed("mohs_pathology")),
    (10, classed("frozen_section")),
    (1, classed("immunostain", "special_stain")),
    (6, classed("evaluation_management")),
    (16, classed("new_patient_visit")),
    (5, classed("simple_repair", "intermediate_repair", "complex_repair")),
    (7, classed("complex_repair_add_on", "graft_add_on", "flap_add_on", "companion_add_on")),
    (4, classed("flap", "graft", "pedicle_flap")),
    (13, classed("malignant_excision")),
    (13, classed("malignant_destruction")),
    (11, classed("benign_excision")),
    (11, classed("site_excision_head", "site_excision_trunk")),
    (13, classed("included_service", "debridement")),
    (14, classed("graft_bed_preparation")),
    (2, classed("nerve_block")),
    (1, classed("shave", "wart_destruction", "premalignant_destruction", "skin_substitute")),
    (1, ["J2001", "96372", "1036F", "21555", "00300", "99999"]),
    (12, ["17315"]),
    (1, classed("mohs_retired")),
]
OF_A_VISIT = ["25", "25", "25", "57", "57", "24", "24"]
OF_A_STAGE = ["59", "XS", "58", "76", "78", "79", "22", "52", "53", "50", "51", "RT", "LT"]
DISTINCT = ["59", "XS", "XE", "XP", "XU"]
ANYTHING = [*sorted(modifier for (modifier,) in tables.MODIFIERS), "QQ", "ZZ"]
MALIGNANT = [
    code for code in tables.SITE_CODES if tables.is_of(code, "malignant", date(2024, 8, 1))
]
BENIGN = ["L570", "D485", "D492", "D225", "L821", "Z85828", "L720", "D2339"]
CUT_SHORT = ["C4431", "C4411", "C44", "C44112", "C4311", "C43", "C446"]
GENITAL = ["C510", "C609", "C632", "D071", "D074"]
SIDED = [
    code for code in MALIGNANT if tables.site(code, date(2024, 8, 1))[1] in ("L", "R", "U")
]  # fmt: skip
PLACES = ["11", "11", "11", "19", "22", "24", "49", "02", "10", "12", "31", "41", "21", "99", ""]


class Spoiler:
    """Spoils the claims of one patient."""

    def __init__(
        self, rng: Random, prefix: str, roster: Sequence[str], payers: dict[str, str]
    ) -> None:
        self.rng, self.prefix = rng, prefix
        self.roster, self.payers = roster, payers
        self.made = 0

    def spoil(self, claims: list[Claim]) -> list[Claim]:
        """The patient's claims after everything was done to them."""
        rng = self.rng
        for claim in claims:
            for _ in range(rng.choice((2, 2, 3, 3))):
                self._add_companion(claim)
            for _ in range(rng.choice((0, 1, 2))):
                rng.choice(
                    (
                        self._change_modifiers,
                        self._change_modifiers,
                        self._change_modifiers,
                        self._change_units,
                        self._change_code,
                        self._change_diagnoses,
                        self._change_diagnoses,
                        self._change_place,
                        self._change_renderer,
                        self._change_date,
                        self._repeat_line,
                        self._change_charge,
                    )
                )(claim)
            if rng.random() < 0.35:
                self._change_claim(claim)
            if rng.random() < 0.03:
                self._mark_closure(claim)
            scenarios = (
                self._change_family,
                self._name_a_part,
                self._repeat_first_stage,
                self._add_assistant,
                self._add_decision,
                self._mark_stage,
                self._change_modifiers,
            )
            for scenario in rng.sample(scenarios, 2):
                scenario(claim)
        more = [made for claim in claims for made in self._others(claim)]
        claims += more
        if rng.random() < 0.12:
            self._move(claims)
        if rng.random() < 0.05:
            self._thin(claims)
        return claims

    def _add_companion(self, claim: Claim) -> None:
        rng = self.rng
        pattern = rng.choice(claim["lines"])
        (codes,) = rng.choices(
            [codes for _, codes in COMPANIONS], [weight for weight, _ in COMPANIONS]
        )
        line = self._line(claim, pattern, rng.choice(codes))
        if rng.random() < 0.35:
            line["diagnoses"] = [rng.choice(MALIGNANT + BENIGN)]
        kinds = tables.kinds(line["procedure"], line["date"])
        if "evaluation_management" in kinds:
            line["modifiers"] = [rng.choice(OF_A_VISIT)] if rng.random() < 0.8 else []
            if rng.random() < 0.05:
                line["modifiers"] = ["25", "57"]
        elif rng.random() < 0.45:
            line["modifiers"] = [rng.choice([*DISTINCT, "59", "XS", "58", "RT", "LT"])]
        elif rng.random() < 0.3:
            line["modifiers"] = [rng.choice(["80", "AS", "82", "62", "66", "55", "51", "26"])]
        if line["procedure"] == "17315":
            line["units"] = rng.choice([1, 2, 3, 4, 6, 7, 10, 16])
            stages = [one for one in claim["lines"] if one["procedure"] in ("17312", "17314")]
            if stages and rng.random() < 0.4:
                rng.choice(stages)["units"] = rng.choice([4, 5, 6])
        if "biopsy_primary" in kinds and rng.random() < 0.4:
            self._line(claim, line, rng.choice(classed("biopsy_add_on")))

    def _line(self, claim: Claim, pattern: Line, code: str) -> Line:
        """A new line of the claim, like another but for its code."""
        line = same_line(pattern)
        line |= {
            "number": str(max(int(one["number"]) for one in claim["lines"]) + 1),
            "procedure": code,
            "modifiers": [],
            "units": 1 if self.rng.random() < 0.9 else self.rng.randint(2, 5),
            "charge": 100.0 + len(claim["lines"]),
        }
        claim["lines"].append(line)
        return line

    def _change_modifiers(self, claim: Claim) -> None:
        rng = self.rng
        line = rng.choice(claim["lines"])
        how = rng.random()
        pool = ANYTHING if rng.random() < 0.6 else [*OF_A_STAGE, *DISTINCT]
        if how < 0.15:
            line["modifiers"] = []
        elif how < 0.25 and line["modifiers"]:
            line["modifiers"].append(line["modifiers"][0])
        elif how < 0.75:
            line["modifiers"] = [*line["modifiers"], rng.choice(pool)]
        else:
            line["modifiers"] = rng.sample(pool, 2)
        line["modifiers"] = line["modifiers"][:4]
        rng.shuffle(line["modifiers"])

    def _change_units(self, claim: Claim) -> None:
        self.rng.choice(claim["lines"])["units"] = self.rng.choice([1, 2, 3, 4, 5, 6, 7, 12, 16])

    def _change_code(self, claim: Claim) -> None:
        rng = self.rng
        line = rng.choice(claim["lines"])
        line["procedure"] = (
            rng.choice(MOHS) if rng.random() < 0.8 else rng.choice(rng.choice(COMPANIONS)[1])
        )

    def _change_diagnoses(self, claim: Claim) -> None:
        rng = self.rng
        line = rng.choice(claim["lines"])
        how = rng.random()
        pool = rng.choice([MALIGNANT, MALIGNANT, SIDED, SIDED, BENIGN, CUT_SHORT, GENITAL])
        if how < 0.07:
            line["diagnoses"] = []
        elif how < 0.3:
            line["diagnoses"] = [*line["diagnoses"], rng.choice(pool)][:4]
            rng.shuffle(line["diagnoses"])
        elif how < 0.5:
            other = rng.choice(claim["lines"])
            line["diagnoses"] = list(dict.fromkeys([*line["diagnoses"], *other["diagnoses"]]))[:4]
        else:
            line["diagnoses"] = [rng.choice(pool)]
            if pool is SIDED and rng.random() < 0.7:
                line["modifiers"] = [rng.choice(["LT", "RT", "E1", "E3", "F2", "F5", "TA", "T5"])]

    def _change_place(self, claim: Claim) -> None:
        place = self.rng.choice(PLACES)
        for line in claim["lines"]:
            if self.rng.random() < 0.8:
                line["place"] = place

    def _renderer(self) -> str:
        if self.rng.random() < 0.25:
            return self.rng.choice([*STRANGERS, ""])
        return self.rng.choice(self.roster)

    def _change_renderer(self, claim: Claim) -> None:
        npi = self._renderer()
        lines = claim["lines"] if self.rng.random() < 0.5 else [self.rng.choice(claim["lines"])]
        for line in lines:
            line["rendering_npi"] = npi
        claim["rendering_type"] = STRANGERS.get(npi, "")

    def _change_date(self, claim: Claim) -> None:
        rng = self.rng
        days = timedelta(rng.choice([-9, -8, -7, -3, -1, 1, 2, 7, 8, 10, 11]))
        lines = claim["lines"] if rng.random() < 0.3 else [rng.choice(claim["lines"])]
        for line in lines:
            line["date"] += days

    def _repeat_line(self, claim: Claim) -> None:
        rng = self.rng
        pattern = rng.choice(claim["lines"])
        first = [line for line in claim["lines"] if line["procedure"] in FIRST]
        if first and rng.random() < 0.6:
            pattern = rng.choice(first)
        line = self._line(claim, pattern, pattern["procedure"])
        line |= {"units": pattern["units"], "charge": pattern["charge"]}
        how = rng.random()
        if how < 0.5:
            line["modifiers"] = list(pattern["modifiers"])
        elif how < 0.7:
            pattern["modifiers"], line["modifiers"] = ["RT"], ["LT"]
        else:
            line["modifiers"] = [rng.choice(OF_A_STAGE)]
        if rng.random() < 0.3:
            line["diagnoses"] = [rng.choice(MALIGNANT)]

    def _change_charge(self, claim: Claim) -> None:
        self.rng.choice(claim["lines"])["charge"] = self.rng.choice([0.0, 0.01, 250.0])

    def _change_claim(self, claim: Claim) -> None:
        rng = self.rng
        how = rng.randrange(6)
        if how == 0:
            claim["patient_sex"] = rng.choice(["F", "M", "M", "U", ""])
            for line in claim["lines"]:
                if rng.random() < 0.4:
                    line["diagnoses"] = [rng.choice(GENITAL)]
        elif how == 1:
            claim["payer"] = rng.choice(sorted(self.payers))
            claim["line_of_business"] = self.payers[claim["payer"]]
        elif how == 2:
            claim["submitted"] += timedelta(rng.choice([-30, -10, 340, 360, 366, 400, 500]))
            claim["received"] = rng.choice(
                [None, claim["submitted"], claim["submitted"] + timedelta(3)]
            )
        elif how == 3:
            claim["clia"] = rng.choice(["", "", "01D0000001", "CLIA", "0123456789"])
        elif how == 4:
            claim["billing_npi"] = ""
            for line in claim["lines"] if rng.random() < 0.5 else []:
                line["rendering_npi"] = ""
        else:
            claim["received"] = claim["lines"][0]["date"] + timedelta(
                rng.choice([-1, 0, 1, 365, 366])
            )

    def _others(self, claim: Claim) -> list[Claim]:
        """Other claims of the patient that this one gives rise to."""
        rng = self.rng
        found = []
        if rng.random() < 0.10:
            found.append(self._copy(claim, rng.choice([1, 3, 7, 14, 29, 30, 31, 40])))
            if rng.random() < 0.3:
                found[-1]["lines"][0]["modifiers"] = [rng.choice(["58", "76", "78", "79"])]
        if rng.random() < 0.10:
            found.append(self._copy(claim, 0))
            sent = found[-1]["submitted"]
            found[-1]["submitted"] = sent + timedelta(rng.choice([0, 0, 5]))
            if rng.random() < 0.5:
                self._change_renderer(found[-1])
            if rng.random() < 0.3:
                self._change_modifiers(found[-1])
        how = rng.random()
        if how < 0.2:
            found.append(self._before(claim))
        elif how < 0.6:
            found.append(self._aftercare(claim))
        if rng.random() < 0.06:
            again = copied(claim)
            again |= {"submission": 2, "frequency": rng.choice(["7", "7", "7", "8"])}
            again["submitted"] = claim["submitted"] + timedelta(rng.choice([10, 400]))
            again["received"] = again["submitted"]
            self._change_modifiers(again)
            found.append(again)
        return found

    def _copy(self, claim: Claim, days: int) -> Claim:
        self.made += 1
        made = copied(claim)
        made |= {"claim_id": f"{self.prefix}.{self.made}", "submission": 1, "frequency": "1"}
        made["submitted"] += timedelta(days)
        if made["received"]:
            made["received"] += timedelta(days)
        for line in made["lines"]:
            line["date"] += timedelta(days)
        return made

    def _before(self, claim: Claim) -> Claim:
        """What was done some time before, or the day after: surgery, a biopsy, a visit."""
        rng = self.rng
        pool, days = rng.choice(
            [
                (classed("flap", "graft", "pedicle_flap"), [1, 30, 89, 90, 91]),
                (classed("complex_repair", "intermediate_repair"), [1, 5, 9, 10, 11]),
                (classed("simple_repair", "mohs_first_stage"), [1, 5, 40]),
                (["14040", "15260", "14301", "21555"], [-1, 0, 20]),
                ([*classed("biopsy_primary", "biopsy_add_on"), "88305"], [1, 30, 59, 60, 61]),
                (["99213", "99203", "99024", "88305"], [200, 1000, 1094, 1096, 1200]),
            ]
        )
        made = self._copy(claim, -rng.choice(days))
        made["lines"] = made["lines"][:1]
        made["lines"][0] |= {"procedure": rng.choice(pool), "modifiers": [], "units": 1}
        if rng.random() < 0.12:
            made["lines"][0]["modifiers"] = [rng.choice(["78", "80", "RT", "LT"])]
        if rng.random() < 0.2:
            made["lines"][0]["rendering_npi"] = self._renderer()
        return made

    def _aftercare(self, claim: Claim) -> Claim:
        """An operation before, and the claim's lines marked as in its aftercare."""
        rng = self.rng
        made = self._copy(claim, -rng.choice([2, 8, 10, 10, 11, 45, 90, 91]))
        made["lines"] = made["lines"][:1]
        operations = [*classed("flap", "graft"), "13132", "13121", "13101"]
        made["lines"][0] |= {"procedure": rng.choice(operations), "modifiers": [], "units": 1}
        mark = rng.choice(["58", "78", "78", "79"])
        place = rng.choice(["11", "22", "24", "24"])
        for line in claim["lines"]:
            kinds = tables.kinds(line["procedure"], line["date"])
            if "mohs" in kinds and len(line["modifiers"]) < 4:
                line["modifiers"].append(mark)
            if mark == "78":
                line["place"] = place
        if rng.random() < 0.5:
            visit = self._line(claim, claim["lines"][0], rng.choice(["99212", "99213", "99214"]))
            visit |= {"modifiers": ["24"], "diagnoses": [rng.choice(BENIGN)]}
        return made

    def _change_family(self, claim: Claim) -> None:
        """All stages of the claim to the other site family."""
        other = {"17311": "17313", "17312": "17314", "17313": "17311", "17314": "17312"}
        for line in claim["lines"]:
            line["procedure"] = other.get(line["procedure"], line["procedure"])

    def _name_a_part(self, claim: Claim) -> None:
        """A stage of an eyelid, hand or foot with a modifier for it, mostly of the right one."""
        rng = self.rng
        part, modifiers = rng.choice(
            [
                ("part_eyelid", ["E1", "E2", "E3", "E4"]),
                ("part_hand", ["FA", "F2", "F5", "F8"]),
                ("part_foot", ["TA", "T3", "T5", "T9"]),
            ]
        )
        codes = [code for code in SIDED if tables.is_of(code, part, date(2024, 8, 1))]
        for line in claim["lines"]:
            if line["procedure"] in MOHS:
                line["diagnoses"] = [rng.choice(codes)]
                line["modifiers"] = [rng.choice(modifiers)]

    def _repeat_first_stage(self, claim: Claim) -> None:
        for line in [one for one in claim["lines"] if one["procedure"] in FIRST][:1]:
            again = self._line(claim, line, line["procedure"])
            again["modifiers"] = ["76"]
            if self.rng.random() < 0.2:
                line["modifiers"] = ["76"]

    def _add_assistant(self, claim: Claim) -> None:
        code = self.rng.choice(["14301", "14302", "15731", "67961", "14060", "17311"])
        line = self._line(claim, claim["lines"][0], code)
        line["modifiers"] = [self.rng.choice(["80", "81", "82", "AS"])]
        if self.rng.random() < 0.5:
            line["rendering_npi"] = self._renderer()

    def _add_decision(self, claim: Claim) -> None:
        """A visit that decided on surgery, mostly with surgery that wants it."""
        visit = self._line(claim, claim["lines"][0], "99203")
        visit["modifiers"] = ["57"]
        if self.rng.random() < 0.7:
            self._line(claim, claim["lines"][0], self.rng.choice(classed("flap", "graft")))

    def _mark_stage(self, claim: Claim) -> None:
        """A modifier that stages seldom carry, or two that exclude each other."""
        rng = self.rng
        for line in claim["lines"]:
            if line["procedure"] in MOHS:
                line["modifiers"] = rng.choice(
                    [
                        ["77"],
                        ["22"],
                        ["53"],
                        ["52"],
                        ["50"],
                        ["XS"],
                        ["74"],
                        rng.sample(["GA", "GX", "GY", "GZ"], 2),
                    ]
                )
                if rng.random() < 0.2:
                    line["diagnoses"] = ["Z85828"]

    def _mark_closure(self, claim: Claim) -> None:
        """Nothing but stages and a closure that says it is distinct."""
        stages = [line for line in claim["lines"] if line["procedure"] in MOHS]
        if stages:
            claim["lines"] = stages
            closure = self._line(claim, stages[0], self.rng.choice(classed("complex_repair")))
            closure["modifiers"] = [self.rng.choice(DISTINCT)]

    def _move(self, claims: list[Claim]) -> None:
        """All of the patient's claims to other years."""
        days = timedelta(self.rng.choice([800, 1100, 1500, 2600, 3300, 4200, 6000, 7100]))
        for claim in claims:
            for name in ("submitted", "received"):
                if claim[name]:
                    claim[name] -= days
            for line in claim["lines"]:
                line["date"] -= days

    def _thin(self, claims: list[Claim]) -> None:
        """All of the patient's claims to an export that has fewer columns."""
        lacking = self.rng.choice(sorted(ABSENT))
        for claim in claims:
            claim["thin"] = lacking
            if lacking == "submitted":
                claim |= {"submitted": None, "received": None}
            if lacking == "clia":
                claim["clia"] = None
            for line in claim["lines"]:
                if lacking == "diagnoses":
                    line["diagnoses"] = None
                if lacking == "place":
                    line["place"] = None
