"""A pack as PDF, printed by a headless Chromium that is on the machine already."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from plotly.offline import get_plotlyjs

from reports import writing

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
CACHES = (".cache/ms-playwright", "Library/Caches/ms-playwright", "AppData/Local/ms-playwright")
BINARIES = ("chrome", "chrome.exe", "Chromium", "headless_shell", "chrome-headless-shell")
VARIABLE = "MOHS_CHROMIUM"
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-pdf-header-footer",
    "--run-all-compositor-stages-before-draw",
    "--virtual-time-budget=20000",
)
SECONDS = 180
DATES = re.compile(rb"/(?:CreationDate|ModDate) ?\(D:(\d{14})[^)]*\)")
MADE = b"20000101000000"
"""The date every PDF carries, so that the same rows give the same bytes."""


class NoChromium(ValueError):
    """A PDF is wanted and there is nothing to print it with, or printing failed."""


def find() -> Path:
    """A Chromium: $MOHS_CHROMIUM, else on the path, else where browsers are usually put."""
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise NoChromium(f"${VARIABLE} is {named!r}, which cannot be run; check the path")
        return Path(found)
    for path in _places():
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise NoChromium(
        f"--pdf needs Chromium, Chrome or Edge, and none was found; install one, name it in ${VARIABLE}, "
        "or print the pages from any browser: they are made for it"
    )


def _places() -> Iterator[Path]:
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)
    yield from map(Path, PLACES)
    for cache in CACHES:
        folder = Path.home() / cache
        for name in BINARIES:
            yield from sorted(folder.glob(f"chromium*/*/{name}"), reverse=True)


def print_pdf(chromium: Path, document: str, out: Path) -> Path:
    """Print an HTML document to `out`, private, in one move. Raises NoChromium where that fails."""
    with tempfile.TemporaryDirectory(prefix="mohs-print-") as name:
        folder = Path(name)
        (folder / "pack.html").write_text(document, encoding="utf-8")
        (folder / writing.PLOTLY).write_text(get_plotlyjs(), encoding="utf-8")
        target = folder / "pack.pdf"
        command = [str(chromium), *OPTIONS, f"--user-data-dir={folder / 'profile'}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # Chromium refuses its sandbox to the superuser; the document is our own and asks for nothing
            command.append("--no-sandbox")
        command += [f"--print-to-pdf={target}", (folder / "pack.html").as_uri()]
        try:
            done = subprocess.run(  # noqa: S603 -- a browser we looked for, our own file
                command, capture_output=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoChromium(f"{chromium}: printing did not end well: {error}") from None
        if done.returncode or not target.exists():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise NoChromium(
                f"{chromium}: printing failed: {said[-1] if said else 'no reason given'}"
            )
        writing.write_private(out, _undated(target.read_bytes()))
    return out


def _undated(content: bytes) -> bytes:
    """The same PDF whose dates are fixed; offsets stay, since the length does."""
    return DATES.sub(lambda found: found[0].replace(found[1], MADE), content)
