"""Findings scored against the simulator's truth, which nothing else reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipelines import steps, warehouse
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
