"""How fast and how large is reading X12? Run by hand: `uv run python tests/benchmarks/reading.py`.

Compares the CPU time (all threads) of reading claims and remittances into landing frames with
pyx12's validating read of the same kind of file, per byte, and measures the peak memory of reading
one large file in a process of its own (Linux). Files are our own invented claims,
repeated, in a temporary folder.
"""

from __future__ import annotations

import argparse
import io
import logging
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

FILES = Path(__file__).resolve().parent.parent / "files" / "x12"
TARGET_RATIO = 40
TARGET_MEGABYTES = 250


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


MENDED = {
    ": café": " cafe",
    "::::::NOT A MODIFIER": "",
    "*ABC*1~": "**1~",
    "*CI*PAYERICN02": "*12*PAYERICN02",
    "MA15*": "MA01*",
    "PLB*1111111112*20241231*L6*0~": "",
}
"""pyx12 is stricter than payers are; timing how it reports errors would be unfair to it."""


def segments_of(name: str) -> list[str]:
    text = (FILES / name).read_text(encoding="utf-8")
    for said, instead in MENDED.items():
        text = text.replace(said, instead)
    return [segment.strip() for segment in text.split("~") if segment.strip()]


def write(path: Path, name: str, megabytes: float) -> int:
    """Claims of one of our files repeated in one transaction set; returns the size in bytes."""
    segments = segments_of(name)
    begins = "HL*2*" if name.endswith("837") else "CLP*"
    first = next(at for at, text in enumerate(segments) if text.startswith(begins))
    last = next(at for at, text in enumerate(segments) if text.startswith(("PLB", "SE*")))
    head, body, tail = segments[:first], segments[first:last], segments[last:]
    repeats = max(1, int(megabytes * 1e6 / sum(len(text) + 2 for text in body)))
    start = next(at for at, text in enumerate(head) if text.startswith("ST*"))
    end = next(at for at, text in enumerate(tail) if text.startswith("SE*"))
    count = len(head) - start + repeats * len(body) + end + 1
    tail[end] = "*".join(["SE", str(count), tail[end].split("*")[2]])
    levels = 1
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(f"{text}~\n" for text in head)
        for repeat in range(repeats):
            offset = levels - 1
            for text in body:
                parts = text.split("*")
                if parts[0] == "HL":
                    levels += 1
                    parts[1] = str(levels)
                    parts[2] = parts[2] if parts[2] == "1" else str(int(parts[2]) + offset)
                elif parts[0] in ("CLM", "CLP"):
                    parts[1] = f"{parts[1]}-{repeat}"
                stream.write("*".join(parts) + "~\n")
        stream.writelines(f"{text}~\n" for text in tail)
    return path.stat().st_size


def seconds_of_ours(path: Path) -> float:
    from pipelines.readers import Source, edi

    started = cpu_seconds()
    problems = sum(len(batch.problems) for batch in edi.read(Source(path)))
    assert not problems, "the generated file should be sound"
    return cpu_seconds() - started


def seconds_of_pyx12(path: Path) -> tuple[float, bool]:
    import pyx12.params
    from pyx12.x12n_document import x12n_document

    logging.disable(logging.CRITICAL)
    started = cpu_seconds()
    valid = x12n_document(pyx12.params.ParamsBase(), str(path), io.StringIO(), None)
    return cpu_seconds() - started, bool(valid)


def peak_megabytes(path: Path) -> tuple[float, float]:
    """Peak memory of a process that reads the file, and of one that only imports the reader."""

    def run(code: str) -> float:
        # getrusage would count this process too, which the child was forked from
        told = "print(pathlib.Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
        done = subprocess.run(
            [sys.executable, "-c", f"{code}\n{told}", str(path)],
            check=True,
            capture_output=True,
            text=True,
        )
        return float(done.stdout) / 1024

    imports = "import sys, pathlib; from pipelines.readers import Source, edi"
    reads = "for batch in edi.read(Source(pathlib.Path(sys.argv[1]))): pass"
    return run(f"{imports}\n{reads}"), run(imports)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=25, help="file read by us")
    parser.add_argument("--slice", type=float, default=1, help="file read by pyx12, in MB")
    parser.add_argument("--large", type=float, default=200, help="file for peak memory, in MB")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.x12"
        for name in ("claims.837", "remits.835"):
            write(path, name, 1)
            seconds_of_ours(path)
            size = write(path, name, asked.megabytes)
            ours = seconds_of_ours(path) / size
            part = write(path, name, asked.slice)
            theirs, is_valid = seconds_of_pyx12(path)
            ratio = theirs / part / ours
            print(
                f"{name}: ours {1e-6 / ours:.1f} MB per CPU second, "
                f"pyx12 {part / theirs / 1e6:.3f} (valid: {is_valid}), "
                f"{ratio:.0f} times less CPU time, target {TARGET_RATIO}"
            )
        for name in ("claims.837", "remits.835"):
            size = write(path, name, asked.large)
            peak, base = peak_megabytes(path)
            print(
                f"{name}: {size / 1e6:.0f} MB read with {peak:.0f} MB of memory at the peak "
                f"({base:.0f} MB of it imports), target {TARGET_MEGABYTES}"
            )


if __name__ == "__main__":
    main()
