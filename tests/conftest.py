"""Fixtures every test may use."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The shared data folder: `$MOHS_SHARED_DATA`, else `../shared/data`; skipped where absent."""
    folder = Path(os.environ.get("MOHS_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"shared data folder not found at {folder} (set MOHS_SHARED_DATA)")
    return folder


@dataclass(frozen=True)
class Demo:
    """What `mohs run` without an inbox left in a folder of its own, and what it printed."""

    folder: Path
    output: str

    def mohs(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command there, on the demo's warehouse."""
        return mohs(*words, cwd=self.folder, MOHS_WAREHOUSE="demo/warehouse.duckdb")


def mohs(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the `mohs` command of this environment as a process of its own."""
    command = Path(sys.executable).with_name("mohs")
    return subprocess.run(
        [str(command), *words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@pytest.fixture(scope="session", autouse=True)
def _prefect_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Prefect's database in a folder of this session, never the user's own."""
    os.environ.setdefault("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The README's main command, run once for all tests that look at what it makes, and change none."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, said = base / "demo", base / "demo.txt"
    with FileLock(base / "demo.lock"):
        if not said.exists():
            folder.mkdir()
            done = mohs("run", cwd=folder)
            assert done.returncode == 0, done.stderr
            said.write_text(done.stdout, encoding="utf-8")
    return Demo(folder, said.read_text(encoding="utf-8"))
