"""The clinical day: who comes, what is found, what is done, and the right bill for it."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from pipelines.simulate.closing import close, closure_bills
from pipelines.simulate.medicare import FeeSchedule
from pipelines.simulate.parameters import Parameters, Site, Surgeon
from pipelines.simulate.patients import Panel
from pipelines.simulate.visits import (
    ADDITIONAL,
    EXTRA_BLOCK,
    FIRST,
    Bill,
    Lesion,
    Line,
    Visit,
)

MOST_EXTRA_STAGES = {"H": 6, "T": 4}
"""A day's additional stages of one family; the units edit of 17312 and 17314."""
VISIT_REASONS = ("L82.1", "D22.5", "L30.9", "L72.0", "Z85.828", "L40.0")
PHYSICIANS = ("MD", "DO")
REPEATED = "76"
"""The same procedure again, as one payer wants a second tumour told."""


def continue_share(mean: float, most: int) -> float:
    """The chance of one more stage that gives a mean number of stages, at most `most` extra."""
    low, high = 0.0, 0.99
    for _ in range(60):
        middle = (low + high) / 2
        if sum(middle**stage for stage in range(1, most + 1)) < mean - 1:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True)
class Clinic:
    """The practice as the day's work needs it."""

    parameters: Parameters
    fees: FeeSchedule
    panel: Panel
    surgeons: tuple[Surgeon, ...]
    assistant: Surgeon
    """The physician assistant who closes."""
    plastic: Surgeon
    surgeon_weights: tuple[float, ...]
    more: dict[tuple[str, str], float]
    """(surgeon key, family) -> chance of one more stage."""
    sites: dict[str, tuple[tuple[Site, ...], tuple[float, ...]]]
    histologies: tuple[tuple[str, ...], tuple[float, ...]]
    lesion_counts: tuple[float, ...]
    closures: tuple[tuple[str, ...], tuple[float, ...]]


def open_clinic(parameters: Parameters, fees: FeeSchedule, panel: Panel) -> Clinic:
    """Prepare the tables a day is drawn from."""
    surgeons = tuple(s for s in parameters.surgeons if s.share > 0)
    rates = parameters.rates
    kinds = ("none", "simple", "intermediate", "complex", "flap", "graft")
    return Clinic(
        parameters=parameters,
        fees=fees,
        panel=panel,
        surgeons=surgeons,
        assistant=next(s for s in parameters.surgeons if s.rendering_type == "PA"),
        plastic=next(s for s in parameters.surgeons if s.group_id == "G2"),
        surgeon_weights=tuple(accumulate(s.share for s in surgeons)),
        more={
            (s.key, family): continue_share(mean, MOST_EXTRA_STAGES[family])
            for s in surgeons
            for family, mean in (("H", s.mean_stages), ("T", s.mean_stages_trunk))
        },
        sites={
            family: (sites, tuple(accumulate(site.weight for site in sites)))
            for family, sites in parameters.sites.items()
        },
        histologies=(
            tuple(name for name, _ in parameters.histologies),
            tuple(accumulate(weight for _, weight in parameters.histologies)),
        ),
        lesion_counts=tuple(accumulate(rates[f"lesions_{count}"] for count in (1, 2, 3, 4))),
        closures=(kinds, tuple(accumulate(rates[f"closure_{kind}"] for kind in kinds))),
    )


def draw(rng: Random, cumulative: tuple[float, ...]) -> int:
    """An index with the chances of cumulative weights."""
    return min(bisect(cumulative, rng.random() * cumulative[-1]), len(cumulative) - 1)


def see(clinic: Clinic, rng: Random, day: int, number: int, planned: Lesion | None) -> Visit:
    """One visit of patient `number`, rightly coded; `planned` is what an earlier biopsy proved."""
    rates = clinic.parameters.rates
    panel = clinic.panel
    kind = "mohs"
    if planned is None and rng.random() >= rates["visit_mohs_share"]:
        share = rates["visit_biopsy_share"] / (1 - rates["visit_mohs_share"])
        kind = "biopsy" if rng.random() < share else "visit"
    surgeon = clinic.surgeons[draw(rng, clinic.surgeon_weights)]
    visit = Visit(
        day=day,
        patient=panel.patient(number),
        surgeon=surgeon,
        place=clinic.parameters.places[_place(rng, rates, kind)],
        kind=kind,
        lesions=[],
        bills=[Bill(surgeon, clinic.parameters.groups[surgeon.group_id], [])],
        in_global=day <= panel.global_until[number],
        has_chart=kind == "mohs" and rng.random() < rates["has_chart"],
    )
    if kind == "mohs":
        visit.is_immunosuppressed = rng.random() < rates["is_immunosuppressed"]
        visit.is_irradiated = rng.random() < rates["is_irradiated"]
        _operate(clinic, rng, visit, planned)
    elif kind == "biopsy":
        _biopsy_visit(clinic, rng, visit)
    else:
        _add_visit(clinic, rng, visit, "99213" if rng.random() < 0.7 else "99212", ())
    for bill in visit.bills:
        for line_number, line in enumerate(bill.lines, 1):
            line.number = line.control = line_number
    return visit


def _place(rng: Random, rates: dict[str, float], kind: str) -> str:
    where = rng.random()
    if kind != "mohs" or where < rates["place_office"]:
        return "second" if rng.random() < rates["office_second"] else "office"
    return "hospital" if where < rates["place_office"] + rates["place_hospital"] else "center"


def line(
    clinic: Clinic,
    code: str,
    units: int,
    diagnoses: tuple[str, ...],
    modifiers: tuple[str, ...] = (),
    lesion: int = -1,
) -> Line:
    """A billed line at the practice's charge."""
    return Line(code, modifiers, units, clinic.parameters.charges[code] * units, diagnoses, lesion)


def _operate(clinic: Clinic, rng: Random, visit: Visit, planned: Lesion | None) -> None:
    rates = clinic.parameters.rates
    count = 1 + draw(rng, clinic.lesion_counts)
    avoid = {clinic.panel.recent_diagnosis(visit.patient.number, visit.day)}
    left = dict(MOST_EXTRA_STAGES)
    firsts = {"H": 4, "T": 3}
    for index in range(count):
        lesion = planned if index == 0 and planned else _find(clinic, rng, visit, avoid)
        if lesion is None and index == 0:
            lesion = _find(clinic, rng, visit, set())
        if lesion is None:
            continue
        if firsts[lesion.family] == 0:
            continue
        firsts[lesion.family] -= 1
        extra = min(lesion.stages - 1, left[lesion.family])
        lesion.stages = extra + 1
        del lesion.blocks[lesion.stages :]
        left[lesion.family] -= extra
        avoid.add(lesion.diagnosis_code)
        visit.lesions.append(lesion)
    lines = visit.bills[0].lines
    _bill_stages(clinic, rng, visit, lines)
    closure_bills(clinic, rng, visit)
    is_office = not visit.place.is_facility
    unrelated = ("79",) if visit.in_global else ()
    first = visit.lesions[0]
    if first.special_stain and is_office:
        lines.append(line(clinic, "88342", 1, (first.diagnosis_code,), (*unrelated, "59"), 0))
    elif is_office:
        what = rng.random()
        number = visit.patient.number
        if what < rates["biopsy_other_lesion"]:
            if visit.day - clinic.panel.last_biopsy[number] > 60:
                distinct = (*unrelated, "XS" if rng.random() < 0.7 else "59")
                biopsy = line(clinic, "11102", 1, ("D48.5",), distinct)
                lines += [biopsy, line(clinic, "88305", 1, ("D48.5",), distinct)]
                clinic.panel.last_biopsy[number] = visit.day
        elif what < rates["biopsy_other_lesion"] + rates["biopsy_confirming"]:
            if planned is None and visit.day - clinic.panel.last_biopsy[number] > 60:
                distinct = (*unrelated, "59")
                biopsy = line(clinic, "11102", 1, (first.diagnosis_code,), distinct, 0)
                frozen = line(clinic, "88331", 1, (first.diagnosis_code,), distinct, 0)
                lines += [biopsy, frozen]
                first.biopsy_day = 0
                clinic.panel.last_biopsy[number] = visit.day
        elif what > 1 - rates["keratosis_destruction"]:
            # repairs pair with 17000 (NCCI PTP, indicator 1); stages do not
            closes = any(lesion.closure != "none" for lesion in visit.lesions)
            apart = (*unrelated, "59") if closes else unrelated
            lines.append(line(clinic, "17000", 1, ("L57.0",), apart))
            spots = rng.randint(0, 8)
            if spots:
                lines.append(line(clinic, "17003", spots, ("L57.0",), unrelated))
    if rng.random() < rates["visit_same_day"]:
        _add_visit(clinic, rng, visit, "99213" if rng.random() < 0.7 else "99212", ("25",))


def _find(clinic: Clinic, rng: Random, visit: Visit, avoid: set[str]) -> Lesion | None:
    """A tumour whose diagnosis is none of those to avoid; None where luck does not find one."""
    rates = clinic.parameters.rates
    surgeon = visit.surgeon
    for _ in range(12):
        family = "T" if rng.random() < surgeon.trunk_share else "H"
        sites, weights = clinic.sites[family]
        site = sites[draw(rng, weights)]
        histology = clinic.histologies[0][draw(rng, clinic.histologies[1])]
        sides = site.diagnoses[histology]
        laterality, code = sides[rng.randrange(len(sides))]
        if code not in avoid:
            break
    else:
        return None
    deep = ""
    if family == "T" and visit.has_chart and rng.random() < rates["deep_structure"]:
        family, deep = "H", "muscle"
    more = clinic.more[surgeon.key, family]
    stages = 1
    while stages <= MOST_EXTRA_STAGES[family] and rng.random() < more:
        stages += 1
    blocks = [1 + int(rng.random() * (4 if stage == 0 else 2)) for stage in range(stages)]
    if rng.random() < rates["extra_blocks_share"]:
        blocks[0] = 6
        while rng.random() < 1 - 1 / rates["extra_blocks_mean"] and blocks[0] < 12:
            blocks[0] += 1
    size = 4 + int(rng.expovariate(1 / 6)) if site.auc_area != "L" else 11 + int(rng.random() * 12)
    lesion = Lesion(
        site=site,
        family=family,
        laterality=laterality,
        histology=histology,
        diagnosis_code=code,
        stages=stages,
        blocks=blocks,
        size_mm=min(size, 60),
        is_recurrent=rng.random() < rates["is_recurrent"],
        is_aggressive=rng.random() < rates["is_aggressive"],
        deep_structure=deep,
        closure="none",
        closure_cm=0.0,
        defect_cm2=0.0,
        special_stain="",
        biopsy_day=visit.day - 20 - int(rng.random() * 40),
    )
    if histology == "melanoma in situ" and rng.random() < rates["melanoma_stain"]:
        lesion.special_stain = "melanocytic"
    close(clinic, rng, lesion)
    return lesion


def _bill_stages(clinic: Clinic, rng: Random, visit: Visit, lines: list[Line]) -> None:
    rates = clinic.parameters.rates
    unrelated = ("79",) if visit.in_global else ()
    seen: dict[str, Line] = {}
    for index, lesion in enumerate(visit.lesions):
        diagnoses = (lesion.diagnosis_code,)
        modifiers = on_first = unrelated
        before = seen.get(lesion.family)
        in_units = before is not None and rng.random() < rates["second_lesion_as_units"]
        if index:
            told = _distinct(rng, visit, is_same_code=before is not None)
            on_first = (*unrelated, told)
            modifiers = (*unrelated, "59" if told == REPEATED else told)
        if before is not None and in_units:
            before.units += 1
            before.charge += clinic.parameters.charges[before.procedure_code]
            before.diagnosis_codes += diagnoses
        else:
            first = line(clinic, FIRST[lesion.family], 1, diagnoses, on_first, index)
            seen.setdefault(lesion.family, first)
            lines.append(first)
        if lesion.stages > 1:
            code = ADDITIONAL[lesion.family]
            more = line(clinic, code, lesion.stages - 1, diagnoses, modifiers, index)
            lines.append(more)
        extra = sum(max(blocks - 5, 0) for blocks in lesion.blocks)
        if extra:
            lines.append(line(clinic, EXTRA_BLOCK, extra, diagnoses, modifiers, index))


def _distinct(rng: Random, visit: Visit, *, is_same_code: bool) -> str:
    """How a further tumour is told apart, as the office believes its payer wants it."""
    rates = visit.patient.payer.on(visit.day).rates
    draw = rng.random()
    if draw < rates["second_tumour_76"]:
        return REPEATED if is_same_code else "59"
    return "59" if draw < rates["second_tumour_76"] + rates["second_tumour_59"] else "XS"


def _add_visit(
    clinic: Clinic, rng: Random, visit: Visit, code: str, modifiers: tuple[str, ...]
) -> None:
    known = clinic.panel.is_known[visit.patient.number]
    if not known and rng.random() < clinic.parameters.rates["visit_new_patient"]:
        code = "99203"
    if visit.in_global:
        modifiers = ("24", *modifiers)
    reason = VISIT_REASONS[int(rng.random() * len(VISIT_REASONS))]
    seen = line(clinic, code, 1, (reason,), modifiers)
    visit.bills[0].lines.append(seen)


def _biopsy_visit(clinic: Clinic, rng: Random, visit: Visit) -> None:
    lines = visit.bills[0].lines
    unrelated = ("79",) if visit.in_global else ()
    if rng.random() < 0.6:
        _add_visit(clinic, rng, visit, "99213", ("25",))
    lines.append(line(clinic, "11102", 1, ("D48.5",), unrelated))
    lines.append(line(clinic, "88305", 1, ("D48.5",), unrelated))
    clinic.panel.last_biopsy[visit.patient.number] = visit.day


def plan(clinic: Clinic, rng: Random, visit: Visit) -> tuple[int, Lesion] | None:
    """The day of Mohs surgery and the tumour that a biopsy visit leads to, if it does."""
    if visit.kind != "biopsy" or rng.random() >= clinic.parameters.rates["mohs_follows_biopsy"]:
        return None
    lesion = _find(clinic, rng, visit, set())
    if lesion is None or lesion.deep_structure:
        return None
    lesion.biopsy_day = visit.day
    return visit.day + 16 + int(rng.random() * 30), lesion


def remember(clinic: Clinic, visit: Visit) -> None:
    """Keep what the patient's next visit must know, as it was billed."""
    panel, number = clinic.panel, visit.patient.number
    panel.last_day[number] = visit.day
    panel.is_known[number] = 1
    if visit.lesions:
        panel.remember_diagnosis(number, visit.day, visit.lesions[-1].diagnosis_code)
        if len(visit.lesions) > 1:
            # only one diagnosis is kept, and none may come again within 30 days
            panel.closed_until[number] = max(panel.closed_until[number], visit.day + 30)
    for bill in visit.bills:
        days = max((clinic.fees.global_days(item.procedure_code) for item in bill.lines), default=0)
        if not days or bill.rendering.group_id != visit.surgeon.group_id:
            continue
        if bill.rendering.rendering_type in PHYSICIANS:
            until = max(panel.global_until[number], visit.day + days)
            panel.global_until[number] = until
        else:
            panel.closed_until[number] = max(panel.closed_until[number], visit.day + days)
    if visit.clean:
        # a mended claim opens another global than the wrong one
        opened = {clinic.fees.global_days(i.procedure_code) for b in visit.bills for i in b.lines}
        meant = {clinic.fees.global_days(i.procedure_code) for b in visit.clean for i in b.lines}
        days = max(opened ^ meant, default=0)
        panel.closed_until[number] = max(panel.closed_until[number], visit.day + days)
