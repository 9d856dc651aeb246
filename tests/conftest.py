"""Fixtures every test may use."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from filelock import FileLock

from pipelines.places import Place

ROOT = Path(__file__).resolve().parent.parent
COMPILED = "PYTHONPYCACHEPREFIX"


def pytest_configure(config: pytest.Config) -> None:
    """Set what every process of this session inherits: the workers, the commands under test.

    Where Python may keep no bytecode beside its sources, it is kept with what pytest keeps: to
    compile all it imports takes a command longer than what it is asked to do. A worker has one
    core, and scikit-learn's further threads would only spin while they wait for it.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    kept = getattr(config, "cache", None)
    if sys.dont_write_bytecode and COMPILED not in os.environ and kept is not None:
        # where pytest can keep nothing either, the tests only take longer
        with contextlib.suppress(OSError):
            os.environ[COMPILED] = sys.pycache_prefix = str(kept.mkdir("bytecode"))
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            sys.dont_write_bytecode = False


FIRST = (
    "test_second_opinion.py",
    "test_cli.py",
    "test_flows.py",
    "test_truth.py",
    "test_partitions.py",
    "test_browser.py",
    "test_payers.py",
    "test_safety.py",
    "test_core.py",
)
"""The files that take longest: begun last, one of them would keep one worker busy at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files before the rest, which stay in order of name."""
    places = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path.name, len(FIRST)))


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
        """Ask another command there, of the demo's warehouse."""
        return mohs(*words, cwd=self.folder, MOHS_WAREHOUSE="demo/warehouse.duckdb")


def mohs(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the `mohs` command in this process, from its words to its exit status.

    What it imports and reads is there already. For what only a process of its own shows, see
    mohs_process.
    """
    from pipelines import cli

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        contextlib.chdir(cwd),
        mock.patch.dict(os.environ, environment),
        mock.patch.object(sys, "argv", ["mohs", *words]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        _standard_error_kept(),
        pytest.raises(SystemExit) as ended,
    ):
        cli.main()
    status = ended.value.code
    assert isinstance(status, int)
    return subprocess.CompletedProcess(words, status, *(_text(stream) for stream in (out, err)))


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@contextlib.contextmanager
def _standard_error_kept() -> Iterator[None]:
    """The command closes standard error as it ends: open it again."""
    kept = os.dup(2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def mohs_process(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
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


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this session have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The README's main command, run once for all tests that look at what it makes, and change none."""
    base = _shared(tmp_path_factory)
    folder, said = base / "demo", base / "demo.txt"
    with FileLock(base / "demo.lock"):
        if not said.exists():
            folder.mkdir()
            done = mohs_process("run", cwd=folder)
            assert done.returncode == 0, done.stderr
            said.write_text(done.stdout, encoding="utf-8")
    return Demo(folder, said.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Small:
    """A simulated practice of a quarter, taken in and audited: its files, its warehouse."""

    files: Path
    place: Place

    def copy(self, folder: Path) -> Place:
        """Its warehouse and its practice folder once more, to be audited again."""
        assert self.place.practice is not None
        own = Place(folder / "warehouse.duckdb", folder / "own")
        shutil.copyfile(self.place.warehouse, own.warehouse)
        shutil.copytree(self.place.practice, folder / "own")
        return own


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Made once for all tests, which copy what they change."""
    from pipelines import landing, steps
    from pipelines.simulate import simulate

    base = _shared(tmp_path_factory)
    folder, ready = base / "small", base / "small.txt"
    files, place = folder / "sim", Place(folder / "warehouse.duckdb", folder / "sim" / "practice")
    with FileLock(base / "small.lock"):
        if not ready.exists():
            simulate(files, 80, 3, 7)
            steps.settle(place, steps.land(place, list(landing.files([files / "inbox"]))))
            steps.audit(place)
            ready.touch()
    return Small(files, place)
