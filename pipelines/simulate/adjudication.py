"""What a payer makes of one claim: denials drawn at stated rates, then its fee for the rest.

Everything balances to the cent: charge = allowed + write_off + reduction, and
paid = allowed - patient share - sequestration.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from random import Random

from pipelines.simulate.clinic import Clinic
from pipelines.simulate.medicare import ASSISTANTS, rank, share
from pipelines.simulate.parameters import Denial, Payer
from pipelines.simulate.visits import ADD_ON_STAGES, FIRST_STAGES, MOHS, Bill, Line, Visit

WHOLE = 10000


@cache
def end_of_year(day: int, years: int) -> int:
    """The last day of the year so many years before; a schedule loaded late is that year's last."""
    return date(date.fromordinal(day).year - years, 12, 31).toordinal()


@dataclass(slots=True)
class Verdict:
    """What became of one line; cents."""

    line: Line
    expected: int
    """Allowed by the payer's own stated rules if nothing goes wrong."""
    full: int
    """The same before the multiple-procedure ranking."""
    chance: float
    """Of being denied at this adjudication, known only to the simulation."""
    allowed: int = 0
    paid: int = 0
    deductible: int = 0
    coinsurance: int = 0
    copay: int = 0
    write_off: int = 0
    reduction: int = 0
    sequestration: int = 0
    denial: Denial | None = None
    trigger: str = ""
    """Rule or habit that caused the denial; clerical or records where neither."""
    paid_as: str = ""
    """Code paid instead of the billed one."""
    underpaid: str = ""
    """Rule that should find the payment short."""

    @property
    def patient(self) -> int:
        if self.denial is not None:
            return self.line.charge if self.denial.group_code == "PR" else 0
        return self.deductible + self.coinsurance + self.copay


@dataclass(slots=True)
class Adjudication:
    """One claim as the payer decided it."""

    verdicts: list[Verdict]
    is_final: bool = True
    """False where a clerical reason can simply be mended and sent again."""
    records_requested: bool = False
    records_sent: bool = False
    remarks: list[str] = field(default_factory=list)

    @property
    def is_denied(self) -> bool:
        return all(verdict.denial is not None for verdict in self.verdicts)


def adjudicate(
    clinic: Clinic, rng: Random, visit: Visit, bill: Bill, *, is_first: bool, pardon: bool = False
) -> Adjudication:
    """Decide a claim. Only a first submission meets clerical reasons and records requests; `pardon`
    is what an appeal won: no denial at all."""
    payer = visit.patient.payer
    amounts = _amounts(clinic, visit, bill, payer)
    verdicts = [
        Verdict(line, amount, full, 0.0)
        for line, (full, amount) in zip(bill.lines, amounts, strict=True)
    ]
    for verdict in verdicts:
        line = verdict.line
        is_assistant = not set(ASSISTANTS).isdisjoint(line.modifiers)
        if is_assistant and not clinic.fees.is_assistant_paid(line.procedure_code):
            verdict.expected = 0
    result = Adjudication(verdicts)
    if not pardon:
        _deny(rng, payer, visit, bill, result, is_first)
    _pay(clinic, rng, visit, bill, payer, result, [paid for _, paid in amounts])
    return result


def _amounts(
    clinic: Clinic,
    visit: Visit,
    bill: Bill,
    payer: Payer,
    left_out: frozenset[int] = frozenset(),
    years: int = 0,
) -> list[tuple[int, int]]:
    """Per line what the payer would allow unranked, and what it allows: fee, assistant, ranking,
    percentage of Medicare, lower of charge."""
    fees = clinic.fees
    behind = int(payer.rate("schedule_years_behind")) + years
    day = bill.day or visit.day
    if behind:
        day = end_of_year(day, behind)
    place = visit.place
    part = fees.nonphysician if bill.rendering.rendering_type == "PA" else WHOLE
    found: list[int] = []
    unranked: list[int] = []
    ranked: list[int] = []
    pairs: list[tuple[int, int]] = []
    for index, line in enumerate(bill.lines):
        fee = fees.fee(line.procedure_code, day, place.locality, place.is_facility)
        portion = part
        if line.modifiers and not set(ASSISTANTS).isdisjoint(line.modifiers):
            portion = share(portion, fees.assistant)
        whole = share(fee * line.units, portion)
        fee = share(fee, portion)
        found.append(whole)
        unranked.append(whole)
        if fees.is_reduced(line.procedure_code) and index not in left_out:
            ranked.append(index)
            pairs.append((fee, line.units))
    # a duplicate is ranked with the first bill's lines
    halved = [(fee + 1) // 2 * units for fee, units in pairs]
    paid = halved if bill.is_duplicate else rank(pairs)
    for index, amount in zip(ranked, paid, strict=True):
        found[index] = amount
    percent = payer.percent
    return [
        (min(share(full, percent), line.charge), min(share(amount, percent), line.charge))
        for full, amount, line in zip(unranked, found, bill.lines, strict=True)
    ]


def _deny(
    rng: Random, payer: Payer, visit: Visit, bill: Bill, result: Adjudication, is_first: bool
) -> None:
    denials = payer.denials
    clerical = payer.rate("clerical_denial") if is_first else 0.0
    asks = is_first and visit.kind == "mohs" and bill.role == "main"
    requested = payer.rate("records_requested") if asks else 0.0
    unanswered, short = denials["records_unanswered"], denials["records_short"]
    records = requested * (
        unanswered.probability + (1 - unanswered.probability) * short.probability
    )
    own: list[float] = []
    for verdict in result.verdicts:
        line = verdict.line
        passes = 1.0
        for trigger in (*line.rules, line.habit):
            denial = denials.get(trigger)
            if denial is not None:
                passes *= 1 - denial.probability
                if verdict.denial is None and rng.random() < denial.probability:
                    verdict.denial, verdict.trigger = denial, trigger
        own.append(1 - passes)
    follows = payer.rate("add_on_follows_primary")
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
                verdict.denial = denials["MOHS020"]
                verdict.trigger = first.trigger
        passes *= (1 - clerical) * (1 - records if is_stage else 1.0)
        verdict.chance = 1 - passes
    if requested and rng.random() < requested:
        result.records_requested = True
        result.records_sent = rng.random() >= unanswered.probability
        denial = None if result.records_sent else unanswered
        if denial is None and rng.random() < short.probability:
            denial = short
        if denial is not None:
            for verdict in result.verdicts:
                if verdict.line.procedure_code in MOHS:
                    verdict.denial, verdict.trigger = denial, "records"
    if clerical and rng.random() < clerical:
        reasons = payer.clerical
        reason = rng.choices(reasons, [reason.weight for reason in reasons])[0]
        result.is_final = reason.is_final
        for verdict in result.verdicts:
            verdict.denial, verdict.trigger = reason.denial, "clerical"


def _pay(
    clinic: Clinic,
    rng: Random,
    visit: Visit,
    bill: Bill,
    payer: Payer,
    result: Adjudication,
    amounts: list[int],
) -> None:
    parameters = clinic.parameters
    fees = clinic.fees
    verdicts = result.verdicts
    denied = frozenset(i for i, v in enumerate(verdicts) if v.denial is not None)
    if denied and len(denied) < len(verdicts):
        amounts = [paid for _, paid in _amounts(clinic, visit, bill, payer, denied)]
    whim = rng.random()
    is_halved = whim < payer.rate("add_on_halved")
    is_old = not is_halved and whim > 1 - payer.rate("old_schedule")
    if is_old:
        amounts = [paid for _, paid in _amounts(clinic, visit, bill, payer, denied, 1)]
    downcoded = payer.rate("downcoded")
    number = visit.patient.number
    deductible = _deductible(clinic, visit, payer)
    is_medicare = payer.values["sequestration"] == "yes"
    cut = fees.sequestration(visit.day) if is_medicare else 0
    copay = round(payer.rate("visit_copay") * 100)
    for verdict, amount in zip(verdicts, amounts, strict=True):
        if verdict.denial is not None:
            continue
        line = verdict.line
        code = line.procedure_code
        if is_halved and code in ADD_ON_STAGES:
            amount = (amount + 1) // 2
            verdict.underpaid = "MOHS242"
        elif is_old and amount < verdict.expected:
            verdict.underpaid = "MOHS240"
        if downcoded and code in parameters.downcodes and rng.random() < downcoded:
            verdict.paid_as = parameters.downcodes[code]
            lower = fees.fee(
                verdict.paid_as, visit.day, visit.place.locality, visit.place.is_facility
            )
            amount = min(amount, share(lower * line.units, payer.percent))
        verdict.allowed = amount
        if payer.values["reduction_shown"] == "yes" and not is_old and not verdict.paid_as:
            verdict.reduction = max(verdict.full - amount, 0)
        verdict.write_off = line.charge - amount - verdict.reduction
        verdict.deductible = min(deductible, amount)
        deductible -= verdict.deductible
        rest = amount - verdict.deductible
        if copay and code.startswith("99"):
            verdict.copay = min(copay, rest)
        else:
            verdict.coinsurance = share(rest, payer.coinsurance)
        owed = rest - verdict.copay - verdict.coinsurance
        verdict.sequestration = share(owed, cut)
        verdict.paid = owed - verdict.sequestration
    spent = sum(verdict.deductible for verdict in verdicts)
    if spent:
        clinic.panel.spend_deductible(number, visit.day, spent)


def _deductible(clinic: Clinic, visit: Visit, payer: Payer) -> int:
    if payer.values["has_deductible"] != "yes":
        return 0
    number = visit.patient.number
    if payer.line_of_business == "medicare":
        amount = clinic.fees.deductible(date.fromordinal(visit.day).year)
        return clinic.panel.deductible_left(number, visit.day, amount, 130)
    amount = round(clinic.parameters.rates["commercial_deductible"] * 100)
    return clinic.panel.deductible_left(number, visit.day, amount, 250)


def restore_deductible(clinic: Clinic, visit: Visit, verdicts: list[Verdict]) -> None:
    """Give back what a reversed adjudication took from the patient's deductible."""
    spent = sum(verdict.deductible for verdict in verdicts)
    if spent:
        clinic.panel.spend_deductible(visit.patient.number, visit.day, -spent)
