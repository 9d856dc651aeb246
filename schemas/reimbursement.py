"""Sums of prices and payments by month, which the pages of the reimbursement report add up."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from schemas.table import WholeTable, column

Total = Annotated[pl.Decimal, 18, 2]
"""A sum of dollars of many lines."""
TotalUnits = Annotated[pl.Decimal, 18, 3]
"""Units of many lines."""


class PaymentMonth(WholeTable):
    """One row per payer, line of business and month of service.

    A primary billed line is due a price; it is bridged where it is priced, answered and comparable,
    denied or not, and Medicare has a fee for it. From `medicare_fee` the amounts named by_ lead to
    `expected`, from there to `allowed`, to the cent. Variances of patterns marked invalid are in
    by_tolerance, not in underpaid or overpaid.
    """

    payer: str = column("payer", required=True)
    line_of_business: str = column("of the line", required=True)
    month: pl.Date = column("first day of the month of service", required=True)
    lines: pl.Int64 = column("lines due a price", required=True)
    priced_lines: pl.Int64 = column("of those, with an expected amount", required=True)
    answered_lines: pl.Int64 = column("of those due, answered by the primary payer", required=True)
    compared_lines: pl.Int64 = column(
        "of those priced, answered, not denied and comparable", required=True
    )
    accurate_lines: pl.Int64 = column("of those compared, allowed as expected", required=True)
    compared_expected: Total = column("expected on lines compared", required=True)
    under_lines: pl.Int64 = column("lines below what was expected that count", required=True)
    underpaid: Total = column("expected less allowed on those", required=True)
    over_lines: pl.Int64 = column("lines above what was expected that count", required=True)
    overpaid: Total = column("allowed less expected on those", required=True)
    bridged_lines: pl.Int64 = column("lines in the sums below", required=True)
    medicare_fee: Total = column("Medicare's full fee", required=True)
    by_contract: Total = column("the fee by the contract less Medicare's", required=True)
    by_ranking: Total = column("multiple procedures", required=True)
    by_modifiers: Total = column("modifiers, participation, provider type", required=True)
    by_charge: Total = column("lost where the charge is below the fee", required=True)
    expected: Total = column("expected of the lines as billed", required=True)
    by_recoding: Total = column(
        "another code adjudicated, or ranks without denied lines", required=True
    )
    by_denial: Total = column("denied lines", required=True)
    by_underpayment: Total = column("variances below that count", required=True)
    by_overpayment: Total = column("variances above that count", required=True)
    by_tolerance: Total = column("within tolerance, or of a pattern marked invalid", required=True)
    allowed: Total = column("allowed by the payer", required=True)
    patient_share: Total = column("of it the patient's, by the remittances", required=True)
    paid: Total = column("paid by the payer", required=True)

    class Config(WholeTable.Config):
        name = "audit.payment_month"
        unique = ("payer", "line_of_business", "month")


class MohsYear(WholeTable):
    """One row per last month, payer, code of 17311 to 17315, locality and place of service.

    A year that ends with that month beside the same months of the year before, whole months that
    both have on file. Units and dollars are of priced lines. Volume: what a change of all units at
    once, at the old mix and prices, would give. Price: the units of now at what a unit was then and
    is now. Mix: the rest. The year before and the three effects add up to the year.
    """

    month: pl.Date = column("first day of the last month", required=True)
    before_from: pl.Date = column("first day of the year before", required=True)
    before_to: pl.Date = column("its last day", required=True)
    now_from: pl.Date = column("first day of the year", required=True)
    now_to: pl.Date = column("its last day", required=True)
    payer: str = column("payer", required=True)
    procedure_code: str = column("17311 to 17315", required=True)
    locality: str = column("Medicare locality; null where unknown")
    place_of_service: str = column("as billed; null where unknown")
    lines_now: pl.Int64 = column("lines due a price in the year, priced or not", required=True)
    medicare_units_now: TotalUnits = column("of those, units billed to Medicare", required=True)
    units_before: TotalUnits = column("units the year before", required=True)
    units_now: TotalUnits = column("units in the year", required=True)
    expected_before: Total = column("expected allowed the year before", required=True)
    expected_now: Total = column("expected allowed in the year", required=True)
    by_price: Total = column("by price", required=True)
    by_volume: Total = column("by volume", required=True)
    by_mix: Total = column("by mix", required=True)

    class Config(WholeTable.Config):
        name = "audit.mohs_year"
        unique = ("month", "payer", "procedure_code", "locality", "place_of_service")
