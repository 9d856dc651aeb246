"""Claims as dictionaries: read from the simulator's 837 files, written as generic exports.

A claim: claim_id, submission, frequency ('1', '7', '8'), billing_npi, patient_id, patient_sex,
birth, payer, line_of_business, submitted, received, clia, rendering_type, lines. A line: number,
procedure, modifiers (list), units, charge, diagnoses (list without dots), place, rendering_npi,
date. None is what the source does not say, '' what it leaves blank; `thin` names what the file a
claim goes to has no column for.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Claim = dict[str, Any]
Line = dict[str, Any]

COLUMNS = [
    "claim_id",
    "line_number",
    "patient_id",
    "rendering_npi",
    "date_of_service",
    "procedure_code",
    "units",
    "charge",
    "modifiers",
    "diagnosis_codes",
    "place_of_service",
    "payer",
    "line_of_business",
    "billing_npi",
    "rendering_type",
    "patient_sex",
    "patient_birth_date",
    "frequency_code",
    "original_claim_id",
    "submitted_date",
    "received_date",
    "clia_number",
]
ABSENT = {
    "diagnoses": ("diagnosis_codes",),
    "submitted": ("submitted_date", "received_date"),
    "clia": ("clia_number",),
    "place": ("place_of_service",),
}
"""What the thinner export of some patients has no column for."""
BUSINESSES = {
    "MB": "medicare",
    "16": "medicare_advantage",
    "MC": "medicaid",
    "CI": "commercial",
    "BL": "commercial",
}


def simulated(inbox: Path) -> list[Claim]:
    """The simulator's first submissions to first payers, read from its 837 files as it writes them."""
    claims: list[Claim] = []
    seen: set[str] = set()
    for path in sorted(inbox.glob("837/*.837")):
        claim: Claim = {}
        codes: list[str] = []
        billing = patient = sex = birth = business = payer = sequence = ""
        sent = date.min
        for segment in path.read_text("ascii").replace("\n", "").split("~"):
            parts = segment.split("*")
            tag = parts[0]
            if tag == "BHT":
                sent = day_of(parts[4])
            elif tag == "NM1" and parts[1] == "85":
                billing = parts[9] if len(parts) > 9 else ""
            elif tag == "HL":
                claim = {}
            elif tag == "SBR" and not claim:
                sequence, business = parts[1], BUSINESSES.get(parts[9], "unknown")
            elif tag == "NM1" and parts[1] == "IL" and not claim:
                patient = parts[9]
            elif tag == "DMG":
                birth, sex = day_of(parts[2]).isoformat(), parts[3]
            elif tag == "NM1" and parts[1] == "PR" and not claim:
                payer = parts[3]
            elif tag == "CLM":
                place, _, frequency = parts[5].split(":")
                claim = {
                    "claim_id": parts[1],
                    "submission": 1,
                    "frequency": frequency,
                    "billing_npi": billing,
                    "patient_id": patient,
                    "patient_sex": sex,
                    "birth": birth,
                    "payer": payer,
                    "line_of_business": business,
                    "submitted": sent,
                    "received": sent + timedelta(1),
                    "clia": "",
                    "rendering_type": "",
                    "place": place,
                    "lines": [],
                }
                if sequence == "P" and frequency == "1" and parts[1] not in seen:
                    seen.add(parts[1])
                    claims.append(claim)
            elif tag == "REF" and parts[1] == "X4":
                claim["clia"] = parts[2]
            elif tag == "HI":
                codes = [part.split(":")[1] for part in parts[1:]]
            elif tag == "NM1" and parts[1] == "82":
                claim["rendering_npi"] = parts[9] if len(parts) > 9 else ""
            elif tag == "LX":
                number = parts[1]
            elif tag == "SV1":
                _, code, *modifiers = parts[1].split(":")
                pointers = parts[7].split(":") if len(parts) > 7 and parts[7] else []
                claim["lines"].append(
                    {
                        "number": number,
                        "procedure": code,
                        "modifiers": modifiers,
                        "charge": float(parts[2]),
                        "units": int(parts[4]),
                        "diagnoses": [codes[int(pointer) - 1] for pointer in pointers],
                        "place": claim["place"],
                        "rendering_npi": claim["rendering_npi"],
                    }
                )
            elif tag == "DTP" and parts[1] == "472":
                claim["lines"][-1]["date"] = day_of(parts[3])
    return claims


def day_of(text: str) -> date:
    """A date as X12 writes it."""
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def write_exports(claims: Iterable[Claim], folder: Path) -> list[Path]:
    """The claims as generic exports: one for each set of columns and submission."""
    files: dict[tuple[str, int], list[Claim]] = defaultdict(list)
    for claim in claims:
        files[claim.get("thin", ""), claim["submission"]].append(claim)
    paths = []
    for (lacking, submission), own in sorted(files.items()):
        path = folder / f"{lacking or 'all'}-{submission}.csv"
        absent = ABSENT.get(lacking, ())
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, [name for name in COLUMNS if name not in absent])
            writer.writeheader()
            for claim in own:
                for line in claim["lines"]:
                    row = _row(claim, line)
                    writer.writerow({name: row[name] for name in writer.fieldnames})
        paths.append(path)
    return paths


def _row(claim: Claim, line: Line) -> dict[str, str]:
    return {
        "claim_id": claim["claim_id"],
        "line_number": line["number"],
        "patient_id": claim["patient_id"],
        "rendering_npi": line["rendering_npi"],
        "date_of_service": line["date"].isoformat(),
        "procedure_code": line["procedure"],
        "units": str(line["units"]),
        "charge": f"{line['charge']:.2f}",
        "modifiers": " ".join(line["modifiers"]),
        "diagnosis_codes": " ".join(line["diagnoses"] or []),
        "place_of_service": line["place"] or "",
        "payer": claim["payer"],
        "line_of_business": claim["line_of_business"],
        "billing_npi": claim["billing_npi"],
        "rendering_type": claim["rendering_type"],
        "patient_sex": claim["patient_sex"],
        "patient_birth_date": claim["birth"],
        "frequency_code": claim["frequency"],
        "original_claim_id": claim["claim_id"] if claim["frequency"] != "1" else "",
        "submitted_date": claim["submitted"].isoformat() if claim["submitted"] else "",
        "received_date": claim["received"].isoformat() if claim["received"] else "",
        "clia_number": claim["clia"] or "",
    }
