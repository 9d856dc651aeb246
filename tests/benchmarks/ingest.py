"""What does taking files in cost? Run by hand: `uv run python tests/benchmarks/ingest.py`.

The whole of `mohs ingest` but for the snapshot: read, check, quarantine, type, store, tie together.
CPU time of all threads per byte is compared with pyx12's validating read of the same kind of file,
which stores nothing; peak memory is that of a process of its own (Linux). Files are the claims of
reading.py, repeated with claim and member numbers of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import reading

TARGET_RATIO = 15
TARGET_MEGABYTES = 500
NAMES = ("claims.837", "remits.835")
MENDED = {"CAS*CO*253*10.00": "CAS*CO*253*0.00"}
"""The claim-level reduction of our 835 that its sums do not bear."""


def cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def peak_megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def write(path: Path, name: str, megabytes: float) -> int:
    """The claims of one of our files, each of a patient of its own; returns the size in bytes."""
    plain = path.with_suffix(".plain")
    reading.write(plain, name, megabytes)
    with plain.open(encoding="utf-8") as source, path.open("w", encoding="utf-8") as target:
        for number, line in enumerate(source):
            text = line.rstrip("~\n")
            parts = MENDED.get(text, text).split("*")
            if parts[0] == "NM1" and parts[1] in ("IL", "QC") and len(parts) > 9:
                parts[9] = f"{parts[9]}{number}"
            target.write("*".join(parts) + "~\n")
    plain.unlink()
    return path.stat().st_size


def take_in(paths: Sequence[Path], folder: Path) -> dict[str, float]:
    """CPU seconds and peak megabytes of landing and settling, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--take-in", str(folder), *map(str, paths)],
        check=True,
        capture_output=True,
        text=True,
    )
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def take_in_here(folder: Path, paths: Sequence[Path]) -> None:
    from pipelines import steps
    from pipelines.places import Place

    place = Place(folder / "warehouse.duckdb")
    started = cpu_seconds()
    outcomes = steps.land(place, paths)
    landed = cpu_seconds()
    peak = peak_megabytes()
    steps.settle(place, outcomes)
    print(json.dumps({
        "cpu": cpu_seconds() - started,
        "settling": cpu_seconds() - landed,
        "rows": sum(outcome.rows_in for outcome in outcomes),
        "aside": sum(outcome.rows_quarantined for outcome in outcomes),
        "landing_megabytes": peak,
        "megabytes": peak_megabytes(),
    }))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=50, help="file taken in by us")
    parser.add_argument("--slice", type=float, default=1, help="file read by pyx12, in MB")
    parser.add_argument("--large", type=float, default=200, help="file for peak memory, in MB")
    parser.add_argument("--take-in", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.take_in:
        take_in_here(Path(asked.take_in[0]), [Path(name) for name in asked.take_in[1:]])
        return
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"file.{name[-3:]}"
            part = write(path, name, asked.slice)
            theirs, is_valid = reading.seconds_of_pyx12(path)
            size = write(path, name, asked.megabytes)
            ours = take_in([path], Path(folder))
            ratio = theirs / part / (ours["cpu"] / size)
            print(
                f"{name}: {size / 1e6:.0f} MB, {ours['rows']:,.0f} rows in {ours['cpu']:.1f} CPU s "
                f"({size / 1e6 / ours['cpu']:.1f} MB per CPU second), pyx12 "
                f"{part / theirs / 1e6:.3f} (valid: {is_valid}); {ratio:.0f} times less CPU time, "
                f"target {TARGET_RATIO}; {ours['aside']:,.0f} rows set aside"
            )
        if asked.large:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"file.{name[-3:]}"
                size = write(path, name, asked.large)
                ours = take_in([path], Path(folder))
                print(
                    f"{name}: {size / 1e6:.0f} MB with {ours['landing_megabytes']:.0f} MB of memory "
                    f"at the peak, {ours['megabytes']:.0f} MB with settling, target "
                    f"{TARGET_MEGABYTES}; {ours['cpu']:.1f} CPU s, of which settling "
                    f"{ours['settling']:.1f}"
                )


if __name__ == "__main__":
    main()
