"""Denials: what payers answered to each line, and what became of those they denied."""

from __future__ import annotations

import polars as pl

from schemas.dated import Graded
from schemas.table import Money, Table, WholeTable, column

DENIALS = ("denial", "partial_denial", "information_request", "unprocessable")
"""Kinds of answer that open an episode."""
KINDS = [*DENIALS, "paid", "patient_share", "contractual", "unknown", "reversal"]
STATES = ["open", "corrected", "overturned", "partly_paid", "expired", "appealed", "written_off"]
RESOLUTIONS = ["reprocessing", "correction", "resubmission", "other_payer", "withdrawn"]


class RarcCategory(Graded):
    """One row per remittance advice remark code: the cause it names, in our words."""

    rarc: str = column("remark code", required=True, str_length={"min_value": 1})
    cause: str = column("cause it names; blank where it names none", required=True)
    is_unprocessable: pl.Boolean = column(
        "the claim was not adjudicated: send it anew, no appeal", required=True
    )
    is_unappealable: pl.Boolean = column("the decision may not be appealed", required=True)

    class Config(Graded.Config):
        name = "reference.rarc_category"
        unique = ("rarc", "effective_from")


class Submission(Table):
    """One row per submission of a bill that passed its checks."""

    claim_key: str = column("file_id:ordinal of the submission", required=True, unique=True)
    claim_id: str = column("identity of the bill", required=True)
    patient_id: str = column("pseudonym", required=True)
    payer_sequence: str = column("P, S, T", required=True)
    submission: pl.Int64 = column("1 for the first of the bill", required=True)
    frequency_code: str = column("1 original, 7 replacement, 8 void", required=True)
    is_standing: pl.Boolean = column("the one that stands", required=True)
    is_as_standing: pl.Boolean = column(
        "its lines, payer, patient and providers are the standing submission's, so that what the "
        "rules say of that one holds of it",
        required=True,
    )
    submitted_date: pl.Date = column("when it was sent")
    received_date: pl.Date = column("when the payer received it, where known")
    first_date_of_service: pl.Date = column("earliest first day of its lines", required=True)
    charge: Money = column("billed", required=True)
    source: str = column("837 or export", required=True)
    file_id: str = column("file", required=True)

    class Config(Table.Config):
        name = "core.submission"


class DenialReason(Table):
    """One row per adjudication and reason that denied or cut it, reversals left out.

    A reason is a group code and CARC that is neither contractual nor PR-1, PR-2 or PR-3.
    """

    remit_claim_id: str = column("its adjudicated claim", required=True)
    remit_line_id: str = column("its adjudicated line; null at claim level")
    patient_id: str = column("pseudonym", required=True)
    place: pl.Int64 = column(
        "1 drives: lowest rank of its category, then most dollars", required=True
    )
    group_code: str = column("CO, PR, OA, PI, CR", required=True)
    carc: str = column("claim adjustment reason code", required=True)
    category: str = column("of reference.carc_category, or unmapped", required=True)
    amount: Money = column("dollars taken off", required=True)

    class Config(Table.Config):
        name = "core.denial_reason"


class Answer(Table):
    """One row per adjudicated line of each remittance: what kind of answer it was.

    A remittance for a claim without its lines answers each of the claim's lines. Remittances that
    only price ahead (CLP02 25) are no answers.
    """

    answer_id: str = column(
        "remit_line_id, or remit_claim_id/line_id of a claim without lines",
        required=True,
        unique=True,
    )
    line_id: str = column(
        "billed line; of an earlier submission, the standing line of its number", required=True
    )
    claim_id: str = column("claim it belongs to", required=True)
    patient_id: str = column("pseudonym", required=True)
    remit_claim_id: str = column("adjudicated claim", required=True)
    remit_line_id: str = column("adjudicated line; null for a claim without lines")
    payer: str = column("who answered", required=True)
    payer_sequence: str = column("P, S, T: whose turn it was", required=True)
    is_own: pl.Boolean = column("of the payer the claim was sent to", required=True)
    is_reversal: pl.Boolean = column("takes an earlier answer back", required=True)
    payment_date: pl.Date = column("of its payment")
    submission: pl.Int64 = column(
        "submission answered: the latest sent by that day, else the first", required=True
    )
    charge: Money = column("without sign; null where posted payments do not say")
    allowed: Money = column("signed; a later payer's without what was paid before it")
    paid: Money = column("signed; null for a line of a paid claim without lines")
    patient_responsibility: Money = column("sum of PR adjustments")
    denied: Money = column("sum of core.denial_reason", required=True)
    kind: str = column("what kind of answer", required=True, isin=KINDS)
    is_denial: pl.Boolean = column(
        "denial, partial denial, information request or unprocessable", required=True
    )
    category: str = column(
        "of the driver; unexplained where posted payments name no reason; null unless denied"
    )
    group_code: str = column("of the driver")
    carc: str = column("the reason that drives; null unless denied")
    rarc: str = column("first remark that names a cause, else first remark")
    is_unprocessable: pl.Boolean = column("a remark says so (MA130)", required=True)
    is_unappealable: pl.Boolean = column("a remark says so (N211)", required=True)
    file_id: str = column("file", required=True)
    ordinal: pl.Int64 = column("segment or row number in that file", required=True)
    place: pl.Int64 = column("1 for the line's first answer of that payer; null for a reversal")

    class Config(Table.Config):
        name = "core.answer"


class Denial(Table):
    """One row per line a payer denied in whole or part: what the files say became of it.

    A full denial counts while nothing is allowed, so that a duplicate of a paid line is none. Where
    the primary and a later payer deny the same service, the row is the primary's and the later
    payer's money counts as recovered.
    """

    line_id: str = column("line", required=True, unique=True)
    claim_id: str = column("its claim", required=True)
    patient_id: str = column("pseudonym", required=True)
    encounter_id: str = column("its encounter; null where no standing primary claim bills it")
    payer: str = column("payer", required=True)
    line_of_business: str = column("of the claim", required=True)
    payer_sequence: str = column("P, S, T", required=True)
    rendering_npi: str = column("rendering provider")
    date_of_service: pl.Date = column("first day of service")
    procedure_code: str = column("as billed now, else as adjudicated", required=True)
    modifier_key: str = column("modifiers sorted; null where no standing claim bills it")
    charge: Money = column("billed")
    first_denied_date: pl.Date = column("payment date of the first denial")
    denied_submission: pl.Int64 = column("submission it answered", required=True)
    submissions: pl.Int64 = column("submissions of the bill", required=True)
    denials: pl.Int64 = column("answers that denied it in whole or part", required=True)
    kind: str = column("of the first denial", required=True, isin=list(DENIALS))
    category: str = column("of the first denial's driver", required=True)
    cause: str = column("what the remark names, else the category", required=True)
    group_code: str = column("of the driver: who is left with the balance")
    carc: str = column("driver of the first denial")
    rarc: str = column("remark with it")
    alternatives: str = column("its other reasons with dollars, as CO-97:12.00, at most four")
    denied: Money = column("dollars of all its reasons", required=True)
    is_take_back: pl.Boolean = column("the payer had paid it before", required=True)
    last_denied_date: pl.Date = column("of the latest denial that is not for a duplicate")
    is_unprocessable: pl.Boolean = column(
        "that denial says the claim was not adjudicated (MA130): resubmit, no appeal",
        required=True,
    )
    is_appealable: pl.Boolean = column(
        "that denial is neither unprocessable nor barred from appeal (N211)", required=True
    )
    state: str = column(
        "by the files alone: open, corrected, overturned, partly_paid",
        required=True,
        isin=STATES[:4],
    )
    final_date: pl.Date = column("when that was settled; null while it is not")
    resolution: str = column("how it was settled", isin=RESOLUTIONS)
    allowed: Money = column("net allowed by its payer after all remittances", required=True)
    recovered: Money = column(
        "allowed since the first denial, or paid by other payers where still denied", required=True
    )
    asked: Money = column("what the primary left to the patient; null for a primary line")
    last_activity_date: pl.Date = column("latest answer or submission")

    class Config(Table.Config):
        name = "core.denial"


class DataCut(WholeTable):
    """One row: the day the files reach to, against which what is late is judged."""

    as_of_date: pl.Date = column("latest payment or submission date in the files; null without one")
    first_payment_date: pl.Date = column("earliest remittance")
    last_payment_date: pl.Date = column("latest remittance")
    first_submitted_date: pl.Date = column("earliest submission")
    last_submitted_date: pl.Date = column("latest submission")
    submissions: pl.Int64 = column("claim submissions on file", required=True)
    remittances: pl.Int64 = column("adjudicated claims on file", required=True)

    class Config(Table.Config):
        name = "audit.data_cut"


class DenialEpisode(WholeTable):
    """One row per denied line, from its first denial to what became of it; dollars once.

    What the files say is `core.denial`; deadlines are reference.clock's, appeals and write-offs
    reference.disposition's, and what is late is late at audit.data_cut. Preventable means that a
    rule of ours fires on the claim as it was denied.
    """

    line_id: str = column("line", required=True, unique=True)
    claim_id: str = column("its claim", required=True)
    patient_id: str = column("pseudonym", required=True)
    encounter_id: str = column("its encounter; null where no standing primary claim bills it")
    payer: str = column("payer", required=True)
    line_of_business: str = column("of the claim", required=True)
    payer_sequence: str = column("P, S, T", required=True)
    rendering_npi: str = column("rendering provider")
    date_of_service: pl.Date = column("first day of service")
    procedure_code: str = column("as billed now, else as adjudicated", required=True)
    modifier_key: str = column("modifiers sorted; null where no standing claim bills it")
    first_denied_date: pl.Date = column("payment date of the first denial")
    month: pl.Date = column("first day of that month")
    denied_submission: pl.Int64 = column("submission it answered", required=True)
    submissions: pl.Int64 = column("submissions of the bill", required=True)
    denials: pl.Int64 = column("answers that denied it in whole or part", required=True)
    kind: str = column("of the first denial", required=True, isin=list(DENIALS))
    category: str = column("of the first denial's driver", required=True)
    cause: str = column("what the remark names, else the category", required=True)
    liability: str = column(
        "who is left with the balance by the group code: provider, patient, other; null unknown",
        isin=["provider", "patient", "other"],
    )
    driver_group: str = column("CO, PR, OA, PI, CR")
    driver_carc: str = column("driver of the first denial")
    driver_rarc: str = column("remark with it")
    alternatives: str = column("its other reasons with dollars, as CO-97:12.00, at most four")
    is_take_back: pl.Boolean = column("the payer had paid it before", required=True)
    is_unprocessable: pl.Boolean = column("MA130: resubmit, no appeal", required=True)
    is_appealable: pl.Boolean = column("neither unprocessable nor barred (N211)", required=True)
    current_state: str = column(
        "open, corrected, overturned, partly_paid, expired by the files; appealed, written_off by "
        "dispositions.csv",
        required=True,
        isin=STATES,
    )
    is_closed: pl.Boolean = column(
        "overturned, partly paid, expired, written off or withdrawn", required=True
    )
    final_date: pl.Date = column("when it was closed; null while it is not")
    resolution: str = column("how money came, or withdrawn", isin=RESOLUTIONS)
    charge: Money = column("billed; null where unknown")
    expected_allowed: Money = column(
        "by the schedule or contract; of a later payer what the first left to the patient; null "
        "where not priced"
    )
    denied: Money = column("dollars of the first denial's reasons", required=True)
    recovered: Money = column(
        "allowed since the first denial, or paid by other payers where still denied", required=True
    )
    unrecovered: Money = column("expected_allowed less what is allowed or was paid; never below 0")
    last_denied_date: pl.Date = column("from which appeals and reopening count")
    appeal_level: pl.Int64 = column("level allowed now, 1 to 5; null where none is")
    appeal_deadline: pl.Date = column("last day of that level; null where unknown or none")
    appeal_clock_source: str = column("source of that deadline")
    least_amount: Money = column("amount that must be in controversy at that level, where known")
    correction_deadline: pl.Date = column("last day to send it anew; null where unknown")
    reopening_deadline: pl.Date = column("last day to ask for a reopening; null where unknown")
    action: str = column(
        "what may be done: appeal, resubmit, reopen; null once closed, appealed or sent again",
        isin=["appeal", "resubmit", "reopen"],
    )
    action_deadline: pl.Date = column("last day for it; null where unknown")
    action_clock_source: str = column("source of that deadline; null where unknown")
    appealed_date: pl.Date = column("first appeal in dispositions.csv")
    written_off_date: pl.Date = column("in dispositions.csv")
    last_activity_date: pl.Date = column("latest answer, submission or disposition")
    is_preventable: pl.Boolean = column(
        "an error or warning on the claim as it was denied; null where no rule could judge that"
    )
    preventing_rule: str = column("the first such rule by severity and id")

    class Config(Table.Config):
        name = "audit.denial_episode"


class ReasonCode(WholeTable):
    """One row per reason or remark code met in remittances: what we make of it."""

    kind: str = column("carc or rarc", required=True, isin=["carc", "rarc"])
    code: str = column("code", required=True)
    category: str = column("our category, or the cause a remark names; null where unmapped")
    is_mapped: pl.Boolean = column("stands in our tables", required=True)
    adjudications: pl.Int64 = column("times met", required=True)
    amount: Money = column("dollars taken off, net of reversals; null for a remark")
    first_date: pl.Date = column("first remittance with it")
    last_date: pl.Date = column("last remittance with it")

    class Config(Table.Config):
        name = "audit.reason_code"
        unique = ("kind", "code")
