"""What is written beside the claims: charts, the practice folder, and the truth."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from pipelines.simulate.claims import money
from pipelines.simulate.outcomes import Outcome, Settled
from pipelines.simulate.parameters import Parameters, read_rows
from pipelines.simulate.visits import FIRST_STAGES, MOHS, REPAIRS, Lesion, Line, Visit

CHART = (
    "claim_id,date_of_service,lesion,site,laterality,stage,blocks,margin,surgeon_npi,surgeon_type,"
    "pathologist_npi,diagnosis_code,histology,size_mm,is_recurrent,is_aggressive,"
    "is_immunosuppressed,is_irradiated,auc_area,auc_score,deep_structure,indication,biopsy_date,"
    "has_biopsy_report,has_map,has_operative_note,has_histology_description,"
    "has_same_physician_statement,is_signed,special_stain,closure,closure_cm,defect_cm2,"
    "complex_element,is_separate_tissue,records_requested_date,records_sent_date\n"
)
LINE_TRUTH = (
    "line_id,intended_rules,intended_outcome,intended_carc,denial_probability,consequent_rules,error,"
    "first_outcome,first_carc,denial_trigger,expected_allowed,intended_allowed\n"
)
ENCOUNTER_TRUTH = (
    "encounter_id,claim_ids,rendering_npi,date_of_service,kind,lesions,first_stages,"
    "additional_stages,extra_blocks,error,documentation_rules,is_in_global,has_chart\n"
)
CHART_COLUMNS = CHART.rstrip("\n").split(",")
UNANSWERED = "MOHS194"
AUC_SCORES = {"H": 8, "M": 7, "L": 5}
OPEN = "2020-01-01"


def chart_rows(visit: Visit, settled: Settled) -> str:
    """The chart of a visit's main claim: one row per lesion and stage."""
    text = []
    for index, lesion in enumerate(visit.lesions, 1):
        fields = _lesion_fields(visit, lesion, settled)
        fields["lesion"] = str(index)
        for stage, blocks in enumerate(lesion.blocks, 1):
            fields["stage"] = str(stage)
            fields["blocks"] = str(blocks)
            fields["margin"] = "negative" if stage == lesion.stages else "positive"
            if lesion.defect == "stage":
                fields["stage"] = fields["blocks"] = fields["margin"] = lesion.defect_value
            elif lesion.defect:
                fields[lesion.defect] = lesion.defect_value
            text.append(",".join(fields[name] for name in CHART_COLUMNS) + "\n")
            if lesion.defect == "stage":
                break
    return "".join(text)


def _lesion_fields(visit: Visit, lesion: Lesion, settled: Settled) -> dict[str, str]:
    """What every row of a lesion says."""
    return {
        "claim_id": settled.claim_number,
        "date_of_service": date.fromordinal(visit.day).isoformat(),
        "site": lesion.site.site,
        "laterality": lesion.laterality or "midline",
        "surgeon_npi": visit.surgeon.npi,
        "surgeon_type": visit.surgeon.rendering_type,
        "pathologist_npi": visit.surgeon.npi,
        "diagnosis_code": lesion.diagnosis_code,
        "histology": lesion.histology,
        "size_mm": str(lesion.size_mm),
        "is_recurrent": _flag(lesion.is_recurrent),
        "is_aggressive": _flag(lesion.is_aggressive),
        "is_immunosuppressed": _flag(visit.is_immunosuppressed),
        "is_irradiated": _flag(visit.is_irradiated),
        "auc_area": lesion.site.auc_area,
        "auc_score": str(AUC_SCORES[lesion.site.auc_area]),
        "deep_structure": lesion.deep_structure or "none",
        "indication": "recurrent tumour" if lesion.is_recurrent else "ill-defined margin",
        "biopsy_date": _day(lesion.biopsy_day),
        "has_biopsy_report": _flag(lesion.biopsy_day > 0),
        "has_map": "true",
        "has_operative_note": "true",
        "has_histology_description": "true",
        "has_same_physician_statement": "true",
        "is_signed": "true",
        "special_stain": lesion.special_stain,
        "closure": "second_intent" if lesion.closure == "none" else lesion.closure,
        "closure_cm": f"{lesion.closure_cm:.1f}" if lesion.closure_cm else "",
        "defect_cm2": str(lesion.defect_cm2),
        "complex_element": "extensive undermining" if lesion.closure == "complex" else "",
        "is_separate_tissue": "false",
        "records_requested_date": _day(settled.records_requested),
        "records_sent_date": _day(settled.records_sent),
    }


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _day(day: int) -> str:
    return date.fromordinal(day).isoformat() if day else ""


def note_documentation(visit: Visit, settled: Settled) -> str:
    """Mark on the standing lines what a faultless chart audit finds; returns the rules.

    The lines named by the defect carry the rule: the lesion's first stage, its further stages or
    its closure. The other lines may be flagged with it.
    """
    if not visit.has_chart:
        return ""
    standing = [o for o in settled.outcomes if "/" not in o.line_id and o.outcome != "replaced"]
    standing = [o for o in standing if o.outcome != "voided"]
    found = [
        (i, rule, lesion.defect_lines)
        for i, lesion in enumerate(visit.lesions)
        for rule in lesion.defect_rules
    ]
    if settled.records_requested and not settled.records_sent:
        found.append((0, UNANSWERED, "first"))
    for index, rule, kind in found:
        lines = [o for o in standing if _kind(o.line) == kind]
        code = visit.lesions[index].diagnosis_code
        # a tumour billed as a further unit has no line of its own
        own = [o for o in lines if o.line.lesion == index] or [
            o for o in lines if code in o.line.diagnosis_codes
        ]
        own = own or lines[:1]
        for outcome in standing:
            if any(outcome is first for first in own):
                outcome.rules = (*outcome.rules, rule)
            elif outcome.line.procedure_code in MOHS:
                outcome.also = (*outcome.also, rule)
    return " ".join(dict.fromkeys(rule for _, rule, _ in found))


def _kind(line: Line) -> str:
    """Which part of the work a line bills, in the words of `Lesion.defect_lines`."""
    if line.procedure_code in MOHS:
        return "first" if line.procedure_code in FIRST_STAGES else "more"
    return "closure" if line.procedure_code.startswith(REPAIRS) else ""


def line_truth(settled: Settled, error: str) -> str:
    """One row per billed line of the claim."""
    return "".join(
        f"{o.line_id},{' '.join(dict.fromkeys(o.rules))},{o.outcome},{o.carc},{o.chance:.6f},"
        f"{' '.join(dict.fromkeys(a for a in o.also if a not in o.rules))},{error},"
        f"{o.first_outcome},{o.first_carc},{o.trigger},{money(o.expected)},{money(o.allowed)}\n"
        for o in settled.outcomes
    )


def encounter_truth(visit: Visit, claims: Sequence[Settled], documentation: str) -> str:
    """One row per rendering provider and day with standing lines of the visit."""
    rows: dict[tuple[str, int], tuple[list[Outcome], list[str]]] = {}
    for settled in claims:
        key = settled.bill.rendering.npi, settled.bill.day or visit.day
        standing = [
            o
            for o in settled.outcomes
            if o.outcome not in ("voided", "replaced") and "/" not in o.line_id
        ]
        if standing:
            found = rows.setdefault(key, ([], []))
            found[0].extend(standing)
            found[1].append(settled.claim_number)
    text = ""
    for (npi, on), (standing, numbers) in rows.items():
        day = date.fromordinal(on).isoformat()
        units = {"first": 0, "more": 0, "extra": 0}
        for outcome in standing:
            code = outcome.line.procedure_code
            if code in MOHS:
                kind = "first" if code in FIRST_STAGES else "extra" if code == "17315" else "more"
                units[kind] += outcome.line.units
        text += (
            f"{min(o.line_id for o in standing)},{' '.join(numbers)},{npi},{day},{visit.kind},"
            f"{len(visit.lesions)},{units['first']},{units['more']},{units['extra']},{visit.error},"
            f"{documentation},{_flag(visit.in_global)},{_flag(visit.has_chart)}\n"
        )
    return text


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A small CSV file, UTF-8 with LF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_practice(folder: Path, parameters: Parameters) -> None:
    """The practice folder of the invented group: payers, providers, contracts."""
    write_csv(
        folder / "payers.csv",
        (
            "payer_identifier",
            "remit_payer_name",
            "export_payer_name",
            "payer",
            "line_of_business",
            "effective_from",
            "effective_to",
            "source",
        ),
        [
            (
                p.identifier,
                p.name,
                p.values["export_name"],
                p.values["export_name"],
                p.line_of_business,
                OPEN,
                "",
                "simulated",
            )
            for p in parameters.payers
        ],
    )
    write_csv(
        folder / "providers.csv",
        (
            "npi",
            "rendering_type",
            "specialty",
            "group_id",
            "participating",
            "apm_qualifying",
            "mips_factor",
            "effective_from",
            "effective_to",
            "source",
        ),
        [
            (
                s.npi,
                s.rendering_type,
                s.specialty,
                s.group_id,
                s.row["participating"],
                s.row["apm_qualifying"],
                s.row["mips_factor"],
                OPEN,
                "",
                "simulated",
            )
            for s in parameters.surgeons
        ],
    )
    rows: list[tuple[object, ...]] = []
    for payer in parameters.payers:
        if payer.line_of_business == "medicare":
            continue
        value = f"{payer.percent / 10000:.4f}"
        name = payer.values["export_name"]
        behind = int(payer.rate("schedule_years_behind"))
        if not behind:
            rows.append((name, "", "percent_of_medicare", value, "", "true", OPEN, "", "simulated"))
            continue
        for year in range(2021, parameters.last_service_date.year + 1):
            first, last = f"{year}-01-01", f"{year}-12-31"
            before = year - behind
            rows.append(
                (name, "", "percent_of_medicare", value, before, "true", first, last, "simulated")
            )
    write_csv(
        folder / "contracts.csv",
        (
            "payer",
            "procedure_code",
            "basis",
            "value",
            "medicare_year",
            "follows_mppr",
            "effective_from",
            "effective_to",
            "source",
        ),
        rows,
    )


def write_payer_truth(folder: Path, tally: dict[str, list[int]], parameters: Parameters) -> None:
    """What payers do by intention (payer.csv) and how often each error was made (error.csv)."""
    names = {payer.key: payer.values["export_name"] for payer in parameters.payers}
    rows = [
        (names[row["payer"]], row["parameter"], row["value"], "", "", "", row["source"])
        for row in read_rows("payers")
    ]
    rows += [
        (
            names.get(row["payer"], "*"),
            f"denies {row['trigger']}",
            row["probability"],
            row["group_code"],
            row["carc"],
            row["rarc"],
            row["source"],
        )
        for row in read_rows("denials")
    ]
    write_csv(
        folder / "payer.csv",
        ("payer", "parameter", "value", "group_code", "carc", "rarc", "source"),
        rows,
    )
    write_csv(
        folder / "error.csv",
        ("error", "rule", "rate", "possible", "made"),
        [(e.name, e.rule, e.rate, *tally[e.name]) for e in parameters.errors],
    )
