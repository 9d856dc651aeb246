"""Remittances of worked examples: what the payment columns of a line say, and what follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

STATUSES = ("none", "paid", "denied")
ADJUSTMENT = re.compile(r"([A-Z]{2})-([A-Z]?[0-9]{1,3}):(-?[0-9]+(?:\.[0-9]{1,2})?)")
ANSWERED = timedelta(days=30)
"""From the service to the remittance, where a case does not say."""
UNNAMED_DENIAL = ("CO", "50")
COINSURANCE = ("PR", "2")
CONTRACTUAL = ("CO", "45")


@dataclass(frozen=True)
class Remittance:
    """What a payer answered to a line."""

    day: date
    allowed: Decimal | None
    """As the remittance states it; None where it follows from payment and adjustments."""
    paid: Decimal
    adjustments: tuple[tuple[str, str, Decimal], ...]
    """Group, reason, amount"""
    remarks: tuple[str, ...]


def flaw(values: Mapping[str, str]) -> str | None:
    """What is wrong with a line's payment columns, whose amounts and dates are sound."""
    if values["status"] not in STATUSES:
        return f"{values['status']!r} is no status: write {', '.join(STATUSES)}"
    wrong = [text for text in _listed(values["adjustments"]) if not ADJUSTMENT.fullmatch(text)]
    if wrong:
        return f"{wrong[0]!r} is no adjustment: write CO-45:120.00 PR-2:30.10"
    answer = remittance(values)
    if answer is None:
        said = [name for name in ("adjustments", "adjudicated_date") if values[name] != "unknown"]
        return f"{said[0]} of a line without a remittance: write its status" if said else None
    balance = Decimal(values["charge"]) - answer.paid - sum(a[2] for a in answer.adjustments)
    if balance:
        return f"the charge less what was paid and taken off leaves {balance}, not 0"
    return None


def remittance(values: Mapping[str, str]) -> Remittance | None:
    """The line's remittance, or None where it has none."""
    status, charge = values["status"], Decimal(values["charge"])
    allowed, paid = (_amount(values[name]) for name in ("allowed", "paid"))
    if status == "none" and allowed is None and paid is None:
        return None
    taken = tuple(
        (match[1], match[2], Decimal(match[3]))
        for match in map(ADJUSTMENT.fullmatch, _listed(values["adjustments"]))
        if match
    )
    stated = None
    if values["adjustments"] != "unknown":
        stated = allowed
        if paid is None:
            paid = Decimal(0) if status == "denied" else charge - sum(a[2] for a in taken)
    elif status == "denied":
        allowed = paid = Decimal(0)
        taken = ((*UNNAMED_DENIAL, charge),)
    else:
        paid = paid if paid is not None else allowed if allowed is not None else charge
        allowed = allowed if allowed is not None else paid
        rest = ((*CONTRACTUAL, charge - allowed), (*COINSURANCE, allowed - paid))
        taken = tuple(a for a in rest if a[2])
    day = values["adjudicated_date"]
    return Remittance(
        day=date.fromisoformat(values["date_of_service"]) + ANSWERED
        if day == "unknown"
        else date.fromisoformat(day),
        allowed=stated,
        paid=paid,
        adjustments=taken,
        remarks=()
        if values["remarks"] in ("none", "unknown")
        else tuple(values["remarks"].split()),
    )


def _amount(cell: str) -> Decimal | None:
    return None if cell == "unknown" else Decimal(cell)


def _listed(cell: str) -> list[str]:
    return [] if cell in ("none", "unknown") else cell.split()
