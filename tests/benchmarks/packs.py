"""What do episodes, track records and the packs cost? `uv run python tests/benchmarks/packs.py`, by hand.

A simulated practice of two years is taken in, and its staged rows are copied under other names until
there are as many lines as asked (5 million unless told). Then, in CPU time of all threads:

audit    all of `mohs audit --all`; of it what denial episodes and track records take is told apart
report   all packs for the last month, and the size of the largest page
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pipelines import landing, records, settling, steps, warehouse
from pipelines.places import Place
from pipelines.simulate import simulate
from schemas.dictionary import tables

TARGET_TIMES, TARGET_GIGABYTES, TARGET_SECONDS, TARGET_PAGE = 3, 4, 60, 1.5
ENCOUNTERS, MONTHS, SEED = 20_000, 24, 7
OWN = {
    "claim_key", "claim_number", "claim_id", "root_number", "original_reference", "lesion_key",
    "remit_claim_id", "remit_line_id", "owner", "line_owner", "payer_claim_id",
}  # fmt: skip
"""Columns that name a claim, remittance or lesion: a copy's begin with its number."""
PATIENTS = {"patient_id", "own_patient_id"}
"""Columns whose first two digits are the bucket: a copy's end with its number."""
EPISODES = {
    "core.submission", "core.answer", "core.denial_reason", "core.denial", "audit.denial_episode",
    "audit.reason_code",
}  # fmt: skip
RECORDS = {"audit.policy_payer", "audit.rule_record", "audit.rule_judged"}


def fill(place: Place, folder: Path, lines: int) -> int:
    """Take the simulated practice in and copy its staged rows; returns the lines on file."""
    out = folder / "sim"
    simulate(out, ENCOUNTERS, MONTHS, SEED)
    files = list(landing.files([out / "inbox"]))
    steps.settle(place, steps.land(place, files))
    connection = warehouse.open_warehouse(place.warehouse)
    there = int(warehouse.value(connection, "SELECT count(*) FROM staged.service_line"))
    copies = -(-lines // there) - 1
    names = [name for name in tables() if name.startswith("staged.")]
    for name in names:
        columns = tables()[name].to_schema().columns
        if "patient_id" not in columns:
            continue
        copied = ", ".join(_copied(column) for column in columns)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE first AS SELECT * FROM {name}")
        connection.execute(
            f"INSERT INTO {name} BY NAME SELECT {copied} FROM temp.first, "
            f"range(1, {copies + 1}) AS r (copy)"
        )
    connection.execute("DROP TABLE temp.first")
    warehouse.cluster(connection, settling.CLUSTERED)
    found = int(warehouse.value(connection, "SELECT count(*) FROM staged.service_line"))
    connection.close()
    return found


def _copied(column: str) -> str:
    if column in OWN:
        return f"CASE WHEN {column} = '' THEN '' ELSE copy || 'x' || {column} END AS {column}"
    if column in PATIENTS:
        return f"{column} || copy AS {column}"
    return column


def timed(spent: dict[str, float], name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work, with its CPU seconds added to what was spent."""

    def run(*given: Any, **named: Any) -> Any:
        before = cpu_seconds()
        try:
            return work(*given, **named)
        finally:
            spent[name] = spent.get(name, 0.0) + cpu_seconds() - before

    return run


def audit(place: Place) -> dict[str, float]:
    """Audit everyone; CPU seconds by table and study."""
    spent: dict[str, float] = {}
    whole = warehouse.build

    def build(
        connection: warehouse.Connection, names: Iterable[str], *, is_set: bool = True
    ) -> None:
        for name in warehouse.build_order(names):
            timed(spent, name, whole)(connection, [name], is_set=is_set)

    warehouse.build = build
    records.count_judged = timed(spent, "audit.rule_judged", records.count_judged)
    steps.STUDIES = tuple(timed(spent, study.__module__, study) for study in steps.STUDIES)
    steps.audit(place, everyone=True)
    steps.publish(place)
    return spent


def cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def peak() -> float:
    """Gigabytes this process has held at most since `forget_peak`."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024**2


def forget_peak() -> None:
    """Begin anew with what is held at most: filling the warehouse is no part of what is measured."""
    Path("/proc/self/clear_refs").write_text("5")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, help="keep the warehouse here, or use the one there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        place = Place(folder / "warehouse.duckdb", folder / "sim" / "practice")
        if not place.warehouse.exists():
            print(f"{fill(place, folder, asked.lines):,} lines")
        forget_peak()
        before, started = cpu_seconds(), time.perf_counter()
        spent = audit(place)
        total = cpu_seconds() - before
        episodes = sum(spent.get(name, 0) for name in EPISODES)
        kept = sum(spent.get(name, 0) for name in RECORDS)
        print(
            f"audit: {total:.0f} CPU s, {time.perf_counter() - started:.0f} s, {peak():.1f} GB "
            f"(target {TARGET_GIGABYTES}); of it episodes {episodes:.0f} and track records {kept:.0f} CPU s, "
            f"{(episodes + kept) / (total - episodes - kept):.2f} times the rest (target {TARGET_TIMES})"
        )
        for name, seconds in sorted(spent.items(), key=lambda item: -item[1])[:25]:
            print(f"  {seconds:7.1f} {name}")
        forget_peak()
        before, started = cpu_seconds(), time.perf_counter()
        written = steps.report(place, folder / "reports", month="2026-08")
        largest = max(path.stat().st_size for path in (folder / "reports").rglob("*.html"))
        print(
            f"report: {cpu_seconds() - before:.0f} CPU s (target {TARGET_SECONDS}), "
            f"{time.perf_counter() - started:.0f} s, {peak():.1f} GB, {len(written)} files, largest page "
            f"{largest / 1e6:.2f} MB (target {TARGET_PAGE})"
        )


if __name__ == "__main__":
    main()
