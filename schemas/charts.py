"""Charts: what the medical record says, for the optional documentation audit.

Flags are null where the chart file has no such column or leaves it blank: not recorded, which is
not the same as recorded as absent.
"""

from __future__ import annotations

from typing import Annotated

import polars as pl

from schemas.landing import Place
from schemas.table import Table, column

Size = Annotated[pl.Decimal, 7, 2]
"""Millimetres, centimetres or square centimetres, as the column says."""

PATIENT = "pseudonym of the patient; null where the chart names only the claim"
BUCKET = "0..255 from the pseudonym; null where the chart names only the claim"


class LandedChart(Place):
    """One row per row of a chart file: lesion and stage, text as the file said it."""

    patient_id: str = column("the practice's own record number")
    claim_id: str = column("claim number, where the chart names one")
    date_of_service: str = column("day of surgery")
    lesion: str = column("the practice's own name or number of the lesion that day")
    site: str = column("body site in the surgeon's words")
    laterality: str = column("left, right, midline or blank")
    stage: str = column("stage number, 1 for the first")
    blocks: str = column("tissue blocks of the stage")
    margin: str = column("positive or negative")
    surgeon_npi: str = column("who cut")
    surgeon_type: str = column("MD, DO, NP, PA ...")
    pathologist_npi: str = column("who read the slides")
    diagnosis_code: str = column("ICD-10-CM code of the lesion")
    histology: str = column("tumour type in the chart's words")
    size_mm: str = column("largest diameter before surgery, millimetres")
    is_recurrent: str = column("recurrent tumour")
    is_aggressive: str = column("aggressive growth pattern")
    is_immunosuppressed: str = column("patient is immunosuppressed")
    is_irradiated: str = column("earlier radiation to the site")
    auc_area: str = column("area H, M or L of the appropriate use criteria")
    auc_score: str = column("appropriate use score, 1 to 9")
    deep_structure: str = column("none, muscle, cartilage, bone, tendon, nerve or vessel")
    indication: str = column("why Mohs rather than another treatment")
    biopsy_date: str = column("day of the biopsy that proved the tumour")
    has_biopsy_report: str = column("pathology report of that biopsy is on file")
    has_map: str = column("map or diagram of the stage")
    has_operative_note: str = column("operative note of the stage")
    has_histology_description: str = column("description of what the slides show")
    has_same_physician_statement: str = column("statement that one physician cut and read")
    is_signed: str = column("signed by the surgeon")
    special_stain: str = column("stain other than the routine one")
    closure: str = column(
        "none, simple, intermediate, complex, flap, graft, second_intent or adhesive"
    )
    closure_cm: str = column("length of the closure, centimetres")
    defect_cm2: str = column("area of the defect, square centimetres")
    complex_element: str = column("what makes the closure complex")
    is_separate_tissue: str = column("tissue for separate pathology came from elsewhere")
    records_requested_date: str = column("payer asked for records")
    records_sent_date: str = column("records were sent")

    class Config(Table.Config):
        name = "landing.chart"


class ChartLesion(Table):
    """One row per patient (or claim), day and lesion."""

    lesion_key: str = column("file_id:ordinal of its first row", required=True, unique=True)
    file_id: str = column("file it came from", required=True)
    ordinal: pl.Int64 = column("first data row of the lesion", required=True)
    patient_id: str = column(PATIENT)
    bucket: pl.Int64 = column(BUCKET, ge=0, le=255)
    claim_number: str = column("claim number the chart names; null where it names none")
    date_of_service: pl.Date = column("day of surgery", required=True)
    lesion: str = column("the practice's own name of the lesion that day", required=True)
    site: str = column("body site in the surgeon's words; blank is missing")
    laterality: str = column("left, right, midline or blank")
    surgeon_npi: str = column("who cut the first stage", str_matches=r"^([0-9]{10})?$")
    surgeon_type: str = column("MD, DO, NP, PA ...")
    diagnosis_code: str = column("ICD-10-CM, no dot")
    histology: str = column("tumour type in the chart's words")
    size_mm: Size = column("largest diameter before surgery, millimetres", ge=0)
    is_recurrent: pl.Boolean = column("recurrent tumour")
    is_aggressive: pl.Boolean = column("aggressive growth pattern")
    is_immunosuppressed: pl.Boolean = column("patient is immunosuppressed")
    is_irradiated: pl.Boolean = column("earlier radiation to the site")
    auc_area: str = column("H, M, L or blank", str_matches=r"^[HML]?$")
    auc_score: pl.Int64 = column("appropriate use score", ge=1, le=9)
    deep_structure: str = column("none, muscle, cartilage, bone, tendon, nerve, vessel or blank")
    indication: str = column("why Mohs rather than another treatment; blank is missing")
    biopsy_date: pl.Date = column("day of the biopsy that proved the tumour")
    has_biopsy_report: pl.Boolean = column("pathology report of that biopsy is on file")
    has_same_physician_statement: pl.Boolean = column("statement that one physician cut and read")
    is_signed: pl.Boolean = column("signed by the surgeon")
    closure: str = column(
        "none, simple, intermediate, complex, flap, graft, second_intent, adhesive or blank"
    )
    closure_cm: Size = column("length of the closure, centimetres", ge=0)
    defect_cm2: Size = column("area of the defect, square centimetres", ge=0)
    complex_element: str = column("what makes the closure complex; blank is missing")
    is_separate_tissue: pl.Boolean = column("tissue for separate pathology came from elsewhere")
    records_requested_date: pl.Date = column("payer asked for records")
    records_sent_date: pl.Date = column("records were sent")

    class Config(Table.Config):
        name = "staged.chart_lesion"


class ChartStage(Table):
    """One row per lesion and stage."""

    lesion_key: str = column("its lesion", required=True)
    file_id: str = column("file it came from", required=True)
    ordinal: pl.Int64 = column("data row of the stage", required=True)
    patient_id: str = column(PATIENT)
    bucket: pl.Int64 = column(BUCKET, ge=0, le=255)
    stage: pl.Int64 = column("1 for the first", required=True, ge=1)
    blocks: pl.Int64 = column("tissue blocks; null where not recorded", ge=0)
    margin: str = column(
        "positive, negative or blank (not recorded)", str_matches=r"^(positive|negative)?$"
    )
    surgeon_npi: str = column("who cut this stage", str_matches=r"^([0-9]{10})?$")
    pathologist_npi: str = column("who read its slides", str_matches=r"^([0-9]{10})?$")
    has_map: pl.Boolean = column("map or diagram of this stage")
    has_operative_note: pl.Boolean = column("operative note of this stage")
    has_histology_description: pl.Boolean = column("description of what its slides show")
    special_stain: str = column("stain other than the routine one; blank where none")

    class Config(Table.Config):
        name = "staged.chart_stage"
        unique = ("lesion_key", "stage")
