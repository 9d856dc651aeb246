"""What compliance enters itself: counsel, clocks, corrective actions, coders, audits completed."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from schemas.dated import Dated
from schemas.table import Money, Table, WholeTable, column

Rate = Annotated[pl.Decimal, 8, 4]
"""A share of 1."""

UNITS = ["encounter", "claim", "line"]
SUBJECTS = ["audit", "surgeon", "coder"]


class Counsel(Dated):
    """One row per engagement of counsel at whose direction audits are prepared; none: no banner.

    The dates are the days of reports, not of services. Whether a privilege applies is for counsel.
    """

    counsel: str = column(
        "name and firm, as they are to stand on the pages",
        required=True,
        str_length={"min_value": 1},
    )

    class Config(Dated.Config):
        name = "reference.counsel"
        unique = ("counsel", "effective_from")


class AuditClock(Dated):
    """One row per matter compliance keeps a clock for; every day is entered by a person, none made.

    42 CFR 401.305 gives sixty days from the day an overpayment is identified, and suspends them for
    up to 180 days while a timely investigation in good faith goes on. Nothing here sets that day.
    """

    matter: str = column(
        "what it is about, without names of patients", required=True, str_length={"min_value": 1}
    )
    authority: str = column("what sets the clock: a letter, 42 CFR 401.305, a plan")
    owner: str = column("who sees to it", required=True, str_length={"min_value": 1})
    requested_date: pl.Date = column("day of the request or of the first report")
    started_date: pl.Date = column("day the investigation began")
    identified_date: pl.Date = column("day the practice says an overpayment was identified")
    due_date: pl.Date = column("last day to answer, as entered; null: none entered")
    closed_date: pl.Date = column("day it was closed; null while open")
    note: str = column("remark, without names of patients")

    class Config(Dated.Config):
        name = "reference.audit_clock"
        unique = ("matter", "effective_from")


class CorrectiveAction(Dated):
    """One row per corrective action: root cause, what is done, by whom, until when, audited again when."""

    action_id: str = column("name of the row", required=True, str_length={"min_value": 1})
    rule_id: str = column(
        "rule whose findings it answers; blank for others",
        required=True,
        str_matches=r"^([A-Z]+\d{3})?$",
    )
    root_cause: str = column("why it happened", required=True, str_length={"min_value": 1})
    action: str = column("what is done about it", required=True, str_length={"min_value": 1})
    owner: str = column("who sees to it", required=True, str_length={"min_value": 1})
    opened_date: pl.Date = column("day it was decided", required=True)
    due_date: pl.Date = column("last day to have it done", required=True)
    done_date: pl.Date = column("day it was done; null while open")
    reaudit_date: pl.Date = column("day it is audited again; null: none set")
    note: str = column("remark, without names of patients")

    class Config(Dated.Config):
        name = "reference.corrective_action"
        unique = ("action_id", "effective_from")


class Coder(Dated):
    """One row per claim and who coded it, or per surgeon and period and who codes for them.

    A row of the claim goes before one of its surgeon.
    """

    coder: str = column(
        "initials or user name of who coded", required=True, str_length={"min_value": 1}
    )
    claim_id: str = column("claim; blank where the surgeon is named")
    rendering_npi: str = column("surgeon; blank where the claim is named", str_matches=r"^\d{10}$")

    class Config(Dated.Config):
        name = "reference.coder"
        unique = ("claim_id", "rendering_npi", "effective_from")


class AuditResult(Dated):
    """One row per completed audit, measure and subject: what `mohs estimate --keep` adds to audits.csv.

    `effective_from` is the day it was kept.
    """

    audit_id: str = column(
        "first 16 digits of the sample's seal", required=True, str_length={"min_value": 1}
    )
    drawn_date: pl.Date = column("day it was drawn and sealed", required=True)
    unit: str = column("what was drawn and reviewed as one", required=True, isin=UNITS)
    design: str = column("how it was drawn", required=True, isin=["simple", "stratified"])
    scope: str = column(
        "payers, surgeons and kinds of units the frame was limited to",
        required=True,
        str_length={"min_value": 1},
    )
    first_day: pl.Date = column("first date of service of the frame; null for all on file")
    last_day: pl.Date = column("last one")
    subject: str = column("whom the row is about", required=True, isin=SUBJECTS)
    who: str = column("surgeon or coder; null for the whole audit")
    measure: str = column("what was measured", required=True, str_length={"min_value": 1})
    right: pl.Int64 = column("right in the sample; null for dollars", ge=0)
    reviewed: pl.Int64 = column("of so many; null for dollars", ge=0)
    rate: Rate = column(
        "estimate for the frame; of a surgeon or coder, share of the sample", required=True
    )
    low: Rate = column("its 90 % interval; null where the sample cannot give one")
    high: Rate = column("its 90 % interval")
    top_error: str = column("most frequent error of the subject; null for none")

    class Config(Dated.Config):
        name = "reference.audit_result"
        unique = ("audit_id", "subject", "who", "measure", "effective_from")


class AuditComparison(WholeTable):
    """One row per row of reference.audit_result: the same measure in the latest earlier audit like it.

    Like it means of the same unit and scope; `why_not` says why there is none. Where the earlier
    one is alike but lacks the measure, the difference is null.
    """

    audit_id: str = column("first 16 digits of the sample's seal", required=True)
    drawn_date: pl.Date = column("day it was drawn and sealed", required=True)
    unit: str = column("encounter, claim, line", required=True)
    scope: str = column("what the frame was limited to", required=True)
    subject: str = column("audit, surgeon, coder", required=True, isin=SUBJECTS)
    who: str = column("surgeon or coder; null for the whole audit")
    measure: str = column("what was measured", required=True)
    right: pl.Int64 = column("right in the sample; null for dollars")
    reviewed: pl.Int64 = column("of so many; null for dollars")
    rate: pl.Float64 = column("as in audits.csv", required=True)
    low: pl.Float64 = column("its 90 % interval")
    high: pl.Float64 = column("its 90 % interval")
    top_error: str = column("most frequent error of the subject")
    earlier_drawn_date: pl.Date = column("day the earlier audit was drawn; null without one")
    why_not: str = column("why nothing is compared; null where it is")
    earlier_reviewed: pl.Int64 = column("n of the earlier one")
    earlier_rate: pl.Float64 = column("rate of the earlier one")
    earlier_low: pl.Float64 = column("its 90 % interval")
    earlier_high: pl.Float64 = column("its 90 % interval")
    difference: pl.Float64 = column("rate less the earlier one")

    class Config(Table.Config):
        name = "audit.audit_comparison"


class CodingFinding(WholeTable):
    """One row per finding of audit.change by a rule about coding: what the coding audit counts.

    Rules about payments are left out; they say something of the payer.
    """

    item_id: str = column("rule and subject", required=True)
    rule_id: str = column("rule", required=True)
    category: str = column("what the rule is about; other where it is withdrawn")
    severity: str = column("error, warning, info")
    line_id: str = column("line; null for a provider")
    rendering_npi: str = column("rendering provider")
    payer: str = column("payer; null for a provider")
    date_of_service: pl.Date = column("date of service; null for a provider")
    dollars: Money = column("expected allowed, else the charge")
    since_run: str = column("since the last run: new, known, gone")
    since_month: str = column(
        "since the last run of an earlier month: new, known, gone; null where it came and went "
        "since"
    )
    is_dismissed: pl.Boolean = column("a dismissal of it stands", required=True)
    is_counted: pl.Boolean = column("it stands and is not dismissed", required=True)

    class Config(Table.Config):
        name = "audit.coding_finding"


class CodingUnit(WholeTable):
    """One row per encounter as a coding audit samples it: dollars, what keeps it out of the frame, risk."""

    encounter_id: str = column("encounter", required=True)
    rendering_npi: str = column("surgeon")
    date_of_service: pl.Date = column("day", required=True)
    lines: pl.Int64 = column("billed lines", required=True, ge=1)
    charge: Money = column("billed")
    paid: Money = column("paid; null where nothing is known")
    is_final: pl.Boolean = column("every line is adjudicated", required=True)
    has_mohs: pl.Boolean = column("a line of Mohs surgery", required=True)
    is_framed: pl.Boolean = column(
        "final, with Mohs surgery, and paid something: as mohs sample frames it without options",
        required=True,
    )
    gravest: str = column(
        "gravest finding that counts: error, warning, none",
        required=True,
        isin=["error", "warning", "none"],
    )

    class Config(Table.Config):
        name = "audit.coding_unit"


class LineCoder(WholeTable):
    """One row per billed line whose coder coders.csv names, by the claim, else by surgeon and day."""

    line_id: str = column("line", required=True)
    coder: str = column("who coded", required=True)

    class Config(Table.Config):
        name = "audit.line_coder"
