"""Encounters with Mohs surgery: what rules keep asking, derived once.

Three tables of live primary lines with a charge, each a part of the one before, with its columns:
`core.patient_line` (what a line says by itself and on its day), `core.encounter_line` (what its
encounter adds) and `core.mohs_line`. `core.encounter_pair` holds the NCCI pairs of an encounter.
"""

from __future__ import annotations

import polars as pl

from schemas.table import Codes, Money, Table, Units, column

RELEASE = "release that judges the line: the one in force that day, else the nearest"
QUARTERS = "calendar quarters between the day and that release; 0 inside it"


class PatientLine(Table):
    """One row per live primary line with a charge, of every patient with a Mohs line on any day."""

    line_id: str = column("line", required=True, unique=True)
    claim_id: str = column("its claim", required=True)
    encounter_id: str = column("its encounter", required=True)
    patient_id: str = column("pseudonym", required=True)
    rendering_npi: str = column("rendering provider")
    group_id: str = column("group by the roster")
    specialty: str = column("specialty by the roster, else the taxonomy")
    practitioner_key: str = column(
        "whom policy takes for one doctor: group and specialty, else NPI"
    )
    rendering_type: str = column("MD, DO, NP, PA ...")
    date_of_service: pl.Date = column("first day of service", required=True)
    place_of_service: str = column("two digits")
    procedure_code: str = column("CPT or HCPCS", required=True)
    modifiers: Codes = column("as billed, in order", required=True)
    modifier_key: str = column("modifiers sorted", required=True)
    units: Units = column("billed units", required=True)
    diagnosis_codes: Codes = column("those the line points to, in order; null where unknown")
    diagnosis_key: str = column("diagnosis_codes as text, for comparing; null where unknown")
    clia_number: str = column("laboratory certificate number")
    charge: Money = column("billed", required=True)
    allowed: Money = column("net allowed by the primary payer")
    paid: Money = column("net paid by the primary payer")
    is_adjudicated: pl.Boolean = column("a remittance for it stands", required=True)
    is_denied: pl.Boolean = column("denied, net of all remittances", required=True)
    has_chart: pl.Boolean = column("a chart of its encounter is on file", required=True)
    absent_chart_columns: Codes = column("columns that chart has not; null without one")
    payer: str = column("payer of the claim", required=True)
    line_of_business: str = column("of the claim", required=True)
    locality: str = column("carrier-locality")
    source: str = column("837, export or 835", required=True)
    submitted_date: pl.Date = column("of the submission that stands")
    is_mohs: pl.Boolean = column("17311 to 17315", required=True)
    site_family: str = column("H 17311 and 17312, T 17313 and 17314, null for every other code")
    is_first_stage: pl.Boolean = column("17311, 17313", required=True)
    is_additional_stage: pl.Boolean = column("17312, 17314", required=True)
    is_extra_block: pl.Boolean = column("17315", required=True)
    is_evaluation_management: pl.Boolean = column("a visit", required=True)
    is_new_patient_visit: pl.Boolean = column("99202 to 99205", required=True)
    is_biopsy: pl.Boolean = column("first biopsy of its kind: 11102, 11104, 11106", required=True)
    is_biopsy_add_on: pl.Boolean = column("11103, 11105, 11107", required=True)
    is_pathology: pl.Boolean = column("pathology that is part of Mohs surgery", required=True)
    is_frozen_section: pl.Boolean = column("88331, 88332", required=True)
    is_immunostain: pl.Boolean = column("88341, 88342, 88344", required=True)
    is_excision: pl.Boolean = column("excision, benign or malignant", required=True)
    is_destruction: pl.Boolean = column("destruction of a malignant lesion", required=True)
    closure: str = column("simple, intermediate, complex, flap or graft; null unless a closure")
    has_distinct_modifier: pl.Boolean = column("59, XE, XS, XP or XU", required=True)
    has_ncci_modifier: pl.Boolean = column("one that can free an NCCI pair", required=True)
    has_assistant_modifier: pl.Boolean = column("80, 81, 82 or AS", required=True)
    side_modifier: str = column("the one that names a side or a part, as LT or E1; null without")
    has_24: pl.Boolean = column("modifier 24", required=True)
    has_25: pl.Boolean = column("modifier 25", required=True)
    has_57: pl.Boolean = column("modifier 57", required=True)
    has_58: pl.Boolean = column("modifier 58", required=True)
    has_76: pl.Boolean = column("modifier 76", required=True)
    has_78: pl.Boolean = column("modifier 78", required=True)
    has_79: pl.Boolean = column("modifier 79", required=True)
    global_days: str = column("000, 010, 090, ZZZ, XXX on that day; null where not listed")
    multiple_procedure: str = column("multiple procedure indicator")
    bilateral: str = column("bilateral indicator")
    assistant: str = column("assistant at surgery indicator; 1 is a statutory bar")
    co_surgeon: str = column("co-surgeon indicator")
    team: str = column("team surgeon indicator")
    pctc: str = column("professional and technical component indicator")
    mue_units: pl.Int64 = column("medically unlikely units; null where no edit is published")
    mue_mai: str = column("1 line, 2 day by policy, 3 day by data")
    has_mohs_day: pl.Boolean = column("the patient has a Mohs line that day", required=True)
    first_stage_line_id: str = column("a first stage of the same patient, day and practitioner_key")
    ptp_release: str = column(RELEASE)
    ptp_date: pl.Date = column("the day, moved to the nearest day of that release")
    ptp_quarters: pl.Int64 = column(QUARTERS)
    mue_release: str = column(RELEASE)
    mue_quarters: pl.Int64 = column(QUARTERS)
    add_on_release: str = column(RELEASE)
    add_on_date: pl.Date = column("the day, moved to the nearest day of that release")
    add_on_quarters: pl.Int64 = column(QUARTERS)
    mpfs_release: str = column(RELEASE)
    mpfs_quarters: pl.Int64 = column(QUARTERS)
    icd10_release: str = column(RELEASE)
    icd10_quarters: pl.Int64 = column(QUARTERS)
    has_mohs: pl.Boolean = column("its encounter bills a Mohs code", required=True)
    code_units: Units = column("units of the line's code in the encounter", required=True)
    code_lines: pl.Int64 = column("lines of the line's code in the encounter", required=True)
    has_first_stage: pl.Boolean = column("the encounter bills 17311 or 17313", required=True)
    first_stages_h: Units = column("units of 17311 in the encounter", required=True)
    first_stages_t: Units = column("units of 17313 in the encounter", required=True)
    additional_stages_h: Units = column("units of 17312 in the encounter", required=True)
    additional_stages_t: Units = column("units of 17314 in the encounter", required=True)
    extra_blocks: Units = column("units of 17315 in the encounter", required=True)
    pointers: pl.Int64 = column("diagnoses the line points to; null where unknown")
    head_pointers: pl.Int64 = column("of them head, neck, hand, foot or genital")
    trunk_pointers: pl.Int64 = column("of them trunk")
    limb_pointers: pl.Int64 = column("of them limb: hand or arm, foot or leg")
    ambiguous_pointers: pl.Int64 = column("of them overlapping or unspecified sites")
    malignant_pointers: pl.Int64 = column("of them malignant or in situ")

    class Config(Table.Config):
        name = "core.patient_line"


class EncounterLine(PatientLine):
    """One row per live primary line with a charge, of the encounters that bill a Mohs code."""

    class Config(Table.Config):
        name = "core.encounter_line"


class MohsLine(EncounterLine):
    """One row per live primary line of 17311 to 17315 with a charge."""

    class Config(Table.Config):
        name = "core.mohs_line"


class CoveredLine(Table):
    """One row per Mohs line: the list of covered diagnoses that speaks for it, if one is loaded.

    A list speaks for Medicare lines of its carrier's localities, or for a payer's lines, on days on
    which a row of it holds. None ships.
    """

    line_id: str = column("the Mohs line", required=True)
    claim_id: str = column("its claim", required=True)
    encounter_id: str = column("its encounter", required=True)
    patient_id: str = column("pseudonym of the patient", required=True)
    rendering_npi: str = column("rendering provider")
    date_of_service: pl.Date = column("day of service", required=True)
    procedure_code: str = column("CPT code", required=True)
    diagnosis_codes: Codes = column("those the line points to, in order; null where unknown")
    charge: Money = column("billed", required=True)
    payer: str = column("payer, the practice's short name where payers.csv knows it")
    line_of_business: str = column("medicare, medicare_advantage, medicaid or commercial")
    locality: str = column("carrier-locality")
    source: str = column("837, export or 835")
    covered_list: str = column("article and version; null where none is loaded for the line")

    class Config(Table.Config):
        name = "core.covered_line"


class EncounterPair(Table):
    """One row per two lines of a Mohs encounter whose codes are an NCCI pair (PTP edit).

    The pair is the one of the release in force that day, else of the nearest.
    """

    line_id: str = column("line of the column 2 code, the one that is bundled", required=True)
    related_line_id: str = column("line of the column 1 code", required=True)
    encounter_id: str = column("their encounter", required=True)
    patient_id: str = column("pseudonym", required=True)
    procedure_code: str = column("column 2 code", required=True)
    related_procedure_code: str = column("column 1 code", required=True)
    modifier_indicator: str = column("0 never paid together, 1 with a modifier", required=True)
    has_ncci_modifier: pl.Boolean = column("either line has one that frees a pair", required=True)
    has_distinct_modifier: pl.Boolean = column("either line has 59 or an X modifier", required=True)
    shares_diagnosis: pl.Boolean = column("both lines point to one diagnosis", required=True)
    rationale: str = column("CMS's class of reason, abbreviated", required=True)
    ptp_release: str = column(RELEASE, required=True)

    class Config(Table.Config):
        name = "core.encounter_pair"
        unique = ("line_id", "related_line_id")
