"""What a payer makes of one claim: denials drawn at stated rates, then its fee for the rest.

`Verdict.chance` is what the draw uses: a line is denied unless it passes every cause that applies to
it, and causes are independent of each other. Whoever knew the claim and the payer's dialect on the
day it was sent could do no better.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from pipelines.simulate.clinic import Clinic
from pipelines.simulate.parameters import Surgeon
from pipelines.simulate.payers import Denial, Dialect, Edit
from pipelines.simulate.payment import pay
from pipelines.simulate.verdicts import Adjudication, Verdict
from pipelines.simulate.visits import ADD_ON_STAGES, FIRST_STAGES, MOHS, Bill, Line, Visit

FOLLOWED = "MOHS020"
"""Whose denial an add-on gets that follows its primary."""


def adjudicate(
    clinic: Clinic,
    rng: Random,
    visit: Visit,
    bill: Bill,
    sent: int,
    *,
    is_first: bool = False,
    forced: Mapping[int, tuple[Denial, str]] | None = None,
    evenly: float = 0.0,
) -> Adjudication:
    """Decide a claim sent on a day. Only a first submission meets clerical reasons and records
    requests. `forced` leaves nothing to luck: lines (by number) that are denied and why, every
    other one is paid; empty is what an appeal won. `evenly` as in `simulate`, for slips."""
    result = Adjudication([Verdict(line) for line in bill.lines])
    dialect = visit.patient.payer.on(sent)
    if forced is None:
        _deny(rng, dialect, visit, bill, result, sent, is_first)
    else:
        for verdict in result.verdicts:
            if verdict.line.number in forced:
                verdict.denial, verdict.trigger = forced[verdict.line.number]
    pay(clinic, rng, visit, bill, dialect, result, is_lucky=forced is not None, evenly=evenly)
    return result


def meets(edit: Edit, line: Line, bill: Bill, place: str, days: int) -> bool:
    """Whether a line, of a code the edit looks at, is what it asks for."""
    return (
        (not edit.modifiers or not edit.modifiers.isdisjoint(line.modifiers))
        and edit.without.isdisjoint(line.modifiers)
        and line.units >= edit.fewest_units
        and days >= edit.fewest_days
        and (not edit.places or place in edit.places)
        and (not edit.diagnoses or any(d.startswith(edit.diagnoses) for d in line.diagnosis_codes))
        and (not edit.rendering or _renders(bill.rendering, edit.rendering))
        and (
            not edit.beside
            or any(o is not line and o.procedure_code.startswith(edit.beside) for o in bill.lines)
        )
    )


def _renders(surgeon: Surgeon, asked: tuple[str, ...]) -> bool:
    return surgeon.rendering_type in asked or surgeon.key in asked


def _causes(
    dialect: Dialect, visit: Visit, bill: Bill, line: Line, sent: int
) -> list[tuple[str, Denial]]:
    """What of a line's own may deny it: errors the payer sees, and its own edits."""
    found = [(rule, dialect.denials[rule]) for rule in line.rules if rule in dialect.denials]
    edits = dialect.edits_of(line.procedure_code)
    if edits:
        place = bill.place_code or visit.place.code
        days = sent - (bill.day or visit.day)
        found += [(e.name, e.denial) for e in edits if meets(e, line, bill, place, days)]
    return found


def _records(dialect: Dialect, visit: Visit) -> tuple[float, float, Denial]:
    """Chances that records are asked for and that they fall short, and that denial."""
    denials, rates = dialect.denials, dialect.rates
    is_reviewed = visit.surgeon.key in dialect.reviewed
    requested = rates["records_requested_reviewed" if is_reviewed else "records_requested"]
    has_defect = any(lesion.defect for lesion in visit.lesions)
    short = denials["records_defect" if has_defect else "records_short"]
    return requested, short.probability, short


def _deny(
    rng: Random,
    dialect: Dialect,
    visit: Visit,
    bill: Bill,
    result: Adjudication,
    sent: int,
    is_first: bool,
) -> None:
    denials = dialect.denials
    clerical = dialect.rates["clerical_denial"] if is_first else 0.0
    unanswered = denials["records_unanswered"]
    requested = short = 0.0
    too_short = unanswered
    if is_first and visit.kind == "mohs" and bill.role == "main":
        requested, short, too_short = _records(dialect, visit)
    records = requested * (unanswered.probability + (1 - unanswered.probability) * short)
    own: list[float] = []
    for verdict in result.verdicts:
        passes = 1.0
        for name, denial in _causes(dialect, visit, bill, verdict.line, sent):
            passes *= 1 - denial.probability
            if verdict.denial is None and rng.random() < denial.probability:
                verdict.denial, verdict.trigger = denial, name
        own.append(1 - passes)
    follows = dialect.rates["add_on_follows_primary"]
    primary = next(
        (i for i, v in enumerate(result.verdicts) if v.line.procedure_code in FIRST_STAGES), -1
    )
    for index, verdict in enumerate(result.verdicts):
        is_stage = verdict.line.procedure_code in MOHS
        passes = 1 - own[index]
        if primary >= 0 and verdict.line.procedure_code in ADD_ON_STAGES:
            passes *= 1 - follows * own[primary]
            first = result.verdicts[primary]
            if first.denial is not None and verdict.denial is None and rng.random() < follows:
                verdict.denial, verdict.trigger = denials[FOLLOWED], first.trigger
        passes *= (1 - clerical) * (1 - records if is_stage else 1.0)
        verdict.chance = 1 - passes
    if requested and rng.random() < requested:
        result.records_requested = True
        result.records_sent = rng.random() >= unanswered.probability
        denied = None if result.records_sent else unanswered
        if denied is None and rng.random() < short:
            denied = too_short
        if denied is not None:
            for verdict in result.verdicts:
                if verdict.line.procedure_code in MOHS:
                    verdict.denial, verdict.trigger = denied, "records"
    if clerical and rng.random() < clerical:
        reasons = dialect.clerical
        reason = rng.choices(reasons, [reason.weight for reason in reasons])[0]
        result.is_final = reason.is_final
        for verdict in result.verdicts:
            verdict.denial, verdict.trigger = reason.denial, "clerical"
