"""Policy against payers: what the rules said, what was paid, and what a correction would change."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from schemas.dated import Graded
from schemas.table import Codes, Money, Table, Units, WholeTable, column

Share = Annotated[pl.Decimal, 6, 4]
"""A proportion in 0..1."""

QUADRANTS = ["clean_paid", "clean_denied", "broken_denied", "broken_paid"]


class RecordFloor(Graded):
    """One row per period: below what track record a rule is shown as informational."""

    least_denial_rate: Share = column(
        "upper end of the 95 % interval of the denial rate when fired, below which the rule falls",
        required=True,
    )
    fewest_fires: pl.Int64 = column("adjudicated lines it must have flagged", required=True)
    held_out_months: pl.Int64 = column(
        "last months of service that do not count towards the floor", required=True
    )

    class Config(Table.Config):
        name = "reference.record_floor"
        unique = ("effective_from",)


class SubmissionLine(WholeTable):
    """One row per line of an answered submission that no longer stands as it was sent.

    Only primary bills: a line that still stands as its payer answered it is in core.service_line
    and is not told again. The line is as it was billed; `line_id` is what it is now.
    """

    line_id: str = column(
        "the line as it is now; of a line the standing claim no longer bills that of its remittance",
        required=True,
    )
    submission: pl.Int64 = column("the submission, 1 for the first of the bill", required=True)
    billed_line_id: str = column("the line as that submission numbered it", required=True)
    claim_id: str = column("its claim", required=True)
    patient_id: str = column("pseudonym", required=True)
    payer: str = column("payer of the claim", required=True)
    rendering_npi: str = column("rendering provider")
    month: pl.Date = column("first day of the month of service", required=True)
    procedure_code: str = column("as billed then", required=True)
    modifier_key: str = column("modifiers as billed then, sorted", required=True)
    units: Units = column("as billed then")
    charge: Money = column("billed then", required=True)
    dollars: Money = column("expected allowed as billed then, else charge", required=True)
    outcome: str = column(
        "paid, denied: the payer's last answer to that submission; null where it took every answer "
        "back or did not tell what it allowed",
        isin=["paid", "denied"],
    )
    driver_carc: str = column("the reason that decides; null unless denied")
    is_latest: pl.Boolean = column("no later submission of the line has an answer", required=True)
    judged_by: Codes = column("rules that could judge it as billed then", required=True)

    class Config(Table.Config):
        name = "audit.submission_line"
        unique = ("line_id", "submission")


class SubmissionFinding(WholeTable):
    """One row per rule that fires on a line of audit.submission_line as it was billed.

    Rules about claim and chart that read nothing known after submission, the patient's other claims
    as they had been sent by the same turn, charts as they are on file. Nothing here stands: the
    claim was changed since.
    """

    rule_id: str = column("rule", required=True)
    line_id: str = column("the line as it is now", required=True)
    submission: pl.Int64 = column("the submission judged", required=True)
    billed_line_id: str = column("the line as that submission numbered it", required=True)
    claim_id: str = column("its claim", required=True)
    patient_id: str = column("pseudonym", required=True)
    severity: str = column("of the finding", required=True, isin=["error", "warning", "info"])
    basis: str = column("claim or chart", required=True, isin=["claim", "chart"])
    reason: str = column("what the rule says", required=True)
    is_superseded: pl.Boolean = column("a rule that stands in for it fires too", required=True)
    dollars: Money = column("expected allowed as billed then, else charge", required=True)
    rule_version: str = column("of the rule", required=True)

    class Config(Table.Config):
        name = "audit.submission_finding"
        unique = ("rule_id", "line_id", "submission")


class PolicyPayer(WholeTable):
    """One row per adjudicated primary line with a charge: what the rules say, and what was paid.

    A line is clean when no finding of severity error or warning stands on it that rests on the
    claim or the chart; findings about its payment say nothing of the claim. An appeal wants a line
    without any doubt, so a warning already takes it out of the clean ones; `severity` tells the
    two kinds of broken lines apart, and potential exposure is counted from errors alone.
    A line that is not denied counts as paid, whoever pays it and however little. Where the payer's
    last answer is to a submission that was changed since, the findings are those on the line as that
    billed it.
    """

    line_id: str = column("line", required=True, unique=True)
    claim_id: str = column("its claim", required=True)
    patient_id: str = column("pseudonym", required=True)
    payer: str = column("payer of the claim", required=True)
    line_of_business: str = column("of the claim", required=True)
    rendering_npi: str = column("rendering provider")
    procedure_code: str = column("CPT or HCPCS", required=True)
    date_of_service: pl.Date = column("first day of service", required=True)
    month: pl.Date = column("first day of the month of service", required=True)
    is_clean: pl.Boolean = column("no error and no warning on it as it was answered", required=True)
    severity: str = column(
        "gravest finding: error or warning; null where clean", isin=["error", "warning"]
    )
    rule_id: str = column("rule of the gravest finding, the smallest id; null where clean")
    rules: pl.Int64 = column("rules with an error or a warning on it", required=True)
    outcome: str = column("paid, denied", required=True, isin=["paid", "denied"])
    quadrant: str = column(
        "clean_paid, clean_denied (appeal), broken_denied (education), broken_paid (potential "
        "exposure; needs review)",
        required=True,
        isin=QUADRANTS,
    )
    driver_carc: str = column("the reason that decides; null unless denied")
    denial_category: str = column("our category of it; null unless denied")
    is_preventable: pl.Boolean = column(
        "denied, and an error or a warning is on the line as it was billed", required=True
    )
    is_predicted: pl.Boolean = column(
        "denied with a reason that one of those rules names", required=True
    )
    charge: Money = column("billed", required=True)
    expected_allowed: Money = column("by schedule or contract; null where not priced")
    allowed: Money = column("net allowed by the primary payer")
    paid: Money = column("net paid by the primary payer")
    dollars: Money = column("expected allowed, else charge", required=True)

    class Config(Table.Config):
        name = "audit.policy_payer"


class RuleJudged(WholeTable):
    """One row per rule, payer, month of service and answer: adjudicated lines the rule judged.

    Made for rules that rest on the claim or the chart; what they flagged is among the lines.
    """

    rule_id: str = column("rule", required=True)
    payer: str = column("payer of the lines", required=True)
    month: pl.Date = column("first day of the month of service", required=True)
    carc: str = column(
        "driver CARC of the denial; 'none' where a denial names none, blank where not denied",
        required=True,
    )
    lines: pl.Int64 = column("lines", required=True)

    class Config(Table.Config):
        name = "audit.rule_judged"


class RuleRecord(WholeTable):
    """One row per rule, payer, quarter of service and period; blank stands for all of them.

    Fired lines are those with a standing finding of the rule, silent lines the other adjudicated
    lines it judged. A line of an answered submission that was changed since counts as it was billed
    then (audit.submission_line), and the line in its place too once that is answered; so a claim
    corrected and paid is a denial the rule foretold and a payment it passed. Precision: of the
    fired lines, those denied with a CARC the rule names. Recall: of the judged lines denied with
    such a CARC, those it fired on; both by the denial's driver.
    Rates are null without lines, and for rules about payments, which do not foretell denials.
    Intervals are Wilson's, 95 % [Wilson 1927, JASA 22:209].

    Held out are the last months of service (reference.record_floor): rows of period `before` and
    `held_out` part the lines there. A rule about the claim falls below the floor on what was before,
    by the payer's own lines where there are enough and by all payers' else. It is then shown as
    informational in lists; its findings keep their severity, and audit.policy_payer too: payers
    and policy disagree, and neither is taken for the other.
    """

    rule_id: str = column("rule", required=True)
    payer: str = column("payer of the lines; blank for all", required=True)
    quarter: str = column("2026Q3, of service; blank for all", required=True)
    period: str = column(
        "before, held_out; blank for all", required=True, isin=["", "before", "held_out"]
    )
    fires: pl.Int64 = column(
        "findings that stand, and on answered submissions that were changed since", required=True
    )
    dollars: Money = column("dollars of the lines with those findings, each once", required=True)
    fired: pl.Int64 = column("of the fires, those on a line as it was answered", required=True)
    fired_denied: pl.Int64 = column("of them denied", required=True)
    fired_mapped: pl.Int64 = column("of them with a CARC the rule names", required=True)
    denied_dollars: Money = column("of those dollars, of lines denied when it fired", required=True)
    silent: pl.Int64 = column("adjudicated lines judged and not flagged; null: not counted")
    silent_denied: pl.Int64 = column("of them denied")
    silent_mapped: pl.Int64 = column("of them with a CARC the rule names")
    denial_rate_fired: Share = column("fired_denied / fired")
    denial_rate_fired_lower: Share = column("of its interval")
    denial_rate_fired_upper: Share = column("of its interval")
    denial_rate_silent: Share = column("silent_denied / silent")
    denial_rate_silent_lower: Share = column("of its interval")
    denial_rate_silent_upper: Share = column("of its interval")
    lift: Annotated[pl.Decimal, 12, 4] = column(
        "denial_rate_fired / denial_rate_silent; null where no silent line was denied"
    )
    precision: Share = column("fired_mapped / fired; null where the rule names no CARC")
    precision_lower: Share = column("of its interval")
    precision_upper: Share = column("of its interval")
    recall: Share = column("fired_mapped / (fired_mapped + silent_mapped)")
    recall_lower: Share = column("of its interval")
    recall_upper: Share = column("of its interval")
    shown_as: str = column(
        "the rule's severity, or info where its record is below the floor",
        required=True,
        isin=["error", "warning", "info"],
    )
    shown_because: str = column("why it is shown as informational; null where it is not")

    class Config(Table.Config):
        name = "audit.rule_record"


class Counterfactual(WholeTable):
    """One row per standing finding with a determinate correction: what it would change.

    Determinate is a code or units the finding names, or a line its rule says is not billable. The
    corrections of a patient's day are made one after the other (`step`), and everything of that day
    that is ranked together is priced anew after each, by the query that prices claims; so the
    differences of a day add up to the last step less the claim as billed, to the cent; with
    `payment_gap` to the last step less what was allowed. Below zero is potentially paid too much, a
    matter for review. Nothing is corrected: the row asks a question, and names the evidence that
    answers it.
    """

    rule_id: str = column("rule", required=True)
    line_id: str = column("line flagged", required=True)
    claim_id: str = column("its claim", required=True)
    patient_id: str = column("pseudonym", required=True)
    payer: str = column("payer of the claim", required=True)
    rendering_npi: str = column("rendering provider")
    date_of_service: pl.Date = column("first day of service", required=True)
    day_id: str = column(
        "smallest line_id of what is ranked together: patient, day and practitioner", required=True
    )
    step: pl.Int64 = column(
        "place among the corrections of the day: error, warning, info, then by rule and line; "
        "null where another correction of the line comes first"
    )
    severity: str = column("of the finding", required=True)
    correction: str = column(
        "code, units, code_and_units, remove",
        required=True,
        isin=["code", "units", "code_and_units", "remove"],
    )
    procedure_code: str = column("as billed", required=True)
    units: Units = column("as billed", required=True)
    corrected_code: str = column("to consider; null for remove")
    corrected_units: Units = column("to consider; null for remove")
    status: str = column(
        "priced, not_priced, superseded", required=True, isin=["priced", "not_priced", "superseded"]
    )
    reason: str = column("why there are no dollars; null where there are")
    line_billed: Money = column("what the line as billed should be allowed")
    line_allowed: Money = column("what it was allowed; null where not adjudicated")
    line_corrected: Money = column("what it should be allowed as corrected; 0 for remove")
    day_billed: Money = column("what the day should be allowed before this step")
    day_allowed: Money = column(
        "what the day was allowed; null where a line of it is not adjudicated"
    )
    day_corrected: Money = column("what the day should be allowed after this step")
    difference: Money = column("day_corrected - day_billed: below zero the claim was too high")
    payment_gap: Money = column(
        "day_billed - day_allowed on the first step of the day, 0 on the others: what the payer's "
        "answer and the schedule differ by before anything is corrected"
    )
    chain_billed: str = column("the sum of the line as billed, step by step")
    chain_corrected: str = column("the sum of the line as corrected, step by step")
    other_lines: str = column("other lines of the day whose amount changes, from and to")
    question: str = column("what to ask the record", required=True)
    evidence: str = column("what in the record would answer it", required=True)

    class Config(Table.Config):
        name = "audit.counterfactual"
