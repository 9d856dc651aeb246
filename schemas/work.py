"""Work on denials: what is open, until when, what it may bring, and what the record holds for it."""

from __future__ import annotations

import polars as pl

from schemas.dated import Graded
from schemas.denials import DENIALS
from schemas.records import Share
from schemas.table import Money, Table, WholeTable, column


class DenialQuestion(Graded):
    """One row per cause of a denial: what to ask before answering it, in our words."""

    cause: str = column(
        "category of reference.carc_category or cause of reference.rarc_category",
        required=True,
        str_matches=r"^[a-z][a-z_]*$",
    )
    asks_records: pl.Boolean = column("the payer asks for records or data", required=True)
    is_about_record: pl.Boolean = column("the medical record answers it", required=True)
    question: str = column("what to ask", required=True, str_length={"min_value": 1})
    wanted: str = column("what would answer it", required=True, str_length={"min_value": 1})

    class Config(Graded.Config):
        name = "reference.denial_question"
        unique = ("cause", "effective_from")


class WorkItem(WholeTable):
    """One row per open denial episode: the work list, in the order to work it (`place`).

    Order: lines nobody has decided on before those somebody has, then by deadline (unknown ones
    last), then by `value`. Expected value is what is left of the expected allowed amount, times the
    share of closed episodes of the same payer and category that ended paid. That share tells what
    became of the denials there, worked on or not; it is no forecast, and with fewer than 11 closed
    episodes there is none.
    """

    place: pl.Int64 = column("1 for the first to work on", required=True, unique=True)
    line_id: str = column("line", required=True, unique=True)
    claim_id: str = column("its claim", required=True)
    patient_id: str = column("pseudonym", required=True)
    payer: str = column("payer", required=True)
    line_of_business: str = column("of the claim", required=True)
    payer_sequence: str = column("P, S, T", required=True)
    rendering_npi: str = column("rendering provider")
    date_of_service: pl.Date = column("first day of service")
    procedure_code: str = column("as billed now, else as adjudicated", required=True)
    modifier_key: str = column("modifiers sorted; null where no standing claim bills it")
    first_denied_date: pl.Date = column("payment date of the first denial")
    last_denied_date: pl.Date = column("from which appeals and reopening count")
    first_submitted_date: pl.Date = column("when the bill was first sent")
    kind: str = column("of the first denial", required=True, isin=list(DENIALS))
    category: str = column("of its driver", required=True)
    cause: str = column("what the remark names, else the category", required=True)
    driver_carc: str = column("driver of the first denial")
    driver_rarc: str = column("remark with it")
    action: str = column("appeal, resubmit, reopen", required=True)
    action_deadline: pl.Date = column("last day for it; null where unknown")
    days_left: pl.Int64 = column("from the data cut to that day; null where unknown")
    action_clock_source: str = column("source of the clock; null where none is known")
    appeal_level: pl.Int64 = column("level allowed now, 1 to 5; null where none is")
    least_amount: Money = column("amount that must be in controversy at that level, where known")
    charge: Money = column("billed; null where unknown")
    expected_allowed: Money = column("by the schedule or contract; null where not priced")
    unrecovered: Money = column("what is left of it; null where not priced")
    closed_alike: pl.Int64 = column(
        "closed episodes of that payer and category", required=True, ge=0
    )
    overturned_alike: pl.Int64 = column("of them ended paid in whole or part", required=True, ge=0)
    overturned_share: Share = column("overturned_alike / closed_alike; null under 11")
    expected_value: Money = column("unrecovered x overturned_share; null where either is unknown")
    value: Money = column("what it is ordered by; null where nothing is known")
    value_basis: str = column(
        "what `value` is: expected value, else what is left of the expected allowed, else the charge",
        required=True,
        isin=["expected_value", "expected_allowed", "charge"],
    )
    preventing_rule: str = column(
        "rule of ours that fires on the claim as denied; null where none does"
    )
    is_preventable: pl.Boolean = column("such a rule fires; null where no rule could judge that")
    question: str = column(
        "what to ask; of a preventing rule not where its finding is dismissed", required=True
    )
    wanted: str = column("what would answer it", required=True)
    asks_records: pl.Boolean = column("the payer asks for records or data", required=True)
    is_about_record: pl.Boolean = column("the medical record answers it", required=True)
    has_chart: pl.Boolean = column("a chart of the line's lesions is on file", required=True)
    evidence_present: str = column("what that chart holds, parted by commas; blank for nothing")
    evidence_missing: str = column("what it says it lacks; blank for nothing")
    evidence_unknown: str = column("what its file does not tell; blank for nothing")
    records_requested_date: pl.Date = column("payer asked for records, by the chart")
    records_sent_date: pl.Date = column("records were sent, by the chart")
    decision: str = column(
        "latest disposition since the last denial that is about the denial and leaves it open"
    )
    decided_date: pl.Date = column("when")
    note: str = column("its note")

    class Config(Table.Config):
        name = "audit.work_item"
