"""What the audit concludes."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from schemas.table import Codes, Counts, Money, Table, Units, WholeTable, column

Rate = Annotated[pl.Decimal, 9, 6]
"""A factor, usually in 0..1."""


class Run(WholeTable):
    """One row per audit run."""

    run_id: str = column("digest of inputs and versions", required=True)
    run_number: pl.Int64 = column("1 for the first run of this warehouse", required=True)
    started_at: pl.Datetime = column("UTC", required=True)
    input_digest: str = column("digest of the files' digests", required=True)
    practice_digest: str = column("digest of the practice folder's values", required=True)
    rule_book_version: str = column("digest of the rule files", required=True)
    fee_schedules: Codes = column("releases loaded", required=True)
    app_version: str = column("version of the application", required=True)
    patients: pl.Int64 = column("patients audited again in this run", required=True)

    class Config(Table.Config):
        name = "audit.run"


class Intake(WholeTable):
    """One row per file taken in."""

    path: str = column("file name only", required=True)
    kind: str = column("837P, 835, 837P+835, export, chart, unsupported", required=True)
    status: str = column("accepted, partial, incomplete, quarantined, unsupported", required=True)
    rows_in: pl.Int64 = column("rows in", required=True)
    rows_accepted: pl.Int64 = column("rows accepted", required=True)
    rows_quarantined: pl.Int64 = column("rows set aside", required=True)
    charge_in: Money = column("dollars in", required=True)
    charge_accepted: Money = column("dollars accepted", required=True)
    charge_quarantined: Money = column("dollars set aside", required=True)
    rows_superseded: pl.Int64 = column(
        "rows accepted whose payment is not counted: a later export, or an 835, says it again",
        required=True,
    )
    paid_superseded: Money = column("payments in them", required=True)
    claims_quarantined: pl.Int64 = column("claims set aside", required=True)
    reasons: Codes = column("reason codes, each once", required=True)
    file_id: str = column("file", required=True)
    received_at: pl.Datetime = column("when it was first read (UTC)", required=True)
    is_simulated: pl.Boolean = column("says it is simulated", required=True)

    class Config(Table.Config):
        name = "audit.intake"


class Finding(WholeTable):
    """One row per rule and subject it flags."""

    rule_id: str = column("rule", required=True)
    subject: str = column("line, claim, encounter, provider", required=True)
    line_id: str = column("line flagged; null for a provider")
    claim_id: str = column("its claim")
    patient_id: str = column("pseudonym; null for a provider")
    rendering_npi: str = column("rendering provider")
    severity: str = column("error, warning, info", required=True, isin=["error", "warning", "info"])
    basis: str = column(
        "what the rule needs: claim as billed, chart, or payment (the claim once it is answered)",
        required=True,
        isin=["claim", "chart", "payment"],
    )
    reason: str = column("what is wrong, with the facts of this line", required=True)
    related_line_id: str = column("other line the finding rests on")
    suggested_code: str = column("code to consider; never applied")
    suggested_units: Units = column("units to consider; never applied")
    is_superseded: pl.Boolean = column(
        "another finding on the line stands in for it", required=True
    )
    dollars: Money = column("expected allowed, else charge; null for a provider")
    rule_version: str = column("digest of the rule file", required=True)
    first_run_id: str = column("run that saw it first", required=True)
    state: str = column("new, known, gone", required=True, isin=["new", "known", "gone"])

    class Config(Table.Config):
        name = "audit.finding"


class RuleCoverage(WholeTable):
    """One row per rule and outcome."""

    rule_id: str = column("rule", required=True)
    outcome: str = column(
        "flagged, passed, not_applicable, not_evaluable",
        required=True,
        isin=["flagged", "passed", "not_applicable", "not_evaluable"],
    )
    lines: pl.Int64 = column(
        "lines with this outcome; rendering providers, of a rule that finds providers",
        required=True,
    )
    missing: Codes = column("what was missing where not evaluable", required=True)
    missing_lines: Counts = column("lines for want of each of them", required=True)

    class Config(Table.Config):
        name = "audit.rule_coverage"


class ExpectedPayment(Table):
    """One row per primary billed line: what the fee schedule or the payer's contract gives.

    `expected_basis` says which: medicare and contract have an expected amount, none has not (a payer
    that is not Medicare, without terms). Whatever the basis, `medicare_allowed` is what Medicare's
    schedule gives for the line, to compare as percent of Medicare.
    """

    line_id: str = column("line", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    status: str = column("priced, manual, not_priced", required=True)
    reason: str = column("why it is not priced; null where it is")
    full_fee: Money = column("fee x units before any adjustment, by the basis")
    mppr_rank: pl.Int64 = column("rank of the line's best unit; null where exempt")
    mppr_rate: Rate = column("mean multiple-procedure rate over its units")
    modifier_rate: Rate = column("factor of modifiers, participation and provider type")
    expected_allowed: Money = column("what the payer should allow; null for basis none")
    expected_paid: Money = column(
        "what Medicare should pay; null for a contract, whose plan decides"
    )
    patient_share: Money = column("deductible and coinsurance, 0 for QMB; null for a contract")
    deductible: Money = column("of it the deductible, by the remittance or taken as met")
    coinsurance: Money = column("of it the coinsurance")
    sequestration: Money = column("withheld from the program payment")
    mips_adjustment: Money = column("added to what is left of it, signed")
    medicare_fee: Money = column(
        "Medicare's fee x units before any adjustment, whoever pays; null where it has none"
    )
    medicare_allowed: Money = column(
        "by Medicare's schedule after modifiers and ranking, before the charge, whoever pays"
    )
    explanation: str = column("the sum, step by step, parted by semicolons")
    fee_schedule: str = column("RVU release, GPCI and conversion factor used")
    expected_basis: str = column("medicare, contract, inferred, none", required=True)
    contract_source: str = column("document of the terms applied")

    class Config(Table.Config):
        name = "audit.expected_payment"


class PaymentVariance(Table):
    """One row per adjudicated line: what was allowed against what was expected.

    A variance beyond the payer's tolerance (parameters of MOHS240) has a cause: of the alternative
    explanations that give the allowed amount to the cent (else to a cent a unit) the first, in this
    order: billed_code, though another was adjudicated; fewer_units; wrong_rank, reduction_on,
    reduction_off, add_on_halved; other_setting, other_factor, qp_factor, prior_terms (those of the
    contract before a change, the latest first: a raise that was not loaded), prior_year, the setting and the
    year with another rank; non_participating, participating, sequestered; uncapped (the
    fee above the charge), charge; other_locality, of the same contractor first. Else unexplained.
    Half of two units and one unit in full cost the same: units are fewer where the remittance says
    so, or no other procedure is ranked that day. Where every line of a higher fee was denied, the
    ranking of what is left is what is expected.
    """

    line_id: str = column("line", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    procedure_code: str = column("code the payer adjudicated", required=True)
    expected_allowed: Money = column("expected; of the adjudicated code where another was billed")
    allowed: Money = column("allowed by the payer, without interest")
    variance: Money = column("allowed - expected_allowed; null where not comparable or denied")
    status: str = column(
        "as_expected, under, over, denied, not_comparable",
        required=True,
        isin=["as_expected", "under", "over", "denied", "not_comparable"],
    )
    cause: str = column(
        "what would give the amount allowed, one of the names above; null unless under or over",
        isin=[
            "add_on_halved",
            "billed_code",
            "charge",
            "fewer_units",
            "non_participating",
            "other_factor",
            "other_locality",
            "other_setting",
            "participating",
            "prior_terms",
            "prior_year",
            "qp_factor",
            "reduction_off",
            "reduction_on",
            "sequestered",
            "uncapped",
            "unexplained",
            "wrong_rank",
        ],
    )
    explanation: str = column("the cause in words, or why there is no comparison")
    pattern_id: str = column(
        "payer, code, modifiers, cause, ratio and month it started, as in audit.variance_pattern"
    )
    pattern_start: pl.Date = column("first day of that month")
    is_counted: pl.Boolean = column(
        "counts in totals of under- and overpayment: a variance whose pattern nobody marked invalid",
        required=True,
    )

    class Config(Table.Config):
        name = "audit.payment_variance"


class RuleCatalogue(WholeTable):
    """One row per rule of the book in force at the last run."""

    rule_id: str = column("rule", required=True, unique=True)
    name: str = column("readable name", required=True)
    summary: str = column("one sentence", required=True)
    severity: str = column("error, warning, info", required=True)
    category: str = column("family", required=True)
    citation: str = column("first citation, with grade and date checked", required=True)
    remedy: str = column("what to do", required=True)
    basis: str = column("claim, chart, payment: what its findings rest on", required=True)
    carc: Codes = column("reasons with which payers deny such lines", required=True)
    correction: str = column("remove where a flagged line comes off; else blank")
    evidence: Codes = column("what in the record answers the question", required=True)
    rule_version: str = column("digest of the rule file", required=True)

    class Config(Table.Config):
        name = "audit.rule"
