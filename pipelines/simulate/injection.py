"""Making a billing error in a rightly coded visit: when, how often, and what it spoils."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from pipelines.simulate.clinic import Clinic
from pipelines.simulate.parameters import Error
from pipelines.simulate.visits import FIRST_STAGES, MOHS, REPAIRS, Line, Visit


@dataclass(frozen=True, slots=True)
class Chance:
    """What an error may look at besides the visit."""

    clinic: Clinic
    rng: Random
    error: Error
    days_left: int
    """Days from the visit to the data cut."""

    @property
    def choices(self) -> dict[str, str]:
        """The detail of an error that is one of several, as `H:11642 T:11602`."""
        return dict(part.split(":") for part in self.error.detail.split(" "))


@dataclass(frozen=True, slots=True)
class Injection:
    """When an error can be made, and how it is made."""

    when: Callable[[Visit, int], bool]
    spoil: Callable[[Visit, Chance], None]


INJECTIONS: dict[str, Injection] = {}


def injects(
    when: Callable[[Visit, int], bool],
) -> Callable[[Callable[[Visit, Chance], None]], Callable[[Visit, Chance], None]]:
    """Enter the function under its name in `INJECTIONS`."""

    def enter(spoil: Callable[[Visit, Chance], None]) -> Callable[[Visit, Chance], None]:
        INJECTIONS[spoil.__name__] = Injection(when, spoil)
        return spoil

    return enter


def mark(
    visit: Visit,
    item: Line,
    rule: str,
    *also: str,
    charted: tuple[str, ...] = (),
    chart: tuple[str, ...] = (),
) -> None:
    """Note on a line the rule that should find it and those that may fire besides (`also`).

    Where the visit has a chart, it should be found by `charted` and may be by `chart` as well.
    """
    item.rules += (rule, *(charted if visit.has_chart else ()))
    item.also += also + (chart if visit.has_chart else ())


def is_mohs(visit: Visit, _: int) -> bool:
    return visit.kind == "mohs"


def has_one_lesion(visit: Visit, family: str = "", stages: int = 1) -> bool:
    """One tumour of the family, of so many stages or more, that reached no deep structure."""
    lesions = visit.lesions
    return (
        len(lesions) == 1
        and family in ("", lesions[0].family)
        and lesions[0].stages >= stages
        and not lesions[0].deep_structure
    )


def is_plain(visit: Visit) -> bool:
    """Nothing but stages and closure on the main claim."""
    return visit.kind == "mohs" and all(
        item.procedure_code in MOHS or item.procedure_code.startswith(REPAIRS)
        for item in visit.bills[0].lines
    )


def stage_lines(visit: Visit) -> list[Line]:
    return [item for item in visit.bills[0].lines if item.procedure_code in MOHS]


def first_stage(visit: Visit) -> Line:
    return next(i for i in visit.bills[0].lines if i.procedure_code in FIRST_STAGES)


def recode(chance: Chance, item: Line, code: str) -> None:
    """Another code at the practice's charge for it."""
    item.procedure_code = code
    item.charge = chance.clinic.parameters.charges[code] * item.units


def recount(chance: Chance, item: Line, units: int) -> None:
    """Other units at the practice's charge for them."""
    item.units = units
    item.charge = chance.clinic.parameters.charges[item.procedure_code] * units


def spoil(
    injections: Mapping[str, Injection],
    clinic: Clinic,
    rng: Random,
    visit: Visit,
    days_left: int,
    tally: dict[str, list[int]],
    evenly: float = 0.0,
) -> None:
    """Make at most one error in a visit, at the stated rate among the visits where it is possible.

    `tally` counts, by error, visits where it was possible and visits where it was made. Visits
    inside an open global are left alone: what is right there depends on the earlier operation.
    With `evenly`, the stated rates are left aside: in that share of visits, the error is made that
    was made least often so far among those possible.
    """
    if visit.in_global:
        return
    possible = (e for e in clinic.parameters.errors if injections[e.name].when(visit, days_left))
    if evenly:
        errors = sorted(possible, key=lambda error: tally[error.name][1])[:1]
    for error in errors if evenly else possible:
        count = tally[error.name]
        count[0] += 1
        if rng.random() >= (evenly or error.rate * visit.surgeon.error_factor):
            continue
        count[1] += 1
        visit.clean = [bill.copy() for bill in visit.bills]
        injections[error.name].spoil(visit, Chance(clinic, rng, error, days_left))
        visit.error = error.name
        # where errors are many, half of those mended stay as they were sent
        visit.corrected = error.corrected / 2 if evenly else error.corrected
        _number(visit)
        return


def _number(visit: Visit) -> None:
    """Lines in their order; lines that were not there before get a control number of their own."""
    last = max(item.control for bill in (*visit.bills, *visit.clean) for item in bill.lines)
    for bill in visit.bills:
        for number, item in enumerate(bill.lines, 1):
            item.number = number
            if not item.control:
                last += 1
                item.control = last
