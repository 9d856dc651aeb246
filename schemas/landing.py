"""Landing: exactly what a file said, as text, and where it said it.

`ordinal` is the number of the X12 segment in the file (from 1), or of the data row in an export (from
1); `byte_offset` and `byte_end` delimit it in the original bytes, before any decoding. In text columns
null means the file has no place for the value (unknown), the empty string that the place is there and
blank (missing). X12 locations stand in square brackets.
"""

from __future__ import annotations

import polars as pl

from schemas.table import Codes, Money, Table, column


class Warehouse(Table):
    """One row: what wrote this warehouse."""

    schema_version: pl.Int64 = column("version of the table layout", required=True)
    app_version: str = column("version of the application that wrote it last", required=True)
    is_simulated: pl.Boolean = column("true where it holds simulated claims; null while empty")

    class Config(Table.Config):
        name = "landing.warehouse"


class File(Table):
    """One row per file taken in."""

    file_id: str = column(
        "first 16 hexadecimal digits of the content digest", required=True, unique=True
    )
    path: str = column("where it was read from", required=True)
    name: str = column("file name only", required=True)
    sha256: str = column("digest of the content", required=True)
    kind: str = column("837P, 835, 837P+835, export, chart or unsupported", required=True)
    reader_version: str = column("reader, its version and the digest of its mapping", required=True)
    received_at: pl.Datetime = column("when it was first read (UTC)", required=True)
    as_of: pl.Date = column(
        "of an export: the day it says it was made, else the last day it tells of; of exports that "
        "overlap the later one holds"
    )
    size: pl.Int64 = column("bytes", required=True)
    encoding: str = column("utf-8 or cp1252")
    absent_columns: Codes = column("columns of the generic export this file does not have")
    is_simulated: pl.Boolean = column("the file says it is simulated", required=True)
    rows_in: pl.Int64 = column(
        "service lines, SVC segments or data rows counted in the raw text", required=True
    )
    rows_accepted: pl.Int64 = column("rows that reached staged tables", required=True)
    rows_quarantined: pl.Int64 = column("rows set aside", required=True)
    charge_in: Money = column(
        "dollars in: CLM02, CLP03 or charge, from the raw text", required=True
    )
    charge_accepted: Money = column("dollars that reached staged tables", required=True)
    charge_quarantined: Money = column("dollars set aside", required=True)
    claims_quarantined: pl.Int64 = column("claims set aside", required=True)
    reasons: Codes = column("reason codes of what was set aside, each once", required=True)
    status: str = column(
        "accepted, partial (some set aside), incomplete (envelope broken), quarantined, unsupported",
        required=True,
    )

    is_settled: pl.Boolean = column(
        "its claims and remittances are tied to those of the other files", required=True
    )

    class Config(Table.Config):
        name = "landing.file"


class Quarantine(Table):
    """One row per thing set aside or warned about; never the text itself."""

    file_id: str = column("file", required=True)
    scope: str = column(
        "file, interchange, transaction, claim, line, row",
        required=True,
        isin=["file", "interchange", "transaction", "claim", "line", "row"],
    )
    severity: str = column(
        "quarantined, or warning where the thing was kept",
        required=True,
        isin=["quarantined", "warning"],
    )
    claim_id: str = column("claim number as the file has it")
    line_number: str = column("line number as the file has it")
    claim_ordinal: pl.Int64 = column("ordinal of the claim set aside; null where it is none")
    ordinal: pl.Int64 = column("segment or row number")
    byte_offset: pl.Int64 = column("first byte of it in the original file")
    byte_end: pl.Int64 = column("byte after its last")
    rows: pl.Int64 = column("rows set aside with it; 0 for a warning", required=True)
    charge: Money = column("dollars set aside with it; 0 for a warning", required=True)
    reason_code: str = column("check that failed: Q0 to Q12, or schema:column:check", required=True)
    reason: str = column("what is wrong, without the value", required=True)
    remedy: str = column("what to do about it", required=True)

    class Config(Table.Config):
        name = "landing.quarantine"


class Touched(Table):
    """One row per patient whose claims changed since the last audit."""

    patient_id: str = column("pseudonym", required=True)

    class Config(Table.Config):
        name = "landing.touched"


class Place(Table):
    """Where a landed row came from."""

    file_id: str = column("file", required=True)
    ordinal: pl.Int64 = column("segment or row number", required=True)
    byte_offset: pl.Int64 = column("first byte in the original file", required=True)
    byte_end: pl.Int64 = column("byte after the last one that belongs to it", required=True)


class Transaction(Place):
    """One row per X12 transaction set, or one per export or chart file."""

    kind: str = column("837P, 835, export or chart", required=True)
    interchange_control_number: str = column("[ISA13]")
    group_control_number: str = column("[GS06]")
    transaction_control_number: str = column("[ST02]")
    version: str = column("implementation guide [GS08, else ST03]")
    sender: str = column("[GS02]")
    receiver: str = column("[GS03]")
    created_date: str = column("[BHT04; 835: BPR16]; the day an export says it was made")
    created_time: str = column("[BHT05]")
    segments: pl.Int64 = column("segments from ST to SE", required=True)

    class Config(Table.Config):
        name = "landing.transaction"


class LandedClaim(Place):
    """One row per claim of an 837P (CLM) or an export."""

    transaction_ordinal: pl.Int64 = column("ordinal of its ST segment", required=True)
    claim_number: str = column("patient control number [CLM01]")
    charge: str = column("[CLM02]; an export's sum of line charges")
    place_of_service: str = column("[CLM05-1]")
    frequency_code: str = column("[CLM05-3]")
    assignment: str = column("[CLM07]")
    payer_sequence: str = column("P, S, T ... [SBR01]")
    filing_indicator: str = column("[SBR09]")
    payer_name: str = column("[2010BB NM103]")
    payer_identifier: str = column("[2010BB NM109]")
    line_of_business: str = column("export only")
    billing_npi: str = column("[2010AA NM109]")
    billing_taxonomy: str = column("[2000A PRV03]")
    billing_zip: str = column("[2010AA N403]")
    member_id: str = column("[2010BA NM109]; an export's own patient id")
    patient_birth_date: str = column("[2010CA DMG02, else 2010BA]")
    patient_sex: str = column("[2010CA DMG03, else 2010BA]")
    rendering_npi: str = column("[2310B NM109]")
    rendering_taxonomy: str = column("[2310B PRV03]")
    rendering_type: str = column("MD, DO, NP, PA ...; export only")
    referring_npi: str = column("[2310A NM109]")
    supervising_npi: str = column("[2310D NM109]")
    facility_npi: str = column("[2310C NM109]")
    facility_zip: str = column("[2310C N403]")
    patient_paid: str = column("[AMT*F5]")
    prior_authorization: str = column("[REF*G1]")
    original_reference: str = column("payer's number of the claim replaced or voided [REF*F8]")
    clia_number: str = column("[REF*X4]")
    clearinghouse_number: str = column("[REF*D9]")
    locality: str = column("carrier-locality; export only")
    zip: str = column("ZIP of the place of service; export only")
    submitted_date: str = column("[BHT04]; export's own")
    received_date: str = column("export only")

    class Config(Table.Config):
        name = "landing.claim"


class LandedLine(Place):
    """One row per service line of an 837P (LX/SV1) or an export row."""

    claim_ordinal: pl.Int64 = column("ordinal of its claim; null for a line outside any claim")
    line_number: str = column("[LX01]")
    product_qualifier: str = column("[SV101-1]")
    procedure_code: str = column("[SV101-2]")
    modifiers: str = column("[SV101-3 to -6], in order, separated by spaces")
    charge: str = column("[SV102]")
    unit_type: str = column("[SV103]")
    units: str = column("[SV104]")
    place_of_service: str = column("[SV105]")
    diagnosis_pointers: str = column("[SV107], in order, separated by spaces")
    diagnosis_codes: str = column("codes pointed to, separated by spaces; export only")
    date_of_service: str = column("[DTP*472 DTP03]")
    date_format: str = column("D8 or RD8 [DTP02]; ISO for exports")
    rendering_npi: str = column("[2420A NM109]")
    rendering_taxonomy: str = column("[2420A PRV03]")
    control_number: str = column("[REF*6R]")
    prior_authorization: str = column("[REF*G1]")
    clia_number: str = column("[REF*X4]")

    class Config(Table.Config):
        name = "landing.service_line"


class LandedDiagnosis(Place):
    """One row per diagnosis of a claim (HI element)."""

    claim_ordinal: pl.Int64 = column("ordinal of its claim", required=True)
    position: pl.Int64 = column(
        "1 for the first code of the claim, as pointers count", required=True
    )
    qualifier: str = column("ABK, ABF, BK, BF [HI0x-1]")
    code: str = column("[HI0x-2]")

    class Config(Table.Config):
        name = "landing.diagnosis"


class LandedOtherPayer(Place):
    """One row per other payer of a claim (2320)."""

    claim_ordinal: pl.Int64 = column("ordinal of its claim", required=True)
    payer_sequence: str = column("[2320 SBR01]")
    filing_indicator: str = column("[2320 SBR09]")
    payer_name: str = column("[2330B NM103]")
    payer_identifier: str = column("[2330B NM109]")
    paid: str = column("[2320 AMT*D]")

    class Config(Table.Config):
        name = "landing.other_payer"


class LandedLineAdjudication(Place):
    """One row per prior adjudication of a line (2430 SVD)."""

    claim_ordinal: pl.Int64 = column("ordinal of its claim", required=True)
    line_ordinal: pl.Int64 = column("ordinal of its line", required=True)
    payer_identifier: str = column("[SVD01]")
    paid: str = column("[SVD02]")
    procedure_code: str = column("[SVD03-2]")
    units: str = column("[SVD05]")
    adjudicated_date: str = column("[DTP*573]")

    class Config(Table.Config):
        name = "landing.line_adjudication"


class LandedRemit(Place):
    """One row per payment of an 835 (BPR), or per file of posted payments."""

    transaction_ordinal: pl.Int64 = column("ordinal of its ST segment", required=True)
    handling_code: str = column("[BPR01]")
    total_paid: str = column("[BPR02]")
    credit_debit: str = column("[BPR03]")
    payment_method: str = column("[BPR04]")
    payment_date: str = column("[BPR16]")
    trace_number: str = column("[TRN02]")
    payer_name: str = column("[N1*PR N102]")
    payer_identifier: str = column("[N1*PR N104, else REF*2U, else TRN03]")
    payee_npi: str = column("[N1*PE N104 where N103 is XX]")
    production_date: str = column("[DTM*405]")

    class Config(Table.Config):
        name = "landing.remit"


class LandedRemitClaim(Place):
    """One row per adjudicated claim (CLP)."""

    transaction_ordinal: pl.Int64 = column("ordinal of its ST segment", required=True)
    claim_number: str = column("[CLP01]")
    claim_status_code: str = column("[CLP02]")
    charge: str = column("[CLP03]")
    paid: str = column("[CLP04]")
    patient_responsibility: str = column("[CLP05]")
    filing_indicator: str = column("[CLP06]")
    payer_claim_id: str = column("[CLP07]")
    place_of_service: str = column("[CLP08]")
    frequency_code: str = column("[CLP09]")
    original_reference: str = column("[REF*F8]")
    member_id: str = column("[NM1*IL NM109, else NM1*QC]")
    rendering_npi: str = column("[NM1*82 NM109]")
    statement_from: str = column("[DTM*232]")
    statement_to: str = column("[DTM*233]")
    received_date: str = column("[DTM*050]")
    remarks: str = column("[MOA03-07, MIA05 and 20-23], separated by spaces")

    class Config(Table.Config):
        name = "landing.remit_claim"


class LandedRemitLine(Place):
    """One row per adjudicated line (SVC)."""

    transaction_ordinal: pl.Int64 = column("ordinal of its ST segment", required=True)
    claim_ordinal: pl.Int64 = column("ordinal of its CLP; null for an SVC outside any claim")
    sequence: pl.Int64 = column("1 for the first SVC of its CLP", required=True)
    product_qualifier: str = column("[SVC01-1]")
    procedure_code: str = column("adjudicated code [SVC01-2]")
    modifiers: str = column("[SVC01-3 to -6], separated by spaces")
    submitted_code: str = column("billed code where another was adjudicated [SVC06-2]")
    submitted_modifiers: str = column("[SVC06-3 to -6], separated by spaces")
    revenue_code: str = column("[SVC04]")
    charge: str = column("[SVC02]")
    paid: str = column("[SVC03]")
    units_paid: str = column("[SVC05]; absent means 1")
    units_submitted: str = column("[SVC07]")
    date_of_service: str = column("[DTM*472, else DTM*150]")
    date_of_service_end: str = column("[DTM*151]")
    control_number: str = column("[REF*6R]")
    allowed: str = column("[AMT*B6]")
    rendering_npi: str = column("[REF*HPI]")
    remarks: str = column("[LQ*HE, LQ*RX], separated by spaces")

    class Config(Table.Config):
        name = "landing.remit_line"


class LandedAdjustment(Place):
    """One row per CAS triple, of a remittance or of a prior payer on an 837P."""

    side: str = column("remit or cob", required=True, isin=["remit", "cob"])
    claim_ordinal: pl.Int64 = column("ordinal of its CLP or CLM", required=True)
    line_ordinal: pl.Int64 = column("ordinal of its SVC or LX; null at claim level")
    position: pl.Int64 = column("1 to 6 within its CAS segment", required=True)
    group_code: str = column("[CAS01]")
    carc: str = column("[CAS02, 05, 08 ...]")
    amount: str = column("[CAS03, 06, 09 ...]")
    quantity: str = column("[CAS04, 07, 10 ...]")

    class Config(Table.Config):
        name = "landing.adjustment"


class LandedAmount(Place):
    """One row per other AMT segment of a remittance."""

    claim_ordinal: pl.Int64 = column("ordinal of its CLP", required=True)
    line_ordinal: pl.Int64 = column("ordinal of its SVC; null at claim level")
    qualifier: str = column("[AMT01]")
    amount: str = column("[AMT02]")

    class Config(Table.Config):
        name = "landing.remit_amount"


class LandedProviderAdjustment(Place):
    """One row per PLB adjustment; an amount above zero reduces the payment."""

    transaction_ordinal: pl.Int64 = column("ordinal of its ST segment", required=True)
    provider_identifier: str = column("[PLB01]")
    fiscal_date: str = column("[PLB02]")
    reason: str = column("[PLB03-1 ...]")
    reference: str = column("[PLB03-2 ...]")
    amount: str = column("[PLB04 ...]")

    class Config(Table.Config):
        name = "landing.provider_adjustment"
