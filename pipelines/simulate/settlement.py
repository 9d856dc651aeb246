"""The life of a claim after the visit: when it is sent, when it is decided, when it is sent again.

What comes after the decision is in `aftermath`.
"""

from __future__ import annotations

from random import Random

from pipelines.simulate.adjudication import adjudicate
from pipelines.simulate.aftermath import follow
from pipelines.simulate.claims import claim_text
from pipelines.simulate.office import Business, batch_day, payday, remit, wait
from pipelines.simulate.outcomes import Settled, outcomes_of, overwrite
from pipelines.simulate.visits import Bill, Visit

LATEST = 300
"""Days after service within which even a slow claim is sent: later is an error of its own."""


def _sent_on(business: Business, rng: Random, visit: Visit, bill: Bill) -> int | None:
    """The day a claim is sent; None where that is after the cut."""
    rates = business.clinic.parameters.rates
    if bill.submit_after is not None:
        sent = batch_day(visit.day + bill.submit_after)
        return sent if sent <= business.last_batch else None
    days = max(bill.day - visit.day, 0)
    if len(visit.bills) == 1 and not visit.error and rng.random() < rates["submit_slow"]:
        days += min(wait(rng, rates, "submit_slow"), LATEST)
        sent = batch_day(visit.day + days)
        return sent if sent <= business.last_batch else None
    days += wait(rng, rates, "submit")
    return min(batch_day(visit.day + days), max(business.last_batch, bill.day or visit.day))


def settle(
    business: Business, rng: Random, visit: Visit, bill: Bill, clean: Bill | None
) -> Settled | None:
    """Send a claim and live through everything that happens to it before the cut.

    `clean` is the bill as it should have been, None where it should not have been sent at all.
    Returns None for a claim that would be sent after the cut.
    """
    rates = business.clinic.parameters.rates
    payer = visit.patient.payer
    sent = _sent_on(business, rng, visit, bill)
    if sent is None:
        return None
    dialect = payer.on(sent)
    business.claims += 1
    number = f"S{business.claims:09d}"
    business.send(sent, bill, claim_text(visit, bill, number, bill.frequency))
    settled = Settled(number, bill, [], sent)
    decided = adjudicate(
        business.clinic, rng, visit, bill, sent, is_first=True, evenly=business.evenly
    )
    asked = wait(rng, dialect.rates, "records") if decided.records_requested else 0
    paid_on = payday(rng, dialect, sent + asked)
    if not bill.group.npi:
        # turned back before any payer sees it
        settled.outcomes = outcomes_of(number, decided, "not_adjudicated", sent=sent)
        return settled
    if rng.random() < dialect.rates["remittance_missing"]:
        settled.outcomes = outcomes_of(number, decided, "remittance_missing", sent=sent)
        return settled
    if decided.records_requested:
        settled.records_requested = sent + 7
        settled.records_sent = sent + 20 if decided.records_sent else 0
    if paid_on > business.cut:
        settled.outcomes = outcomes_of(number, decided, "not_adjudicated", sent=sent)
        return settled
    settled.has_control_numbers = rng.random() >= dialect.rates["control_number_absent"]
    reference = f"{payer.index + 1}{business.claims:010d}"
    remit(business, visit, bill, settled, f"{reference}01", decided, sent, paid_on, bill.frequency)
    settled.outcomes = outcomes_of(number, decided, "", paid_on, sent)
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
        decided = adjudicate(business.clinic, rng, visit, bill, again, evenly=business.evenly)
        paid_on = payday(rng, payer.on(again), again)
        reference = f"{payer.index + 6}{business.claims:010d}"
        if paid_on > business.cut:
            overwrite(settled, decided, "not_adjudicated")
            return settled
        remit(business, visit, bill, settled, f"{reference}01", decided, again, paid_on)
        overwrite(settled, decided, "")
        sent = again
    follow(business, rng, visit, clean, settled, decided, reference, sent, paid_on)
    return settled
