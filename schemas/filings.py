"""How a Mohs encounter's claims were filed: what a claim says beyond its lines."""

from __future__ import annotations

import polars as pl

from schemas.table import Money, Table, column


class FiledLine(Table):
    """One row per line of an encounter with Mohs surgery: how its claim was filed."""

    line_id: str = column("line", required=True, unique=True)
    claim_id: str = column("its claim", required=True)
    encounter_id: str = column("its encounter", required=True)
    patient_id: str = column("pseudonym", required=True)
    rendering_npi: str = column("rendering provider")
    date_of_service: pl.Date = column("first day of service", required=True)
    procedure_code: str = column("CPT or HCPCS", required=True)
    charge: Money = column("billed", required=True)
    payer: str = column("payer of the claim", required=True)
    line_of_business: str = column("of the claim", required=True)
    source: str = column("837 or export", required=True)
    is_mohs: pl.Boolean = column("17311 to 17315", required=True)
    frequency_code: str = column("1 original, 7 replacement", required=True)
    submission: pl.Int64 = column("which submission of the bill stands", required=True)
    submitted_date: pl.Date = column("of the submission that stands")
    original_reference: str = column("payer's number of the claim replaced")
    prior_authorization: str = column("given or blank")
    is_before_birth: pl.Boolean = column(
        "the day of service lies before the birth date on the claim; null where none is given"
    )

    class Config(Table.Config):
        name = "core.filed_line"


class ClaimDiagnosis(Table):
    """One row per diagnosis of a claim with Mohs surgery, pointed to or not.

    An export has no list of a claim's diagnoses: there they are those its lines point to.
    """

    claim_id: str = column("claim", required=True)
    patient_id: str = column("pseudonym", required=True)
    code: str = column("no dot", required=True)

    class Config(Table.Config):
        name = "core.claim_diagnosis"
        unique = ("claim_id", "code")
