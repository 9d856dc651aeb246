"""Reference: dated values, one model per CSV in `sql/reference/`, and the practice's own tables.

A value holds for dates of service from `effective_from` to `effective_to`, both included; a blank
`effective_to` is loaded as 9999-12-31. Rows of one key (`Config.unique` without `effective_from`)
may not overlap. `evidence` says how a value is known: authority (read in the authority's own file),
secondary (a source that quotes it), recalled (from memory of the authority's text), inference.
"""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl

from schemas.changes import Dismissal
from schemas.compliance import AuditClock, AuditResult, Coder, CorrectiveAction, Counsel
from schemas.dated import Dated, Graded
from schemas.deadlines import LINES_OF_BUSINESS, Clock, Disposition
from schemas.denials import RarcCategory
from schemas.measures import KpiDefinition
from schemas.mirror import PeerCohort
from schemas.patterns import PatternStatus
from schemas.records import RecordFloor
from schemas.risk import ColumnTime, RiskParameter
from schemas.table import Money, Table, column
from schemas.work import DenialQuestion

Rvu = Annotated[pl.Decimal, 8, 2]
"""Relative value units, as CMS publishes them."""
Gpci = Annotated[pl.Decimal, 6, 3]
"""A geographic practice cost index."""
ConversionFactor = Annotated[pl.Decimal, 8, 4]
"""Dollars per relative value unit."""
Factor = Annotated[pl.Decimal, 8, 4]
"""A share or multiple of a fee."""
Parameter = Annotated[pl.Decimal, 12, 4]
"""A number a rule compares with: days, blocks, dollars, a share."""


def _code(description: str) -> Any:
    return column(description, required=True, str_length={"min_value": 1})


class Release(Dated):
    """One row per release of a published series that is loaded.

    The dates are those of service for which the release speaks; a table's rows may hold for longer.
    """

    series: str = _code(
        "ptp, mue, add_on, mpfs, gpci, icd10, icd10_order, covered_diagnosis or zip"
    )
    release: str = _code("name of the release")
    is_complete: pl.Boolean = column("all rows of the release, not a selection", required=True)
    layout: str = column(
        "shipped; or loaded by a reader that was tried on a published file, or untried, built from "
        "the published layout",
        isin=["shipped", "tried", "untried"],
    )

    class Config(Table.Config):
        name = "reference.release"
        unique = ("series", "release", "effective_from")


class MpfsRvu(Dated):
    """One row per procedure code, component modifier and release: RVUs and policy indicators.

    A release stands for its whole calendar year until a later release of that year is loaded.
    """

    procedure_code: str = _code("CPT or HCPCS code")
    modifier: str = column("26, TC, 53, or blank for the whole service", required=True)
    work_rvu: Rvu = column("work RVU", required=True)
    nonfacility_pe_rvu: Rvu = column("practice expense RVU outside a facility", required=True)
    facility_pe_rvu: Rvu = column("practice expense RVU in a facility", required=True)
    mp_rvu: Rvu = column("malpractice RVU", required=True)
    global_days: str = _code("000, 010, 090, ZZZ (add-on), XXX, YYY or MMM")
    multiple_procedure: str = _code("multiple procedure indicator; 2 is the 100/50/50/50/50 rule")
    bilateral: str = _code("bilateral indicator")
    assistant: str = _code("assistant at surgery indicator; 1 is a statutory bar")
    co_surgeon: str = _code("co-surgeon indicator")
    team: str = _code("team surgeon indicator")
    pctc: str = _code("professional and technical component indicator")
    status_code: str = _code("A, R and T are priced by RVUs")
    preoperative_share: Factor = column("share of the fee before surgery", required=True)
    intraoperative_share: Factor = column("share of the fee for surgery", required=True)
    postoperative_share: Factor = column("share of the fee after surgery", required=True)
    release: str = _code("RVU release, e.g. RVU26C")

    class Config(Table.Config):
        name = "reference.mpfs_rvu"
        unique = ("procedure_code", "modifier", "effective_from")


class GeographicIndex(Dated):
    """One row per Medicare locality and year: geographic practice cost indices."""

    locality: str = column(
        "carrier-locality, 15202-00", required=True, str_matches=r"^\d{5}-\d{2}$"
    )
    state: str = column("postal abbreviation; blank where the file has none", required=True)
    name: str = _code("CMS's name of the locality")
    work_gpci: Gpci = column("work index, floors applied", required=True)
    pe_gpci: Gpci = column("practice expense index", required=True)
    mp_gpci: Gpci = column("malpractice index", required=True)
    release: str = _code("release it was read from")

    class Config(Table.Config):
        name = "reference.gpci"
        unique = ("locality", "effective_from")


class MedicareConversionFactor(Graded):
    """One row per period and kind of participant: dollars per RVU."""

    apm_qualifying: pl.Boolean = column("qualifying participant of an advanced APM", required=True)
    conversion_factor: ConversionFactor = column("dollars per RVU", required=True, gt=0)

    class Config(Table.Config):
        name = "reference.conversion_factor"
        unique = ("apm_qualifying", "effective_from")


class PlaceOfService(Graded):
    """One row per place of service code: which practice expense applies."""

    place_of_service: str = column("two digits", required=True, str_matches=r"^\d{2}$")
    setting: str = column("practice expense", required=True, isin=["facility", "nonfacility"])

    class Config(Table.Config):
        name = "reference.place_of_service"
        unique = ("place_of_service", "effective_from")


class ZipLocality(Dated):
    """One row per run of consecutive five-digit ZIP codes in one locality.

    The release nearest in date serves a date of service outside every release.
    """

    zip_from: str = column("first ZIP", required=True, str_matches=r"^\d{5}$")
    zip_to: str = column("last ZIP", required=True, str_matches=r"^\d{5}$")
    locality: str = column("carrier-locality", required=True, str_matches=r"^\d{5}-\d{2}$")
    state: str = _code("CMS's state of the ZIP")
    needs_plus_four: pl.Boolean = column(
        "the ZIP lies in several localities; five digits give CMS's usual one", required=True
    )
    release: str = _code("release, e.g. ZIP5 2025Q4")

    class Config(Table.Config):
        name = "reference.zip_locality"
        unique = ("zip_from", "effective_from")


class Sequestration(Graded):
    """One row per period: share of the program payment withheld."""

    sequestration_rate: Factor = column(
        "share, 0..1", required=True, in_range={"min_value": 0, "max_value": 1}
    )

    class Config(Table.Config):
        name = "reference.sequestration"
        unique = ("effective_from",)


class Deductible(Graded):
    """One row per calendar year: the Part B deductible."""

    deductible: Money = column("dollars", required=True, gt=0)

    class Config(Table.Config):
        name = "reference.deductible"
        unique = ("effective_from",)


class PaymentFactor(Graded):
    """One row per rule of payment that is a single number."""

    factor: str = _code("what the number is")
    value: Factor = column("the number", required=True)

    class Config(Table.Config):
        name = "reference.payment_factor"
        unique = ("factor", "effective_from")


class NcciPtp(Dated):
    """One row per procedure-to-procedure edit in force, ordered pair of codes.

    Of a whole table that was loaded, a warehouse holds the pairs of codes it has met and of those
    that ship.
    """

    column1: str = _code("code that is paid")
    column2: str = _code("code that is bundled into it")
    modifier_indicator: str = column("0 never, 1 with a modifier", required=True, isin=["0", "1"])
    rationale: str = _code("CMS's class of reason, abbreviated")
    release: str = _code("release, e.g. PTP 2024Q3")

    class Config(Table.Config):
        name = "reference.ncci_ptp"
        unique = ("column1", "column2", "effective_from")


class NcciMue(Dated):
    """One row per code and release: medically unlikely units."""

    procedure_code: str = _code("CPT or HCPCS code")
    units: pl.Int64 = column("largest number of units", required=True, ge=0)
    mai: str = column("1 line, 2 day by policy, 3 day by data", required=True, isin=["1", "2", "3"])
    rationale: str = _code("CMS's kind of reason")
    release: str = _code("release, e.g. MUE 2026Q2")

    class Config(Table.Config):
        name = "reference.ncci_mue"
        unique = ("procedure_code", "effective_from")


class NcciAddOn(Dated):
    """One row per add-on code and a primary code it may stand beside."""

    add_on_code: str = _code("add-on code")
    primary_code: str = _code("primary code")
    edit_type: str = column(
        "1 listed primaries only, 2 payer decides, 3 listed and others",
        required=True,
        isin=["1", "2", "3"],
    )
    release: str = _code("release, e.g. AOC 2024")

    class Config(Table.Config):
        name = "reference.ncci_add_on"
        unique = ("add_on_code", "primary_code", "effective_from")


class Icd10SiteMap(Graded):
    """One row per ICD-10-CM code of a lesion Mohs may treat: site, side and kind."""

    diagnosis_code: str = column(
        "without dot", required=True, str_matches=r"^[A-Z]\d[0-9A-Z]{1,5}$"
    )
    site_family: str = column(
        "head, neck, hand, foot or genital; trunk; limb (hand or arm); ambiguous; not malignant",
        required=True,
        isin=["HNHFG", "TAL", "LIMB", "AMBIG", "NOT_MALIGNANT"],
    )
    laterality: str = column("R, L, U (unspecified) or blank (no side)", required=True)
    histology: str = _code("kind of lesion, abbreviated")

    class Config(Table.Config):
        name = "reference.icd10_site_map"
        unique = ("diagnosis_code", "effective_from")


class Icd10Class(Graded):
    """One row per class and first characters of an ICD-10-CM code."""

    class_name: str = _code("malignant, not_malignant, history, region_... (of a repair)")
    diagnosis_prefix: str = column(
        "without dot", required=True, str_matches=r"^[A-Z]\d[0-9A-Z]{0,5}$"
    )

    class Config(Table.Config):
        name = "reference.icd10_class"
        unique = ("class_name", "diagnosis_prefix", "effective_from")


class SiteWord(Graded):
    """One row per word or words of a body site as charts write it: which stage codes it is of.

    Where a site holds several, longer ones count before those within them: `back of hand` is a hand.
    """

    site_word: str = column(
        "small letters, one blank between words", required=True, str_matches=r"^[a-z]+( [a-z]+)*$"
    )
    site_family: str = column(
        "H 17311 and 17312, T 17313 and 17314, ask where a person has to read the chart",
        required=True,
        isin=["H", "T", "ask"],
    )
    body_part: str = _code("part of the body by the axis of ICD-10-CM C43 and C44, genital apart")
    is_sided: pl.Boolean = column("ICD-10-CM tells its left from its right", required=True)

    class Config(Table.Config):
        name = "reference.site_word"
        unique = ("site_word", "effective_from")


class Icd10Code(Dated):
    """One row per ICD-10-CM code and release, from an order file that was loaded; none ships."""

    diagnosis_code: str = column(
        "without dot", required=True, str_matches=r"^[A-Z]\d[0-9A-Z]{1,5}$"
    )
    is_billable: pl.Boolean = column("a diagnosis, not a heading", required=True)
    release: str = _code("release, e.g. ICD-10-CM 2026")

    class Config(Table.Config):
        name = "reference.icd10_code"
        unique = ("diagnosis_code", "effective_from")


class CoveredDiagnosis(Dated):
    """One row per diagnosis a contractor's or payer's article covers for Mohs; none ships."""

    article: str = _code("article or policy, e.g. A56836")
    version: str = _code("its version")
    carrier: str = column(
        "digits with which a Medicare line's locality begins; blank for a payer's own list",
        required=True,
        str_matches=r"^\d{0,5}$",
    )
    payer: str = column("payer with a list of its own, as in payers.csv; else blank", required=True)
    diagnosis_code: str = column(
        "without dot", required=True, str_matches=r"^[A-Z]\d[0-9A-Z]{1,5}$"
    )
    release: str = column("article and version, where it was loaded from a file")

    class Config(Table.Config):
        name = "reference.covered_diagnosis"
        unique = ("article", "carrier", "payer", "diagnosis_code", "effective_from")


class Modifier(Graded):
    """One row per modifier a professional claim may carry."""

    modifier: str = column("two characters", required=True, str_matches=r"^[0-9A-Z]{2}$")
    kind: str = _code("what it says, in our words")
    is_distinct: pl.Boolean = column("59, XE, XS, XP, XU", required=True)
    is_ncci: pl.Boolean = column("can free an NCCI pair of indicator 1", required=True)
    side: str = column("L, R or blank", required=True, isin=["", "L", "R"])
    part: str = column("eyelid, hand, foot, coronary or blank", required=True)
    price_effect: str = column(
        "what it does to a Medicare price",
        required=True,
        isin=[
            "none",
            "component",
            "bilateral",
            "assistant",
            "co_surgeon",
            "surgery_only",
            "aftercare",
            "return",
            "by_report",
            "denied",
        ],
    )

    class Config(Table.Config):
        name = "reference.modifier"
        unique = ("modifier", "effective_from")


class CarcCategory(Graded):
    """One row per claim adjustment reason code: what kind of answer it is, in our words."""

    carc: str = _code("claim adjustment reason code")
    category: str = _code("kind of answer")
    decision_rank: pl.Int64 = column("a line's lowest rank drives its denial", required=True, ge=1)
    is_contractual: pl.Boolean = column("a normal reduction, not a denial", required=True)
    is_patient_share: pl.Boolean = column("patient's share where the group is PR", required=True)

    class Config(Table.Config):
        name = "reference.carc_category"
        unique = ("carc", "effective_from")


class Taxonomy(Graded):
    """One row per provider taxonomy code: type of renderer and specialty."""

    taxonomy: str = column("ten characters", required=True, str_matches=r"^[0-9A-Z]{10}$")
    rendering_type: str = column(
        "MD stands for MD or DO", required=True, isin=["MD", "NP", "PA", "CNS"]
    )
    specialty: str = _code("in our words")

    class Config(Table.Config):
        name = "reference.taxonomy"
        unique = ("taxonomy", "effective_from")


class FilingIndicator(Graded):
    """One row per claim filing indicator: line of business."""

    filing_indicator: str = _code("SBR09 or CLP06")
    line_of_business: str = column("line of business", required=True, isin=LINES_OF_BUSINESS)

    class Config(Table.Config):
        name = "reference.filing_indicator"
        unique = ("filing_indicator", "effective_from")


class CodeClass(Graded):
    """One row per class and procedure code: the code lists rules join to."""

    class_name: str = _code("class, a singular noun: mohs_first_stage, complex_repair, ...")
    procedure_code: str = _code("CPT or HCPCS code")

    class Config(Table.Config):
        name = "reference.code_class"
        unique = ("class_name", "procedure_code", "effective_from")


class Payer(Dated):
    """One row per name or identifier under which a payer appears, from payers.csv."""

    payer_identifier: str = column("identifier in 837 files; blank if none", required=True)
    remit_payer_name: str = column("name in 835 files; blank if none", required=True)
    export_payer_name: str = column("name in exports; blank if none", required=True)
    payer: str = _code("the practice's own short name")
    line_of_business: str = column("line of business", required=True, isin=LINES_OF_BUSINESS)

    class Config(Table.Config):
        name = "reference.payer"
        unique = ("payer_identifier", "remit_payer_name", "export_payer_name", "effective_from")


class Provider(Dated):
    """One row per rendering provider and period, from the practice's providers.csv."""

    npi: str = column("rendering NPI", required=True, str_matches=r"^\d{10}$")
    rendering_type: str = column("MD, DO, NP, PA or CNS", isin=["MD", "DO", "NP", "PA", "CNS"])
    specialty: str = column("in the practice's words")
    group_id: str = column("group the provider bills for")
    participating: pl.Boolean = column("Medicare participating", required=True)
    apm_qualifying: pl.Boolean = column("qualifying participant of an advanced APM", required=True)
    mips_factor: Factor = column("MIPS factor of the payment year, 0.0100 for +1 %", required=True)

    class Config(Table.Config):
        name = "reference.provider"
        unique = ("npi", "effective_from")


class Contract(Dated):
    """One row per payer, code, range of codes or all codes, and period: what a contract pays.

    The code itself is looked for first, then the range that holds it and starts last, then the row
    without a code. `source` names the document and its paragraph; a row without one is refused. A
    row with an escalator is loaded as one row a contract year, counted from its first day, each
    raised over the first row's value so many times and rounded once, half up.
    """

    payer: str = _code("as in payers.csv")
    procedure_code: str = column(
        "code, range of codes (10004-69990), or blank for every code not named",
        required=True,
        str_matches=r"^([0-9A-Z]{5}(-[0-9A-Z]{5})?)?$",
    )
    basis: str = column(
        "dollars a unit, a multiple of the Medicare fee or of the charge, or not in this contract",
        required=True,
        isin=["fee", "percent_of_medicare", "percent_of_charge", "carved_out"],
    )
    value: Annotated[pl.Decimal, 12, 4] = column(
        "dollars, or the multiple (1.2500); 0 or blank where carved out", required=True, ge=0
    )
    medicare_year: pl.Int64 = column(
        "year whose Medicare schedule, as it stood on 31 December, is multiplied; null: the line's"
    )
    medicare_locality: str = column(
        "carrier-locality whose Medicare fee is multiplied; null: the line's",
        str_matches=r"^\d{5}-\d{2}$",
    )
    site_of_service: str = column(
        "the fee of this setting, wherever the service was; null: as billed",
        isin=["facility", "nonfacility"],
    )
    follows_mppr: pl.Boolean = column(
        "the payer reduces multiple procedures as Medicare does; null: yes"
    )
    multiple_procedure: str = column(
        "the payer's own percentages by rank (100/50/25), the last for all further ranks",
        str_matches=r"^\d{1,3}(/\d{1,3}){0,4}$",
    )
    is_lesser_of_charge: pl.Boolean = column("never more than the charge; null: yes")
    escalator: Factor = column("raise of the value each contract year (0.0300); null: none", ge=0)

    class Config(Table.Config):
        name = "reference.contract"
        unique = ("payer", "procedure_code", "effective_from")


class RuleParameter(Graded):
    """One row per rule and parameter: a number or code list a payer may see otherwise."""

    rule_id: str = column("rule", required=True, str_matches=r"^[A-Z]+\d{3}$")
    parameter: str = column(
        "as the rule's header names it", required=True, str_matches=r"^[a-z][a-z0-9_]*$"
    )
    value: str = _code("a number, or codes with blanks between them")

    class Config(Table.Config):
        name = "reference.rule_parameter"
        unique = ("rule_id", "parameter", "effective_from")


class Threshold(Dated):
    """One row per rule, parameter, payer and word of the value in force: parameters and overlays.

    The rows of payer '' hold for every payer that has none of its own. Rules read `core.threshold`,
    which has them by the payers of the lines.
    """

    rule_id: str = _code("rule")
    parameter: str = _code("as the rule's header names it")
    payer: str = column("as in payers.csv; blank for every other payer", required=True)
    value: str = _code("the number as text, or one of the codes")
    number: Parameter = column("the number; null where the value is none")

    class Config(Table.Config):
        name = "reference.threshold"
        unique = ("rule_id", "parameter", "payer", "value", "effective_from")


class PayerThreshold(Threshold):
    """One row per rule, parameter, payer of a line and word of the value: what a rule joins."""

    payer: str = _code("as on the line")

    class Config(Table.Config):
        name = "core.threshold"
        unique = ("rule_id", "parameter", "payer", "value", "effective_from")


SWITCHES = ("off", "on", "error", "warning", "info")
"""What overlays.csv may set a whole rule to: silence, speech, or speech at that severity."""


class Overlay(Dated):
    """One row per payer and rule or parameter of a rule: how the payer departs from the rule book."""

    rule_id: str = column("rule", required=True, str_matches=r"^[A-Z]+\d{3}$")
    payer: str = _code("as in payers.csv")
    setting: str = column(
        "off, on, a severity, or the name of a parameter of the rule",
        required=True,
        str_matches=r"^[a-z][a-z0-9_]*$",
    )
    value: str = column("of the parameter; blank for off, on and a severity")
    document_reference: str = column("contract, policy or letter and its section")
    remittance_evidence: str = column("remittances in which the payer was seen to do so")

    class Config(Table.Config):
        name = "reference.overlay"
        unique = ("rule_id", "payer", "setting", "effective_from")


class PatientCrosswalk(Dated):
    """One row per member number or record number of a person, from the practice's patients.csv.

    Holds identifiers of persons: it is loaded for staging only and never published.
    """

    person: str = _code("the practice's own number of the person")
    member_id: str = column("member number on claims; blank if none", required=True)
    record_number: str = column("number in exports and charts; blank if none", required=True)

    class Config(Table.Config):
        name = "reference.patient_crosswalk"
        unique = ("person", "member_id", "record_number", "effective_from")


SHIPPED: tuple[type[Dated], ...] = (
    Release,
    MpfsRvu,
    GeographicIndex,
    MedicareConversionFactor,
    PlaceOfService,
    ZipLocality,
    Sequestration,
    Deductible,
    PaymentFactor,
    NcciPtp,
    NcciMue,
    NcciAddOn,
    Icd10SiteMap,
    Icd10Class,
    Icd10Code,
    CoveredDiagnosis,
    SiteWord,
    Modifier,
    CarcCategory,
    Taxonomy,
    FilingIndicator,
    CodeClass,
    RuleParameter,
    PeerCohort,
    Clock,
    RarcCategory,
    KpiDefinition,
    ColumnTime,
    RiskParameter,
    RecordFloor,
    DenialQuestion,
)
"""Tables whose values ship in `sql/reference/`."""

PRACTICE: dict[str, type[Dated]] = {
    "payers.csv": Payer,
    "providers.csv": Provider,
    "contracts.csv": Contract,
    "overlays.csv": Overlay,
    "clocks.csv": Clock,
    "dispositions.csv": Disposition,
    "patients.csv": PatientCrosswalk,
    "patterns.csv": PatternStatus,
    "dismissals.csv": Dismissal,
    "counsel.csv": Counsel,
    "audit_clocks.csv": AuditClock,
    "corrective_actions.csv": CorrectiveAction,
    "coders.csv": Coder,
    "audits.csv": AuditResult,
}
"""Files of the practice folder, and the table each fills."""
