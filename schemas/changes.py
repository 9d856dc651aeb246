"""What is new, known and gone since the last run, and what a person has set aside."""

from __future__ import annotations

import polars as pl

from schemas.dated import Dated
from schemas.table import Money, Table, WholeTable, column

KINDS = ["finding", "denial", "variance"]


class Item(WholeTable):
    """One row per finding, denial and variance that a run has seen stand, and when it came and went.

    It is kept with the files, because no later run can make it again.
    """

    kind: str = column("finding, denial, variance", required=True, isin=KINDS)
    item_id: str = column("rule and subject, or line", required=True)
    line_id: str = column("line; null for a provider")
    rendering_npi: str = column("rendering provider")
    payer: str = column("payer; null for a provider")
    date_of_service: pl.Date = column("date of service; null for a provider")
    label: str = column("rule, cause of the denial or cause of the variance", required=True)
    severity: str = column("of a finding: error, warning, info")
    dollars: Money = column(
        "expected allowed, of a finding else the charge; of a variance the variance, signed"
    )
    first_run: pl.Int64 = column("run that saw it first, or again after it was gone", required=True)
    first_seen: pl.Date = column("latest date in the files of that run")
    gone_run: pl.Int64 = column("first run that saw it no more; null while it stands")
    gone_seen: pl.Date = column("latest date in the files of that run")

    class Config(Table.Config):
        name = "landing.item"
        unique = ("kind", "item_id")


class Change(WholeTable):
    """One row per finding, denial not closed and variance that stands, or has gone since last month.

    A denial is gone once it is closed, a variance once the line is paid as expected. The month is
    that of the latest date in the files. The first run has nothing to compare with: there all is
    new.
    """

    kind: str = column("finding, denial, variance", required=True, isin=KINDS)
    item_id: str = column("rule and subject, or line", required=True)
    line_id: str = column("line; null for a provider")
    rendering_npi: str = column("rendering provider")
    payer: str = column("payer; null for a provider")
    date_of_service: pl.Date = column("date of service; null for a provider")
    label: str = column("rule, cause of the denial or cause of the variance", required=True)
    severity: str = column("of a finding: error, warning, info")
    dollars: Money = column(
        "expected allowed, of a finding else the charge; of a variance the variance, signed"
    )
    since_run: str = column(
        "since the last run: new, known, gone; null where it went before",
        isin=["new", "known", "gone"],
    )
    since_month: str = column(
        "since the last run of an earlier month: new, known, gone; null where it came and went "
        "since",
        isin=["new", "known", "gone"],
    )
    first_seen: pl.Date = column("latest date in the files of the run that saw it first")
    is_dismissed: pl.Boolean = column("a dismissal of it stands", required=True)

    class Config(Table.Config):
        name = "audit.change"


class Dismissal(Dated):
    """One row per finding a person has set aside, with reason, author and the day it ends.

    It holds while the line is what it was (`line_as_was`); `effective_from` is the day of the
    decision, `effective_to` the last day it holds, without which a row is refused.
    """

    rule_id: str = column("rule", required=True, str_matches=r"^[A-Z]+\d{3}$")
    line_id: str = column("line the finding is on", required=True)
    reason: str = column(
        "why it does not count, without names of patients",
        required=True,
        str_length={"min_value": 1},
    )
    author: str = column("who decided", required=True, str_length={"min_value": 1})
    line_as_was: str = column(
        "code, modifiers, units, day, place, diagnoses and charge of the line"
    )

    class Config(Dated.Config):
        name = "reference.dismissal"
        unique = ("rule_id", "line_id", "effective_from")


class StandingDismissal(WholeTable):
    """One row per dismissal: whether it still keeps its finding out of lists and totals."""

    rule_id: str = column("rule", required=True)
    line_id: str = column("line", required=True)
    state: str = column(
        "standing; expired; line_changed: the line is no longer what it was; no_finding: there is "
        "nothing to set aside",
        required=True,
        isin=["standing", "expired", "line_changed", "no_finding"],
    )
    reason: str = column("why it does not count", required=True)
    author: str = column("who decided", required=True)
    dismissed_date: pl.Date = column("day of the decision", required=True)
    until_date: pl.Date = column("last day it holds", required=True)

    class Config(Table.Config):
        name = "audit.dismissal"


class FlaggedLine(WholeTable):
    """One row per line with a finding that stands and that no other stands in for."""

    line_id: str = column("line", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    findings: pl.Int64 = column("findings on it", required=True, ge=1)
    severity: str = column("the gravest of them", required=True)
    line_as_is: str = column(
        "code, modifiers, units, day, place, diagnoses and charge, as a dismissal remembers them",
        required=True,
    )

    class Config(Table.Config):
        name = "audit.flagged_line"
