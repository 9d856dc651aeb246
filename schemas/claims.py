"""Claims: what was billed. Staged tables hold every submission; core tables the one that stands.

Text columns: null means the source has no place for the value (unknown, rules that need it are not
evaluable), the empty string that the place is there and blank (missing, rules about it may fire).
"""

from __future__ import annotations

import polars as pl

from schemas.table import Codes, Money, Table, Units, column

NPI = r"^([0-9]{10})?$"
CODE = r"^[A-Z0-9]{5}$"


class StagedClaim(Table):
    """One row per claim submission that passed its checks."""

    claim_key: str = column("file_id:ordinal of the submission", required=True, unique=True)
    file_id: str = column("file it came from", required=True)
    ordinal: pl.Int64 = column("segment or row number of the claim", required=True)
    byte_offset: pl.Int64 = column("first byte in the file", required=True)
    byte_end: pl.Int64 = column("byte after its last", required=True)
    source: str = column("837 or export", required=True, isin=["837", "export"])
    claim_number: str = column(
        "patient control number CLM01", required=True, str_length={"min_value": 1}
    )
    claim_id: str = column("identity of the bill: CLM01, /S, /T, @NPI where shared", required=True)
    root_number: str = column("claim number of the bill whose chain it belongs to", required=True)
    payer_sequence: str = column(
        "P, S, T, or A to H after those: whose turn it is to pay [SBR01]; U and blank count as P",
        required=True,
    )
    frequency_code: str = column("1 original, 7 replacement, 8 void", required=True)
    submission: pl.Int64 = column(
        "1 for the first submission of the bill, 2 for the next ...; 0 where a later export has the "
        "same submission again",
        required=True,
    )
    is_standing: pl.Boolean = column(
        "the latest submission of its chain, and not a void", required=True
    )
    original_reference: str = column(
        "payer's number of the claim it replaces or voids; in an export perhaps the practice's own"
    )
    submitted_date: pl.Date = column("when it was submitted")
    received_date: pl.Date = column("when the payer received it")
    first_date_of_service: pl.Date = column("earliest first day of its lines", required=True)
    patient_id: str = column("pseudonym of the patient", required=True)
    bucket: pl.Int64 = column(
        "0..255 from the pseudonym; a patient never spans two", required=True, ge=0, le=255
    )
    patient_sex: str = column("F, M, U or blank")
    patient_birth_date: pl.Date = column("birth date; never published in core")
    payer_name: str = column("as billed")
    payer_identifier: str = column("as billed")
    filing_indicator: str = column("kind of payer [SBR09]")
    line_of_business: str = column("as the export says; null otherwise")
    billing_npi: str = column("billing provider", str_matches=NPI)
    billing_zip: str = column("ZIP of the billing provider, 5 digits")
    rendering_npi: str = column("rendering provider of the claim")
    rendering_taxonomy: str = column("taxonomy of the rendering, else billing provider")
    rendering_type: str = column("MD, DO, NP ... as the export says; null otherwise")
    referring_npi: str = column("referring provider")
    supervising_npi: str = column("supervising provider")
    facility_npi: str = column("service facility")
    facility_zip: str = column("ZIP of the service facility, 5 digits")
    locality: str = column("carrier-locality as the export says; null otherwise")
    zip: str = column("ZIP of the place of service as the export says; null otherwise")
    charge: Money = column("CLM02", required=True)
    place_of_service: str = column("two digits", str_matches=r"^([0-9]{2})?$")
    assignment: str = column("A assigned, C not [CLM07]")
    patient_paid: Money = column("paid by the patient already")
    prior_authorization: str = column("prior authorization number is given: 'given' or blank")
    clia_number: str = column("laboratory certificate number")

    class Config(Table.Config):
        name = "staged.claim"


class StagedLine(Table):
    """One row per billed service line of every submission."""

    claim_key: str = column("its claim submission", required=True)
    file_id: str = column("file it came from", required=True)
    ordinal: pl.Int64 = column("segment or row number", required=True)
    byte_offset: pl.Int64 = column("first byte in the file", required=True)
    byte_end: pl.Int64 = column("byte after its last", required=True)
    patient_id: str = column("pseudonym of the patient", required=True)
    bucket: pl.Int64 = column("0..255 from the pseudonym", required=True, ge=0, le=255)
    line_number: str = column(
        "line number on the claim", required=True, str_length={"min_value": 1}
    )
    control_number: str = column("provider's number of the line [REF*6R]")
    date_of_service: pl.Date = column("first day of service", required=True)
    date_of_service_end: pl.Date = column("last day where a range was billed")
    procedure_code: str = column("CPT or HCPCS code", required=True, str_length={"min_value": 1})
    modifiers: Codes = column("as billed, in order", required=True)
    modifier_key: str = column("modifiers sorted, for duplicates", required=True)
    charge: Money = column("billed", required=True)
    units: Units = column("units of service", required=True)
    unit_type: str = column("UN units, MJ minutes")
    place_of_service: str = column("of the line, else of the claim", str_matches=r"^([0-9]{2})?$")
    diagnosis_codes: Codes = column(
        "those the line points to, in order, no dots; null where unknown"
    )
    diagnosis_key: str = column("diagnosis_codes as text, for comparing; null where unknown")
    rendering_npi: str = column("of the line, else the claim, else the billing provider")
    rendering_taxonomy: str = column("of the line, else of the claim")
    clia_number: str = column("of the line, else of the claim")

    class Config(Table.Config):
        name = "staged.service_line"


class StagedDiagnosis(Table):
    """One row per diagnosis of a claim submission."""

    claim_key: str = column("its claim submission", required=True)
    file_id: str = column("file it came from", required=True)
    patient_id: str = column("pseudonym of the patient", required=True)
    bucket: pl.Int64 = column("0..255 from the pseudonym", required=True)
    position: pl.Int64 = column("1 for the first, as pointers count", required=True)
    code_type: str = column("icd-10-cm or icd-9-cm", required=True)
    code: str = column("no dot", required=True)

    class Config(Table.Config):
        name = "staged.diagnosis"


class StagedLineModifier(Table):
    """One row per modifier of a billed service line."""

    claim_key: str = column("its claim submission", required=True)
    file_id: str = column("file it came from", required=True)
    bucket: pl.Int64 = column("0..255 from the pseudonym", required=True)
    patient_id: str = column("pseudonym of the patient", required=True)
    line_ordinal: pl.Int64 = column("ordinal of its service line", required=True)
    position: pl.Int64 = column("1 for the first", required=True)
    modifier: str = column("two characters", required=True)

    class Config(Table.Config):
        name = "staged.line_modifier"


class StagedLineDiagnosis(Table):
    """One row per diagnosis a billed service line points to."""

    claim_key: str = column("its claim submission", required=True)
    file_id: str = column("file it came from", required=True)
    bucket: pl.Int64 = column("0..255 from the pseudonym", required=True)
    patient_id: str = column("pseudonym of the patient", required=True)
    line_ordinal: pl.Int64 = column("ordinal of its service line", required=True)
    position: pl.Int64 = column("1 for the first pointer", required=True)
    code: str = column("no dot", required=True)

    class Config(Table.Config):
        name = "staged.line_diagnosis"


class StagedOtherPayer(Table):
    """One row per other payer of a claim submission (coordination of benefits)."""

    claim_key: str = column("its claim submission", required=True)
    file_id: str = column("file it came from", required=True)
    patient_id: str = column("pseudonym of the patient", required=True)
    bucket: pl.Int64 = column("0..255 from the pseudonym", required=True)
    ordinal: pl.Int64 = column("segment number", required=True)
    payer_sequence: str = column("P, S, T")
    filing_indicator: str = column("kind of payer")
    payer_identifier: str = column("its number")
    paid: Money = column("what it paid on the claim [AMT*D]")

    class Config(Table.Config):
        name = "staged.other_payer"


class StagedLineAdjudication(Table):
    """One row per prior payer's adjudication of a line, as billed to the next payer."""

    claim_key: str = column("its claim submission", required=True)
    file_id: str = column("file it came from", required=True)
    patient_id: str = column("pseudonym of the patient", required=True)
    bucket: pl.Int64 = column("0..255 from the pseudonym", required=True)
    ordinal: pl.Int64 = column("segment number", required=True)
    line_ordinal: pl.Int64 = column("ordinal of its service line", required=True)
    payer_identifier: str = column("prior payer")
    procedure_code: str = column("code it adjudicated")
    paid: Money = column("what it paid")
    units: Units = column("units it paid")
    adjudicated_date: pl.Date = column("when")

    class Config(Table.Config):
        name = "staged.line_adjudication"


class Claim(Table):
    """One row per bill to one payer: the submission that stands."""

    claim_id: str = column(
        "CLM01; /S and /T for secondary and tertiary; @NPI where shared", required=True, unique=True
    )
    claim_key: str = column("the submission that stands", required=True)
    claim_number: str = column("CLM01", required=True)
    payer_sequence: str = column("P, S, T, U", required=True)
    payer: str = column("payer by the practice's crosswalk, else as billed", required=True)
    line_of_business: str = column(
        "medicare, medicare_advantage, medicaid, commercial, unknown", required=True
    )
    billing_npi: str = column("billing provider")
    patient_id: str = column("pseudonym", required=True)
    rendering_type: str = column("MD, DO, NP ... as the export says; null otherwise")
    patient_sex: str = column("F, M, U or blank")
    charge: Money = column("billed", required=True)
    frequency_code: str = column("1, 7", required=True)
    submission: pl.Int64 = column("which submission of the bill stands", required=True)
    submitted_date: pl.Date = column("of the submission that stands")
    received_date: pl.Date = column("when the payer received it, where known")
    place_of_service: str = column("of the claim")
    locality: str = column("carrier-locality; null where unknown")
    original_reference: str = column("payer's number of the claim replaced")
    assignment: str = column("A assigned")
    prior_authorization: str = column("given or blank")
    clia_number: str = column("laboratory certificate number")
    source: str = column("837 or export", required=True)
    file_id: str = column("file of the submission that stands", required=True)

    class Config(Table.Config):
        name = "core.claim"


class ServiceLine(Table):
    """One row per live billed line; also one per remitted line no claim on file explains."""

    line_id: str = column("claim_id-line_number", required=True, unique=True)
    claim_id: str = column("its claim", required=True)
    claim_key: str = column("the submission that stands; null for source 835")
    line_number: str = column("line number on the claim", required=True)
    encounter_id: str = column(
        "smallest line_id of patient, rendering provider and day; null unless primary"
    )
    patient_id: str = column("pseudonym", required=True)
    payer_sequence: str = column("P, S, T, U", required=True)
    rendering_npi: str = column("rendering provider")
    group_id: str = column("group by the roster; null where unknown")
    specialty: str = column("specialty by the roster, else the taxonomy; null where unknown")
    rendering_type: str = column("MD, DO, NP, PA ...; null where unknown")
    date_of_service: pl.Date = column("first day of service", required=True)
    has_date_range: pl.Boolean = column("billed for more than one day", required=True)
    place_of_service: str = column("two digits")
    procedure_code: str = column("CPT or HCPCS", required=True)
    modifiers: Codes = column("as billed, in order", required=True)
    modifier_key: str = column("modifiers sorted", required=True)
    units: Units = column("billed units", required=True)
    diagnosis_codes: Codes = column(
        "those the line points to, in order, no dots; null where unknown"
    )
    diagnosis_key: str = column("diagnosis_codes as text, for comparing; null where unknown")
    clia_number: str = column("laboratory certificate number")
    charge: Money = column("billed; null where posted payments alone know the line")
    allowed: Money = column("net allowed by the primary payer after all its remittances")
    allowed_method: str = column("how allowed was found: amount, sum, claim or null")
    paid: Money = column("net paid by the primary payer")
    patient_responsibility: Money = column(
        "net PR adjustments; a denial to the patient that was paid later, unreversed, is left out"
    )
    is_adjudicated: pl.Boolean = column("a remittance for it stands", required=True)
    is_denied: pl.Boolean = column(
        "allowed 0 and a reason neither contractual nor patient share, or of an export no reason "
        "for the balance",
        required=True,
    )
    denial_category: str = column(
        "our category of the driver; unexplained where an export names no reason"
    )
    driver_carc: str = column("the reason that decides; null unless denied")
    driver_rarc: str = column("first remark with it")
    remitted_date: pl.Date = column("payment date of the latest remittance")
    submitted_date: pl.Date = column("when its claim was submitted")
    payer: str = column("payer of the claim", required=True)
    line_of_business: str = column("of the claim", required=True)
    locality: str = column("of the claim; null where unknown")
    source: str = column("837, export or 835", required=True, isin=["837", "export", "835"])
    file_id: str = column("file of the line", required=True)
    ordinal: pl.Int64 = column("segment or row number in that file", required=True)
    byte_offset: pl.Int64 = column("first byte in that file", required=True)
    byte_end: pl.Int64 = column("byte after its last", required=True)

    class Config(Table.Config):
        name = "core.service_line"


class LineModifier(Table):
    """One row per modifier of a line."""

    line_id: str = column("line", required=True)
    patient_id: str = column("pseudonym", required=True)
    ordinal: pl.Int64 = column("1 for the first", required=True)
    modifier: str = column("two characters", required=True)
    side: str = column("side it names: L, R or blank", required=True)
    part: str = column("part of the body it names: eyelid, hand, foot ... or blank", required=True)

    class Config(Table.Config):
        name = "core.line_modifier"
        unique = ("line_id", "ordinal")


class LineDiagnosis(Table):
    """One row per diagnosis a line points to."""

    line_id: str = column("line", required=True)
    patient_id: str = column("pseudonym", required=True)
    ordinal: pl.Int64 = column("1 for the first pointer", required=True)
    code: str = column("no dot", required=True)
    site_family: str = column(
        "HNHFG, TAL, LIMB, AMBIG or NOT_MALIGNANT by the site map of the day, else OTHER",
        required=True,
    )
    laterality: str = column("side the code names: R, L, U unspecified or blank; null off the map")
    is_malignant: pl.Boolean = column("a code Mohs surgery is done for", required=True)

    class Config(Table.Config):
        name = "core.line_diagnosis"
        unique = ("line_id", "ordinal")


class Encounter(Table):
    """One row per patient, rendering provider and day, over all standing primary claims."""

    encounter_id: str = column("its smallest line_id", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    rendering_npi: str = column("rendering provider")
    date_of_service: pl.Date = column("day", required=True)
    has_mohs: pl.Boolean = column("bills 17311 to 17315", required=True)
    first_stages: Units = column("units of 17311 and 17313", required=True)
    additional_stages: Units = column("units of 17312 and 17314", required=True)
    extra_blocks: Units = column("units of 17315", required=True)
    lines: pl.Int64 = column("billed lines", required=True)
    charge: Money = column("billed; null where posted payments alone know a line")

    class Config(Table.Config):
        name = "core.encounter"
