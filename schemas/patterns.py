"""Variances of one kind, what a person decided about them, and schedules inferred from payments."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from schemas.dated import Dated
from schemas.table import Money, Table, WholeTable, column

Ratio = Annotated[pl.Decimal, 12, 3]
"""Allowed over expected."""
Percent = Annotated[pl.Decimal, 9, 5]
"""A multiple of the Medicare fee: 1.20000 is 120 %."""

STATUSES = ["detected", "reviewed", "sent", "recovered", "invalid"]
"""What became of a pattern; invalid: our expectation was wrong, and a term must be corrected."""


class PatternStatus(Dated):
    """One row per pattern and day on which a person decided about it; the latest stands.

    `invalid` takes the pattern's dollars out of the totals of under- and overpayment, and must say
    in `term_to_correct` what we expected wrongly. A pattern that somebody decided about keeps its
    name when earlier variances of its kind turn up.
    """

    pattern_id: str = column(
        "as in audit.variance_pattern", required=True, str_length={"min_value": 1}
    )
    status: str = column(
        "detected, reviewed, sent, recovered, invalid", required=True, isin=STATUSES
    )
    decided_date: pl.Date = column("when", required=True)
    term_to_correct: str = column("which term of ours is wrong; required for invalid")
    author: str = column("who decided: initials or a role")
    note: str = column("why, without names of patients")

    class Config(Table.Config):
        name = "reference.pattern_status"
        unique = ("pattern_id", "decided_date", "effective_from")


class VariancePattern(WholeTable):
    """One row per pattern: variances of a payer, code, modifiers, cause and ratio that hang together.

    A pattern starts in the month of the first date of service on which a variance of its kind
    occurs after 180 days without one, and is named by it. "Past" means before `as_of_date`, the
    latest remittance or submission on file, so that the same files give the same answer on any day.
    Deadlines are the payer's clocks `appeal` and `reopening` in reference.clock, counted from the
    line's latest remittance; without such a row they are unknown. Only underpayments are
    recoverable; dollars overpaid are potential, and owed back only once identified.
    """

    pattern_id: str = column("payer, code, modifiers, cause, ratio, month", required=True)
    payer: str = column("payer", required=True)
    line_of_business: str = column("of the payer's lines", required=True)
    procedure_code: str = column("code the payer adjudicated", required=True)
    modifier_key: str = column("modifiers sorted, as text", required=True)
    cause: str = column("as in audit.payment_variance", required=True)
    direction: str = column("under, over", required=True, isin=["under", "over"])
    ratio: Ratio = column("allowed / expected over all its lines; null where nothing is expected")
    start_date: pl.Date = column("first day of the month it started", required=True)
    statement: str = column("what the payer does, in a sentence", required=True)
    lines: pl.Int64 = column("lines", required=True)
    dollars: Money = column("allowed - expected, signed", required=True)
    expected_allowed: Money = column("expected on its lines", required=True)
    allowed: Money = column("allowed on its lines", required=True)
    first_date_of_service: pl.Date = column("first date of service", required=True)
    last_date_of_service: pl.Date = column("last date of service", required=True)
    first_remittance_date: pl.Date = column("first remittance of its lines")
    last_remittance_date: pl.Date = column("last remittance of its lines")
    first_example: str = column("line with the largest variance", required=True)
    second_example: str = column("line with the next largest")
    third_example: str = column("line with the next largest")
    as_of_date: pl.Date = column("latest remittance or submission on file")
    appeal_deadline: pl.Date = column("earliest appeal deadline not past; null: none or unknown")
    reopening_deadline: pl.Date = column("earliest reopening deadline not past; null likewise")
    last_deadline: pl.Date = column("latest deadline of any of its lines; null: unknown")
    recovery: str = column(
        "of an underpayment: recoverable, partly past, past its deadline, unknown",
        isin=["recoverable", "partly past", "past its deadline", "unknown"],
    )
    recoverable: Money = column("dollars underpaid whose deadline is not past", required=True)
    past_deadline: Money = column("dollars underpaid whose deadline is past", required=True)
    unknown_deadline: Money = column("dollars underpaid whose deadline is unknown", required=True)
    status: str = column("what a person decided last, else detected", required=True, isin=STATUSES)
    is_counted: pl.Boolean = column("its dollars count in totals: not invalid", required=True)
    decided_date: pl.Date = column("when that was decided")
    term_to_correct: str = column("of an invalid pattern, the term of ours that is wrong")
    author: str = column("who decided")
    note: str = column("why")

    class Config(Table.Config):
        name = "audit.variance_pattern"


class PayerSchedule(WholeTable):
    """One row per payer, year of service and procedure code ('' for all): the schedule in effect.

    Inferred from what the payer allowed: amounts of lines that nothing but the fee decides (not
    denied, one payer, no modifier that moves the price, exempt from the ranking or the only ranked
    unit of the day, allowed below the charge) are compared with Medicare's fee of the code,
    locality and setting under each loaded schedule. The schedule and the percent that give most of
    them to the cent are the payer's; a code that another percent fits is a carve-out. Terms of
    contracts are not read, so that the two can be compared.
    """

    payer: str = column("payer", required=True)
    service_year: pl.Int64 = column("calendar year of service", required=True)
    procedure_code: str = column("code; blank: all codes together", required=True)
    lines: pl.Int64 = column("lines it rests on (n)", required=True)
    basis: str = column(
        "percent_of_medicare, or fee (the same dollars wherever the service was)",
        required=True,
        isin=["percent_of_medicare", "fee"],
    )
    medicare_year: pl.Int64 = column("year of the Medicare schedule that fits best", required=True)
    schedule_date: pl.Date = column("last day on which that schedule stood", required=True)
    years_behind: pl.Int64 = column("service_year - medicare_year", required=True)
    percent_of_medicare: Percent = column("multiple of that schedule's fee", required=True)
    lower: Percent = column("95 % interval of the median multiple: lower end", required=True)
    upper: Percent = column("its upper end", required=True)
    fee: Money = column("dollars a unit where the basis is a fee; null otherwise")
    exact_share: pl.Float64 = column("share of lines allowed to a cent a unit", required=True)
    near_share: pl.Float64 = column("share of lines allowed within 0.5 %", required=True)
    is_carve_out: pl.Boolean = column("the code departs from the payer's percent", required=True)
    other_medicare_year: pl.Int64 = column("year of the next best schedule; null: none loaded")
    other_exact_share: pl.Float64 = column("its share of lines to the cent")
    further_rate: pl.Float64 = column(
        "what a second procedure of the day is paid of its fee; null: not seen often enough"
    )
    further_lines: pl.Int64 = column("lines that rests on", required=True)
    lag_weeks: pl.Float64 = column(
        "weeks of the year in which remittances still followed the schedule before; 0: none; null: "
        "not to be told"
    )
    lag_weeks_lower: pl.Float64 = column("at least so many: the last remittance on the old one")
    lag_weeks_upper: pl.Float64 = column("at most so many: the first remittance on the new one")
    raise_rate: pl.Float64 = column(
        "the percent over that of the year before, less 1, where the schedule's year did not move"
    )
    missed_escalator: pl.Float64 = column(
        "the raise of the year before that this year lacks; null: none is missed"
    )
    is_reliable: pl.Boolean = column(
        "at least 30 lines and eight of ten of them to the cent; or 5, where another year of the "
        "payer that has them says the same",
        required=True,
    )

    class Config(Table.Config):
        name = "audit.payer_schedule"
        unique = ("payer", "service_year", "procedure_code")


class InferredVariance(WholeTable):
    """One row per adjudicated line of a payer without terms that has a reliable inferred schedule.

    Apart from audit.payment_variance on purpose: what a payer usually does is no contract. The
    tolerance is half a percent, at least two cents.
    """

    line_id: str = column("line", required=True)
    payer: str = column("payer", required=True)
    procedure_code: str = column("code", required=True)
    modifier_key: str = column("modifiers sorted, as text", required=True)
    date_of_service: pl.Date = column("date of service", required=True)
    expected_basis: str = column("inferred", required=True, isin=["inferred"])
    medicare_year: pl.Int64 = column("year of the schedule inferred", required=True)
    percent_of_medicare: Percent = column("multiple inferred for the code", required=True)
    inferred_allowed: Money = column("what the payer usually allows", required=True)
    allowed: Money = column("what it allowed", required=True)
    variance: Money = column("allowed - inferred_allowed", required=True)
    status: str = column(
        "as_expected, under, over", required=True, isin=["as_expected", "under", "over"]
    )
    explanation: str = column("how the amount was inferred", required=True)

    class Config(Table.Config):
        name = "audit.inferred_variance"
