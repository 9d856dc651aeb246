"""Findings scored against the simulator's truth, which nothing else reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipelines import risk_scores, steps, warehouse
from pipelines.landing import UnusableFile
from pipelines.places import Place
from schemas.headers import RuleHeader


def score(place: Place, truth: Path, rules: Sequence[RuleHeader]) -> pl.DataFrame:
    """One row per rule: what it needs, lines intended and found, precision and recall.

    A finding counts as right where the truth intends the rule on the line or says that it may
    follow from what was done wrong there; only intended ones count for recall. Lines without a
    finding of the rule's own because it could not be evaluated count as missed. Of a rule that finds
    errors only sometimes, those alone are scored, for nothing less is made wrong on purpose; but
    where it leans on a release, which lowers severities far from its dates, everything is.
    Precision and recall are null without lines. Raises UnusableFile without a truth.
    """
    path = truth / "line.csv"
    if not path.is_file():
        raise UnusableFile(
            f"{path}: no such file; give the truth folder that `mohs simulate` wrote"
        )
    lines = pl.read_csv(path, infer_schema=False).fill_null("")
    intended = _pairs(lines, "intended_rules")
    tolerated = pl.concat([intended, _pairs(lines, "consequent_rules")]).unique()
    connection = steps.open_snapshot(place)
    try:
        found = warehouse.select(
            connection,
            "SELECT DISTINCT rule_id, line_id, severity FROM audit.finding "
            "WHERE state <> 'gone' AND subject = 'line'",
        )
        live = warehouse.select(
            connection, "SELECT line_id FROM core.service_line WHERE source <> '835'"
        )
    finally:
        connection.close()
    intended = intended.join(live, on="line_id", how="semi")
    known = found.join(lines.select("line_id"), on="line_id", how="semi")
    rows = []
    for rule in rules:
        mine = known.filter(pl.col("rule_id") == rule.id)
        if rule.severity != "error" and "error" in rule.severities and not rule.releases:
            mine = mine.filter(pl.col("severity") == "error")
        wanted = intended.filter(pl.col("rule_id") == rule.id)
        right = mine.join(tolerated, on=["rule_id", "line_id"], how="semi").height
        hit = wanted.join(mine, on=["rule_id", "line_id"], how="semi").height
        rows.append(
            (
                rule.id,
                "error" if "error" in rule.severities else rule.severity,
                " ".join(rule.needs),
                wanted.height,
                mine.height,
                round(right / mine.height, 4) if mine.height else None,
                round(hit / wanted.height, 4) if wanted.height else None,
            )
        )
    return pl.DataFrame(
        rows,
        schema={
            "rule": pl.String,
            "severity": pl.String,
            "needs": pl.String,
            "intended": pl.Int64,
            "found": pl.Int64,
            "precision": pl.Float64,
            "recall": pl.Float64,
        },
        orient="row",
    )


def _pairs(lines: pl.DataFrame, column: str) -> pl.DataFrame:
    if column not in lines.columns:
        return pl.DataFrame(schema={"line_id": pl.String, "rule_id": pl.String})
    return (
        lines.select("line_id", rule_id=pl.col(column).str.split(" "))
        .explode("rule_id", empty_as_null=False, keep_nulls=False)
        .filter(pl.col("rule_id") != "")
        .unique()
    )


def score_risk(place: Place, truth: Path) -> pl.DataFrame:
    """The chosen model beside the ceiling: one row for all payers, one for each.

    The ceiling is what the simulator itself knew: the chance it drew each line's first denial with.
    Both are scored on lines as they were first billed, predicted out of time and decided since.
    Empty without probabilities, or where the truth was written before it told first outcomes.
    """
    lines = pl.read_csv(truth / "line.csv", infer_schema=False).fill_null("")
    schema = {"payer": pl.String, "lines": pl.Int64}
    if "first_decided_date" not in lines.columns:
        return pl.DataFrame(schema=schema)
    connection = steps.open_snapshot(place)
    try:
        given = warehouse.select(
            connection,
            "SELECT line_id, payer, CAST(probability AS DOUBLE) AS probability "
            "FROM audit.denial_risk WHERE basis = 'out_of_time' AND probability IS NOT NULL "
            "ORDER BY line_id",
        )
    finally:
        connection.close()
    decided = lines.filter(pl.col("first_outcome").is_in(DECIDED)).select(
        "line_id",
        is_denied=pl.col("first_outcome") == "denied",
        known=pl.col("denial_probability").cast(pl.Float64),
    )
    both = given.join(decided, on="line_id", maintain_order="left")
    if both.is_empty():
        return pl.DataFrame(schema=schema)
    return pl.DataFrame(
        [
            _beside_ceiling("all", both),
            *(
                _beside_ceiling(str(payer), of_payer)
                for (payer,), of_payer in sorted(both.group_by("payer", maintain_order=True))
            ),
        ]
    )


DECIDED = ("paid", "underpaid", "overpaid", "downcoded", "denied")


def _beside_ceiling(payer: str, lines: pl.DataFrame) -> dict[str, object]:
    is_denied = lines["is_denied"].to_numpy()
    model, known = lines["probability"].to_numpy(), lines["known"].to_numpy()
    return {
        "payer": payer,
        "lines": lines.height,
        "denied": int(is_denied.sum()),
        "auc": round(risk_scores.area(model, is_denied), 4),
        "ceiling_auc": round(risk_scores.area(known, is_denied), 4),
        "brier": round(risk_scores.brier(model, is_denied), 5),
        "ceiling_brier": round(risk_scores.brier(known, is_denied), 5),
        "calibration_error": round(risk_scores.calibration_error(model, is_denied), 4),
        "ceiling_calibration_error": round(risk_scores.calibration_error(known, is_denied), 4),
    }
