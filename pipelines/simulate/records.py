"""What is written beside the claims: charts, the practice folder, and the truth."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from pipelines.simulate.claims import money
from pipelines.simulate.outcomes import Outcome, Settled
from pipelines.simulate.parameters import Parameters, read_rows
from pipelines.simulate.visits import FIRST_STAGES, MOHS, Lesion, Visit

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
UNANSWERED = "MOHS194"
AUC_SCORES = {"H": 8, "M": 7, "L": 5}
OPEN = "2020-01-01"


def chart_rows(visit: Visit, settled: Settled) -> str:
    """The chart of a visit's main claim: one row per lesion and stage."""
    number = settled.claim_number
    day = date.fromordinal(visit.day).isoformat()
    requested = _day(settled.records_requested)
    sent = _day(settled.records_sent)
    text = []
    for index, lesion in enumerate(visit.lesions, 1):
        fields = {
            "has_map": "true",
            "has_operative_note": "true",
            "has_histology_description": "true",
            "has_same_physician_statement": "true",
            "is_signed": "true",
            "pathologist_npi": visit.surgeon.npi,
        }
        if lesion.defect:
            fields[lesion.defect] = lesion.defect_value
        head = f"{number},{day},{index},{lesion.site.site},{lesion.laterality or 'midline'}"
        tail = _chart_tail(visit, lesion, fields, requested, sent)
        for stage, blocks in enumerate(lesion.blocks, 1):
            margin = "negative" if stage == lesion.stages else "positive"
            text.append(
                f"{head},{stage},{fields.get('blocks', blocks)},{margin},{visit.surgeon.npi},"
                f"{visit.surgeon.rendering_type},{fields['pathologist_npi']},{tail}"
            )
    return "".join(text)


def _chart_tail(
    visit: Visit, lesion: Lesion, fields: dict[str, str], requested: str, sent: str
) -> str:
    measured = f"{lesion.closure_cm:.1f}" if lesion.closure_cm else ""
    closure = "second_intent" if lesion.closure == "none" else lesion.closure
    element = "extensive undermining" if lesion.closure == "complex" else ""
    indication = "recurrent tumour" if lesion.is_recurrent else "ill-defined margin"
    return (
        f"{lesion.diagnosis_code},{lesion.histology},{lesion.size_mm},"
        f"{_flag(lesion.is_recurrent)},{_flag(lesion.is_aggressive)},"
        f"{_flag(visit.is_immunosuppressed)},{_flag(visit.is_irradiated)},{lesion.site.auc_area},"
        f"{AUC_SCORES[lesion.site.auc_area]},{lesion.deep_structure or 'none'},{indication},"
        f"{_day(lesion.biopsy_day)},{_flag(lesion.biopsy_day > 0)},{fields['has_map']},"
        f"{fields['has_operative_note']},{fields['has_histology_description']},{fields['has_same_physician_statement']},"
        f"{fields['is_signed']},{lesion.special_stain},{closure},{measured},{lesion.defect_cm2},"
        f"{element},false,{requested},{sent}\n"
    )


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _day(day: int) -> str:
    return date.fromordinal(day).isoformat() if day else ""


def note_documentation(visit: Visit, settled: Settled) -> str:
    """Mark on the standing lines what a faultless chart audit finds; returns the rules.

    The lesion's first-stage line carries the rule; the other Mohs lines may be flagged with it.
    """
    if not visit.has_chart:
        return ""
    standing = [o for o in settled.outcomes if "/" not in o.line_id and o.outcome != "replaced"]
    standing = [o for o in standing if o.outcome != "voided" and o.line.procedure_code in MOHS]
    found = [(i, lesion.defect_rule) for i, lesion in enumerate(visit.lesions) if lesion.defect]
    if settled.records_requested and not settled.records_sent:
        found.append((0, UNANSWERED))
    for index, rule in found:
        firsts = [o for o in standing if o.line.procedure_code in FIRST_STAGES]
        own = [o for o in firsts if o.line.lesion == index] or firsts[:1]
        for outcome in standing:
            if any(outcome is first for first in own):
                outcome.rules = (*outcome.rules, rule)
            else:
                outcome.also = (*outcome.also, rule)
    return " ".join(dict.fromkeys(rule for _, rule in found))


def line_truth(settled: Settled, error: str) -> str:
    """One row per billed line of the claim."""
    return "".join(
        f"{o.line_id},{' '.join(dict.fromkeys(o.rules))},{o.outcome},{o.carc},{o.chance:.6f},"
        f"{' '.join(dict.fromkeys(a for a in o.also if a not in o.rules))},{error},"
        f"{o.first_outcome},{o.first_carc},{o.trigger},{money(o.expected)},{money(o.allowed)}\n"
        for o in settled.outcomes
    )


def encounter_truth(visit: Visit, claims: Sequence[Settled], documentation: str) -> str:
    """One row per rendering provider who has standing lines of the visit."""
    day = date.fromordinal(visit.day).isoformat()
    rows: dict[str, tuple[list[Outcome], list[str]]] = {}
    for settled in claims:
        npi = settled.bill.rendering.npi
        standing = [
            o
            for o in settled.outcomes
            if o.outcome not in ("voided", "replaced") and "/" not in o.line_id
        ]
        if standing:
            found = rows.setdefault(npi, ([], []))
            found[0].extend(standing)
            found[1].append(settled.claim_number)
    text = ""
    for npi, (standing, numbers) in rows.items():
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
