"""What follows a decision: corrections, appeals, second payers, voids and take-backs."""

from __future__ import annotations

from random import Random

from pipelines.simulate.adjudication import adjudicate
from pipelines.simulate.claims import claim_text, secondary_text
from pipelines.simulate.office import Business, batch_day, payday, remit, wait
from pipelines.simulate.outcomes import Outcome, Settled, inherit, outcomes_of, overwrite
from pipelines.simulate.payers import Denial
from pipelines.simulate.payment import restore_deductible
from pipelines.simulate.remits import secondary_remit_text
from pipelines.simulate.spool import Batch
from pipelines.simulate.verdicts import Adjudication, Verdict
from pipelines.simulate.visits import Bill, Visit

HARMLESS = frozenset({"MOHS071", "MOHS102"})
"""Rules whose finding nobody mends after payment."""
CATEGORIES = ("clerical", "records", "takeback")
"""Triggers that are their own category of appeals; the others are rules and edits."""


def follow(
    business: Business,
    rng: Random,
    visit: Visit,
    clean: Bill | None,
    settled: Settled,
    decided: Adjudication,
    reference: str,
    sent: int,
    paid_on: int,
) -> None:
    """Live through what comes after a decision that was paid or denied on a day."""
    rates = business.clinic.parameters.rates
    wrong = [v for v in decided.verdicts if v.line.rules and not HARMLESS.issuperset(v.line.rules)]
    is_denied_wrong = any(v.denial is not None and v.trigger != "clerical" for v in wrong)
    lost = [v for v in decided.verdicts if v.denial is not None]
    if wrong and visit.error:
        if is_denied_wrong and rng.random() < visit.corrected:
            _mend(business, rng, visit, clean, settled, decided, reference, paid_on)
            return
        paid = [v for v in wrong if v.paid > 0]
        if paid and not is_denied_wrong:
            chance = rng.random()
            if chance < rates["paid_error_corrected"] and visit.corrected:
                _mend(business, rng, visit, clean, settled, decided, reference, paid_on)
            elif chance < rates["paid_error_corrected"] + rates["paid_error_recovered"]:
                _recover(business, rng, visit, settled, decided, paid, reference, sent, paid_on)
        elif lost:
            _contest(business, rng, visit, settled, decided, lost, reference, sent, paid_on)
        return
    if lost:
        _contest(business, rng, visit, settled, decided, lost, reference, sent, paid_on)
        return
    if visit.patient.secondary is not None and any(v.patient for v in decided.verdicts):
        _second_payer(business, rng, visit, settled, decided, paid_on)
        return
    if visit.error or visit.patient.secondary is not None:
        return
    taken_back = visit.patient.payer.on(paid_on).denials["takeback"]
    chance = rng.random()
    if chance < rates["claim_voided"] and not _opens_global(business, settled.bill):
        _void(business, rng, visit, settled, decided, reference, paid_on)
    elif chance > 1 - taken_back.probability:
        forced = {v.line.number: (taken_back, "takeback") for v in decided.verdicts}
        _take_back(business, rng, visit, settled, decided, forced, reference, sent, paid_on)


def _opens_global(business: Business, bill: Bill) -> bool:
    # later visits carry a modifier because of it
    return any(business.clinic.fees.global_days(line.procedure_code) for line in bill.lines)


def _mend(
    business: Business,
    rng: Random,
    visit: Visit,
    clean: Bill | None,
    settled: Settled,
    decided: Adjudication,
    reference: str,
    paid_on: int,
) -> None:
    """A replacement (frequency 7) with the right lines, or a void where nothing should stand."""
    if clean is None:
        if not decided.is_denied:
            _void(business, rng, visit, settled, decided, reference, paid_on)
        return
    rates = business.clinic.parameters.rates
    payer = visit.patient.payer
    day = batch_day(paid_on + wait(rng, rates, "correction"))
    if day > business.last_batch:
        return
    number = settled.claim_number
    business.send(day, clean, claim_text(visit, clean, number, "7", reference + "01"))
    restore_deductible(business.clinic, visit, decided.verdicts)
    after = adjudicate(business.clinic, rng, visit, clean, day, evenly=business.evenly)
    again = payday(rng, payer.on(day), day)
    before = settled.outcomes
    settled.bill = clean
    settled.outcomes = outcomes_of(
        number, after, "" if again <= business.cut else "not_adjudicated", again, day
    )
    mended = {outcome.line.control: outcome for outcome in settled.outcomes}
    for outcome in settled.outcomes:
        outcome.filed = None
    lines = len(mended)
    for old in before:
        if old.line.control in mended:
            inherit(mended[old.line.control], old, is_waiting=again > business.cut)
        if old.line.number > lines:
            old.outcome, old.carc, old.rules, old.also = "replaced", "", (), ()
            old.allowed = old.paid = 0
            settled.outcomes.append(old)
    settled.is_waiting = again > business.cut
    if settled.is_waiting:
        return
    remit(
        business,
        visit,
        _original(decided, clean),
        settled,
        reference + "01",
        decided,
        day,
        again,
        is_reversal=True,
    )
    remit(
        business,
        visit,
        clean,
        settled,
        reference + "02",
        after,
        day,
        again,
        "7",
        original=reference + "01",
    )


def _original(decided: Adjudication, clean: Bill) -> Bill:
    """The bill that was decided, for its charge and renderer."""
    bill = clean.copy()
    bill.lines = [verdict.line for verdict in decided.verdicts]
    return bill


def _category(trigger: str) -> str:
    if trigger in CATEGORIES:
        return trigger
    return "rule" if trigger.startswith("MOHS") else "edit"


def _contest(
    business: Business,
    rng: Random,
    visit: Visit,
    settled: Settled,
    decided: Adjudication,
    lost: list[Verdict],
    reference: str,
    sent: int,
    paid_on: int,
) -> None:
    """A denial is appealed, at its category's share, or some day written off; the log says so."""
    rates = business.clinic.parameters.rates
    payer = visit.patient.payer
    appeals = payer.on(paid_on).appeals
    appeal = appeals[_category(lost[0].trigger)]
    numbers = [verdict.line.number for verdict in lost]
    if rng.random() >= appeal.appealed:
        day = paid_on + wait(rng, rates, "written_off")
        if lost[0].trigger != "clerical" and day <= business.cut:
            settled.log += [(number, "written_off", day) for number in numbers]
        return
    day = paid_on + wait(rng, rates, "appeal")
    if day > business.cut:
        return
    settled.log += [(number, "appealed", day) for number in numbers]
    again = payday(rng, payer.on(day), day)
    if again > business.cut:
        return
    if rng.random() >= appeal.won:
        settled.log += [(number, "appeal_lost", again) for number in numbers]
        return
    restore_deductible(business.clinic, visit, decided.verdicts)
    after = adjudicate(business.clinic, rng, visit, settled.bill, sent, forced={})
    _decide_again(business, visit, settled, decided, after, reference, sent, again)


def _decide_again(
    business: Business,
    visit: Visit,
    settled: Settled,
    decided: Adjudication,
    after: Adjudication,
    reference: str,
    sent: int,
    day: int,
) -> None:
    """The payer reverses its decision and puts another in its place."""
    bill = settled.bill
    before = reference + "01"
    remit(business, visit, bill, settled, before, decided, sent, day, is_reversal=True)
    remit(business, visit, bill, settled, reference + "02", after, sent, day, original=before)
    overwrite(settled, after, "")


def _void(
    business: Business,
    rng: Random,
    visit: Visit,
    settled: Settled,
    decided: Adjudication,
    reference: str,
    paid_on: int,
) -> None:
    """The claim is withdrawn (frequency 8) and the payer reverses what it paid."""
    rates = business.clinic.parameters.rates
    day = batch_day(paid_on + wait(rng, rates, "void"))
    if day > business.last_batch:
        return
    bill, number = settled.bill, settled.claim_number
    business.send(day, bill, claim_text(visit, bill, number, "8", reference + "01"))
    again = payday(rng, visit.patient.payer.on(day), day)
    if again <= business.cut:
        remit(
            business, visit, bill, settled, reference + "01", decided, day, again, is_reversal=True
        )
    for outcome in settled.outcomes:
        outcome.outcome, outcome.carc, outcome.rules, outcome.also = "voided", "", (), ()
        outcome.allowed = outcome.paid = 0


def _recover(
    business: Business,
    rng: Random,
    visit: Visit,
    settled: Settled,
    decided: Adjudication,
    paid: list[Verdict],
    reference: str,
    sent: int,
    paid_on: int,
) -> None:
    """The payer takes back what it paid in error: by a reversal and another decision, or without
    one from a later payment (PLB)."""
    payer = visit.patient.payer
    dialect = payer.on(paid_on)
    known = {
        verdict.line.number: (dialect.denials[rule], rule)
        for verdict in paid
        for rule in verdict.line.rules
        if rule in dialect.denials
    }
    if known and rng.random() < dialect.rates["taken_back_by_reversal"]:
        forced = dict(known)
        forced.update(
            {v.line.number: (v.denial, v.trigger) for v in decided.verdicts if v.denial is not None}
        )
        _take_back(business, rng, visit, settled, decided, forced, reference, sent, paid_on)
        return
    rates = business.clinic.parameters.rates
    day = payday(rng, dialect, paid_on + wait(rng, rates, "recovery"))
    if day > business.cut:
        return
    batch = Batch("835", payer.index, day, settled.bill.group.group_id)
    business.spool.adjust(batch, "WO", reference + "01", sum(verdict.paid for verdict in paid))
    numbers = {verdict.line.number for verdict in paid}
    for outcome in settled.outcomes:
        if outcome.line.number in numbers:
            outcome.outcome = "recovered"


def _take_back(
    business: Business,
    rng: Random,
    visit: Visit,
    settled: Settled,
    decided: Adjudication,
    forced: dict[int, tuple[Denial, str]],
    reference: str,
    sent: int,
    paid_on: int,
) -> None:
    """Months later the payer reverses a payment and denies the lines it should not have paid."""
    rates = business.clinic.parameters.rates
    dialect = visit.patient.payer.on(paid_on)
    day = payday(rng, dialect, paid_on + wait(rng, rates, "recovery"))
    if day > business.cut:
        return
    restore_deductible(business.clinic, visit, decided.verdicts)
    after = adjudicate(business.clinic, rng, visit, settled.bill, sent, forced=forced)
    _decide_again(business, visit, settled, decided, after, reference, sent, day)


def _second_payer(
    business: Business,
    rng: Random,
    visit: Visit,
    settled: Settled,
    decided: Adjudication,
    paid_on: int,
) -> None:
    """The second payer pays the patient's share; without crossover we send it the claim."""
    second = visit.patient.secondary
    if second is None:
        return
    bill, number = settled.bill, settled.claim_number
    verdicts = decided.verdicts
    sent = batch_day(paid_on + 3)
    if not visit.patient.is_crossover:
        if sent > business.last_batch:
            return
        business.send(sent, bill, secondary_text(visit, bill, number, verdicts, paid_on))
    day = payday(rng, second.on(sent), sent)
    outcome = "paid" if day <= business.cut else "not_adjudicated"
    if day <= business.cut:
        reference = f"{second.index + 1}{business.claims:010d}91"
        text = secondary_remit_text(visit, bill, number, reference, verdicts, sent)
        owed = sum(verdict.patient for verdict in verdicts)
        business.pay(day, second, bill, text, owed)
    if visit.patient.is_crossover:
        return
    settled.outcomes += [
        Outcome(
            line_id=f"{number}/S-{verdict.line.number}",
            line=verdict.line,
            rules=(),
            also=(),
            outcome=outcome,
            carc="",
            chance=0.0,
            first_outcome=outcome,
            first_carc="",
            expected=verdict.allowed,
            allowed=verdict.allowed,
            paid=verdict.patient,
            trigger="",
            first_trigger="",
            submitted=sent,
            decided=day if outcome == "paid" else 0,
            filed=verdict.line,
        )
        for verdict in verdicts
    ]
