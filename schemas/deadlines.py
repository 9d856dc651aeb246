"""Deadlines of payers, and what a person has decided about a finding or a denied line."""

from __future__ import annotations

import polars as pl

from schemas.dated import Dated, Graded
from schemas.table import Money, column

LINES_OF_BUSINESS = ["medicare", "medicare_advantage", "medicaid", "commercial"]
CLOCKS = [
    "timely_filing",
    "corrected_claim",
    "reopening",
    "appeal",
    "second_appeal",
    "third_appeal",
    "fourth_appeal",
    "fifth_appeal",
    "records_request",
]
"""What must be done in time; appeals by their level (Medicare: redetermination, reconsideration,
hearing, Council, court)."""


class Clock(Graded):
    """One row per deadline of a payer, or of every payer of a line of business: how long it is.

    Medicare's ship; clocks.csv of the practice folder adds and wins. A row that names the payer
    goes before one of its line of business. No row: the deadline is unknown. The dates are those of
    the day on which the clock starts (`counts_from`).
    """

    payer: str = column(
        "as in payers.csv; blank for every payer of the line of business", required=True
    )
    line_of_business: str = column(
        "line of business; blank where the payer is named",
        required=True,
        isin=["", *LINES_OF_BUSINESS],
    )
    clock: str = column("what must be done in time", required=True, isin=CLOCKS)
    days: pl.Int64 = column("calendar days; null where it is a year", gt=0)
    years: pl.Int64 = column("one calendar year, instead of days", ge=1, le=1)
    counts_from: str = column(
        "service, remittance, decision or letter; null for the usual: filing and correction from "
        "the service, reopening and first appeal from the remittance, later appeals from the "
        "decision before, records from the letter",
        isin=["service", "remittance", "decision", "letter"],
    )
    receipt_days: pl.Int64 = column(
        "days after which a notice is presumed to have come, added to the clock; null: none", ge=0
    )
    least_amount: Money = column("amount that must be in controversy; null: none known", ge=0)
    effective_from: pl.Date = column(
        "first day it holds for, of those on which the clock starts (counts_from)", required=True
    )
    effective_to: pl.Date = column(
        "last day it holds for, of those on which the clock starts (counts_from)", required=True
    )

    class Config(Graded.Config):
        name = "reference.clock"
        unique = ("payer", "line_of_business", "clock", "effective_from")


class Disposition(Dated):
    """One row per line and date: what a person decided about a denied line or a finding on it.

    Nothing here follows from the files: an appeal that was sent, an amount written off.
    """

    rule_id: str = column(
        "rule of the finding; blank where it is about the line's denial",
        required=True,
        str_matches=r"^([A-Z]+\d{3})?$",
    )
    line_id: str = column("line", required=True, str_length={"min_value": 1})
    disposition: str = column(
        "what was decided; appeal_lost: the payer's decision upheld its denial",
        required=True,
        isin=["accepted", "corrected", "rejected", "appealed", "appeal_lost", "written_off"],
    )
    decided_date: pl.Date = column(
        "when; of a lost appeal, the date of the decision", required=True
    )
    note: str = column("why, without names of persons")

    class Config(Dated.Config):
        name = "reference.disposition"
        unique = ("line_id", "rule_id", "decided_date", "disposition", "effective_from")
