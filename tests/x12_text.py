"""837P and 835 text from a few dictionaries. All persons, payers and practices are invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

NPI = "1234567893"
"""The example of the NPI standard's check digit."""
OTHER_NPI = "1111111112"
DAY = "20240813"

BILL = {
    "frequency": "1",
    "sequence": "P",
    "payer": "MEDICARE TEST",
    "payer_id": "TESTMAC",
    "filing": "MB",
    "npi": NPI,
    "member": "TESTMEMBER1",
    "birth": "19500101",
    "original": "",
    "place": "11",
    "diagnoses": ["C44311"],
}
LINE = {
    "code": "17311",
    "modifiers": "",
    "charge": "1000",
    "units": "1",
    "pointers": "1",
    "day": DAY,
    "control": "",
    "extra": [],
}
PAID = {
    "status": "1",
    "filing": "MB",
    "icn": "",
    "original": "",
    "member": "TESTMEMBER1",
    "adjustments": [],
    "extra": [],
}
SVC = {
    "code": "17311",
    "modifiers": "",
    "charge": "1000",
    "paid": "0",
    "units": "",
    "submitted": "",
    "day": DAY,
    "control": "",
    "allowed": "",
    "adjustments": [],
    "remarks": "",
}


def bills(
    *claims: Mapping[str, Any],
    created: str = "20240901",
    time: str = "0800",
    control: str = "1",
    guide: str = "005010X222A1",
) -> str:
    """One 837P interchange. A claim has `number` and `lines`; what it leaves out is that of BILL,
    of a line that of LINE; its charge is the sum of its lines unless it says `charge`."""
    body: list[str] = [
        f"BHT*0019*00*{control}*{created}*{time}*CH",
        "NM1*41*2*INVENTED DERMATOLOGY*****46*TESTSENDER",
        "NM1*40*2*TEST CLEARINGHOUSE*****46*TESTHOUSE",
    ]
    for at, given in enumerate(claims):
        body += _bill({**BILL, **given}, 2 * at + 1)
    return interchange("HC", "837", body, guide, control)


def _bill(claim: Mapping[str, Any], hl: int) -> list[str]:
    lines = [{**LINE, **line} for line in claim["lines"]]
    charge = claim.get("charge", _sum(line["charge"] for line in lines))
    first, *others = claim["diagnoses"]
    found = [
        f"HL*{hl}**20*1",
        f"NM1*85*2*INVENTED DERMATOLOGY*****XX*{claim['npi']}",
        "N3*1 EXAMPLE STREET",
        "N4*DAYTON*OH*454011234",
        "REF*EI*000000001",
        f"HL*{hl + 1}*{hl}*22*0",
        f"SBR*{claim['sequence']}*18*******{claim['filing']}",
        f"NM1*IL*1*ALPHA*ANN****MI*{claim['member']}",
        f"DMG*D8*{claim['birth']}*F",
        f"NM1*PR*2*{claim['payer']}*****PI*{claim['payer_id']}",
        f"CLM*{claim['number']}*{charge}***{claim['place']}:B:{claim['frequency']}*Y*A*Y*Y",
        *([f"REF*F8*{claim['original']}"] if claim["original"] else []),
        "*".join(["HI", f"ABK:{first}", *(f"ABF:{code}" for code in others)]),
    ]
    for at, line in enumerate(lines, 1):
        procedure = ":".join(["HC", line["code"], *line["modifiers"].split()])
        found += [
            f"LX*{line.get('number', at)}",
            f"SV1*{procedure}*{line['charge']}*UN*{line['units']}***{line['pointers']}",
            f"DTP*472*{'RD8' if '-' in line['day'] else 'D8'}*{line['day']}",
            *([f"REF*6R*{line['control']}"] if line["control"] else []),
            *line["extra"],
        ]
    return found


def remits(
    *claims: Mapping[str, Any],
    payer: str = "MEDICARE TEST",
    payer_id: str = "TESTMAC",
    payee: str = NPI,
    paid_on: str = "20240925",
    total: str | None = None,
    plb: Sequence[tuple[str, str]] = (),
    control: str = "1",
) -> str:
    """One 835 interchange with one payment. A claim has `number` and `lines`; what it leaves out is
    that of PAID, of a line that of SVC; charge, payment and patient's share are the sums of its lines
    unless it says so, the total that of its claims less `plb`."""
    full = [_summed({**PAID, **claim}) for claim in claims]
    if total is None:
        off = sum((Decimal(amount) for _, amount in plb), Decimal(0))
        total = str(Decimal(_sum(claim["paid"] for claim in full)) - off)
    body = [
        f"BPR*I*{total}*C*ACH************{paid_on}",
        "TRN*1*TRACE1*1999999999",
        f"N1*PR*{payer}*XV*{payer_id}",
        f"N1*PE*INVENTED DERMATOLOGY*XX*{payee}",
        "LX*1",
    ]
    for claim in full:
        body += _remit(claim)
    body += [f"PLB*{payee}*20241231*{reason}*{amount}" for reason, amount in plb]
    return interchange("HP", "835", body, "005010X221A1", control)


def _summed(claim: dict[str, Any]) -> dict[str, Any]:
    lines = [{**SVC, **line} for line in claim.get("lines", [])]
    shares = [
        amount
        for owner in (claim, *lines)
        for group, _, amount in owner["adjustments"]
        if group == "PR"
    ]
    sums = {
        "charge": _sum(line["charge"] for line in lines),
        "paid": _sum(line["paid"] for line in lines),
        "patient": _sum(shares),
    }
    return {**sums, **claim, "lines": lines}


def _remit(claim: Mapping[str, Any]) -> list[str]:
    found = [
        f"CLP*{claim['number']}*{claim['status']}*{claim['charge']}*{claim['paid']}"
        f"*{claim['patient']}*{claim['filing']}*{claim['icn']}*11*1",
        *(f"CAS*{group}*{carc}*{amount}" for group, carc, amount in claim["adjustments"]),
        f"NM1*QC*1*ALPHA*ANN****MI*{claim['member']}",
        *([f"REF*F8*{claim['original']}"] if claim["original"] else []),
        *claim["extra"],
    ]
    for line in claim["lines"]:
        procedure = ":".join(["HC", line["code"], *line["modifiers"].split()])
        submitted = f"HC:{line['submitted']}" if line["submitted"] else ""
        service = f"SVC*{procedure}*{line['charge']}*{line['paid']}**{line['units']}*{submitted}"
        found += [
            service.rstrip("*"),
            *([f"DTM*472*{line['day']}"] if line["day"] else []),
            *(f"CAS*{group}*{carc}*{amount}" for group, carc, amount in line["adjustments"]),
            *([f"REF*6R*{line['control']}"] if line["control"] else []),
            *([f"AMT*B6*{line['allowed']}"] if line["allowed"] else []),
            *(f"LQ*HE*{code}" for code in line["remarks"].split()),
        ]
    return found


def interchange(functional: str, kind: str, body: Sequence[str], guide: str, control: str) -> str:
    """The segments of one transaction set in their envelope, one to a line."""
    isa = (
        "ISA*00*          *00*          *ZZ*TESTSENDER     *ZZ*TESTHOUSE      "
        f"*240901*0800*^*00501*{int(control):09}*0*T*:"
    )
    segments = [
        isa,
        f"GS*{functional}*TESTSENDER*TESTHOUSE*20240901*0800*{control}*X*{guide}",
        f"ST*{kind}*0001*{guide}" if kind == "837" else f"ST*{kind}*0001",
        *body,
        f"SE*{len(body) + 2}*0001",
        f"GE*1*{control}",
        f"IEA*1*{int(control):09}",
    ]
    return "".join(f"{segment}~\n" for segment in segments)


def reversed_(claim: Mapping[str, Any]) -> dict[str, Any]:
    """The reversal (CLP02 = 22) of an adjudicated claim: every amount with the other sign."""
    full = _summed({**PAID, **claim})
    return {
        **full,
        "status": "22",
        "charge": _minus(full["charge"]),
        "paid": _minus(full["paid"]),
        "patient": _minus(full["patient"]),
        "adjustments": _minus_all(full["adjustments"]),
        "lines": [
            {
                **line,
                "charge": _minus(line["charge"]),
                "paid": _minus(line["paid"]),
                "allowed": _minus(line["allowed"]) if line["allowed"] else "",
                "adjustments": _minus_all(line["adjustments"]),
            }
            for line in full["lines"]
        ],
    }


def _minus_all(adjustments: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return [(group, carc, _minus(amount)) for group, carc, amount in adjustments]


def _minus(amount: str) -> str:
    return str(-Decimal(amount))


def _sum(amounts: Any) -> str:
    return str(sum((Decimal(amount) for amount in amounts), Decimal(0)))
