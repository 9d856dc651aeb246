"""Charts of worked examples: a table that begins with `lesion`, read as a chart file's rows.

A row is a lesion and stage with the columns of the chart file; those not shown, and blank cells,
are those of a lesion of the nose whose chart lacks nothing (PLAIN).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from schemas.charts import LandedChart, StagedChartLesion, StagedChartStage, words
from schemas.landing import Place
from schemas.table import polars_schema

SHORT = {
    "claim": "claim_id",
    "patient": "patient_id",
    "date": "date_of_service",
    "diagnosis": "diagnosis_code",
    "surgeon": "surgeon_npi",
    "pathologist": "pathologist_npi",
}

PLAIN: Mapping[str, str] = {
    "patient_id": "1",
    "claim_id": "none",
    "date_of_service": "2024-08-13",
    "site": "nose",
    "laterality": "none",
    "stage": "",
    "blocks": "2",
    "margin": "",
    "surgeon_npi": "surgeon",
    "surgeon_type": "MD",
    "pathologist_npi": "surgeon",
    "diagnosis_code": "C44.311",
    "histology": "nodular basal cell carcinoma",
    "size_mm": "8",
    "is_recurrent": "no",
    "is_aggressive": "no",
    "is_immunosuppressed": "no",
    "is_irradiated": "no",
    "auc_area": "H",
    "auc_score": "8",
    "deep_structure": "none",
    "indication": "ill-defined margin on the nose",
    "biopsy_date": "2024-07-16",
    "has_biopsy_report": "yes",
    "has_map": "yes",
    "has_operative_note": "yes",
    "has_histology_description": "yes",
    "has_same_physician_statement": "yes",
    "is_signed": "yes",
    "special_stain": "none",
    "closure": "second_intent",
    "closure_cm": "none",
    "defect_cm2": "2.5",
    "complex_element": "none",
    "is_separate_tissue": "no",
    "records_requested_date": "none",
    "records_sent_date": "none",
}
"""A chart that lacks nothing. `stage` counts a lesion's rows from 1; `margin` is positive, and
negative at the lesion's last row."""


MODELS = (StagedChartLesion, StagedChartStage)
COLUMNS = tuple(name for name in polars_schema(LandedChart) if name not in polars_schema(Place))
BLANK = ("none", "blank")
_FORMS = {
    pl.Boolean: re.compile("yes|no"),
    pl.Date: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    pl.Int64: re.compile(r"[0-9]{1,3}"),
    pl.Decimal: re.compile(r"[0-9]{1,5}(\.[0-9]{1,2})?"),
}


def complete(rows: Sequence[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    """The rows with every column of the chart file."""
    found: list[dict[str, str]] = []
    for given in rows:
        row = {**PLAIN, **given}
        earlier = [other for other in found if _lesion(other) == _lesion(row)]
        row["stage"] = row["stage"] or str(len(earlier) + 1)
        for other in earlier:
            other["margin"] = other["margin"] or "positive"
        found.append(row)
    for row in found:
        row["margin"] = row["margin"] or "negative"
    return tuple(found)


def _lesion(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("patient_id", "claim_id", "date_of_service", "lesion"))


def unsound(given: Mapping[str, str]) -> list[str]:
    """Columns of a row whose cell a chart file could not have."""
    return [name for name, cell in given.items() if not _is_sound(name, cell)]


def _is_sound(name: str, cell: str) -> bool:
    if cell == "unknown" or cell in BLANK:
        return True
    if _words(name):
        return cell in _words(name)
    for model in MODELS:
        dtype = polars_schema(model).get(name)
        for kind, form in _FORMS.items():
            if dtype == kind:
                return form.fullmatch(cell) is not None
    return True


def _words(name: str) -> tuple[str, ...]:
    return next((words(model, name) for model in MODELS if name in polars_schema(model)), ())


def as_filed(row: Mapping[str, str]) -> dict[str, str | None]:
    """A complete row as a chart file has it: null for a column that is not there."""
    return {
        name: None
        if row[name] == "unknown"
        else ""
        if row[name] in BLANK and row[name] not in _words(name)
        else row[name]
        for name in COLUMNS
    }
