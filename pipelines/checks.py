"""Checks of landed rows: what sets a claim aside, what is only warned about.

Ids are those of the quarantine: Q3 a transaction that is cut off, Q4 unreadable or missing values, Q5
segments where none belong, Q6 a claim whose lines do not add up, Q7 and Q8 remittances that do not
balance, Q9 to Q11 warnings. A check is data: an id, when a row is bad, what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines import values


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a row."""

    code: str
    is_bad: pl.Expr
    reason: str
    remedy: str


FAILURE = {
    "claim_ordinal": pl.Int64,
    "ordinal": pl.Int64,
    "byte_offset": pl.Int64,
    "byte_end": pl.Int64,
    "reason_code": pl.String,
    "reason": pl.String,
    "remedy": pl.String,
}
"""One row per failed check: the claim it belongs to and the place."""

RESUBMIT = "ask the billing system for a corrected file, then `mohs ingest --again`"


def failures(frame: pl.DataFrame, checks: Sequence[Check]) -> pl.DataFrame:
    """One row per row and check that failed; the frame has claim_ordinal and a place."""
    place = ["claim_ordinal", "ordinal", "byte_offset", "byte_end"]
    if frame.is_empty() or not checks:
        return pl.DataFrame(schema=FAILURE)
    flagged = frame.select(
        *place, *(check.is_bad.fill_null(False).alias(f"#{n}") for n, check in enumerate(checks))
    )
    found = [
        flagged.filter(pl.col(f"#{n}")).select(
            *place,
            reason_code=pl.lit(check.code),
            reason=pl.lit(check.reason),
            remedy=pl.lit(check.remedy),
        )
        for n, check in enumerate(checks)
    ]
    return pl.concat(found).cast(FAILURE)  # type: ignore[arg-type]


def _blank(name: str, what: str) -> Check:
    return Check("Q4", values.is_blank(pl.col(name)), f"{what} is missing", RESUBMIT)


def _unreadable(name: str, value: pl.Expr, what: str, form: str) -> Check:
    return Check(
        "Q4",
        values.is_unreadable(pl.col(name), value),
        f"{what} cannot be read (expected {form})",
        RESUBMIT,
    )


def _amount(name: str, what: str, *, required: bool = True) -> list[Check]:
    form = "digits with at most two decimals"
    checks = [_unreadable(name, values.money(pl.col(name)), what, form)]
    return [_blank(name, what), *checks] if required else checks


def _date(name: str, what: str, *, required: bool = False) -> list[Check]:
    checks = [_unreadable(name, values.date(pl.col(name)), what, "a day of the calendar")]
    return [_blank(name, what), *checks] if required else checks


CLAIM = [
    _blank("claim_number", "the claim number (CLM01)"),
    *_amount("charge", "the claim's charge (CLM02)"),
    *_date("patient_birth_date", "the patient's birth date"),
    *_date("submitted_date", "the submission date"),
    *_date("received_date", "the received date"),
    *_amount("patient_paid", "the amount the patient paid (AMT*F5)", required=False),
]

LINE = [
    _blank("procedure_code", "the procedure code (SV101-2)"),
    *_amount("charge", "the line's charge (SV102)"),
    _blank("units", "the units (SV104)"),
    _unreadable(
        "units",
        values.units(pl.col("units")),
        "the units (SV104)",
        "digits with at most three decimals",
    ),
    _blank("date_of_service", "the date of service (DTP*472)"),
    Check(
        "Q4",
        ~values.is_blank(pl.col("date_of_service")) & pl.col("first_day").is_null(),
        "the date of service (DTP*472) cannot be read (expected a day of the calendar)",
        RESUBMIT,
    ),
    Check(
        "Q4",
        pl.col("date_of_service").str.contains(r"^\d+-\d+$") & pl.col("last_day").is_null(),
        "the range of dates of service (DTP*472) cannot be read",
        RESUBMIT,
    ),
]

REMIT_CLAIM = [
    _blank("claim_number", "the claim number (CLP01)"),
    *_amount("charge", "the claim's charge (CLP03)"),
    *_amount("paid", "the claim's payment (CLP04)"),
    *_amount("patient_responsibility", "the patient's responsibility (CLP05)", required=False),
]

POSTED_CLAIM = [
    _blank("claim_number", "the claim number"),
    *_amount("paid", "the claim's payment"),
    *_amount("patient_responsibility", "the patient's responsibility", required=False),
]
"""Payments of an export need not say what was charged."""


def _adjudicated(*, is_charge_required: bool) -> list[Check]:
    return [
        _blank("procedure_code", "the procedure code (SVC01-2)"),
        *_amount("charge", "the line's charge (SVC02)", required=is_charge_required),
        *_amount("paid", "the line's payment (SVC03)"),
        _unreadable(
            "units_paid",
            values.units(pl.col("units_paid")),
            "the units paid (SVC05)",
            "digits with at most three decimals",
        ),
        *_date("date_of_service", "the line's date of service"),
        *_amount("allowed", "the allowed amount (AMT*B6)", required=False),
    ]


REMIT_LINE = _adjudicated(is_charge_required=True)
POSTED_LINE = _adjudicated(is_charge_required=False)

ADJUSTMENT = [
    _blank("carc", "an adjustment's reason code (CAS)"),
    *_amount("amount", "an adjustment's amount (CAS)"),
]
