"""What the price calculator reads."""

from __future__ import annotations

import polars as pl

from schemas.table import Codes, Money, Table, Units, column


class PricingLine(Table):
    """One row per line to price: a primary billed line, or a row of the file of `mohs price`."""

    line_id: str = column("line", required=True, unique=True)
    claim_order: pl.Int64 = column(
        "order in which the payer meets the lines of a patient and day", required=True
    )
    patient_id: str = column("pseudonym, or the file's own id", required=True)
    pricing_group: str = column(
        "group and specialty, or the rendering NPI: whose lines are ranked together", required=True
    )
    line_of_business: str = column("of the claim; only medicare is priced", required=True)
    date_of_service: pl.Date = column("first day of service", required=True)
    procedure_code: str = column("CPT or HCPCS", required=True)
    modifiers: Codes = column("as billed, in order", required=True)
    units: Units = column("billed units", required=True)
    place_of_service: str = column("two digits; null where unknown")
    locality: str = column("carrier-locality; null where unknown")
    locality_note: str = column("what is uncertain about the locality; null for nothing")
    charge: Money = column("billed; null for no limit by charge")
    participating: pl.Boolean = column("Medicare participating", required=True)
    assigned: pl.Boolean = column("assignment accepted", required=True)
    apm_qualifying: pl.Boolean = column("qualifying participant of an APM", required=True)
    rendering_type: str = column("MD, DO, NP, PA, CNS; null is priced as a physician")
    deductible_remaining: Money = column(
        "Part B deductible left before the lines of that patient and day", required=True
    )
    qmb: pl.Boolean = column("qualified Medicare beneficiary", required=True)

    class Config(Table.Config):
        name = "core.pricing_line"
