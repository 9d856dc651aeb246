"""Making a billing error in a rightly coded visit: when, how often, and what it spoils."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from pipelines.simulate.clinic import Clinic
from pipelines.simulate.parameters import Error
from pipelines.simulate.visits import Visit


@dataclass(frozen=True, slots=True)
class Chance:
    """What an error may look at besides the visit."""

    clinic: Clinic
    rng: Random
    error: Error
    days_left: int
    """Days from the visit to the data cut."""


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


def spoil(
    injections: Mapping[str, Injection],
    clinic: Clinic,
    rng: Random,
    visit: Visit,
    days_left: int,
    tally: dict[str, list[int]],
) -> None:
    """Make at most one error in a visit, at the stated rate among the visits where it is possible.

    `tally` counts, by error, visits where it was possible and visits where it was made. Visits
    inside an open global are left alone: what is right there depends on the earlier operation.
    """
    if visit.in_global:
        return
    for error in clinic.parameters.errors:
        injection = injections[error.name]
        if not injection.when(visit, days_left):
            continue
        count = tally[error.name]
        count[0] += 1
        if rng.random() >= error.rate:
            continue
        count[1] += 1
        visit.clean = [bill.copy() for bill in visit.bills]
        injection.spoil(visit, Chance(clinic, rng, error, days_left))
        visit.error = error.name
        visit.corrected = error.corrected
        for bill in visit.bills:
            for number, item in enumerate(bill.lines, 1):
                item.number = number
        return
