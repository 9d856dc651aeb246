"""What became of each billed line, as the truth will tell it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.simulate.verdicts import Adjudication, Verdict
from pipelines.simulate.visits import ADDITIONAL, EXTRA_BLOCK, FIRST, MOHS, Bill, Line

PRIMARIES = {
    **{ADDITIONAL[family]: {FIRST[family]} for family in FIRST},
    EXTRA_BLOCK: MOHS - {EXTRA_BLOCK},
}
"""Stages an additional stage or block is paid beside (NCCI add-on edits, type 1)."""

PAID_ALONE = "MOHS023"
ERROR_PAID = "MOHS251"
OF_PAYMENT = tuple(f"MOHS{number}" for number in (240, 241, 242, 243, 244, 245, 248, 252))
"""Rules about a payment that is not the one expected."""
OF_DECISION = frozenset({PAID_ALONE, ERROR_PAID, "MOHS246", "MOHS247", *OF_PAYMENT})
"""Rules about what the payer decided, not about what was billed."""
LIKEWISE = {"MOHS240": ("MOHS245",)}
"""Rules that may tell of the same payment: the schedule of the year before may differ from the
day's by its conversion factor alone."""


@dataclass(slots=True)
class Outcome:
    """What the truth says about one billed line."""

    line_id: str
    line: Line
    rules: tuple[str, ...]
    also: tuple[str, ...]
    outcome: str
    """paid, underpaid, overpaid, downcoded, denied, not_adjudicated, remittance_missing, recovered,
    voided, replaced."""
    carc: str
    chance: float
    """Of being denied in the first decision."""
    first_outcome: str
    first_carc: str
    expected: int
    allowed: int
    paid: int
    trigger: str
    first_trigger: str
    submitted: int
    """Day on which the line was first filed."""
    decided: int
    """Day of the first decision about it, 0 where none is known."""
    filed: Line | None
    """The line as it was first filed; None where a correction added it."""


@dataclass(slots=True)
class Settled:
    """A claim and what became of its lines."""

    claim_number: str
    bill: Bill
    """The bill that stands."""
    outcomes: list[Outcome]
    submitted: int
    records_requested: int = 0
    records_sent: int = 0
    has_control_numbers: bool = True
    """The payer returns line item control numbers [REF*6R] for this claim."""
    is_waiting: bool = False
    """A corrected claim is not decided yet."""
    log: list[tuple[int, str, int]] = field(default_factory=list)
    """What the office did about denials: line number, disposition, day."""


def outcomes_of(
    number: str, decided: Adjudication, unknown: str, day: int = 0, sent: int = 0
) -> list[Outcome]:
    """One per line, decided on a day; `unknown` where nobody has seen a decision."""
    found = []
    for verdict in decided.verdicts:
        line = verdict.line
        outcome, carc = unknown, ""
        rules, also = line.rules, line.also
        if not unknown:
            outcome, carc = _word(verdict)
            rules = (*rules, *verdict.slips)
            also = (*also, *(r for slip in verdict.slips for r in LIKEWISE.get(slip, ())))
            if _is_paid_alone(verdict, decided.verdicts):
                rules = (*rules, PAID_ALONE)
        trigger = "" if unknown else verdict.trigger
        found.append(
            Outcome(
                line_id=f"{number}-{line.number}",
                line=line,
                rules=rules,
                also=also,
                outcome=outcome,
                carc=carc,
                chance=verdict.chance,
                first_outcome=outcome,
                first_carc=carc,
                expected=verdict.expected,
                allowed=0 if unknown else verdict.allowed,
                paid=0 if unknown else verdict.paid,
                trigger=trigger,
                first_trigger=trigger,
                submitted=sent,
                decided=0 if unknown else day,
                filed=line,
            )
        )
    return found


def _is_paid_alone(verdict: Verdict, verdicts: list[Verdict]) -> bool:
    """Allowed although every stage that it adds to was denied."""
    codes = PRIMARIES.get(verdict.line.procedure_code, frozenset())
    primaries = [other for other in verdicts if other.line.procedure_code in codes]
    return (
        verdict.allowed > 0
        and bool(primaries)
        and all(primary.denial is not None for primary in primaries)
    )


def _word(verdict: Verdict) -> tuple[str, str]:
    if verdict.denial is not None:
        return "denied", verdict.denial.carc
    if verdict.paid_as:
        return "downcoded", ""
    if verdict.slips and verdict.allowed != verdict.expected:
        return ("underpaid" if verdict.allowed < verdict.expected else "overpaid"), ""
    return "paid", ""


def inherit(new: Outcome, old: Outcome, *, is_waiting: bool) -> None:
    """What came first is remembered; while a new decision is awaited, the old one still stands."""
    new.first_outcome, new.first_carc = old.first_outcome, old.first_carc
    new.first_trigger, new.chance = old.first_trigger, old.chance
    new.submitted, new.decided, new.filed = old.submitted, old.decided, old.filed
    if is_waiting:
        new.rules += tuple(rule for rule in old.rules if rule in OF_DECISION)
        # the old decision beside the new lines may look like any of them
        new.also += OF_PAYMENT
        new.outcome, new.carc = old.outcome, old.carc
        new.allowed, new.paid, new.trigger = old.allowed, old.paid, old.trigger


def overwrite(settled: Settled, decided: Adjudication, unknown: str) -> None:
    """A later decision about the same lines; what came first is remembered."""
    before = settled.outcomes
    settled.outcomes = outcomes_of(settled.claim_number, decided, unknown)
    for new, old in zip(settled.outcomes, before, strict=True):
        inherit(new, old, is_waiting=bool(unknown))
