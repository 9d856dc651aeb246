"""What a reviewed audit sample says: accuracy, dollars, estimates for the frame, how far to trust them.

Overpaid counts above zero, underpaid below. Accuracy follows the two measures coders name code over
code and record over record. Nothing here is an "identified" overpayment.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines import estimating
from pipelines.estimating import Estimate, Values
from pipelines.reviews import Reviewed, Unit, units_of
from pipelines.sampling import CERTAINTY
from pipelines.worksheets import MISSED, NO_RECORD, NONE

ENOUGH_UNITS = 30
"""Below this a mean is not taken for normal whatever its skewness; customary."""
DISCLOSURE_UNITS = 100
"""Fewest sample items of the OIG's provider self-disclosure protocol (2013 text)."""
ENOUGH_PRECISION = 0.25
"""Half the two-sided 90 % interval over the point estimate, as in the OIG's integrity agreements."""
ENOUGH_SYMMETRY = 0.2
"""Skewness of an estimate below which its limits hold: n > 25 G1^2, Cochran 1977, section 2.15."""
NO_RANKING = 30
"""Units of a surgeon below which no comparison is drawn."""


MEASURES: Mapping[str, Callable[[Unit], float]] = {
    "net": lambda unit: unit.net,
    "overpaid only": lambda unit: unit.over,
    "underpaid only": lambda unit: unit.under,
    "gross": lambda unit: unit.over + unit.under,
}


@dataclass(frozen=True)
class Appraisal:
    """The result, table by table, and sentences on what it is worth."""

    accuracy: pl.DataFrame
    labels: pl.DataFrame
    dollars: pl.DataFrame
    sensitivity: pl.DataFrame
    surgeons: pl.DataFrame
    coders: pl.DataFrame
    decisions: pl.DataFrame
    agreement: dict[str, Any] | None
    is_advisable: bool
    advice: tuple[str, ...]

    def as_record(self) -> dict[str, Any]:
        """For JSON: every table as a list of rows."""
        return {
            name: value.to_dicts() if isinstance(value, pl.DataFrame) else value
            for name, value in ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        }


def appraise(rows: Sequence[Reviewed], record: Mapping[str, Any]) -> Appraisal:
    """The appraisal of the rows reviewed, over the frame of the manifest."""
    units = units_of(rows)
    strata = _Strata.of(units, record)
    net = strata.total(MEASURES["net"])
    over = strata.total(MEASURES["overpaid only"])
    is_advisable, advice = _advise(units, strata, net, over)
    return Appraisal(
        accuracy=_accuracy(units, strata),
        labels=_labels(rows),
        dollars=_dollars(units, strata),
        sensitivity=_sensitivity(units, strata, record["generator"]["seed"]),
        surgeons=_by_person({one: _of_surgeon(units, one) for one in _names(units)}),
        coders=_by_person(_of_coders(rows), "coder"),
        decisions=_decisions(rows),
        agreement=_agreement(rows),
        is_advisable=is_advisable,
        advice=(*advice, *_unsigned(rows)),
    )


@dataclass(frozen=True)
class _Strata:
    """The units reviewed by stratum, beside what the frame holds of each."""

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    lines: tuple[int, ...]
    paid: tuple[float, ...]
    units: tuple[tuple[Unit, ...], ...]

    @classmethod
    def of(cls, units: Sequence[Unit], record: Mapping[str, Any]) -> _Strata:
        rows = [row for row in record["strata"] if row["sample"]]
        return cls(
            tuple(row["stratum"] for row in rows),
            tuple(row["units"] for row in rows),
            tuple(row["lines"] for row in rows),
            tuple(float(row["paid"]) for row in rows),
            tuple(tuple(unit for unit in units if unit.stratum == row["stratum"]) for row in rows),
        )

    def values(self, measure: Callable[[Unit], float]) -> list[Values]:
        return [np.array([measure(unit) for unit in one], dtype=np.float64) for one in self.units]

    def total(self, measure: Callable[[Unit], float]) -> Estimate:
        """By the mean of each stratum (the difference estimator for dollars)."""
        return estimating.estimate_total(
            [
                estimating.layer(size, values)
                for size, values in zip(self.sizes, self.values(measure), strict=True)
            ]
        )

    def by_ratio(
        self,
        measure: Callable[[Unit], float],
        known: Callable[[Unit], float],
        total: float,
    ) -> Estimate:
        layers, means = estimating.ratio_layers(
            self.sizes, self.values(measure), self.values(known)
        )
        return estimating.estimate_ratio(layers, means, total)

    def without(self, unit: Unit) -> _Strata:
        kept = tuple(tuple(one for one in part if one is not unit) for part in self.units)
        return _Strata(self.names, self.sizes, self.lines, self.paid, kept)

    @property
    def is_simple(self) -> bool:
        return len(self.names) == 1


def _accuracy(units: Sequence[Unit], strata: _Strata) -> pl.DataFrame:
    """One row per measure: counts in the sample with both intervals, and the rate for the frame."""
    frame_units, frame_lines = sum(strata.sizes), sum(strata.lines)
    by_line = strata.by_ratio(lambda one: one.correct, lambda one: one.lines, frame_lines)
    by_unit = strata.total(lambda one: float(one.is_correct))
    by_payment = strata.total(lambda one: float(one.is_paid_right))
    measured = (
        ("codes correct", sum(one.correct for one in units), sum(one.lines for one in units)),
        ("records without error", sum(one.is_correct for one in units), len(units)),
        ("payment would not change", sum(one.is_paid_right for one in units), len(units)),
    )
    rows = []
    for (name, count, of), estimate, whole in zip(
        measured,
        (by_line, by_unit, by_payment),
        (frame_lines, frame_units, frame_units),
        strict=True,
    ):
        found = estimating.proportion(count, of)
        rows.append(
            {
                "measure": name,
                "count": count,
                "of": of,
                "rate": found.rate,
                "exact_low": found.exact[0],
                "exact_high": found.exact[1],
                "wilson_low": found.wilson[0],
                "wilson_high": found.wilson[1],
                "frame_rate": estimate.point / whole,
                "frame_low": max(0.0, estimate.lower / whole),
                "frame_high": min(1.0, estimate.upper / whole),
            }
        )
    return pl.DataFrame(rows).with_columns(pl.col(pl.Float64).round(4))


def _labels(rows: Sequence[Reviewed]) -> pl.DataFrame:
    """One row per label: lines, dollars overpaid and underpaid in the sample."""
    return (
        pl.DataFrame(
            {
                "label": [one.label for one in rows],
                "difference": [one.difference for one in rows],
            },
            schema={"label": pl.String, "difference": pl.Decimal(12, 2)},
        )
        .filter(pl.col("label") != NONE)
        .group_by("label")
        .agg(
            pl.len().alias("lines"),
            pl.col("difference").filter(pl.col("difference") > 0).sum().alias("overpaid"),
            (-pl.col("difference").filter(pl.col("difference") < 0)).sum().alias("underpaid"),
        )
        .sort("lines", "label", descending=[True, False])
    )


def _dollars(units: Sequence[Unit], strata: _Strata) -> pl.DataFrame:
    """One row per measure and estimator: dollars in the sample, share of paid, the frame's estimate."""
    paid, known = sum(one.paid for one in units), sum(strata.paid)
    rows = []
    for name, measure in MEASURES.items():
        in_sample = sum(measure(one) for one in units)
        estimates = {"difference": strata.total(measure)}
        if paid:
            estimates["ratio"] = strata.by_ratio(measure, lambda one: one.paid, known)
        rows += [
            {
                "measure": name,
                "in_sample": in_sample,
                "share_of_paid": in_sample / paid if paid else None,
                "estimator": estimator,
                **_shown(estimate),
            }
            for estimator, estimate in estimates.items()
        ]
    return _rounded(pl.DataFrame(rows))


def _shown(estimate: Estimate) -> dict[str, float | None]:
    values = asdict(estimate)
    values.pop("degrees")
    return {**values, "precision": estimate.precision}


def _rounded(frame: pl.DataFrame) -> pl.DataFrame:
    rates = [name for name in ("share_of_paid", "precision") if name in frame.columns]
    return frame.with_columns(
        pl.col(pl.Float64).exclude(rates).round(2), pl.col(rates).cast(pl.Float64).round(4)
    )


def _sensitivity(units: Sequence[Unit], strata: _Strata, seed: int) -> pl.DataFrame:
    """What the net and the overpaid total become when the method or one unit is changed."""
    rows: list[dict[str, Any]] = []
    for name in ("net", "overpaid only"):
        measure = MEASURES[name]
        base = strata.total(measure)
        rows.append({"measure": name, "change": "as estimated", **_limits(base)})
        if any(one.paid for one in units):
            ratio = strata.by_ratio(measure, lambda one: one.paid, sum(strata.paid))
            rows.append({"measure": name, "change": "ratio estimator", **_limits(ratio)})
        movable = [
            unit
            for size, part in zip(strata.sizes, strata.units, strict=True)
            for unit in part
            if 2 < len(part) < size
        ]
        if movable:
            largest = max(movable, key=lambda one: (abs(measure(one)), one.unit_id))
            rows.append(
                {
                    "measure": name,
                    "change": "without its largest unit",
                    "unit_id": largest.unit_id,
                    **_limits(strata.without(largest).total(measure)),
                }
            )
        low = estimating.bootstrap_lower(strata.sizes, strata.values(measure), seed=seed)
        if low is not None:
            rows.append(
                {
                    "measure": name,
                    "change": "bootstrap instead of a normal curve",
                    "point": base.point,
                    "lower_one_sided": low,
                }
            )
    return _rounded(pl.DataFrame(rows, infer_schema_length=None))


def _limits(estimate: Estimate) -> dict[str, float]:
    return {"point": estimate.point, "lower_one_sided": estimate.lower_one_sided}


def _names(units: Sequence[Unit]) -> list[str]:
    return sorted({one.surgeon for one in units})


def _of_surgeon(units: Sequence[Unit], surgeon: str) -> list[Unit]:
    return [one for one in units if one.surgeon == surgeon]


def _of_coders(rows: Sequence[Reviewed]) -> dict[str, list[Unit]]:
    """Coder -> units with what they coded of each; a missed charge is the coder's of the whole unit."""
    alone: dict[str, set[str]] = {}
    for row in rows:
        if row.coder:
            alone.setdefault(row.unit_id, set()).add(row.coder)
    own: dict[str, list[Reviewed]] = {}
    for row in rows:
        there = alone.get(row.unit_id, set())
        coder = row.coder if row.line_id != MISSED else next(iter(there), "")
        if coder and (row.line_id != MISSED or len(there) == 1):
            own.setdefault(coder, []).append(row)
    return {coder: units_of(lines) for coder, lines in sorted(own.items())}


def _by_person(people: Mapping[str, Sequence[Unit]], column: str = "rendering_npi") -> pl.DataFrame:
    """One row per surgeon or coder: units, those without error with Wilson's interval, top error."""
    schema = {
        column: pl.String,
        "units": pl.Int64,
        "without_error": pl.Int64,
        **dict.fromkeys(("rate", "wilson_low", "wilson_high"), pl.Float64),
        "most_frequent_error": pl.String,
        "note": pl.String,
    }
    rows = []
    for person, own in people.items():
        found = estimating.proportion(sum(one.is_correct for one in own), len(own))
        labels = Counter(label for one in own for label in one.labels)
        top = min(labels, key=lambda label: (-labels[label], label)) if labels else ""
        rows.append(
            {
                column: person,
                "units": len(own),
                "without_error": found.count,
                "rate": round(found.rate, 4),
                "wilson_low": round(found.wilson[0], 4),
                "wilson_high": round(found.wilson[1], 4),
                "most_frequent_error": top,
                "note": "" if len(own) >= NO_RANKING else "too few to compare",
            }
        )
    return pl.DataFrame(rows, schema=schema)


def _decisions(rows: Sequence[Reviewed]) -> pl.DataFrame:
    """One row per line reviewed, in the order of the worksheet: who decided what, once or twice."""
    return pl.DataFrame(
        [
            {
                "role": one.role,
                "stratum": one.stratum,
                "place": one.place,
                "unit_id": one.unit_id,
                "line_id": one.line_id,
                "procedure_code": one.procedure_code,
                "paid": one.paid,
                "difference": one.difference,
                "label": one.label,
                "reviewer": one.reviewer,
                "second_label": one.second_label,
                "second_reviewer": one.second_reviewer,
                "note": one.note,
            }
            for one in rows
            if one.line_id != MISSED or one.label != NONE
        ],
        schema={
            **dict.fromkeys(("role", "stratum"), pl.String),
            "place": pl.Int64,
            **dict.fromkeys(("unit_id", "line_id", "procedure_code"), pl.String),
            **dict.fromkeys(("paid", "difference"), pl.Decimal(12, 2)),
            **dict.fromkeys(
                ("label", "reviewer", "second_label", "second_reviewer", "note"), pl.String
            ),
        },
    )


def _unsigned(rows: Sequence[Reviewed]) -> tuple[str, ...]:
    """What keeps the index of evidence from being complete."""
    said = []
    unsigned = sum(not one.reviewer for one in rows if one.label != NONE)
    if unsigned:
        said.append(f"{unsigned} rows name no reviewer; the index of evidence is not complete.")
    apart = sum(one.second_label not in ("", one.label) for one in rows)
    if apart:
        said.append(
            f"On {apart} rows two reviewers differ; the first label counts. Settle them before the "
            "figures are used."
        )
    return tuple(said)


def _agreement(rows: Sequence[Reviewed]) -> dict[str, Any] | None:
    both = [one for one in rows if one.second_label]
    if not both:
        return None
    share, kappa = estimating.agreement(
        [one.label for one in both], [one.second_label for one in both]
    )
    return {
        "rows": len(both),
        "agreement": round(share, 4),
        "kappa": None if kappa is None else round(kappa, 4),
    }


def _advise(
    units: Sequence[Unit], strata: _Strata, net: Estimate, over: Estimate
) -> tuple[bool, tuple[str, ...]]:
    """Whether the sample carries a projection of what was overpaid, and why not."""
    against: list[str] = []
    drawn = [
        part for size, part in zip(strata.sizes, strata.units, strict=True) if len(part) < size
    ]
    reviewed = sum(len(part) for part in drawn)
    differing = sum(not one.is_paid_right for part in drawn for one in part)
    if not drawn:
        return True, ("Every unit of the frame was reviewed: these are sums, not estimates.",)
    if reviewed < ENOUGH_UNITS:
        against.append(f"only {reviewed} units were reviewed, fewer than {ENOUGH_UNITS}")
    if not differing:
        against.append("no payment in the sample would change")
    elif over.point and (over.precision or math.inf) > ENOUGH_PRECISION:
        against.append(
            f"the precision of the overpaid total is {over.precision:.0%} of the point estimate, "
            f"worse than {ENOUGH_PRECISION:.0%}"
        )
    if over.lower_one_sided <= 0 < over.point:
        against.append("the one-sided 90 % lower limit of the overpaid total is not above zero")
    skewness = estimating.skewness(strata.sizes, strata.values(MEASURES["overpaid only"]))
    if abs(skewness) > ENOUGH_SYMMETRY:
        against.append(
            f"the estimate is skewed ({skewness:.2f}), limits hold below {ENOUGH_SYMMETRY} "
            "(Cochran 1977, section 2.15)"
        )
    said = []
    if against:
        said.append("A projection is not advisable: " + "; ".join(against) + ".")
    else:
        said.append("Nothing speaks against a projection at this sample size.")
    if reviewed < DISCLOSURE_UNITS:
        said.append(
            f"The OIG's self-disclosure protocol asks for {DISCLOSURE_UNITS} sample items or more; "
            f"{reviewed} were reviewed outside a certainty stratum."
        )
    lost = sum(NO_RECORD in one.labels for one in units)
    if lost:
        said.append(
            f"{lost} units have no record and no spare; their whole payment counts as overpaid."
        )
    if not strata.is_simple:
        said.append(
            "Units were not drawn at one rate: the frame's rates weigh strata by size, the "
            "intervals of counts speak of the sample only."
        )
    if CERTAINTY in strata.names:
        said.append("The certainty stratum was reviewed whole and adds no sampling error.")
    if net.point != over.point:
        said.append("Net sets underpayments off against overpayments; overpaid only does not.")
    return not against, tuple(said)
