"""The billing office: its post, its calendar and its waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from pipelines.simulate.clinic import Clinic
from pipelines.simulate.outcomes import Settled
from pipelines.simulate.payers import Dialect, Payer
from pipelines.simulate.remits import remit_text
from pipelines.simulate.spool import Batch, Spool
from pipelines.simulate.verdicts import Adjudication
from pipelines.simulate.visits import Bill, Visit

TO_BATCH = (1, 0, 2, 1, 0, 3, 2)
"""Days from a weekday (Monday first) to the next submission, Tuesday or Friday."""


@dataclass(slots=True)
class Business:
    """The billing office: its clinic, the post waiting to go out, and the last day we look at."""

    clinic: Clinic
    spool: Spool
    cut: int
    evenly: float = 0.0
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


def payday(rng: Random, dialect: Dialect, day: int) -> int:
    """The payer's next pay day after its lag."""
    rates = dialect.rates
    ready = day + int(rates["lag_days_min"] + rng.expovariate(1 / rates["lag_days_mean"]))
    return ready + (int(rates["payday"]) - (ready + 6)) % 7


def remit(
    business: Business,
    visit: Visit,
    bill: Bill,
    settled: Settled,
    reference: str,
    decided: Adjudication,
    received: int,
    day: int,
    frequency: str = "1",
    *,
    is_reversal: bool = False,
    original: str = "",
) -> None:
    """Put a decided claim, or its reversal, into a payment of the payer's."""
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
