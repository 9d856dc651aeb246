"""What is written of each visit beside its claims: the chart, and what is true of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipelines.simulate.claims import money
from pipelines.simulate.medicare import Pairs
from pipelines.simulate.outcomes import ERROR_PAID, OF_DECISION, Outcome, Settled
from pipelines.simulate.visits import ADDITIONAL, FIRST_STAGES, MOHS, REPAIRS, Lesion, Line, Visit

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
    "first_outcome,first_carc,denial_trigger,expected_allowed,intended_allowed,first_trigger,"
    "first_submitted_date,first_decided_date,is_as_first_filed\n"
)
ENCOUNTER_TRUTH = (
    "encounter_id,claim_ids,rendering_npi,date_of_service,kind,lesions,first_stages,"
    "additional_stages,extra_blocks,error,documentation_rules,is_in_global,has_chart\n"
)
CHART_COLUMNS = CHART.rstrip("\n").split(",")
UNANSWERED = "MOHS194"
AUC_SCORES = {"H": 8, "M": 7, "L": 5}


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
    if line.procedure_code in FIRST_STAGES:
        return "first"
    if line.procedure_code in ADDITIONAL.values():
        return "more"
    return "closure" if line.procedure_code.startswith(REPAIRS) else ""


def note_paid_errors(pairs: Pairs, visit: Visit, claims: Sequence[Settled]) -> None:
    """Mark lines that were paid beside another that includes them (NCCI), with no modifier to free
    them; where what was paid is taken back or waits to be decided anew, they only may be found.
    So may every paid line with another error: how grave it is, its rule decides."""
    days: dict[tuple[str, int], list[tuple[Outcome, bool]]] = {}
    for settled in claims:
        paid = [o for o in settled.outcomes if o.paid > 0 and "/" not in o.line_id]
        for outcome in paid:
            if not OF_DECISION.issuperset((*outcome.rules, *outcome.also)):
                outcome.also += (ERROR_PAID,)
        if visit.error:
            key = settled.bill.rendering.npi, settled.bill.day or visit.day
            days.setdefault(key, []).extend((outcome, settled.is_waiting) for outcome in paid)
    for lines in days.values():
        for outcome, is_waiting in lines:
            if any(_includes(pairs, other.line, outcome.line) for other, _ in lines):
                if is_waiting or outcome.outcome == "recovered":
                    outcome.also += (ERROR_PAID,)
                else:
                    outcome.rules += (ERROR_PAID,)


def _includes(pairs: Pairs, first: Line, second: Line) -> bool:
    indicator = pairs.edits.get((first.procedure_code, second.procedure_code))
    if indicator is None or indicator not in "01":
        return False
    return indicator == "0" or pairs.modifiers.isdisjoint((*first.modifiers, *second.modifiers))


def line_truth(settled: Settled, error: str) -> str:
    """One row per billed line of the claim."""
    return "".join(
        f"{o.line_id},{' '.join(dict.fromkeys(o.rules))},{o.outcome},{o.carc},{o.chance:.6f},"
        f"{' '.join(dict.fromkeys(a for a in o.also if a not in o.rules))},{error},"
        f"{o.first_outcome},{o.first_carc},{o.trigger},{money(o.expected)},{money(o.allowed)},"
        f"{o.first_trigger},{_day(o.submitted)},{_day(o.decided)},{_flag(_is_as_filed(o))}\n"
        for o in settled.outcomes
    )


def _is_as_filed(outcome: Outcome) -> bool:
    """Whether a corrected claim left the line what it was."""
    now, then = outcome.line, outcome.filed
    return then is not None and (
        (now.number, now.procedure_code, now.modifiers, now.units, now.diagnosis_codes)
        == (then.number, then.procedure_code, then.modifiers, then.units, then.diagnosis_codes)
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
