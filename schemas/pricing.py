"""What the price calculator reads."""

from __future__ import annotations

import polars as pl

from schemas.reference import Factor
from schemas.table import Codes, Money, Table, Units, column


class PricingLine(Table):
    """One row per line to price: a primary billed line, or a row of the file of `mohs price`.

    The payer meets the lines of a patient and day in the order of `submitted_date, ordinal, line_id`.
    """

    line_id: str = column("line", required=True, unique=True)
    submitted_date: pl.Date = column(
        "when its claim was submitted; 9999-12-31 where unknown", required=True
    )
    ordinal: pl.Int64 = column("its place in the file", required=True)
    patient_id: str = column("pseudonym, or the file's own id", required=True)
    pricing_group: str = column(
        "group and specialty, or the rendering NPI: whose lines are ranked together", required=True
    )
    payer: str = column("payer of the claim; blank where it does not matter", required=True)
    line_of_business: str = column(
        "of the claim; medicare is priced by Medicare's schedule, others by their contract",
        required=True,
    )
    date_of_service: pl.Date = column("first day of service", required=True)
    procedure_code: str = column("CPT or HCPCS", required=True)
    modifiers: Codes = column("as billed, in order", required=True)
    modifier_key: str = column("modifiers sorted, as text", required=True)
    units: Units = column("billed units", required=True)
    place_of_service: str = column("two digits; null where unknown")
    locality: str = column("carrier-locality; null where unknown")
    locality_note: str = column("what is uncertain about the locality; null for nothing")
    charge: Money = column("billed; null for no limit by charge")
    participating: pl.Boolean = column("Medicare participating", required=True)
    assigned: pl.Boolean = column("assignment accepted", required=True)
    apm_qualifying: pl.Boolean = column("qualifying participant of an APM", required=True)
    rendering_type: str = column("MD, DO, NP, PA, CNS; null is priced as a physician")
    mips_factor: Factor = column("MIPS factor of the payment year, 0 for none", required=True)
    deductible: Money = column("deductible the remittance took [PR-1]; null without a remittance")
    deductible_remaining: Money = column(
        "Part B deductible left before the lines of that patient and day; null: taken as met"
    )
    qmb: pl.Boolean = column("qualified Medicare beneficiary", required=True)

    class Config(Table.Config):
        name = "core.pricing_line"
