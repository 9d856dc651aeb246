"""Remittances: what the payer did. Amounts keep the sign of the 835; a reversal is negative."""

from __future__ import annotations

import polars as pl

from schemas.table import Codes, Money, Table, Units, WholeTable, column


class StagedRemit(Table):
    """One row per payment (835 transaction, or posted payments of one payer and day)."""

    remit_key: str = column("file_id:ordinal", required=True, unique=True)
    file_id: str = column("file it came from", required=True)
    source: str = column("835 or export", required=True, isin=["835", "export"])
    payer_name: str = column("as the remittance names it")
    payer_identifier: str = column("as the remittance has it")
    payee_npi: str = column("who was paid")
    payment_date: pl.Date = column("when")
    total_paid: Money = column("BPR02")
    trace_number: str = column("check or transfer number")
    is_balanced: pl.Boolean = column(
        "BPR02 = sum of CLP04 - sum of PLB; null where there is no BPR02"
    )

    class Config(Table.Config):
        name = "staged.remit"


class StagedRemitClaim(Table):
    """One row per adjudicated claim (CLP) that balances."""

    remit_claim_id: str = column("file_id:ordinal", required=True, unique=True)
    remit_key: str = column("its payment", required=True)
    file_id: str = column("file it came from", required=True)
    ordinal: pl.Int64 = column("segment or row number", required=True)
    byte_offset: pl.Int64 = column("first byte in the file", required=True)
    byte_end: pl.Int64 = column("byte after its last", required=True)
    claim_number: str = column("CLP01", required=True)
    claim_id: str = column("claim on file it belongs to, else CLP01", required=True)
    is_matched: pl.Boolean = column("that claim is on file", required=True)
    payer_sequence: str = column("P, S, T: which payer's turn this was", required=True)
    patient_id: str = column(
        "pseudonym of the claim's patient, else made of the claim number", required=True
    )
    own_patient_id: str = column(
        "pseudonym of whom the remittance itself names, for while its claim is not on file",
        required=True,
    )
    bucket: pl.Int64 = column("0..255 from the pseudonym", required=True)
    claim_status_code: str = column("CLP02")
    is_reversal: pl.Boolean = column(
        "CLP02 = 22; of an export, a negative charge (or payment, where no charge is given)",
        required=True,
    )
    charge: Money = column("CLP03; null where posted payments do not say")
    paid: Money = column("CLP04", required=True)
    patient_responsibility: Money = column("CLP05")
    filing_indicator: str = column("CLP06")
    payer_claim_id: str = column("CLP07")
    original_reference: str = column("REF*F8")
    rendering_npi: str = column("NM1*82")
    received_date: pl.Date = column("DTM*050")
    payment_date: pl.Date = column("of its payment")
    remarks: Codes = column("claim-level RARC", required=True)
    source: str = column("835 or export", required=True)
    superseded_by: str = column(
        "the file that says all its lines again, so that they are not counted; null where any counts. "
        "Amounts are those of the lines that count, else of all"
    )

    class Config(Table.Config):
        name = "staged.remit_claim"


class StagedRemitLine(Table):
    """One row per adjudicated line (SVC)."""

    remit_line_id: str = column("file_id:ordinal", required=True, unique=True)
    remit_claim_id: str = column("its claim", required=True)
    file_id: str = column("file it came from", required=True)
    ordinal: pl.Int64 = column("segment or row number", required=True)
    byte_offset: pl.Int64 = column("first byte in the file", required=True)
    byte_end: pl.Int64 = column("byte after its last", required=True)
    patient_id: str = column("pseudonym, as its claim", required=True)
    bucket: pl.Int64 = column("0..255 from the pseudonym", required=True)
    sequence: pl.Int64 = column("1 for the first line of its claim", required=True)
    procedure_code: str = column("adjudicated code", required=True)
    modifiers: Codes = column("adjudicated, in order", required=True)
    submitted_code: str = column("billed code where it differs [SVC06]")
    submitted_modifiers: Codes = column("billed modifiers where the code differs")
    modifier_key: str = column("modifiers of the billed code, sorted", required=True)
    charge: Money = column("SVC02; null where posted payments do not say")
    paid: Money = column("SVC03", required=True)
    units_paid: Units = column("SVC05, 1 where absent", required=True)
    units_submitted: Units = column("SVC07")
    date_of_service: pl.Date = column("DTM*472 or 150, else the claim's first statement date")
    control_number: str = column("REF*6R")
    allowed_amount: Money = column("AMT*B6")
    rendering_npi: str = column("REF*HPI")
    remarks: Codes = column("line-level RARC", required=True)
    superseded_by: str = column(
        "of an export: the later export, or the 835, that says this payment again; it is kept and not "
        "counted. Null where it counts"
    )

    class Config(Table.Config):
        name = "staged.remit_line"


class StagedAdjustment(Table):
    """One row per CAS triple."""

    file_id: str = column("file it came from", required=True)
    side: str = column("remit, or cob for a prior payer's on an 837", required=True)
    owner: str = column("remit_claim_id, or claim_key for cob", required=True)
    line_owner: str = column(
        "remit_line_id, or file_id:ordinal of the 837 line; null at claim level"
    )
    patient_id: str = column("pseudonym", required=True)
    bucket: pl.Int64 = column("0..255 from the pseudonym", required=True)
    ordinal: pl.Int64 = column("segment number", required=True)
    position: pl.Int64 = column("1 to 6 within the segment", required=True)
    group_code: str = column("CO, PR, OA, PI, CR", required=True)
    carc: str = column("claim adjustment reason code", required=True)
    amount: Money = column("dollars taken off", required=True)
    quantity: Units = column("units taken off")

    class Config(Table.Config):
        name = "staged.adjustment"


class StagedProviderAdjustment(Table):
    """One row per PLB adjustment; above zero it reduces the payment."""

    remit_key: str = column("its payment", required=True)
    file_id: str = column("file it came from", required=True)
    ordinal: pl.Int64 = column("segment number", required=True)
    provider_identifier: str = column("PLB01")
    fiscal_date: pl.Date = column("PLB02")
    reason: str = column("PLB03-1", required=True)
    reference: str = column("PLB03-2")
    amount: Money = column("dollars", required=True)

    class Config(Table.Config):
        name = "staged.provider_adjustment"


class RemitClaim(Table):
    """One row per adjudicated claim (CLP)."""

    remit_claim_id: str = column("file_id:ordinal", required=True, unique=True)
    claim_id: str = column("claim it belongs to, else CLP01", required=True)
    is_matched: pl.Boolean = column("that claim is on file", required=True)
    patient_id: str = column("pseudonym", required=True)
    payer_sequence: str = column("P, S, T", required=True)
    payer_claim_id: str = column("CLP07")
    claim_status_code: str = column("CLP02")
    is_reversal: pl.Boolean = column("takes an earlier adjudication back", required=True)
    charge: Money = column("CLP03; null where posted payments do not say")
    paid: Money = column("CLP04", required=True)
    patient_responsibility: Money = column("CLP05")
    payment_date: pl.Date = column("of its payment")
    payer: str = column("payer by the crosswalk, else as the remittance names it", required=True)
    filing_indicator: str = column("CLP06")
    rendering_npi: str = column("NM1*82")
    remarks: Codes = column("claim-level RARC", required=True)
    source: str = column("835 or export", required=True)
    file_id: str = column("file", required=True)
    ordinal: pl.Int64 = column("segment or row number", required=True)

    class Config(Table.Config):
        name = "core.remit_claim"


class RemitMatch(Table):
    """One row per adjudicated line: the billed line it belongs to, and how it was found."""

    remit_line_id: str = column("adjudicated line", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    claim_id: str = column("claim", required=True)
    line_id: str = column("billed line; null where none fits")
    match_method: str = column("control_number, full, partial, none", required=True)

    class Config(Table.Config):
        name = "core.remit_match"


class RemitLine(Table):
    """One row per adjudicated line (SVC)."""

    remit_line_id: str = column("file_id:ordinal", required=True, unique=True)
    remit_claim_id: str = column("its claim", required=True)
    claim_id: str = column("claim it belongs to", required=True)
    patient_id: str = column("pseudonym", required=True)
    line_id: str = column(
        "billed line, or the line made of it where none fits (core.service_line lacks it where the "
        "claim was voided, dropped the line, or belongs to another payer)",
        required=True,
    )
    match_method: str = column("control_number, full, partial, none", required=True)
    payer_sequence: str = column("P, S, T", required=True)
    is_reversal: pl.Boolean = column("of its claim", required=True)
    date_of_service: pl.Date = column("day")
    procedure_code: str = column("adjudicated code", required=True)
    submitted_code: str = column("billed code where it differs")
    modifiers: Codes = column("adjudicated", required=True)
    charge: Money = column("SVC02; null where posted payments do not say")
    allowed: Money = column("AMT*B6, else paid + PR-1/2/3 + CO-253 + OA-23 + signed 144/237")
    allowed_method: str = column("amount, sum; null where neither")
    paid: Money = column("SVC03", required=True)
    patient_responsibility: Money = column("sum of PR adjustments", required=True)
    units_paid: Units = column("SVC05", required=True)
    remarks: Codes = column("RARC", required=True)
    payment_date: pl.Date = column("of its payment")
    source: str = column("835 or export", required=True)
    file_id: str = column("file", required=True)
    ordinal: pl.Int64 = column("segment or row number", required=True)
    byte_offset: pl.Int64 = column("first byte in that file", required=True)
    byte_end: pl.Int64 = column("byte after its last", required=True)

    class Config(Table.Config):
        name = "core.remit_line"


class Adjustment(Table):
    """One row per CAS triple of a remittance."""

    remit_claim_id: str = column("its claim", required=True)
    remit_line_id: str = column("its line; null at claim level")
    claim_id: str = column("claim it belongs to", required=True)
    patient_id: str = column("pseudonym", required=True)
    line_id: str = column("billed line; null at claim level")
    ordinal: pl.Int64 = column("segment number", required=True)
    position: pl.Int64 = column("1 to 6 within the segment", required=True)
    group_code: str = column("CO, PR, OA, PI, CR", required=True)
    carc: str = column("claim adjustment reason code", required=True)
    amount: Money = column("dollars taken off", required=True)
    quantity: Units = column("units taken off")

    class Config(Table.Config):
        name = "core.adjustment"


class ProviderAdjustment(WholeTable):
    """One row per PLB adjustment; above zero it reduces the payment."""

    remit_key: str = column("its payment", required=True)
    file_id: str = column("file", required=True)
    ordinal: pl.Int64 = column("segment number", required=True)
    provider_identifier: str = column("PLB01")
    fiscal_date: pl.Date = column("PLB02")
    reason: str = column("PLB03-1", required=True)
    reference: str = column("PLB03-2")
    amount: Money = column("dollars", required=True)

    class Config(Table.Config):
        name = "core.provider_adjustment"
