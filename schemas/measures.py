"""Measures: what came of each bill, how fast payers answer, and the indicators made of both."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from schemas.dated import Graded
from schemas.table import Money, Table, Units, WholeTable, column

Total = Annotated[pl.Decimal, 18, 2]
"""A sum of dollars, or a count, of many lines."""
Value = Annotated[pl.Decimal, 18, 6]
"""A share, ratio, sum of dollars or number of days."""
Rate = Annotated[pl.Decimal, 9, 6]
"""A bound of a share."""
OUTCOMES = [
    "unanswered",
    "information",
    "denied",
    "partly_denied",
    "unknown",
    "patient_share",
    "paid",
]
BASES = ["service", "posting", "denial", "cut"]
"""What a month is of: service; first answer or payment; first denial; the last day of the files."""


class ClaimOutcome(Table):
    """One row per primary bill: its first answer, and its net after all answers.

    "First" is each line's first answer of the primary payer. Sums leave out what is unknown.
    """

    claim_id: str = column("bill", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    payer: str = column("payer", required=True)
    line_of_business: str = column("of the claim", required=True)
    rendering_npi: str = column("rendering provider, of several the smallest")
    date_of_service: pl.Date = column("earliest day", required=True)
    service_month: pl.Date = column("first day of its month", required=True)
    is_mohs: pl.Boolean = column("bills 17311 to 17315", required=True)
    submissions: pl.Int64 = column(
        "submissions on file; 0 where only an 835 knows it", required=True
    )
    first_submitted_date: pl.Date = column("when it was sent first")
    submitted_month: pl.Date = column("first day of that month")
    bill_lag_days: pl.Int64 = column("service to first submission")
    first_answer_date: pl.Date = column("payment date of its earliest first answer")
    answer_month: pl.Date = column("first day of that month")
    answer_lag_days: pl.Int64 = column("first submission to first answer")
    lines: pl.Int64 = column("lines", required=True)
    answered_lines: pl.Int64 = column("lines with an answer", required=True)
    denied_lines: pl.Int64 = column("lines first denied in whole or part", required=True)
    unknown_lines: pl.Int64 = column("lines whose first answer cannot be told", required=True)
    first_outcome: str = column("of the claim at first answer", required=True, isin=OUTCOMES)
    charge: Money = column("billed; of known lines")
    answered_charge: Money = column("of answered lines", required=True)
    denied_charge: Money = column("of lines first denied", required=True)
    priced_lines: pl.Int64 = column("answered lines with an expected amount", required=True)
    expected_allowed: Money = column("of those", required=True)
    denied_expected: Money = column("of those first denied", required=True)
    first_allowed: Money = column("allowed at first answer on those", required=True)
    allowed: Money = column("net allowed by the primary; null where unknown")
    paid: Money = column("net paid by all payers", required=True)
    written_off: Money = column("net contractual adjustments of the primary", required=True)
    compared_lines: pl.Int64 = column("lines with an expected amount to compare", required=True)
    accurate_lines: pl.Int64 = column("of those, as expected", required=True)
    under_lines: pl.Int64 = column("of those, below (audit.payment_variance)", required=True)
    underpaid: Money = column("expected less allowed of those below", required=True)
    comparable_lines: pl.Int64 = column("lines allowed where Medicare has a price", required=True)
    comparable_allowed: Money = column("allowed on those", required=True)
    medicare_allowed: Money = column("Medicare's price of the same lines", required=True)
    first_stages: Units = column("units of 17311 and 17313 on answered lines", required=True)
    mohs_allowed: Money = column("allowed on answered Mohs lines", required=True)
    work_lines: pl.Int64 = column("lines with work RVUs and an allowed amount", required=True)
    work_rvu: Total = column("work RVUs of lines with an allowed amount", required=True)
    work_allowed: Money = column("allowed on lines with work RVUs", required=True)

    class Config(Table.Config):
        name = "audit.claim_outcome"


class PayerLag(WholeTable):
    """One row per payer, and one for `all payers`: days from service to first answer."""

    payer: str = column("payer, or `all payers`", required=True, unique=True)
    claims: pl.Int64 = column("answered claims", required=True)
    median_days: pl.Int64 = column("nearest rank", required=True)
    p90_days: pl.Int64 = column("90th percentile, nearest rank", required=True)
    mature_days: pl.Int64 = column(
        "a month counts once it is this many days over: p90, 60 at least", required=True
    )

    class Config(Table.Config):
        name = "audit.payer_lag"


class KpiDefinition(Graded):
    """One row per indicator: what it is made of, in our words."""

    kpi: str = column("name", required=True, str_matches=r"^[a-z][a-z0-9_]*$")
    label: str = column("for a heading", required=True, str_length={"min_value": 1})
    numerator: str = column("above the line", required=True)
    denominator: str = column("below the line; blank for a sum or a percentile", required=True)
    unit: str = column(
        "share of counts, ratio of dollars or units, dollars, or days",
        required=True,
        isin=["share", "ratio", "dollars", "days"],
    )
    basis: str = column("what its month is of", required=True, isin=["", *BASES])
    is_computable: pl.Boolean = column("claims and remittances answer it", required=True)
    reason: str = column("why not, or what to mind", required=True)
    published_id: str = column("id of a published definition it follows", required=True)

    class Config(Graded.Config):
        name = "reference.kpi"
        unique = ("kpi", "effective_from")


class KpiMeasure(WholeTable):
    """One row per indicator, month and payer: numerator and denominator before they are divided."""

    kpi: str = column("of reference.kpi", required=True)
    month: pl.Date = column("first day", required=True)
    payer: str = column("payer, or `all payers`", required=True)
    numerator: Total = column("above the line", required=True)
    denominator: Total = column("below the line; null for a sum")
    n: pl.Int64 = column("claims, lines, remittances or episodes it rests on", required=True)

    class Config(Table.Config):
        name = "audit.kpi_measure"
        unique = ("kpi", "month", "payer")


class KpiDays(WholeTable):
    """One row per percentile of days, month and payer (nearest rank)."""

    kpi: str = column("of reference.kpi", required=True)
    month: pl.Date = column("first day", required=True)
    payer: str = column("payer, or `all payers`", required=True)
    days: pl.Int64 = column("days", required=True)
    n: pl.Int64 = column("claims or episodes", required=True)

    class Config(Table.Config):
        name = "audit.kpi_days"
        unique = ("kpi", "month", "payer")


class Kpi(WholeTable):
    """One row per indicator, month and payer; one row without month where it cannot be computed."""

    kpi: str = column("of reference.kpi", required=True)
    month: pl.Date = column("first day; null where not computable")
    payer: str = column("payer, or `all payers`", required=True)
    basis: str = column("what the month is of", required=True, isin=["", *BASES])
    unit: str = column("share, ratio, dollars or days", required=True)
    numerator: Total = column("above the line")
    denominator: Total = column("below the line; null for a sum or a percentile")
    value: Value = column("their ratio, else the numerator; null where the denominator is 0")
    lower: Rate = column("95 % Wilson interval of a share; null otherwise")
    upper: Rate = column("95 % Wilson interval of a share; null otherwise")
    n: pl.Int64 = column("claims, lines, remittances or episodes it rests on", required=True)
    is_mature: pl.Boolean = column(
        "the month is complete and, by service or denial, older than the payer's lag", required=True
    )
    is_computable: pl.Boolean = column("claims and remittances answer it", required=True)
    reason: str = column("why not; null where it is computed")

    class Config(Table.Config):
        name = "audit.kpi"
        unique = ("kpi", "month", "payer")
