"""The life of a claim after the visit: sent, decided, mended, appealed, reversed, taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from pipelines.simulate.adjudication import Adjudication, Verdict, adjudicate, restore_deductible
from pipelines.simulate.claims import claim_text, secondary_text
from pipelines.simulate.clinic import Clinic
from pipelines.simulate.outcomes import Outcome, Settled, inherit, outcomes_of, overwrite
from pipelines.simulate.parameters import Payer
from pipelines.simulate.remits import remit_text, secondary_remit_text
from pipelines.simulate.spool import Batch, Spool
from pipelines.simulate.visits import Bill, Visit

TO_BATCH = (1, 0, 2, 1, 0, 3, 2)
"""Days from a weekday (Monday first) to the next submission, Tuesday or Friday."""
HARMLESS = frozenset({"MOHS071", "MOHS102"})
"""Rules whose finding nobody mends after payment."""


@dataclass(slots=True)
class Business:
    """The billing office: its clinic, the post waiting to go out, and the last day we look at."""

    clinic: Clinic
    spool: Spool
    cut: int
    claims: int = 0
    remits: int = 0
    last_batch: int = field(init=False)

    def __post_init__(self) -> None:
        self.last_batch = self.cut
        while TO_BATCH[(self.last_batch + 6) % 7]:
            self.last_batch -= 1

    def send(self, day: int, bill: Bill, text: str) -> None:
        self.spool.put(Batch("837", -1, day, bill.group.group_id), text)

    def pay(self, day: int, payer: Payer, bill: Bill, text: str, paid: int) -> None:
        self.remits += 1
        self.spool.put(Batch("835", payer.index, day, bill.group.group_id), text, paid)


def batch_day(day: int) -> int:
    """The next day on which claims are sent."""
    return day + TO_BATCH[(day + 6) % 7]


def wait(rng: Random, rates: dict[str, float], name: str) -> int:
    """Days: a least number and an exponential rest."""
    return int(rates[f"{name}_days_min"] + rng.expovariate(1 / rates[f"{name}_days_mean"]))


def payday(rng: Random, payer: Payer, day: int) -> int:
    """The payer's next pay day after its lag."""
    ready = day + int(payer.rate("lag_days_min") + rng.expovariate(1 / payer.rate("lag_days_mean")))
    return ready + (int(payer.rate("payday")) - (ready + 6)) % 7


def settle(
    business: Business, rng: Random, visit: Visit, bill: Bill, clean: Bill | None
) -> Settled | None:
    """Send a claim and live through everything that happens to it before the cut.

    `clean` is the bill as it should have been, None where it should not have been sent at all.
    Returns None for a claim that would be sent after the cut.
    """
    rates = business.clinic.parameters.rates
    payer = visit.patient.payer
    if bill.submit_after is not None:
        sent = batch_day(visit.day + bill.submit_after)
        if sent > business.last_batch:
            return None
    else:
        days = max(bill.day - visit.day, 0)
        days += int(rates["submit_days_min"] + rng.expovariate(1 / rates["submit_days_mean"]))
        sent = min(batch_day(visit.day + days), max(business.last_batch, bill.day or visit.day))
    business.claims += 1
    number = f"S{business.claims:09d}"
    business.send(sent, bill, claim_text(visit, bill, number, bill.frequency))
    settled = Settled(number, bill, [], sent)
    decided = adjudicate(business.clinic, rng, visit, bill, is_first=True)
    paid_on = payday(rng, payer, sent)
    if not bill.group.npi:
        # turned back before any payer sees it
        settled.outcomes = outcomes_of(number, decided, "not_adjudicated")
        return settled
    if rng.random() < payer.rate("remittance_missing"):
        settled.outcomes = outcomes_of(number, decided, "remittance_missing")
        return settled
    if decided.records_requested:
        settled.records_requested = sent + 7
        settled.records_sent = sent + 20 if decided.records_sent else 0
    if paid_on > business.cut:
        settled.outcomes = outcomes_of(number, decided, "not_adjudicated")
        return settled
    settled.has_control_numbers = rng.random() >= payer.rate("control_number_absent")
    reference = f"{payer.index + 1}{business.claims:010d}"
    _remit(
        business,
        visit,
        bill,
        settled,
        reference + "01",
        decided,
        sent,
        paid_on,
        frequency=bill.frequency,
    )
    settled.outcomes = outcomes_of(number, decided, "")
    if decided.verdicts[0].trigger == "clerical" and not decided.is_final:
        is_known_duplicate = any(other.is_duplicate for other in visit.bills)
        if rng.random() >= rates["clerical_resubmitted"] or is_known_duplicate:
            return settled
        again = batch_day(paid_on + wait(rng, rates, "resubmission"))
        if again > business.last_batch:
            return settled
        if sent < visit.day:
            # on its second day it is no longer early
            for line in bill.lines:
                line.rules = ()
        business.send(again, bill, claim_text(visit, bill, number, bill.frequency))
        decided = adjudicate(business.clinic, rng, visit, bill, is_first=False)
        paid_on = payday(rng, payer, again)
        reference = f"{payer.index + 6}{business.claims:010d}"
        if paid_on > business.cut:
            overwrite(settled, decided, "not_adjudicated")
            return settled
        _remit(business, visit, bill, settled, reference + "01", decided, again, paid_on)
        overwrite(settled, decided, "")
        sent = again
    _afterwards(business, rng, visit, clean, settled, decided, reference, sent, paid_on)
    return settled


def _afterwards(
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
    rates = business.clinic.parameters.rates
    wrong = [v for v in decided.verdicts if v.line.rules and not HARMLESS.issuperset(v.line.rules)]
    is_denied_wrong = any(v.denial is not None and v.trigger != "clerical" for v in wrong)
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
                _recover(business, rng, visit, settled, paid, reference, paid_on)
        return
    lost = [v for v in decided.verdicts if v.denial is not None]
    if lost:
        if rng.random() < rates["denial_appealed"]:
            _appeal(business, rng, visit, settled, decided, reference, sent, paid_on)
        return
    if visit.patient.secondary is not None and any(v.patient for v in decided.verdicts):
        _second_payer(business, rng, visit, settled, decided, paid_on)
    elif (
        rng.random() < rates["claim_voided"]
        and not visit.error
        and not _opens_global(business, settled.bill)
    ):
        _void(business, rng, visit, settled, decided, reference, paid_on)


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
    day = batch_day(paid_on + wait(rng, rates, "correction"))
    if day > business.last_batch:
        return
    number = settled.claim_number
    business.send(day, clean, claim_text(visit, clean, number, "7", reference + "01"))
    restore_deductible(business.clinic, visit, decided.verdicts)
    after = adjudicate(business.clinic, rng, visit, clean, is_first=False)
    again = payday(rng, visit.patient.payer, day)
    before = settled.outcomes
    settled.bill = clean
    settled.outcomes = outcomes_of(
        number, after, "" if again <= business.cut else "not_adjudicated"
    )
    mended = {outcome.line.control: outcome for outcome in settled.outcomes}
    lines = len(mended)
    for old in before:
        if old.line.control in mended:
            inherit(mended[old.line.control], old, is_waiting=again > business.cut)
        if old.line.number > lines:
            old.outcome, old.carc, old.rules, old.also = "replaced", "", (), ()
            old.allowed = 0
            settled.outcomes.append(old)
    if again > business.cut:
        return
    _remit(
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
    _remit(
        business,
        visit,
        clean,
        settled,
        reference + "02",
        after,
        day,
        again,
        original=reference + "01",
        frequency="7",
    )


def _original(decided: Adjudication, clean: Bill) -> Bill:
    """The bill that was decided, for its charge and renderer."""
    bill = clean.copy()
    bill.lines = [verdict.line for verdict in decided.verdicts]
    return bill


def _appeal(
    business: Business,
    rng: Random,
    visit: Visit,
    settled: Settled,
    decided: Adjudication,
    reference: str,
    sent: int,
    paid_on: int,
) -> None:
    rates = business.clinic.parameters.rates
    day = paid_on + wait(rng, rates, "appeal")
    again = payday(rng, visit.patient.payer, day)
    if again > business.cut or rng.random() >= rates["appeal_won"]:
        return
    restore_deductible(business.clinic, visit, decided.verdicts)
    bill = settled.bill
    after = adjudicate(business.clinic, rng, visit, bill, is_first=False, pardon=True)
    _remit(business, visit, bill, settled, reference + "01", decided, sent, again, is_reversal=True)
    _remit(
        business,
        visit,
        bill,
        settled,
        reference + "02",
        after,
        sent,
        again,
        original=reference + "01",
    )
    overwrite(settled, after, "", keep_chance=True)


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
    again = payday(rng, visit.patient.payer, day)
    if again <= business.cut:
        _remit(
            business, visit, bill, settled, reference + "01", decided, day, again, is_reversal=True
        )
    for outcome in settled.outcomes:
        outcome.outcome, outcome.carc, outcome.rules, outcome.also = "voided", "", (), ()
        outcome.allowed = 0


def _recover(
    business: Business,
    rng: Random,
    visit: Visit,
    settled: Settled,
    paid: list[Verdict],
    reference: str,
    paid_on: int,
) -> None:
    """The payer takes back what it paid in error from a later payment (PLB)."""
    rates = business.clinic.parameters.rates
    payer = visit.patient.payer
    day = payday(rng, payer, paid_on + wait(rng, rates, "recovery"))
    if day > business.cut:
        return
    batch = Batch("835", payer.index, day, settled.bill.group.group_id)
    business.spool.adjust(batch, "WO", reference + "01", sum(verdict.paid for verdict in paid))
    numbers = {verdict.line.number for verdict in paid}
    for outcome in settled.outcomes:
        if outcome.line.number in numbers:
            outcome.outcome = "recovered"


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
    day = payday(rng, second, sent)
    outcome = "paid" if day <= business.cut else "not_adjudicated"
    if day <= business.cut:
        reference = f"{second.index + 1}{business.claims:010d}91"
        text = secondary_remit_text(visit, bill, number, reference, verdicts, sent)
        owed = sum(verdict.patient for verdict in verdicts)
        business.pay(day, second, bill, text, owed)
    if visit.patient.is_crossover:
        return
    for verdict in verdicts:
        line_id = f"{number}/S-{verdict.line.number}"
        settled.outcomes.append(
            Outcome(
                line_id,
                verdict.line,
                (),
                (),
                outcome,
                "",
                0.0,
                outcome,
                "",
                verdict.allowed,
                verdict.allowed,
                "",
            )
        )


def _remit(
    business: Business,
    visit: Visit,
    bill: Bill,
    settled: Settled,
    reference: str,
    decided: Adjudication,
    received: int,
    day: int,
    *,
    is_reversal: bool = False,
    original: str = "",
    frequency: str = "1",
) -> None:
    paid = sum(verdict.paid for verdict in decided.verdicts)
    text = remit_text(
        visit,
        bill,
        settled.claim_number,
        reference,
        decided,
        received,
        is_reversal=is_reversal,
        original_reference=original,
        has_control_numbers=settled.has_control_numbers,
        frequency=frequency,
    )
    business.pay(day, visit.patient.payer, bill, text, -paid if is_reversal else paid)
