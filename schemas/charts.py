"""Charts: what the medical record says, for the optional documentation audit.

Flags are null where the chart file has no such column or leaves it blank: not recorded, which is
not the same as recorded as absent. Of numbers and days `absent_columns` tells the two apart: those
it names the file has no column for (unknown), others that are null were left blank (missing).
"""

from __future__ import annotations

from typing import Annotated

import polars as pl

from schemas.landing import Place
from schemas.table import Codes, Table, column

Size = Annotated[pl.Decimal, 7, 2]
"""Millimetres, centimetres or square centimetres, as the column says."""

PATIENT = "pseudonym of the patient; of the claim named, until that claim is on file"
BUCKET = "0..255 from the pseudonym"
LATERALITY = ["left", "right", "midline"]
MARGINS = ["positive", "negative"]
DEEP_STRUCTURES = ["none", "muscle", "cartilage", "bone", "tendon", "nerve", "vessel"]
CLOSURES = [
    "none",
    "simple",
    "intermediate",
    "complex",
    "flap",
    "graft",
    "second_intent",
    "adhesive",
]
AREAS = ["H", "M", "L"]


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


class StagedChartLesion(Table):
    """One row per patient (or claim), day and lesion of a chart file."""

    lesion_key: str = column("file_id:ordinal of its first row", required=True, unique=True)
    file_id: str = column("file it came from", required=True)
    ordinal: pl.Int64 = column("first data row of the lesion", required=True)
    patient_id: str = column(PATIENT)
    bucket: pl.Int64 = column(BUCKET, ge=0, le=255)
    claim_number: str = column("claim number the chart names; null where it names none")
    date_of_service: pl.Date = column("day of surgery", required=True)
    lesion: str = column("the practice's own name of the lesion that day", required=True)
    site: str = column("body site in the surgeon's words; blank is missing")
    site_words: str = column("site in small letters, one blank around each word")
    laterality: str = column("left, right, midline or blank", isin=[*LATERALITY, ""])
    surgeon_npi: str = column("who cut the first stage", str_matches=r"^([0-9]{10})?$")
    surgeon_type: str = column("MD, DO, NP, PA ...")
    diagnosis_code: str = column("ICD-10-CM, no dot")
    histology: str = column("tumour type in the chart's words; blank is missing")
    size_mm: Size = column("largest diameter before surgery, millimetres", ge=0)
    is_recurrent: pl.Boolean = column("recurrent tumour")
    is_aggressive: pl.Boolean = column("aggressive growth pattern")
    is_immunosuppressed: pl.Boolean = column("patient is immunosuppressed")
    is_irradiated: pl.Boolean = column("earlier radiation to the site")
    auc_area: str = column("H, M, L or blank", isin=[*AREAS, ""])
    auc_score: pl.Int64 = column("appropriate use score", ge=1, le=9)
    deep_structure: str = column(
        "none, muscle, cartilage, bone, tendon, nerve, vessel or blank (not recorded)",
        isin=[*DEEP_STRUCTURES, ""],
    )
    indication: str = column("why Mohs rather than another treatment; blank is missing")
    is_score_only: pl.Boolean = column("the indication cites the appropriate use score, no more")
    biopsy_date: pl.Date = column("day of the biopsy that proved the tumour")
    has_biopsy_report: pl.Boolean = column("pathology report of that biopsy is on file")
    has_same_physician_statement: pl.Boolean = column("statement that one physician cut and read")
    is_signed: pl.Boolean = column("signed by the surgeon")
    closure: str = column(
        "none, simple, intermediate, complex, flap, graft, second_intent, adhesive or blank",
        isin=[*CLOSURES, ""],
    )
    closure_cm: Size = column("length of the closure, centimetres", ge=0)
    defect_cm2: Size = column("area of the defect, square centimetres", ge=0)
    complex_element: str = column("what makes the closure complex; blank is missing")
    is_separate_tissue: pl.Boolean = column("tissue for separate pathology came from elsewhere")
    records_requested_date: pl.Date = column("payer asked for records")
    records_sent_date: pl.Date = column("records were sent")
    absent_columns: Codes = column("columns of the chart layout that its file does not have")

    class Config(Table.Config):
        name = "staged.chart_lesion"


class StagedChartStage(Table):
    """One row per lesion and stage of a chart file."""

    lesion_key: str = column("its lesion", required=True)
    file_id: str = column("file it came from", required=True)
    ordinal: pl.Int64 = column("data row of the stage", required=True)
    patient_id: str = column(PATIENT)
    bucket: pl.Int64 = column(BUCKET, ge=0, le=255)
    stage: pl.Int64 = column("1 for the first", required=True, ge=1)
    blocks: pl.Int64 = column("tissue blocks; null where not recorded", ge=0)
    margin: str = column("positive, negative or blank (not recorded)", isin=[*MARGINS, ""])
    surgeon_npi: str = column("who cut this stage", str_matches=r"^([0-9]{10})?$")
    pathologist_npi: str = column("who read its slides", str_matches=r"^([0-9]{10})?$")
    has_map: pl.Boolean = column("map or diagram of this stage")
    has_operative_note: pl.Boolean = column("operative note of this stage")
    has_histology_description: pl.Boolean = column("description of what its slides show")
    special_stain: str = column("stain other than the routine one; blank where none")

    class Config(Table.Config):
        name = "staged.chart_stage"
        unique = ("lesion_key", "stage")


class ChartSite(Table):
    """One row per lesion that stands: whose encounter it is of, and what its site says.

    Of a lesion in several files that of the file received last stands. It is of the encounter whose
    claim it names, else of the one its surgeon rendered, else of the day's only Mohs encounter.
    """

    lesion_key: str = column("file_id:ordinal of its first row", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    date_of_service: pl.Date = column("day of surgery", required=True)
    encounter_id: str = column("its encounter; null where it cannot be told")
    tied_by: str = column("claim, surgeon, day; null where it cannot be told")
    site_reading: str = column(
        "word (one family), ask (a word a person has to read, or words of both families), "
        "unknown (no word of reference.site_word), blank; null where the file has no site",
        isin=["word", "ask", "unknown", "blank"],
    )
    site_family: str = column("H or T by the site's words; null unless site_reading is word")
    code_family: str = column(
        "family the stage codes have to be of: H at a site of H or where a deep structure was "
        "involved, T at a site of T where none was; null where the chart does not tell"
    )
    body_part: str = column(
        "lip, eyelid, ear, nose, face, scalp_neck, trunk, upper_limb, lower_limb, limb or genital; "
        "null where the words name none or several"
    )
    is_sided_site: pl.Boolean = column("a left and a right one exist in ICD-10-CM", required=True)
    diagnosis_code: str = column("ICD-10-CM, no dot")
    absent_columns: Codes = column(
        "columns of the chart file that its file has not; null: not said"
    )

    class Config(Table.Config):
        name = "core.chart_site"


class ChartLine(Table):
    """One row per line and lesion of its encounter that the line is of.

    By diagnosis: the line points to the diagnosis of one lesion alone, or a first stage to those of
    no more lesions than its units. Else, of Mohs lines and closures: by family, the only lesion of
    the encounter whose site is of the line's family; else by being the encounter's only lesion. A
    line that none of it ties to a lesion has no row.
    """

    line_id: str = column("line", required=True)
    lesion_key: str = column("lesion", required=True)
    encounter_id: str = column("encounter of both", required=True)
    patient_id: str = column("pseudonym", required=True)
    tied_by: str = column(
        "diagnosis, family or only", required=True, isin=["diagnosis", "family", "only"]
    )

    class Config(Table.Config):
        name = "core.chart_line"
        unique = ("line_id", "lesion_key")


class ChartLesion(Table):
    """One row per lesion that stands, with its stages summed and the line findings go on."""

    lesion_key: str = column("file_id:ordinal of its first row", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    encounter_id: str = column("its encounter; null where it cannot be told")
    line_id: str = column(
        "line findings about it go on: its first-stage line, else the encounter's first Mohs line"
    )
    is_line_of_lesion: pl.Boolean = column("that line is tied to this lesion", required=True)
    date_of_service: pl.Date = column("day of surgery", required=True)
    lesion: str = column("the practice's own name of the lesion that day", required=True)
    site: str = column("body site in the surgeon's words; blank is missing")
    site_reading: str = column("word, ask, unknown or blank, as in core.chart_site")
    site_family: str = column("H or T by the site's words; null where they do not tell")
    code_family: str = column("family the stage codes have to be of, as in core.chart_site")
    body_part: str = column("part of the body, as in core.chart_site")
    is_sided_site: pl.Boolean = column("a left and a right one exist in ICD-10-CM", required=True)
    laterality: str = column("left, right, midline or blank")
    deep_structure: str = column("none, muscle, cartilage, bone, tendon, nerve, vessel or blank")
    surgeon_npi: str = column("who cut the first stage")
    surgeon_type: str = column("MD, DO, NP, PA ...")
    diagnosis_code: str = column("ICD-10-CM, no dot; blank is missing")
    histology: str = column("tumour type in the chart's words; blank is missing")
    size_mm: Size = column("largest diameter before surgery, millimetres")
    is_recurrent: pl.Boolean = column("recurrent tumour")
    is_aggressive: pl.Boolean = column("aggressive growth pattern")
    is_immunosuppressed: pl.Boolean = column("patient is immunosuppressed")
    is_irradiated: pl.Boolean = column("earlier radiation to the site")
    auc_area: str = column("H, M, L or blank")
    auc_score: pl.Int64 = column("appropriate use score")
    indication: str = column("why Mohs rather than another treatment; blank is missing")
    is_score_only: pl.Boolean = column("the indication cites the appropriate use score, no more")
    biopsy_date: pl.Date = column("day of the biopsy that proved the tumour")
    has_biopsy_report: pl.Boolean = column("pathology report of that biopsy is on file")
    has_same_physician_statement: pl.Boolean = column("statement that one physician cut and read")
    is_signed: pl.Boolean = column("signed by the surgeon")
    closure: str = column(
        "none, simple, intermediate, complex, flap, graft, second_intent, adhesive or blank"
    )
    closure_cm: Size = column("length of the closure, centimetres")
    defect_cm2: Size = column("area of the defect, square centimetres")
    complex_element: str = column("what makes the closure complex; blank is missing")
    is_separate_tissue: pl.Boolean = column("tissue for separate pathology came from elsewhere")
    records_requested_date: pl.Date = column("payer asked for records")
    records_sent_date: pl.Date = column("records were sent")
    stages: pl.Int64 = column("stages recorded", required=True)
    last_stage: pl.Int64 = column("highest stage number; null without stages")
    has_stage_gap: pl.Boolean = column("the stages are not 1 to the last", required=True)
    blocks: pl.Int64 = column("blocks of all stages; null where one's are not recorded")
    extra_blocks: pl.Int64 = column(
        "blocks beyond five, stage by stage; null where one's are not recorded"
    )
    last_margin: str = column("margin of the last stage: positive, negative or blank")
    absent_columns: Codes = column("columns of the chart layout its file does not have")

    class Config(Table.Config):
        name = "core.chart_lesion"


class ChartStage(Table):
    """One row per lesion that stands and stage."""

    lesion_key: str = column("its lesion", required=True)
    patient_id: str = column("pseudonym", required=True)
    encounter_id: str = column("its encounter; null where it cannot be told")
    date_of_service: pl.Date = column("day of surgery", required=True)
    stage: pl.Int64 = column("1 for the first", required=True)
    is_last: pl.Boolean = column("the lesion's last", required=True)
    blocks: pl.Int64 = column("tissue blocks; null where not recorded")
    extra_blocks: pl.Int64 = column("blocks beyond five; null where not recorded")
    margin: str = column("positive, negative or blank (not recorded)")
    surgeon_npi: str = column("who cut this stage")
    pathologist_npi: str = column("who read its slides")
    has_map: pl.Boolean = column("map or diagram of this stage")
    has_operative_note: pl.Boolean = column("operative note of this stage")
    has_histology_description: pl.Boolean = column("description of what its slides show")
    special_stain: str = column("stain other than the routine one; blank where none")

    class Config(Table.Config):
        name = "core.chart_stage"
        unique = ("lesion_key", "stage")


def words(model: type[Table], name: str) -> tuple[str, ...]:
    """The words a column accepts besides blank; none where it takes any text."""
    checks = model.to_schema().columns[name].checks
    found = [check.statistics["allowed_values"] for check in checks if check.name == "isin"]
    return tuple(word for word in found[0] if word) if found else ()
