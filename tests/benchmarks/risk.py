"""What does denial risk cost? Run by hand: `uv run python tests/benchmarks/risk.py`.

Two years of invented lines as the study gathers them: features from history, every month predicted by both
learners and both baselines, the chosen model, probabilities and reasons of all lines it speaks of.
Without reading and writing the warehouse. CPU is that of all threads; peak memory is the process's (Linux).
"""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from pipelines import risk_guard, risk_trial, warehouse
from pipelines.risk_features import FACTS

TARGET_SECONDS = 60
TARGET_MEGABYTES = 4000
START = date(2024, 10, 1)
DAYS = 730
KINDS = ("first stage", "further stages", "visit", "complex closure", "biopsy", "pathology")
CODES = ("17311", "17312", "99213", "13132", "11102", "88331")


def lines_of(size: int, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines and findings; some 5 % denied, by payer and kind, for rules that fired, and at random."""
    rng = np.random.default_rng(seed)
    payer = rng.choice(8, size, p=[0.4, 0.2, 0.15, 0.1, 0.05, 0.05, 0.03, 0.02])
    kind = rng.integers(0, len(KINDS), size)
    fired = np.flatnonzero(rng.random(size) < 0.04)
    rule = rng.integers(1, 60, len(fired))
    odds = -3.4 + 0.1 * payer + 0.8 * ((kind == 3) & (payer == 2))
    odds[fired] += rule % 6
    asked = np.sort(rng.integers(0, DAYS, size))
    known = asked + rng.integers(10, 45, size)
    is_denied = rng.random(size) < 1 / (1 + np.exp(-odds))
    number = pl.int_range(size, dtype=pl.Int64)
    lines = pl.select(
        line_id=pl.format("L{}", number),
        standing_line_id=pl.format("L{}", number),
        claim_id=pl.format("C{}", number // 3),
        encounter_id=pl.format("E{}", number // 3),
        submission=pl.lit(1, dtype=pl.Int64),
        submission_set=pl.lit("standing"),
        asked_date=pl.lit(START) + pl.duration(days=pl.Series(asked)),
        known_date=pl.when(pl.Series(known) < DAYS).then(
            pl.lit(START) + pl.duration(days=pl.Series(known))
        ),
        is_denied=pl.when(pl.Series(known) < DAYS).then(pl.Series(is_denied)),
        payer=pl.format("payer {}", pl.Series(payer)),
        kind=pl.Series([KINDS[at] for at in kind]),
        procedure_code=pl.Series([CODES[at] for at in kind]),
        modifier_key=pl.Series(rng.choice(["", "59", "25", "79"], size)),
        diagnosis_family=pl.Series(rng.choice(["C44", "D04", "D03"], size)),
        place_of_service=pl.Series(rng.choice(["11", "22", "24"], size, p=[0.95, 0.03, 0.02])),
        rendering_npi=pl.format("{}", pl.Series(rng.integers(0, 40, size))),
        rendering_type=pl.lit("MD"),
        is_first_stage=pl.Series(kind == 0),
        is_add_on=pl.Series(kind == 1),
        expected_allowed=pl.Series(rng.integers(50, 900, size)).cast(pl.Decimal(12, 2)),
        dollars=pl.Series(rng.integers(50, 900, size)).cast(pl.Float64),
        **{name: pl.Series(rng.integers(0, 3, size)) for name in FACTS},
    ).with_columns(
        is_waiting=pl.col("is_denied").is_null(),
        month=pl.col("asked_date").dt.truncate("1mo"),
    )
    findings = pl.DataFrame(
        {"row": fired, "rule_id": [f"MOHS{one:03}" for one in rule], "severity_rank": 1 + rule % 3}
    )
    return lines, findings


def values() -> dict[str, float]:
    """The shipped parameters."""
    path = warehouse.SQL / "reference" / "risk_parameter.csv"
    rows = pl.read_csv(path, infer_schema=False).select("parameter", "value").rows()
    return {name: float(value) for name, value in rows}


def peak_megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    size = parser.parse_args().lines
    lines, findings = lines_of(size)
    register: risk_guard.Register = {("core.service_line", "paid"): "adjudication"}
    before = os.times()
    started = time.perf_counter()
    trial = risk_trial.hold(lines, findings, values(), register)
    wall = time.perf_counter() - started
    after = os.times()
    print(
        json.dumps(
            {
                "lines": size,
                "wall": round(wall, 1),
                "cpu": round(after.user + after.system - before.user - before.system, 1),
                "megabytes": round(peak_megabytes()),
                "chosen": trial.chosen,
                "scored": len(trial.rows),
                "target": [TARGET_SECONDS, TARGET_MEGABYTES],
            }
        )
    )


if __name__ == "__main__":
    main()
