"""Denial risk: probabilities, the model they come from, and how well it did out of time."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from schemas.dated import Dated, Graded
from schemas.table import Codes, Money, Table, WholeTable, column

Chance = Annotated[pl.Decimal, 9, 6]
"""A probability or a score in 0..1; also a log loss."""
Number = Annotated[pl.Decimal, 12, 4]
"""A number of days or lines, or a share."""

MODELS = [
    "gradient_boosting",
    "logistic_regression",
    "payer_code_rate",
    "rule_only",
]
"""Two learners, and the two baselines that one of them must beat."""


class ColumnTime(Dated):
    """One row per column a risk feature might come from: when its value becomes known.

    The guard of denial risk refuses features made of a column that is not here, or that is known
    after submission only. A row with the column `*` speaks for a whole table.
    """

    table_name: str = column("layer.table", required=True, str_length={"min_value": 1})
    column_name: str = column("column, or * for all of the table", required=True)
    known_at: str = column(
        "submission, adjudication (with the first remittance) or later",
        required=True,
        isin=["submission", "adjudication", "later"],
    )
    why: str = column("why it is known then; blank where plain", required=True)

    class Config(Dated.Config):
        name = "reference.column_time"
        unique = ("table_name", "column_name", "effective_from")


class RiskParameter(Graded):
    """One row per parameter of denial risk: how much history it takes, where it abstains."""

    parameter: str = column("name", required=True, str_matches=r"^[a-z][a-z0-9_]*$")
    value: Number = column("days, lines, denials or a share", required=True)
    meaning: str = column("what it decides", required=True)

    class Config(Graded.Config):
        name = "reference.risk_parameter"
        unique = ("parameter", "effective_from")


class DenialRisk(WholeTable):
    """One row per line that awaits its payer (`waiting`), and per line as it was first billed whose
    outcome came after the model that speaks of it was made (`out_of_time`).

    No probability where there is too little history; `why_none` says so and the severity of what
    rules found on the line is all there is. Only waiting lines have dollars at risk.
    """

    line_id: str = column("line", required=True)
    basis: str = column("waiting or out_of_time", required=True, isin=["waiting", "out_of_time"])
    submission: pl.Int64 = column("which submission of its bill is judged", required=True)
    month: pl.Date = column("first day of the month of that submission", required=True)
    payer: str = column("payer of the claim", required=True)
    probability: Chance = column(
        "of being denied when first adjudicated; null: too little history", ge=0, le=1
    )
    lower: Chance = column(
        "of such lines held back when the model was made, the share denied: lower end, 95 %",
        ge=0,
        le=1,
    )
    upper: Chance = column("its upper end", ge=0, le=1)
    expected_allowed: Money = column("by fee schedule or contract; null where unknown")
    at_risk: Money = column("probability x expected_allowed of a waiting line")
    top_reasons: Codes = column("what raises it most, in words, strongest first", required=True)
    severity: str = column("gravest finding known at submission", isin=["error", "warning", "info"])
    why_none: str = column("why there is no probability")

    class Config(Table.Config):
        name = "audit.denial_risk"
        unique = ("line_id", "basis")


class RiskModel(WholeTable):
    """One row per model tried, the chosen one marked; a row without a model where none was made."""

    model: str = column("one of the four; null where there is too little history", isin=MODELS)
    is_chosen: pl.Boolean = column("gives the probabilities", required=True)
    why: str = column("why it was or was not chosen", required=True)
    first_day: pl.Date = column("first submission in its data")
    last_day: pl.Date = column("last remittance in its data")
    lines: pl.Int64 = column(
        "adjudicated lines it learned from, calibration included", required=True
    )
    denied: pl.Int64 = column("of them denied", required=True)
    calibration: str = column("isotonic or sigmoid; null for baselines")
    calibration_lines: pl.Int64 = column("of its lines, the latest, kept for calibration")
    features: Codes = column("what it looks at", required=True)
    refused: Codes = column("features the guard refused, each with its reason", required=True)
    settings: str = column("of the learner, as JSON")
    seed: pl.Int64 = column("of every random choice")
    digest: str = column("of the data it learned from, features and outcomes")
    log_loss: Chance = column("out of time, over all months evaluated")
    brier: Chance = column("out of time, over all months evaluated")

    class Config(Table.Config):
        name = "audit.risk_model"


class RiskEvaluation(WholeTable):
    """One row per model, month of submission and payer: how out-of-time probabilities did.

    Each month is predicted by a model that knew the remittances received before it began. A null
    month is all months together, a null payer all payers.
    """

    model: str = column("one of the four", required=True, isin=MODELS)
    is_chosen: pl.Boolean = column("gives the probabilities", required=True)
    month: pl.Date = column("first day of the month of submission; null: all")
    payer: str = column("payer; null: all")
    lines: pl.Int64 = column("lines predicted and adjudicated since", required=True)
    denied: pl.Int64 = column("of them denied", required=True)
    predicted_rate: Chance = column("mean probability", ge=0, le=1)
    denied_rate: Chance = column("share denied", ge=0, le=1)
    brier: Chance = column("mean squared error")
    log_loss: Chance = column("mean, natural logarithm")
    auc: Chance = column("chance that a denied line ranks above a paid one; null without both")
    recall_at_95_precision: Chance = column(
        "most denied lines found by a cut whose hits are denied 95 times of 100; 0: no such cut"
    )
    capture: Chance = column(
        "of the denied lines' expected dollars, the share in the lines ranked highest by dollars "
        "at risk; null where none is denied"
    )
    capture_lines: pl.Int64 = column("how many lines those are (parameter capture_share)")
    calibration_error: Chance = column(
        "expected calibration error: mean distance of predicted and observed over ten bins of equal "
        "size, weighted by lines"
    )

    class Config(Table.Config):
        name = "audit.risk_evaluation"


class RiskReliability(WholeTable):
    """One row per payer (null: all) and tenth of the chosen model's out-of-time probabilities."""

    payer: str = column("payer; null: all")
    decile: pl.Int64 = column("1 the lowest", required=True)
    lines: pl.Int64 = column("lines", required=True)
    denied: pl.Int64 = column("of them denied", required=True)
    predicted_rate: Chance = column("mean probability", required=True)
    denied_rate: Chance = column("share denied", required=True)
    lower: Chance = column("Wilson interval of the share denied, 95 %", required=True)
    upper: Chance = column("its upper end", required=True)

    class Config(Table.Config):
        name = "audit.risk_reliability"


class RiskDrift(WholeTable):
    """One row per payer, kind of service (null: all) and month: is the payer denying as it did?

    Denials of the month against those expected of it, and against its lines, each compared with the
    months before by the exact conditional binomial test; the weaker answer counts. Counts are thinned
    by how much denials come in clusters.
    """

    payer: str = column("payer", required=True)
    kind: str = column("kind of service; null: all of the payer's lines")
    month: pl.Date = column("first day of the month of submission", required=True)
    lines: pl.Int64 = column("adjudicated lines of the month", required=True)
    denied: pl.Int64 = column("of them denied", required=True)
    expected: Number = column("sum of probabilities given before the month began", required=True)
    past_denied: pl.Int64 = column("denied in the months compared with", required=True)
    past_expected: Number = column("expected in those months", required=True)
    past_lines: pl.Int64 = column("lines in those months", required=True)
    clustering: Number = column("how many times more denials vary than single draws", required=True)
    p_value: Chance = column("two-sided; null without months to compare with", ge=0, le=1)
    adjusted_p_value: Chance = column("times the cells looked at in that month (Holm)", ge=0, le=1)
    is_changed: pl.Boolean = column("the payer's behaviour changed", required=True)
    message: str = column("in words; null unless changed")

    class Config(Table.Config):
        name = "audit.risk_drift"
