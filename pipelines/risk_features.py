"""What denial risk looks at: the lines as they were submitted, and the payer's record until then.

A row is a line of a submission. Its facts come from `sql/study/risk_line.sql`, which the guard has
checked; its history from remittances received before the day it was submitted, and no later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.risk_counts import (
    Flags,
    Floats,
    Setting,
    Whole,
    count_before,
    days,
    keys,
    logit,
    shrink,
)
from pipelines.risk_found import FOUND, find

FACTS = (
    "units",
    "code_position",
    "code_units",
    "further_stages",
    "extra_blocks",
    "days_to_submission",
    "is_resubmission",
    "is_authorized",
    "modifiers",
    "has_25",
    "has_distinct_modifier",
    "has_global_modifier",
    "has_assistant_modifier",
    "has_chart",
    "family_match",
    "malignant_match",
    "pointers",
    "encounter_lines",
    "reduced_units",
    "closures",
    "visits",
    "biopsies",
    "pathologies",
    "first_stage_lines",
)
"""Numbers taken from the query as they are."""

RATES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "payer_rate": (("payer",), ""),
    "payer_kind_rate": (("payer", "kind"), "payer_rate"),
    "payer_code_rate": (("payer", "procedure_code"), "payer_kind_rate"),
    "payer_units_rate": (("payer", "procedure_code", "units"), "payer_code_rate"),
    "payer_modifier_rate": (("payer", "kind", "again", "modifier_key"), "payer_kind_rate"),
    "payer_diagnosis_rate": (("payer", "kind", "diagnosis_family"), "payer_kind_rate"),
    "payer_place_rate": (("payer", "kind", "place_of_service"), "payer_kind_rate"),
    "payer_day_rate": (("payer", "kind", "beside"), "payer_kind_rate"),
    "payer_delay_rate": (("payer", "delay"), "payer_rate"),
    "payer_type_rate": (("payer", "kind", "rendering_type"), "payer_kind_rate"),
    "payer_renderer_rate": (("payer", "rendering_npi"), "payer_rate"),
    "renderer_rate": (("rendering_npi",), ""),
}
"""Shares of lines denied before: of which key, and the wider rate each is shrunk towards."""

DELAYS = (0, 14, 30, 60, 90, 120, 180, 365)
"""Days from service to submission at which a band begins; many payers' filing limits are among them."""

BESIDE = ("visits", "biopsies", "closures", "pathologies")

CATEGORIES = ("payer", "kind")
NAMES = (*FACTS, *RATES, *FOUND, *CATEGORIES)

GROUPS: Mapping[str, tuple[str, ...]] = {
    "rules": ("rule_rate", "rules_rate", "errors", "warnings", "infos"),
    "companions": ("companion_rate", "primary_rate", "companion_errors"),
    "payer": (
        "payer",
        "kind",
        "payer_rate",
        "payer_kind_rate",
        "payer_code_rate",
    ),
    "modifiers": (
        "payer_modifier_rate",
        "modifiers",
        "has_25",
        "has_distinct_modifier",
        "has_global_modifier",
        "has_assistant_modifier",
    ),
    "diagnosis": ("payer_diagnosis_rate", "family_match", "malignant_match", "pointers"),
    "place": ("payer_place_rate",),
    "renderer": ("payer_type_rate", "payer_renderer_rate", "renderer_rate"),
    "timing": ("payer_delay_rate", "days_to_submission", "is_resubmission", "is_authorized"),
    "day": (
        "payer_units_rate",
        "payer_day_rate",
        "units",
        "code_position",
        "code_units",
        "further_stages",
        "extra_blocks",
        "has_chart",
        "encounter_lines",
        "reduced_units",
        "closures",
        "visits",
        "biopsies",
        "pathologies",
        "first_stage_lines",
    ),
}
"""Features that say one thing together, for reasons in words. Every feature is in one group."""


@dataclass(frozen=True)
class Made:
    """Features of every row, and the counts they rest on (for reasons in words)."""

    matrix: NDArray[np.float32]
    """One row per line, columns as `names`; categories are numbers from 0, the last is 'other'."""
    names: tuple[str, ...]
    labels: Mapping[str, Sequence[str]]
    """Category -> what each number stands for."""
    counts: Mapping[str, tuple[Whole, Whole]]
    """Rate -> (lines, denied) of its key before the row's day."""
    baselines: Mapping[str, Floats]
    """payer_code_rate and rule_only: probabilities that need no model."""
    worst_rule: pl.DataFrame = field(default_factory=pl.DataFrame)
    """row, rule_id, severity_rank, lines, denied: of each row with a finding, the one of worst record."""


def make(lines: pl.DataFrame, findings: pl.DataFrame, setting: Setting) -> Made:
    """Features of all lines.

    `lines`: the columns of risk_line.sql and known_date, is_denied (null until adjudicated);
    `findings`: row (position in `lines`), rule_id, severity_rank.
    """
    asked_on = days(lines["asked_date"])
    known_on = days(lines["known_date"])
    is_known = known_on >= 0
    denied = lines["is_denied"].fill_null(False).to_numpy()
    window = setting.history_days
    keyed = lines.with_columns(
        again=pl.col("code_position").clip(1, 2),
        delay=pl.Series(np.searchsorted(DELAYS, lines["days_to_submission"].to_numpy())),
        beside=pl.concat_str(
            *((pl.col(name) > 0).cast(pl.Int8) for name in BESIDE),
            pl.col("first_stage_lines").clip(0, 2),
        ),
    )

    def before(of: Whole) -> tuple[Whole, Whole]:
        return count_before(
            of[is_known], known_on[is_known], denied[is_known], of, asked_on, window
        )

    every, every_denied = before(np.ones(lines.height, dtype=np.int64))
    overall = (every_denied + 0.5) / (every + 1.0)
    rates: dict[str, Floats] = {}
    counts: dict[str, tuple[Whole, Whole]] = {}
    for name, (columns, wider) in RATES.items():
        counts[name] = before(keys(keyed, columns))
        rates[name] = shrink(counts[name], rates[wider] if wider else overall, setting.prior_lines)
    found, worst, rule_only = find(lines, findings, rates["payer_rate"], overall, setting)
    columns_of: dict[str, NDArray[np.floating]] = {
        name: lines[name].fill_null(0).to_numpy().astype(np.float32) for name in FACTS
    }
    columns_of |= {name: logit(rate) for name, rate in rates.items()}
    columns_of |= found
    labels: dict[str, Sequence[str]] = {}
    for name in CATEGORIES:
        columns_of[name], labels[name] = _codes(lines[name], is_known)
    matrix = np.empty((lines.height, len(NAMES)), dtype=np.float32, order="F")
    for at, name in enumerate(NAMES):
        matrix[:, at] = columns_of[name]
    return Made(
        matrix,
        NAMES,
        labels,
        counts,
        {"payer_code_rate": rates["payer_code_rate"], "rule_only": rule_only},
        worst,
    )


MOST_LABELS = 40
"""Payers told apart; those with fewer lines are taken together."""


def _codes(values: pl.Series, is_known: Flags) -> tuple[Floats, Sequence[str]]:
    name = values.name
    common = (
        values.filter(pl.Series(is_known))
        .to_frame()
        .group_by(name)
        .len()
        .sort(["len", name], descending=[True, False])[name]
        .head(MOST_LABELS)
        .to_list()
    )
    codes = (
        values.replace_strict(
            {label: at for at, label in enumerate(common)},
            default=len(common),
            return_dtype=pl.Float64,
        )
        if common
        else pl.Series(name, np.zeros(len(values)))
    )
    return codes.to_numpy(), (*common, "other")
