"""Rows of the tables of denial risk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines import warehouse
from pipelines.warehouse import Connection

if TYPE_CHECKING:
    from pipelines.risk_trial import Trial

WAITING, OUT_OF_TIME = "waiting", "out_of_time"
SEVERITY = {1: "error", 2: "warning", 3: "info"}


def _gravest(lines: pl.DataFrame, findings: pl.DataFrame) -> pl.Series:
    """Severity of each line's gravest finding; null without."""
    worst = findings.group_by("row").agg(pl.col("severity_rank").min())
    ranks = lines.select(row=pl.int_range(pl.len(), dtype=pl.Int64)).join(
        worst, on="row", how="left", maintain_order="left"
    )["severity_rank"]
    return ranks.replace_strict(SEVERITY, default=None, return_dtype=pl.String).alias("severity")


def abstain(connection: Connection, lines: pl.DataFrame, findings: pl.DataFrame, why: str) -> None:
    """Waiting lines with severity only, and a row that says why."""
    waiting = (
        lines.with_columns(_gravest(lines, findings))
        .filter("is_waiting")
        .select(
            "line_id",
            "submission",
            "month",
            "payer",
            "expected_allowed",
            "severity",
            basis=pl.lit(WAITING),
            top_reasons=pl.lit([], dtype=pl.List(pl.String)),
            why_none=pl.lit(why),
        )
    )
    _insert(connection, "audit.denial_risk", waiting.sort("line_id"))
    known = lines.filter(pl.col("is_denied").is_not_null())
    _insert(
        connection,
        "audit.risk_model",
        pl.DataFrame(
            {
                "model": [None],
                "is_chosen": [False],
                "why": [why],
                "lines": [known.height],
                "denied": [int(known["is_denied"].sum())],
                "features": [[]],
                "refused": [[]],
            },
        ),
    )


def _insert(connection: Connection, name: str, frame: pl.DataFrame) -> None:
    """Append rows, columns that are left out null, numbers as the table has them."""
    schema = warehouse.frame_schema(name)
    whole = frame.select(
        (
            pl.col(column).round(dtype.scale).cast(dtype)
            if isinstance(dtype, pl.Decimal)
            and column in frame.columns
            and frame.schema[column].is_float()
            else pl.col(column).cast(dtype)
            if column in frame.columns
            else pl.lit(None, dtype=dtype).alias(column)
        )
        for column, dtype in schema.items()
    )
    warehouse.insert(connection, name, whole)


def store(
    connection: Connection, trial: Trial, lines: pl.DataFrame, findings: pl.DataFrame
) -> None:
    """What a trial came to."""
    _insert(connection, "audit.denial_risk", _risks(trial, lines, findings))
    _insert(
        connection,
        "audit.risk_model",
        pl.DataFrame(list(_models(trial, lines)), strict=False, infer_schema_length=None),
    )
    _insert(connection, "audit.risk_evaluation", trial.evaluation)
    _insert(connection, "audit.risk_reliability", trial.reliability)
    _insert(connection, "audit.risk_drift", trial.drift)


def _risks(trial: Trial, lines: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    given = pl.DataFrame(
        {
            "row": trial.rows,
            "probability": trial.chances,
            "lower": trial.lower,
            "upper": trial.upper,
        },
        schema_overrides={"row": pl.Int64},
    ).with_columns(pl.col("probability", "lower", "upper").round(6))
    # a column made of as many lists takes polars ten times their memory
    told = (
        pl.DataFrame(
            {
                "row": np.repeat(trial.rows, [len(said) for said in trial.reasons]),
                "top_reasons": [why for said in trial.reasons for why in said],
            },
            schema={"row": pl.Int64, "top_reasons": pl.String},
        )
        .group_by("row", maintain_order=True)
        .agg("top_reasons")
    )
    judged = (
        lines.with_columns(_gravest(lines, findings))
        .with_row_index("row")
        .with_columns(pl.col("row").cast(pl.Int64))
        .join(given, on="row", how="left", maintain_order="left")
        .join(told, on="row", how="left", maintain_order="left")
    )
    is_asked = pl.col("is_waiting") | (
        pl.col("probability").is_not_null()
        & pl.col("standing_line_id").is_not_null()
        & (pl.col("submission") == 1)
    )
    cents = pl.Decimal(12, 2)
    return (
        judged.filter(is_asked)
        .select(
            pl.col("standing_line_id").alias("line_id"),
            "submission",
            "month",
            "payer",
            "probability",
            "lower",
            "upper",
            "expected_allowed",
            "severity",
            basis=pl.when("is_waiting").then(pl.lit(WAITING)).otherwise(pl.lit(OUT_OF_TIME)),
            at_risk=pl.when("is_waiting").then(
                (pl.col("probability") * pl.col("expected_allowed").cast(pl.Float64))
                .round(2)
                .cast(cents)
            ),
            top_reasons=pl.col("top_reasons").fill_null([]),
            why_none=pl.when(pl.col("probability").is_null()).then(
                pl.col("payer").replace_strict(trial.silent, default=None, return_dtype=pl.String)
            ),
        )
        .sort("basis", "line_id")
    )


def _models(trial: Trial, lines: pl.DataFrame) -> Iterable[Mapping[str, Any]]:
    known = lines.filter(pl.col("is_denied").is_not_null())
    for model, settings in trial.settings.items():
        is_learner = model in trial.calibrations
        yield {
            "model": model,
            "is_chosen": model == trial.chosen,
            "why": trial.why[model],
            "first_day": trial.first_day if is_learner else known["asked_date"].min(),
            "last_day": trial.last_day,
            "lines": trial.learned if is_learner else known.height,
            "denied": trial.learned_denied if is_learner else int(known["is_denied"].sum()),
            "calibration": trial.calibrations.get(model, (None, None))[0],
            "calibration_lines": trial.calibrations.get(model, (None, None))[1],
            "features": list(trial.features[model]),
            "refused": [f"{name}: {why}" for name, why in sorted(trial.refused.items())],
            "settings": json.dumps(settings, sort_keys=True),
            "seed": trial.seed,
            "digest": trial.digest,
            "log_loss": trial.totals.get(model, {}).get("log_loss"),
            "brier": trial.totals.get(model, {}).get("brier"),
        }
