"""What findings known at submission say of a line: the record of the rules that fired."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.risk_counts import Floats, Setting, Whole, count_before, days, keys, logit, shrink

FOUND = (
    "rule_rate",
    "rules_rate",
    "companion_rate",
    "primary_rate",
    "errors",
    "warnings",
    "infos",
    "companion_errors",
)
"""From findings: the worst record of a rule that fired on the line, the record of all that fired on it
together, the worst on other lines of its encounter, on
the first stage it adds to; how many fired on it and beside it."""


def find(
    lines: pl.DataFrame,
    findings: pl.DataFrame,
    payer_rate: Floats,
    overall: Floats,
    setting: Setting,
) -> tuple[dict[str, Floats], pl.DataFrame, Floats]:
    """Columns of FOUND, each row's rule of worst record, and what rules alone would say.

    A rule's record at a payer is shrunk towards its record anywhere, that towards the record of all rules
    of its severity; the record of several together towards the worst of them.
    """
    size = lines.height
    row = findings["row"].cast(pl.Int64).to_numpy()
    asked_all = days(lines["asked_date"])
    known_all = days(lines["known_date"])
    denied_all = lines["is_denied"].fill_null(False).to_numpy()
    sets = (
        findings.sort("row", "rule_id")
        .group_by("row", maintain_order=True)
        .agg(rules=pl.col("rule_id").str.join(" "), gravest=pl.col("severity_rank").min())
    )
    window = setting.history_days

    def before(frame: pl.DataFrame, names: Sequence[str]) -> tuple[Whole, Whole]:
        at = frame["row"].cast(pl.Int64).to_numpy()
        of = keys(frame.with_columns(payer=lines["payer"].gather(at)), names)
        is_known = known_all[at] >= 0
        return count_before(
            of[is_known],
            known_all[at][is_known],
            denied_all[at][is_known],
            of,
            asked_all[at],
            window,
        )

    prior = setting.prior_rule_lines
    of_severity = shrink(before(findings, ["severity_rank"]), payer_rate[row], setting.prior_lines)
    anywhere = shrink(before(findings, ["rule_id"]), of_severity, prior)
    here = before(findings, ["rule_id", "payer"])
    record = shrink(here, anywhere, prior)
    alone = shrink(before(findings, ["rule_id"]), overall[row], prior)
    judged = findings.with_columns(
        record=pl.Series(record),
        alone=pl.Series(alone),
        lines=pl.Series(here[0]),
        denied=pl.Series(here[1]),
    )
    worst = (
        judged.sort(["row", "record", "rule_id"], descending=[False, True, False])
        .unique("row", keep="first", maintain_order=True)
        .select("row", "rule_id", "severity_rank", "record", "lines", "denied")
    )
    own = (
        judged.group_by("row")
        .agg(
            errors=(pl.col("severity_rank") == 1).sum(),
            warnings=(pl.col("severity_rank") == 2).sum(),
            infos=(pl.col("severity_rank") == 3).sum(),
            record=pl.col("record").max(),
            alone=pl.col("alone").max(),
        )
        .sort("row")
    )
    at = own["row"].cast(pl.Int64).to_numpy()
    columns = {name: np.zeros(size) for name in FOUND}
    rule_rate = payer_rate.copy()
    rule_rate[at] = own["record"].to_numpy()
    for name in ("errors", "warnings", "infos"):
        columns[name][at] = own[name].to_numpy()
    columns["rule_rate"] = logit(rule_rate)
    together = shrink(before(sets, ["rules"]), own["record"].to_numpy(), prior)
    rules_rate = payer_rate.copy()
    rules_rate[at] = shrink(before(sets, ["rules", "payer"]), together, prior)
    columns["rules_rate"] = logit(rules_rate)
    columns |= _beside(lines, rules_rate, payer_rate, columns["errors"])
    # what no rule fired on has a record too: that of all such lines
    fired = np.zeros(size, dtype=np.int64)
    fired[at] = 1
    decided = known_all >= 0
    silent = count_before(
        fired[decided],
        known_all[decided],
        denied_all[decided],
        fired,
        asked_all,
        window,
    )
    rule_only = shrink(silent, overall, setting.prior_lines)
    rule_only[at] = own["alone"].to_numpy()
    return columns, worst, rule_only


def _beside(
    lines: pl.DataFrame, rule_rate: Floats, payer_rate: Floats, errors: Floats
) -> dict[str, Floats]:
    """The worst record on other lines of the encounter as submitted, and on its first stages."""
    frame = lines.select(
        "encounter_id", "submission_set", "is_first_stage", "is_add_on"
    ).with_columns(rate=pl.Series(rule_rate), base=pl.Series(payer_rate), errors=pl.Series(errors))
    day = ["encounter_id", "submission_set"]
    stage = pl.when("is_first_stage").then(pl.col("rate"))
    is_worst = pl.col("rate") == pl.col("first")
    beside = (
        frame.with_columns(
            first=pl.col("rate").max().over(day),
        )
        .with_columns(
            second=pl.when(pl.col("rate") < pl.col("first")).then(pl.col("rate")).max().over(day),
            times=is_worst.sum().over(day),
            together=pl.col("errors").sum().over(day),
            stage=stage.max().over(day),
            length=pl.len().over(day),
        )
        .select(
            companion=pl.when(pl.col("length") == 1)
            .then(pl.col("base"))
            .when(is_worst & (pl.col("times") == 1))
            .then(pl.col("second"))
            .otherwise(pl.col("first")),
            primary=pl.when("is_add_on")
            .then(pl.coalesce("stage", "base"))
            .otherwise(pl.col("base")),
            errors=pl.col("together") - pl.col("errors"),
        )
    )
    return {
        "companion_rate": logit(beside["companion"].to_numpy()),
        "primary_rate": logit(beside["primary"].to_numpy()),
        "companion_errors": beside["errors"].to_numpy().astype(np.float64),
    }
