"""837P text (005010X222A1): one subscriber and claim at a time, and the envelope around many.

A claim's text is everything after its HL segment, whose number is known only when the transaction
is put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.simulate.parameters import Group, Place
from pipelines.simulate.verdicts import Verdict
from pipelines.simulate.visits import Bill, Visit

SENDER = "MOHSSIM"
"""Application sender [GS02] of every simulated interchange: how a reader knows it is simulated."""
CLEARINGHOUSE = "SIMCLEAR"


@dataclass(slots=True)
class Envelope:
    """One file's envelope: its control number and the counts its trailers state."""

    functional_id: str
    version: str
    control_number: int
    day: int
    transactions: int = 0

    def head(self) -> str:
        day = date.fromordinal(self.day)
        number = f"{self.control_number:09d}"
        return (
            f"ISA*00*          *00*          *ZZ*{SENDER:<15}*ZZ*{CLEARINGHOUSE:<15}"
            f"*{day:%y%m%d}*0600*^*00501*{number}*0*T*:~\n"
            f"GS*{self.functional_id}*{SENDER}*{CLEARINGHOUSE}*{day:%Y%m%d}*0600"
            f"*{self.control_number}*X*{self.version}~\n"
        )

    def tail(self) -> str:
        return f"GE*{self.transactions}*{self.control_number}~\nIEA*1*{self.control_number:09d}~\n"

    def next_transaction(self) -> str:
        """The control number of one more transaction set [ST02]."""
        self.transactions += 1
        return f"{self.transactions:04d}"


def money(cents: int) -> str:
    """Cents as an X12 amount with two decimals."""
    if cents < 0:
        return f"-{-cents // 100}.{-cents % 100:02d}"
    return f"{cents // 100}.{cents % 100:02d}"


def x12_day(day: int) -> str:
    return date.fromordinal(day).isoformat().replace("-", "")


def transaction(
    envelope: Envelope, day: int, group: Group, office: Place, claims: Iterable[str]
) -> Iterator[str]:
    """One 837P transaction set: a batch of claims that one group submits on a day."""
    number = envelope.next_transaction()
    head = (
        f"ST*837*{number}*005010X222A1~\n"
        f"BHT*0019*00*{envelope.control_number}{number}*{x12_day(day)}*0600*CH~\n"
        f"NM1*41*2*{group.name}*****46*{SENDER}~\n"
        "PER*IC*BILLING OFFICE*TE*5555550100~\n"
        f"NM1*40*2*SIMULATED CLEARINGHOUSE*****46*{CLEARINGHOUSE}~\n"
        "HL*1**20*1~\n"
        f"PRV*BI*PXC*{group.taxonomy}~\n"
        f"NM1*85*2*{group.name}{f'*****XX*{group.npi}' if group.npi else ''}~\n"
        f"N3*{office.street}~\n"
        f"N4*{office.city}*{office.state}*{office.zip}~\n"
        f"REF*EI*{group.tax_id}~\n"
    )
    segments = head.count("~")
    yield head
    for level, claim in enumerate(claims, 2):
        segments += claim.count("~") + 1
        yield f"HL*{level}*1*22*0~\n{claim}"
    yield f"SE*{segments + 1}*{number}~\n"


def claim_text(
    visit: Visit,
    bill: Bill,
    claim_number: str,
    frequency: str = "1",
    original_reference: str = "",
) -> str:
    """The claim as sent to the patient's first payer."""
    patient = visit.patient
    payer = patient.payer
    codes, subscriber = _claim_head(
        visit, bill, claim_number, frequency, original_reference, "P", payer.filing_indicator
    )
    lines = "".join(
        _line_text(visit, bill, claim_number, index, codes) for index in range(len(bill.lines))
    )
    return subscriber + lines


def secondary_text(
    visit: Visit, bill: Bill, claim_number: str, verdicts: list[Verdict], paid_on: int
) -> str:
    """The claim as sent to the second payer, with what the first one made of it (2320, 2430)."""
    patient = visit.patient
    second = patient.secondary
    if second is None:
        raise ValueError("a secondary claim needs a patient with a second payer")
    codes, head = _claim_head(visit, bill, claim_number, "1", "", "S", second.filing_indicator)
    first = patient.payer
    paid = sum(verdict.paid for verdict in verdicts)
    parts = [
        head,
        f"SBR*P*18*******{first.filing_indicator}~\n"
        f"AMT*D*{money(paid)}~\n"
        "OI***Y***Y~\n"
        f"NM1*IL*1*{patient.family_name}*{patient.given_name}****MI*{patient.member_id}~\n"
        f"NM1*PR*2*{first.name}*****PI*{first.identifier}~\n",
    ]
    for index, verdict in enumerate(verdicts):
        line = verdict.line
        procedure = ":".join(("HC", line.procedure_code, *line.modifiers))
        parts.append(_line_text(visit, bill, claim_number, index, codes))
        parts.append(
            f"SVD*{first.identifier}*{money(verdict.paid)}*{procedure}**{line.units}~\n"
            f"{adjustments(verdict)}"
            f"DTP*573*D8*{x12_day(paid_on)}~\n"
        )
    return "".join(parts)


def adjustments(verdict: Verdict, sign: int = 1) -> str:
    """The CAS segments of a line, one per group code; they explain charge less paid."""
    if verdict.denial is not None:
        amount = money(sign * verdict.line.charge)
        return f"CAS*{verdict.denial.group_code}*{verdict.denial.carc}*{amount}~\n"
    text = ""
    for group, triples in (
        (
            "CO",
            (
                ("45", verdict.write_off),
                ("59", verdict.reduction),
                ("253", verdict.sequestration),
            ),
        ),
        ("PR", (("1", verdict.deductible), ("2", verdict.coinsurance), ("3", verdict.copay))),
    ):
        found = [f"{carc}*{money(sign * amount)}" for carc, amount in triples if amount]
        if found:
            text += f"CAS*{group}*{'**'.join(found)}~\n"
    return text


def _claim_head(
    visit: Visit,
    bill: Bill,
    claim_number: str,
    frequency: str,
    original_reference: str,
    sequence: str,
    filing_indicator: str,
) -> tuple[dict[str, int], str]:
    """Position of each diagnosis, and the text from SBR to the service facility."""
    patient = visit.patient
    place = visit.place
    payer = patient.payer
    if sequence == "S" and patient.secondary is not None:
        payer = patient.secondary
    codes: dict[str, int] = {}
    for line in bill.lines:
        for code in line.diagnosis_codes:
            codes.setdefault(code, len(codes) + 1)
    diagnoses = "*".join(
        f"{'ABK' if position == 1 else 'ABF'}:{code.replace('.', '')}"
        for code, position in codes.items()
    )
    group_number = patient.group_number if payer.line_of_business == "commercial" else ""
    rendering = bill.rendering
    text = (
        f"SBR*{sequence}*18*{group_number}******{filing_indicator}~\n"
        f"NM1*IL*1*{patient.family_name}*{patient.given_name}****MI*{patient.member_id}~\n"
        f"N3*{patient.number % 900 + 100} EXAMPLE LANE~\n"
        "N4*COLUMBUS*OH*432150000~\n"
        f"DMG*D8*{bill.birth_date or patient.birth_date}*{patient.sex}~\n"
        f"NM1*PR*2*{payer.name}*****PI*{payer.identifier}~\n"
        f"CLM*{claim_number}*{money(bill.charge)}***{bill.place_code or place.code}:B:{frequency}*Y*A*Y*Y~\n"
    )
    if original_reference:
        text += f"REF*F8*{original_reference}~\n"
    if bill.has_certificate:
        text += f"REF*X4*{place.clia_number}~\n"
    text += (
        f"HI*{diagnoses}~\n"
        f"NM1*82*1*{rendering.family_name}*{rendering.given_name}****XX*{rendering.npi}~\n"
        f"PRV*PE*PXC*{rendering.taxonomy}~\n"
    )
    if place.key != "office":
        text += (
            f"NM1*77*2*{place.name}*****XX*{place.npi}~\n"
            f"N3*{place.street}~\n"
            f"N4*{place.city}*{place.state}*{place.zip}~\n"
        )
    return codes, text


def _line_text(
    visit: Visit, bill: Bill, claim_number: str, index: int, codes: dict[str, int]
) -> str:
    line = bill.lines[index]
    procedure = ":".join(("HC", line.procedure_code, *line.modifiers))
    pointers = ":".join(str(codes[code]) for code in line.diagnosis_codes[:4])
    return (
        f"LX*{index + 1}~\n"
        f"SV1*{procedure}*{money(line.charge)}*UN*{line.units}***{pointers}~\n"
        f"DTP*472*D8*{x12_day(bill.day or visit.day)}~\n"
        f"REF*6R*{claim_number}L{line.control}~\n"
    )
