"""What became of each billed line, as the truth will tell it."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.simulate.adjudication import Adjudication, Verdict
from pipelines.simulate.visits import ADDITIONAL, EXTRA_BLOCK, FIRST, MOHS, Bill, Line

PRIMARIES = {
    **{ADDITIONAL[family]: {FIRST[family]} for family in FIRST},
    EXTRA_BLOCK: MOHS - {EXTRA_BLOCK},
}
"""Stages an additional stage or block is paid beside (NCCI add-on edits, type 1)."""

PAID_ALONE = "MOHS023"
OF_DECISION = frozenset({PAID_ALONE, "MOHS240", "MOHS242"})
"""Rules about what the payer decided, not about what was billed."""


@dataclass(slots=True)
class Outcome:
    """What the truth says about one billed line."""

    line_id: str
    line: Line
    rules: tuple[str, ...]
    also: tuple[str, ...]
    outcome: str
    """paid, underpaid, downcoded, denied, not_adjudicated, remittance_missing, recovered, voided,
    replaced."""
    carc: str
    chance: float
    first_outcome: str
    first_carc: str
    expected: int
    allowed: int
    trigger: str


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


def outcomes_of(number: str, decided: Adjudication, unknown: str) -> list[Outcome]:
    """One per line; `unknown` where nobody has seen a decision."""
    found = []
    for verdict in decided.verdicts:
        line = verdict.line
        outcome, carc = unknown, ""
        if not unknown:
            outcome, carc = _word(verdict)
        rules = line.rules
        if not unknown and verdict.underpaid:
            rules = (*rules, verdict.underpaid)
        if not unknown and _is_paid_alone(verdict, decided.verdicts):
            rules = (*rules, PAID_ALONE)
        found.append(
            Outcome(
                line_id=f"{number}-{line.number}",
                line=line,
                rules=rules,
                also=line.also,
                outcome=outcome,
                carc=carc,
                chance=verdict.chance,
                first_outcome=outcome,
                first_carc=carc,
                expected=verdict.expected,
                allowed=0 if unknown else verdict.allowed,
                trigger="" if unknown else verdict.trigger,
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
    if verdict.underpaid:
        return "underpaid", ""
    return ("downcoded" if verdict.paid_as else "paid"), ""


def inherit(new: Outcome, old: Outcome, *, is_waiting: bool) -> None:
    """What came first is remembered; while a new decision is awaited, the old one still stands."""
    new.first_outcome, new.first_carc = old.first_outcome, old.first_carc
    if is_waiting:
        new.rules += tuple(rule for rule in old.rules if rule in OF_DECISION)
        new.outcome, new.carc = old.outcome, old.carc
        new.allowed, new.trigger = old.allowed, old.trigger


def overwrite(
    settled: Settled, decided: Adjudication, unknown: str, *, keep_chance: bool = False
) -> None:
    """A later decision about the same lines; what came first is remembered."""
    before = settled.outcomes
    settled.outcomes = outcomes_of(settled.claim_number, decided, unknown)
    for new, old in zip(settled.outcomes, before, strict=True):
        inherit(new, old, is_waiting=bool(unknown))
        if keep_chance:
            new.chance, new.trigger = old.chance, old.trigger
