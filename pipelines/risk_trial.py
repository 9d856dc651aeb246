"""The trial of denial risk: every month predicted by models that knew only what came before it.

Two learners and two baselines predict each month of submissions; scores over all of them choose. The
chosen model, made again of all remittances on file, speaks of the lines that wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines import risk_guard, risk_models, risk_reasons, risk_scores
from pipelines.risk_counts import Flags, Floats, Setting, Whole
from pipelines.risk_features import GROUPS, RATES, make
from pipelines.risk_found import FOUND
from pipelines.risk_history import (
    GUARDED,
    History,
    digest,
    months_of,
    open_history,
    silent_payers,
)
from pipelines.risk_models import BASELINES, LEARNERS, SETTINGS, Fitted
from pipelines.risk_scores import DRIFT, Watch

Table = pl.DataFrame


@dataclass(frozen=True)
class Trial:
    """What came of it. Arrays have one entry for each of `rows`, positions among all lines."""

    chosen: str | None
    why: Mapping[str, str]
    """Model -> why it was or was not chosen; '' where no model could be tried."""
    rows: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    chances: Floats = field(default_factory=lambda: np.zeros(0))
    lower: Floats = field(default_factory=lambda: np.zeros(0))
    upper: Floats = field(default_factory=lambda: np.zeros(0))
    reasons: Sequence[Sequence[str]] = ()
    silent: Mapping[str, str] = field(default_factory=dict)
    """Payer without probabilities -> why."""
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    features: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    calibrations: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    totals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    learned: int = 0
    learned_denied: int = 0
    seed: int = 0
    digest: str = ""
    evaluation: Table = field(default_factory=pl.DataFrame)
    reliability: Table = field(default_factory=pl.DataFrame)
    drift: Table = field(default_factory=pl.DataFrame)


def hold(
    lines: Table,
    findings: Table,
    values: Mapping[str, float],
    register: risk_guard.Register,
) -> Trial:
    """Try all models month by month, choose one, and ask it about the lines that wait.

    Raises Leak for a feature that is known only later, or comes from no checked query.
    """
    made = make(
        lines,
        findings,
        Setting(int(values["history_days"]), values["prior_lines"], values["prior_rule_lines"]),
    )
    early = {*lines.columns, *RATES, *FOUND} - {"known_date", "is_denied", "is_waiting"}
    risk_guard.check_names(made.names, early, register)
    history, refused = open_history(made, lines, values)
    months = list(months_of(history, lines))
    if not months:
        none = "no month of submissions has enough decided lines before it to be predicted"
        return Trial(None, {"": none})
    tried = _try(history, months)
    dollars = lines["dollars"].cast(pl.Float64).fill_null(0.0).to_numpy()
    totals = {
        model: risk_scores.judge(
            chances[tried.rows],
            history.is_denied[tried.rows],
            dollars[tried.rows],
            values["capture_share"],
        )
        for model, chances in tried.chances.items()
    }
    chosen, why = choose(totals)
    untried = (
        f"not tried: {len(history.order):,} adjudicated lines, it takes "
        f"{values['fewest_boosting_lines']:,.0f}"
    )
    why = {model: why.get(model, untried) for model in (*LEARNERS, *BASELINES)}
    final = _final(history, lines, chosen, tried)
    learned = final.learned
    matrix = np.ascontiguousarray(made.matrix[np.ix_(learned, history.at)])
    return Trial(
        chosen=chosen,
        why=why,
        rows=final.rows,
        chances=final.chances,
        lower=final.lower,
        upper=final.upper,
        reasons=final.reasons,
        silent=silent_payers(history, lines, learned),
        settings={model: SETTINGS[model] for model in (*LEARNERS, *BASELINES)},
        features={
            **dict.fromkeys(LEARNERS, history.names),
            "payer_code_rate": ("payer_code_rate",),
            "rule_only": ("rules that fired",),
        },
        refused=refused,
        calibrations=tried.calibrations,
        totals=totals,
        first_day=lines["asked_date"].gather(learned).min(),  # type: ignore[arg-type]
        last_day=lines["known_date"].max(),  # type: ignore[arg-type]
        learned=len(learned),
        learned_denied=int(history.is_denied[learned].sum()),
        seed=history.slices.seed,
        digest=digest(
            matrix.tobytes(),
            history.is_denied[learned].tobytes(),
            "\n".join(history.names).encode(),
        ),
        evaluation=_evaluate(lines, tried, history.is_denied, dollars, chosen, values),
        reliability=_reliability(lines, tried, history.is_denied, chosen),
        drift=_drift(lines, tried, history, chosen, values),
    )


GROWN = 1.5
"""A history that is so many times longer is worth a new model at once."""


@dataclass(frozen=True)
class Tried:
    """Probabilities given before the outcome; NaN where none was. Whole-length arrays by model."""

    rows: Whole
    """Rows predicted by every model."""
    chances: Mapping[str, Floats]
    lower: Mapping[str, Floats]
    upper: Mapping[str, Floats]
    normal: Mapping[int, NDArray[np.float32]]
    fitted: Mapping[int, Mapping[str, Fitted]]
    """Month (position) -> learner, for reasons."""
    months: Sequence[tuple[date, Whole]]
    calibrations: Mapping[str, tuple[str, int]]


def _try(history: History, months: Sequence[tuple[date, Whole]]) -> Tried:
    size = len(history.known_on)
    models = (*history.learners, *BASELINES)
    chances = {model: np.full(size, np.nan) for model in models}
    lower = {model: np.full(size, np.nan) for model in models}
    upper = {model: np.full(size, np.nan) for model in models}
    every: list[Whole] = []
    fitted: dict[int, dict[str, Fitted]] = {}
    normal: dict[int, NDArray[np.float32]] = {}
    asked: list[tuple[date, Whole]] = []
    every_months = history.values["months_between_fits"]
    latest: dict[str, Fitted] = {}
    fitted_at, size_then = -1, 0
    for position, (month, of_month) in enumerate(months):
        learned = history.before((month - date(1970, 1, 1)).days)
        rows = of_month[history.spoken_for(learned, of_month)]
        asked.append((month, rows))
        matrix = history.made.matrix[np.ix_(rows, history.at)]
        normal[position] = risk_reasons.usual(
            history.made.matrix[np.ix_(learned[-GUARDED:], history.at)], history.names
        )
        if len(learned) >= GROWN * size_then or position - fitted_at >= every_months:
            with risk_models.side_by_side() as pool:
                made = pool.map(history.fit, history.learners, [learned] * len(history.learners))
                latest = dict(zip(history.learners, made, strict=True))
            fitted_at, size_then = position, len(learned)
        fitted[position] = latest
        for model, one in latest.items():
            chances[model][rows] = one.predict(matrix)
            lower[model][rows], upper[model][rows] = one.interval(chances[model][rows])
        for model in BASELINES:
            given = history.made.baselines[model]
            chances[model][rows] = given[rows]
            lower[model][rows], upper[model][rows] = _baseline_interval(
                history, given, learned, rows
            )
        every.append(rows)
    calibrations = {
        model: (one.calibration, one.calibration_lines)
        for model, one in fitted[len(months) - 1].items()
    }
    return Tried(
        np.sort(np.concatenate(every)), chances, lower, upper, normal, fitted, asked, calibrations
    )


def _baseline_interval(
    history: History, given: Floats, learned: Whole, rows: Whole
) -> tuple[Floats, Floats]:
    edges, low, high = risk_models.bin_intervals(
        given[learned], history.is_denied[learned], history.claims[learned]
    )
    of = np.searchsorted(edges, given[rows], side="right")
    return np.minimum(low[of], given[rows]), np.maximum(high[of], given[rows])


def choose(totals: Mapping[str, Mapping[str, Any]]) -> tuple[str, dict[str, str]]:
    """The learner of least log loss if it beats both baselines in log loss and Brier score.

    Else the baseline of least log loss. Returns the choice and every model's reason.
    """
    learner = min(
        (model for model in LEARNERS if model in totals),
        key=lambda model: totals[model]["log_loss"],
    )
    simple = min(BASELINES, key=lambda model: totals[model]["log_loss"])
    is_better = all(
        totals[learner][score] < totals[baseline][score]
        for score in ("log_loss", "brier")
        for baseline in BASELINES
    )
    chosen = learner if is_better else simple

    def said(model: str) -> str:
        one = totals[model]
        return f"log loss {one['log_loss']:.4f}, Brier {one['brier']:.4f} out of time"

    why = {model: f"{said(model)}; {chosen} did better" for model in totals}
    if is_better:
        why[chosen] = f"{said(chosen)}: the least, and better than both baselines"
    else:
        why[learner] = f"{said(learner)}: does not beat both baselines, so the simpler one is used"
        why[chosen] = f"{said(chosen)}: no learner beats both baselines"
    return chosen, why


@dataclass(frozen=True)
class Final:
    """Probabilities of rows out of time and of those that wait."""

    learned: Whole
    rows: Whole
    chances: Floats
    lower: Floats
    upper: Floats
    reasons: list[list[str]]


def _final(history: History, lines: Table, chosen: str, tried: Tried) -> Final:
    learned = history.order[-int(history.values["most_training_lines"]) :]
    waiting = np.flatnonzero(lines["is_waiting"].to_numpy())
    waiting = waiting[history.spoken_for(learned, waiting)]
    matrix = history.made.matrix[np.ix_(waiting, history.at)]
    told: dict[int, list[str]] = {}
    if chosen in LEARNERS:
        one = history.fit(chosen, learned)
        given = one.predict(matrix)
        low, high = one.interval(given)
        normal = risk_reasons.usual(
            history.made.matrix[np.ix_(learned[-GUARDED:], history.at)], history.names
        )
        told |= _reasons(history, lines, one, normal, waiting, given)
        for position, (_, rows) in enumerate(tried.months):
            told |= _reasons(
                history,
                lines,
                tried.fitted[position][chosen],
                tried.normal[position],
                rows,
                tried.chances[chosen][rows],
            )
    else:
        given = history.made.baselines[chosen][waiting]
        low, high = _baseline_interval(history, history.made.baselines[chosen], learned, waiting)
        both = np.concatenate([tried.rows, waiting])
        groups = list(GROUPS)
        added = np.zeros((len(both), len(groups)))
        added[:, groups.index(risk_reasons.BASELINE_GROUP[chosen])] = 1.0
        told |= dict(
            zip(both.tolist(), risk_reasons.words(lines, history.made, both, added), strict=True)
        )
    rows = np.concatenate([tried.rows, waiting])
    return Final(
        learned,
        rows,
        np.concatenate([tried.chances[chosen][tried.rows], given]),
        np.concatenate([tried.lower[chosen][tried.rows], low]),
        np.concatenate([tried.upper[chosen][tried.rows], high]),
        [told.get(row, []) for row in rows.tolist()],
    )


def _reasons(
    history: History,
    lines: Table,
    fitted: Fitted,
    normal: NDArray[np.float32],
    rows: Whole,
    chances: Floats,
) -> dict[int, list[str]]:
    """Reasons of the rows that are riskier than the mean of them."""
    if not len(rows):
        return {}
    risky = np.flatnonzero(chances >= chances.mean())
    at = rows[risky]
    added = risk_reasons.contributions(
        history.made.matrix[np.ix_(at, history.at)],
        history.names,
        fitted.predict,
        chances[risky],
        normal,
    )
    said = risk_reasons.words(lines, history.made, at, added)
    return dict(zip(at.tolist(), said, strict=True))


def _evaluate(
    lines: Table,
    tried: Tried,
    is_denied: Flags,
    dollars: Floats,
    chosen: str,
    values: Mapping[str, float],
) -> Table:
    rows = tried.rows
    names = sorted(set(lines["payer"].gather(rows).to_list()))
    payers = (
        lines["payer"]
        .gather(rows)
        .replace_strict({name: at for at, name in enumerate(names)}, return_dtype=pl.Int64)
        .to_numpy()
    )
    month_of = lines["month"].gather(rows)
    month_names = sorted(set(month_of.to_list()))
    months = month_of.replace_strict(
        {month: at for at, month in enumerate(month_names)}, return_dtype=pl.Int64
    ).to_numpy()
    sets: list[tuple[Any, Any, Whole]] = [(None, None, np.arange(len(rows)))]
    sets += [(None, payer, of) for payer, of in risk_scores.groups(payers, names)]
    for month, of_month in risk_scores.groups(months, month_names):
        sets.append((month, None, of_month))
        sets += [
            (month, payer, of_month[of])
            for payer, of in risk_scores.groups(payers[of_month], names)
        ]
    found = [
        {
            "model": model,
            "is_chosen": model == chosen,
            "month": month,
            "payer": payer,
            **risk_scores.judge(
                chances[rows[of]], is_denied[rows[of]], dollars[rows[of]], values["capture_share"]
            ),
        }
        for model, chances in tried.chances.items()
        for month, payer, of in sets
    ]
    return pl.DataFrame(found, infer_schema_length=None, schema_overrides={"month": pl.Date})


def _reliability(lines: Table, tried: Tried, is_denied: Flags, chosen: str) -> Table:
    rows = tried.rows
    payers = lines["payer"].gather(rows)
    found = risk_scores.reliability(tried.chances[chosen][rows], is_denied[rows], None)
    for payer in sorted(set(payers.to_list())):
        of = rows[(payers == payer).to_numpy()]
        found += risk_scores.reliability(tried.chances[chosen][of], is_denied[of], payer)
    return pl.DataFrame(found, infer_schema_length=None)


def _drift(
    lines: Table, tried: Tried, history: History, chosen: str, values: Mapping[str, float]
) -> Table:
    rows = tried.rows
    if not len(rows):
        return pl.DataFrame(schema=DRIFT)
    asked = lines.select("payer", "kind", "month", "claim_id")[rows.tolist()].with_columns(
        probability=pl.Series(tried.chances[chosen][rows]),
        is_denied=pl.Series(history.is_denied[rows]),
    )
    return risk_scores.drift(asked, Watch(int(values["drift_months"]), values["drift_alpha"]))
