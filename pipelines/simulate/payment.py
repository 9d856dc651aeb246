"""What a payer allows and pays for the lines it does not deny, and the slips it makes in doing so.

Everything balances to the cent: charge = allowed + write_off + reduction, and
paid = allowed - patient share - sequestration.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from random import Random

from pipelines.simulate.clinic import Clinic
from pipelines.simulate.medicare import ASSISTANTS, rank, share
from pipelines.simulate.parameters import FACILITIES
from pipelines.simulate.payers import Dialect, Slip
from pipelines.simulate.verdicts import Adjudication, Verdict
from pipelines.simulate.visits import MOHS, Bill, Line, Visit

WHOLE = 10000
ANY_DIFFERENCE = "MOHS240"
OTHER_FACTOR = "MOHS245"
TOLERANCE = (2, 50)
"""Cents Medicare's, basis points another payer's allowed amount may be off (rule_parameter.csv)."""
OWN_RANKS = ("old_schedule", "old_factor", "other_setting")
"""Slips after which a reduction is not shown apart."""
MOST_RANKED = 5
"""Procedures of a day: further ones are paid by report (100-04 ch. 12 s. 40.6)."""
SCARCE = "one_unit_paid"


@cache
def end_of_year(day: int, years: int) -> int:
    """The last day of the year so many years before; a schedule loaded late is that year's last."""
    return date(date.fromordinal(day).year - years, 12, 31).toordinal()


def amounts_of(
    clinic: Clinic,
    visit: Visit,
    bill: Bill,
    *,
    left_out: frozenset[int] = frozenset(),
    years: int = 0,
    codes: Mapping[int, str] | None = None,
    is_other_setting: bool = False,
    has_old_factor: bool = False,
    ranks_worst_first: bool = False,
) -> list[tuple[int, int]]:
    """Per line what the payer would allow unranked, and what it allows: fee, assistant, ranking,
    percentage of Medicare, lower of charge.

    `left_out` are not ranked, `years` more the schedule is old, `codes` are paid for others.
    """
    fees = clinic.fees
    day = bill.day or visit.day
    dialect = visit.patient.payer.on(day)
    behind = dialect.years_behind + years
    if behind:
        day = end_of_year(day, behind)
    place = visit.place
    # the payer knows the place by the claim
    is_facility = (bill.place_code or place.code) in FACILITIES
    if is_other_setting:
        is_facility = not is_facility
    part = fees.nonphysician if bill.rendering.rendering_type == "PA" else WHOLE
    found: list[int] = []
    unranked: list[int] = []
    ranked: list[int] = []
    pairs: list[tuple[int, int]] = []
    for index, line in enumerate(bill.lines):
        code = codes.get(index, line.procedure_code) if codes else line.procedure_code
        fee = fees.fee(code, day, place.locality, is_facility, has_old_factor=has_old_factor)
        portion = part
        if line.modifiers and not set(ASSISTANTS).isdisjoint(line.modifiers):
            portion = share(portion, fees.assistant)
        whole = share(fee * line.units, portion)
        fee = share(fee, portion)
        found.append(whole)
        unranked.append(whole)
        if fees.is_reduced(code) and index not in left_out:
            ranked.append(index)
            pairs.append((fee, line.units))
    # a duplicate is ranked with the first bill's lines
    halved = [(fee + 1) // 2 * units for fee, units in pairs]
    paid = halved if bill.is_duplicate else rank(pairs, is_worst_first=ranks_worst_first)
    for index, amount in zip(ranked, paid, strict=True):
        found[index] = amount
    percent = dialect.percent
    return [
        (min(share(full, percent), line.charge), min(share(amount, percent), line.charge))
        for full, amount, line in zip(unranked, found, bill.lines, strict=True)
    ]


def pay(
    clinic: Clinic,
    rng: Random,
    visit: Visit,
    bill: Bill,
    dialect: Dialect,
    result: Adjudication,
    *,
    is_lucky: bool,
    evenly: float,
) -> None:
    """Allow, share and pay the lines that are not denied; `is_lucky` makes no slip.

    `dialect` is that of the day the claim was sent; terms are those of the day of service.
    """
    terms = visit.patient.payer.on(bill.day or visit.day)
    verdicts = result.verdicts
    denied = frozenset(i for i, v in enumerate(verdicts) if v.denial is not None)
    own = amounts_of(clinic, visit, bill)
    if denied and len(denied) < len(verdicts):
        ranked_anew = amounts_of(clinic, visit, bill, left_out=denied)
        own = [own[i] if i in denied else found for i, found in enumerate(ranked_anew)]
    for verdict, (full, amount) in zip(verdicts, own, strict=True):
        verdict.full, verdict.expected = full, amount
        verdict.units_paid = verdict.line.units
        if _is_unpaid_assistant(clinic, verdict.line):
            verdict.expected = 0
    if len(denied) == len(verdicts):
        return
    amounts = [amount for _, amount in own]
    if not is_lucky:
        _downcode(clinic, rng, visit, bill, dialect, verdicts, amounts, denied)
    can_slip = not is_lucky and not denied and _is_plain(clinic, visit, bill)
    slip = _slip(rng, dialect, verdicts, evenly) if can_slip else None
    if slip is not None:
        amounts = _slipped(clinic, visit, bill, slip, verdicts, amounts, denied)
    _share_out(clinic, visit, terms, verdicts, amounts, slip)
    _tell(visit, verdicts, slip)


def _is_unpaid_assistant(clinic: Clinic, line: Line) -> bool:
    is_assistant = not set(ASSISTANTS).isdisjoint(line.modifiers)
    return is_assistant and not clinic.fees.is_assistant_paid(line.procedure_code)


def _downcode(
    clinic: Clinic,
    rng: Random,
    visit: Visit,
    bill: Bill,
    dialect: Dialect,
    verdicts: list[Verdict],
    amounts: list[int],
    denied: frozenset[int],
) -> None:
    """Now and then a repair is paid as a lesser one, ranked by the lesser one's fee."""
    chance = dialect.rates["downcoded"]
    if not chance:
        return
    for index, verdict in enumerate(verdicts):
        lesser = clinic.parameters.downcodes.get(verdict.line.procedure_code)
        if lesser is None or verdict.denial is not None or rng.random() >= chance:
            continue
        paid = amounts_of(clinic, visit, bill, left_out=denied, codes={index: lesser})[index][1]
        if paid < amounts[index]:
            verdict.paid_as, amounts[index] = lesser, paid


def _is_plain(clinic: Clinic, visit: Visit, bill: Bill) -> bool:
    """Rightly coded, with stages of Mohs surgery and no more procedures than are ranked: there the
    terms give one amount and no other."""
    ranked = [line.units for line in bill.lines if clinic.fees.is_reduced(line.procedure_code)]
    return (
        not visit.error
        and sum(ranked) <= MOST_RANKED
        and any(line.procedure_code in MOHS for line in bill.lines)
    )


def _slip(rng: Random, dialect: Dialect, verdicts: list[Verdict], evenly: float) -> Slip | None:
    """At most one slip a claim."""
    if evenly:
        if rng.random() >= evenly:
            return None
        possible = [slip for slip in dialect.slips if _has_room(slip, verdicts)]
        # tumours billed as units of a line are few
        scarce = [slip for slip in possible if slip.name == SCARCE]
        return rng.choice(scarce or possible) if possible else None
    chance = rng.random()
    for slip in dialect.slips:
        if chance < slip.probability:
            return slip
        chance -= slip.probability
    return None


def _has_room(slip: Slip, verdicts: list[Verdict]) -> bool:
    """Whether the slip can touch a line of the claim."""
    lines = [v.line for v in verdicts if not slip.codes or v.line.procedure_code in slip.codes]
    return any(line.units > 1 or slip.name != SCARCE for line in lines)


def _slipped(
    clinic: Clinic,
    visit: Visit,
    bill: Bill,
    slip: Slip,
    verdicts: list[Verdict],
    amounts: list[int],
    denied: frozenset[int],
) -> list[int]:
    """What is allowed with the slip; a line that is not concerned keeps its amount."""
    kind = slip.name
    other: list[tuple[int, int]] | None = None
    if kind == "old_schedule":
        other = amounts_of(clinic, visit, bill, left_out=denied, years=1)
    elif kind == "other_setting":
        other = amounts_of(clinic, visit, bill, left_out=denied, is_other_setting=True)
    elif kind == "old_factor":
        other = amounts_of(clinic, visit, bill, left_out=denied, has_old_factor=True)
    elif kind == "wrong_rank":
        other = amounts_of(clinic, visit, bill, left_out=denied, ranks_worst_first=True)
    found = list(amounts)
    for index, verdict in enumerate(verdicts):
        line = verdict.line
        is_concerned = not slip.codes or line.procedure_code in slip.codes
        if not is_concerned or verdict.denial is not None or verdict.paid_as:
            continue
        if other is not None:
            found[index] = other[index][1]
        elif kind == "add_on_halved":
            # each unit is a procedure of its own, rounded once
            found[index] = (amounts[index] // line.units + 1) // 2 * line.units
        elif kind == "reduction_forgotten":
            found[index] = verdict.full
        elif kind == SCARCE and line.units > 1:
            found[index] = _first_unit(clinic, visit, bill, index, denied)
            verdict.units_paid = 1
        elif kind in ("non_participating", "underpaid_code"):
            found[index] = share(amounts[index], round(slip.factor * WHOLE))
    return found


def _first_unit(
    clinic: Clinic, visit: Visit, bill: Bill, index: int, denied: frozenset[int]
) -> int:
    """What the line is worth with a single unit."""
    single = bill.copy()
    line = single.lines[index]
    line.charge //= line.units
    line.units = 1
    return amounts_of(clinic, visit, single, left_out=denied)[index][1]


def _share_out(
    clinic: Clinic,
    visit: Visit,
    terms: Dialect,
    verdicts: list[Verdict],
    amounts: list[int],
    slip: Slip | None,
) -> None:
    """Who bears what of each line: patient, sequestration, payer, and the rest nobody."""
    kind = slip.name if slip is not None else ""
    factor = round(slip.factor * WHOLE) if slip is not None else WHOLE
    deductible = _deductible(clinic, visit, terms)
    cut = clinic.fees.sequestration(visit.day) if terms.is_sequestered else 0
    copay = round(terms.rates["visit_copay"] * 100)
    shows = terms.shows_reduction and kind not in OWN_RANKS
    for verdict, amount in zip(verdicts, amounts, strict=True):
        if verdict.denial is not None:
            continue
        line = verdict.line
        verdict.allowed = amount
        is_cut = verdict.units_paid < line.units or kind in ("non_participating", "underpaid_code")
        if shows and not verdict.paid_as and not is_cut:
            verdict.reduction = max(verdict.full - amount, 0)
        verdict.write_off = line.charge - amount - verdict.reduction
        verdict.deductible = min(deductible, amount)
        deductible -= verdict.deductible
        rest = amount - verdict.deductible
        if copay and line.procedure_code.startswith("99"):
            verdict.copay = min(copay, rest)
        else:
            part = factor if kind == "coinsurance_raised" else terms.coinsurance
            verdict.coinsurance = share(rest, part)
        owed = rest - verdict.copay - verdict.coinsurance
        verdict.sequestration = 0 if kind == "sequestration_forgotten" else share(owed, cut)
        verdict.paid = owed - verdict.sequestration
    spent = sum(verdict.deductible for verdict in verdicts)
    if spent:
        clinic.panel.spend_deductible(visit.patient.number, visit.day, spent)


def _tell(visit: Visit, verdicts: list[Verdict], slip: Slip | None) -> None:
    """Name the rules that should find a payment wrong: by the payer's own terms, and by the slip."""
    is_medicare = visit.patient.payer.line_of_business == "medicare"
    for verdict in verdicts:
        if verdict.denial is not None:
            continue
        if slip is not None and slip.rule in ("MOHS246", "MOHS247"):
            is_coinsurance = slip.rule == "MOHS246"
            touched = verdict.allowed - verdict.deductible if is_coinsurance else verdict.paid
            # two cents are forgiven, 5 % or 2 % of less cannot be told
            if touched > (60 if is_coinsurance else 200) and not verdict.copay:
                verdict.slips = (slip.rule,)
            continue
        if verdict.paid_as:
            continue
        cents, points = TOLERANCE
        limit = cents * 10000 if is_medicare else verdict.expected * points
        if abs(verdict.allowed - verdict.expected) * 10000 > limit:
            rule = slip.rule if slip is not None else ANY_DIFFERENCE
            verdict.slips = tuple(dict.fromkeys((ANY_DIFFERENCE, rule)))


def _deductible(clinic: Clinic, visit: Visit, terms: Dialect) -> int:
    if not terms.has_deductible:
        return 0
    number = visit.patient.number
    if visit.patient.payer.line_of_business == "medicare":
        amount = clinic.fees.deductible(date.fromordinal(visit.day).year)
        return clinic.panel.deductible_left(number, visit.day, amount, 130)
    amount = round(clinic.parameters.rates["commercial_deductible"] * 100)
    return clinic.panel.deductible_left(number, visit.day, amount, 250)


def restore_deductible(clinic: Clinic, visit: Visit, verdicts: list[Verdict]) -> None:
    """Give back what a reversed adjudication took from the patient's deductible."""
    spent = sum(verdict.deductible for verdict in verdicts)
    if spent:
        clinic.panel.spend_deductible(visit.patient.number, visit.day, -spent)
