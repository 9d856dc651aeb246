"""835 text (005010X221A1): one adjudicated claim at a time, and payments made of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipelines.simulate.claims import Envelope, adjustments, money, x12_day
from pipelines.simulate.parameters import Group
from pipelines.simulate.payers import Payer
from pipelines.simulate.verdicts import Adjudication, Verdict
from pipelines.simulate.visits import Bill, Visit


def remit_text(
    visit: Visit,
    bill: Bill,
    claim_number: str,
    payer_claim_id: str,
    adjudication: Adjudication,
    received: int,
    *,
    is_reversal: bool = False,
    original_reference: str = "",
    has_control_numbers: bool = True,
    frequency: str = "1",
) -> str:
    """A claim as the first payer adjudicated it; a reversal is the same with every sign turned."""
    patient = visit.patient
    sign = -1 if is_reversal else 1
    verdicts = adjudication.verdicts
    status = "1"
    if is_reversal:
        status = "22"
    elif adjudication.is_denied:
        status = "4"
    elif patient.is_crossover:
        status = "19"
    paid = sum(verdict.paid for verdict in verdicts)
    owed = sum(verdict.patient for verdict in verdicts)
    filing_indicator = patient.payer.values["remit_filing_indicator"]
    text = _claim_head(
        visit,
        bill,
        f"CLP*{claim_number}*{status}*{money(sign * bill.charge)}*{money(sign * paid)}"
        f"*{money(owed) if owed and not is_reversal else ''}*{filing_indicator}"
        f"*{payer_claim_id}*{bill.place_code or visit.place.code}*{frequency}~\n",
        _crossover(visit) if status == "19" else "",
        [v.denial.rarc for v in verdicts if v.denial is not None and v.denial.rarc[:2] == "MA"],
        original_reference,
        received,
    )
    return text + "".join(
        _line_text(visit, bill, claim_number, verdict, sign, has_control_numbers)
        for verdict in verdicts
    )


def secondary_remit_text(
    visit: Visit,
    bill: Bill,
    claim_number: str,
    payer_claim_id: str,
    verdicts: list[Verdict],
    received: int,
) -> str:
    """A claim as the second payer decided it: it pays what the first one left to the patient."""
    second = visit.patient.secondary
    filing_indicator = second.values["remit_filing_indicator"] if second is not None else ""
    paid = sum(verdict.patient for verdict in verdicts)
    text = _claim_head(
        visit,
        bill,
        f"CLP*{claim_number}*2*{money(bill.charge)}*{money(paid)}**{filing_indicator}"
        f"*{payer_claim_id}*{bill.place_code or visit.place.code}*1~\n",
        "",
        [],
        "",
        received,
    )
    for verdict in verdicts:
        line = verdict.line
        procedure = ":".join(("HC", line.procedure_code, *line.modifiers))
        write_off = verdict.write_off + verdict.reduction
        before = verdict.paid + verdict.sequestration
        text += (
            f"SVC*{procedure}*{money(line.charge)}*{money(verdict.patient)}**{line.units}~\n"
            f"DTM*472*{x12_day(bill.day or visit.day)}~\n"
        )
        if write_off:
            text += f"CAS*CO*45*{money(write_off)}~\n"
        if before:
            text += f"CAS*OA*23*{money(before)}~\n"
        text += f"REF*6R*{claim_number}L{line.control}~\nAMT*B6*{money(verdict.allowed)}~\n"
    return text


def _crossover(visit: Visit) -> str:
    second = visit.patient.secondary
    return "" if second is None else f"NM1*TT*2*{second.name}*****PI*{second.identifier}~\n"


def _claim_head(
    visit: Visit,
    bill: Bill,
    claim: str,
    crossover: str,
    remarks: list[str],
    original_reference: str,
    received: int,
) -> str:
    patient = visit.patient
    rendering = bill.rendering
    day = x12_day(bill.day or visit.day)
    text = (
        f"{claim}NM1*QC*1*{patient.family_name}*{patient.given_name}****MI*{patient.member_id}~\n"
        f"NM1*82*1*{rendering.family_name}*{rendering.given_name}****XX*{rendering.npi}~\n"
        f"{crossover}"
    )
    if remarks:
        text += f"MOA***{'*'.join(dict.fromkeys(remarks))}~\n"
    if original_reference:
        text += f"REF*F8*{original_reference}~\n"
    return text + f"DTM*232*{day}~\nDTM*233*{day}~\nDTM*050*{x12_day(received)}~\n"


def _line_text(
    visit: Visit,
    bill: Bill,
    claim_number: str,
    verdict: Verdict,
    sign: int,
    has_control_number: bool,
) -> str:
    line = verdict.line
    procedure = ":".join(("HC", line.procedure_code, *line.modifiers))
    submitted = ""
    units = line.units if verdict.denial is not None else verdict.units_paid
    if verdict.paid_as:
        submitted = f"*{procedure}"
        procedure = f"HC:{verdict.paid_as}"
    text = (
        f"SVC*{procedure}*{money(sign * line.charge)}*{money(sign * verdict.paid)}"
        f"**{sign * units}{submitted}~\n"
        f"DTM*472*{x12_day(bill.day or visit.day)}~\n"
        f"{adjustments(verdict, sign)}"
    )
    if has_control_number:
        text += f"REF*6R*{claim_number}L{line.control}~\n"
    if verdict.denial is None:
        return text + f"AMT*B6*{money(sign * verdict.allowed)}~\n"
    rarc = verdict.denial.rarc
    return text + (f"LQ*HE*{rarc}~\n" if rarc and rarc[:2] != "MA" else "")


def payment(
    envelope: Envelope,
    day: int,
    payer: Payer,
    group: Group,
    total: int,
    claims: Iterable[str],
    provider_adjustments: list[tuple[str, str, int]],
) -> Iterator[str]:
    """One 835 transaction set: a payment. `total` is the sum of CLP04; an adjustment (reason,
    reference, cents) above zero reduces the payment, which is never below zero."""
    number = envelope.next_transaction()
    paid = total - sum(amount for _, _, amount in provider_adjustments)
    if paid < 0:
        raise ValueError("a payment below zero needs a forward balance")
    on = x12_day(day)
    trace = f"{payer.identifier}{group.group_id}{on}"
    if paid:
        bank = (
            f"BPR*I*{money(paid)}*C*ACH*CCP*01*999999992*DA*000123456*1999999999"
            f"**01*999999992*DA*000654321*{on}~\n"
        )
    else:
        bank = f"BPR*H*0*C*NON************{on}~\n"
    head = (
        f"ST*835*{number}~\n"
        f"{bank}"
        f"TRN*1*{trace}*1999999999~\n"
        f"DTM*405*{on}~\n"
        f"N1*PR*{payer.name}~\n"
        "N3*900 EXAMPLE AVENUE~\n"
        "N4*COLUMBUS*OH*432150000~\n"
        f"REF*2U*{payer.identifier}~\n"
        "PER*BL*PROVIDER SERVICES*TE*5555550199~\n"
        f"N1*PE*{group.name}*XX*{group.npi}~\n"
        f"REF*TJ*{group.tax_id}~\n"
    )
    segments = head.count("~")
    yield head
    loop = "LX*1~\n"
    for claim in claims:
        segments += claim.count("~") + (1 if loop else 0)
        yield loop + claim
        loop = ""
    for reason, reference, amount in provider_adjustments:
        segments += 1
        year = on[:4]
        yield f"PLB*{group.npi}*{year}1231*{reason}:{reference}*{money(amount)}~\n"
    yield f"SE*{segments + 1}*{number}~\n"
