"""What a payer decided: of each line, and of the claim."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.simulate.payers import Denial
from pipelines.simulate.visits import Line


@dataclass(slots=True)
class Verdict:
    """What became of one line; cents."""

    line: Line
    expected: int = 0
    """Allowed by the payer's own stated terms; lines that it denies are not ranked."""
    full: int = 0
    """The same before the multiple-procedure ranking."""
    chance: float = 0.0
    """Of being denied at this adjudication, known only to the simulation."""
    allowed: int = 0
    paid: int = 0
    deductible: int = 0
    coinsurance: int = 0
    copay: int = 0
    write_off: int = 0
    reduction: int = 0
    sequestration: int = 0
    units_paid: int = 0
    denial: Denial | None = None
    trigger: str = ""
    """Rule or edit that caused the denial; clerical, records or takeback where neither."""
    paid_as: str = ""
    """Code paid instead of the billed one."""
    slips: tuple[str, ...] = ()
    """Rules that should find the payment wrong."""

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

    @property
    def is_denied(self) -> bool:
        return all(verdict.denial is not None for verdict in self.verdicts)
